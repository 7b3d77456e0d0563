/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives the dummy machine: each simulated core runs kernel code on a stack of its own
 * until it leaves the kernel, or is paused where another core could run meanwhile. All
 * in one thread, so a sequence of the same choices gives the same result.
 *
 *   machine_start(3);              once, boots
 *   machine_reset();               back to the state right after booting
 *   machine_call(0, -1);           the thread on core 0 makes a system call
 *   machine_settle();              until no core is in the kernel any more
 */
#pragma once

#include <arch/host.h>
#include <core/core.h>

enum machine_mode { MACHINE_USER, MACHINE_IDLE, MACHINE_KERNEL };

/* What a test may decide; null functions mean never and in turn. */
struct machine_policy {
    bool (*pause)(enum host_point point);   /* stop the core here for a while? */
    unsigned (*choose)(unsigned count);     /* a number below count */
};
extern struct machine_policy machine_policy;

void machine_start(unsigned core_count);
void machine_reset(void);

enum machine_mode machine_mode(unsigned core);
/* The thread in user mode on a core, or null. */
struct tcb *machine_thread(unsigned core);

/* Enter the kernel on a core that is not in it; return when it has left or is paused. */
void machine_call(unsigned core, int64_t number);
void machine_interrupt(unsigned core, word vector);
void machine_exception(unsigned core, word vector);
/* Let a core that is paused in the kernel go on. */
void machine_resume(unsigned core);
/* Go on until no core is in the kernel. */
void machine_settle(void);
bool machine_quiet(void);
/* Deliver the inter-processor and timer interrupts that wait, and settle. */
void machine_deliver(void);

/* RAM of the machine. */
#define MACHINE_RAM_START  ((paddr)0x100000)
#define MACHINE_RAM_END    ((paddr)0x200000)
/* Slots of the root task's CNode. */
struct slot *machine_root_slots(void);
/* The root task and where its user code begins. */
struct tcb *machine_root(void);
