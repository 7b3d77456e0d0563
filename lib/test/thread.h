/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads for tests: thread control block, scheduling context, reply object, stack, IPC
 * buffer and a notification for its end. The memory is part of the image, the objects
 * go away with alloc_reset.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include <abi/message.h>
#include <kcall/invoke.h>

struct thread {
    cptr tcb;
    cptr sc;    /* 0 if the thread was made without one */
    cptr reply;
    cptr done;  /* notification, signalled when its function returns */
    struct ipc_buffer *buffer;
    uint64_t stack_top;
};

/* What a new thread shall be; 0 stands for the default in brackets. */
struct thread_spec {
    void (*run)(uint64_t arg);
    uint64_t arg;
    unsigned priority;   /* [TEST_PRIORITY + 1] */
    unsigned core;
    bool passive;        /* make it without a scheduling context */
    cptr vspace;         /* [that of the root task] */
    cptr cspace;         /* [that of the root task] */
    uint64_t guard;      /* of that CSpace */
    cptr fault_ep;       /* [none] */
    uint64_t budget;     /* microseconds [20000] */
    uint64_t period;     /* microseconds [budget] */
    bool keep;           /* it outlives the test */
};

/* Makes a thread that is ready to be resumed, or starts it too. */
struct thread *thread_make(const struct thread_spec *spec);
struct thread *thread_start(const struct thread_spec *spec);

/* spawn(.run = f, .arg = 1): one of higher priority runs before this returns. */
#define spawn(...) thread_start(&(struct thread_spec){__VA_ARGS__})
#define prepare(...) thread_make(&(struct thread_spec){__VA_ARGS__})

/* The caller's own thread, if thread_make made it. */
struct thread *self(void);

/* Waits until a thread's function has returned. */
void join(struct thread *thread);

/* A new scheduling context for a core. */
cptr make_context(unsigned core, uint64_t budget, uint64_t period);

/* Configures a scheduling context for a core, without extra replenishments. */
enum error_code set_context(unsigned core, cptr sc, uint64_t budget, uint64_t period);

/* Stops and destroys every thread's claim to its stack. For alloc_reset's caller. */
void thread_reset(void);

/* Spins until the value is seen, with other cores running. */
void spin_until(const atomic_uint *value, unsigned wanted);

/* Lets threads of lower priority on this core run for some time. */
void sleep_ms(unsigned ms);

/* Milliseconds since some time. */
uint64_t now_ms(void);

/* Sleeps until the condition holds or a long time has passed; true if it holds. For what
   must happen, but may be late on a busy machine. */
#define eventually(condition)                                                      \
    ({                                                                             \
        for (unsigned tries_ = 0; !(condition) && tries_ < 100; tries_++)          \
            sleep_ms(20);                                                          \
        (condition);                                                               \
    })
