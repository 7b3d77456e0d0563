/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dummy machine, as the test that drives it sees it. The test runs one core at a
 * time on a stack of its own, sets `self` to it, and is called back when the core leaves
 * the kernel or comes to a point where another core could run. See
 * test/host/kernel/machine.h for the driver.
 */
#pragma once

#include <core/types.h>

struct core;
struct tcb;

/* Where in the kernel a core can be made to wait for others. */
enum host_point {
    HOST_SPIN,              /* waits for another core: it must run */
    HOST_ENTRY,             /* registers saved, not yet inside the gate */
    HOST_CLOCK, HOST_IPI, HOST_TIMER, HOST_SWITCH, HOST_POLL, HOST_EXIT,
};

struct host {
    struct core *self;      /* the core that is being simulated */
    char *memory;           /* physical address 0 */
    ticks now;
    uint32_t ipi;           /* bit i: core i has been interrupted by another one */
    bool interrupt;         /* a device interrupt waits, as preemption points see it */
    word masked[2];         /* bit i: interrupt i is masked */
    void (*pause)(enum host_point point);
    void (*leave)(struct core *core, struct tcb *t);    /* null: idle; does not return */
    void (*put)(char c);                                /* console */
    void (*fail)(const char *file, int line, const char *what);     /* panic */
};

extern struct host host;

/* Vectors of handle_interrupt(); devices have their own number. */
#define HOST_VECTOR_TIMER  200
#define HOST_VECTOR_IPI    201

#define HOST_TICKS_PER_US  10

/* Boot: prepare cores 0 to count - 1; all are idle. */
void host_setup_cores(unsigned count);
/* Memory has been set back to what it was after booting: so are the address spaces. */
void host_forget_spaces(void);
