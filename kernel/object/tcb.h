/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads. Who may change a thread's state: while RUNNING or RESTART and current, its
 * core; while ready or in a release queue, the lock of its core; while queued on an
 * endpoint or notification, that object's lock; while awaiting a reply, the reply's
 * lock; at any time, a core that excludes all others. The invocations on TCBs are all
 * of the last kind.
 */
#pragma once

#include <abi/message.h>
#include <core/cap.h>
#include <core/types.h>
#include <api/outcome.h>
#include <arch/context.h>
#include <arch/fpu.h>

enum thread_state {
    THREAD_INACTIVE = 0,
    THREAD_RUNNING,
    THREAD_RESTART,             /* runnable; goes on at context.fault_ip */
    THREAD_RECEIVING,           /* on an endpoint */
    THREAD_SENDING,             /* on an endpoint */
    THREAD_WAITING,             /* on a notification */
    THREAD_CALLING,             /* awaits a reply; `reply` is set */
    THREAD_IDLE,
};

enum queue_kind { QUEUE_NONE = 0, QUEUE_READY, QUEUE_RELEASE };

enum tcb_slot { TCB_CSPACE, TCB_VSPACE, TCB_BUFFER, TCB_FAULT, TCB_TIMEOUT, TCB_SLOTS };

struct fault {
    word type;                  /* enum fault_type; FAULT_NULL: none */
    word words[4];              /* by type: see api/fault.c */
};

/* A CSpace that is one CNode, whose guard and radix make 64 bits: its slots have the
 * addresses from first on. Holds while the capability has this word 0; else of no size. */
struct flat_space {
    word root;
    word first, count;
    struct slot *slots;
};

struct lookup_error {
    word type;                  /* enum lookup_failure */
    word bits_left, bits_found, guard;
};

struct tcb {
    struct context context;     /* first: entry.S pushes registers here */
    word foreign_start;         /* foreign system calls: the library's own code, */
    word foreign_length;        /* ... all ones when switched off */
    word foreign_entry, foreign_stack;

    struct slot slots[TCB_SLOTS];       /* 32-byte aligned */
    struct flat_space flat;             /* of slots[TCB_CSPACE] */

    uint8_t state;              /* enum thread_state */
    uint8_t queued;             /* enum queue_kind */
    uint8_t prio, base_prio, mcp;
    bool can_grant, can_grant_reply, is_call;   /* of the send or receive under way */
    uint32_t flags;             /* TCB_FLAG_* */
    bool fpu_used;              /* its floating-point state is loaded whenever it runs */
    uint16_t core;              /* where it runs */

    struct tcb *next, *prev;    /* ready, release, endpoint or notification queue */
    struct sched_context *sc;   /* own or borrowed */
    struct sched_context *home; /* LEND: the context it falls back on */
    struct reply *reply;        /* CALLING: awaited; RECEIVING: to be used */
    void *blocked_on;           /* endpoint or notification while queued there */
    word badge;                 /* SENDING: of the capability used */
    struct notification *bound;
    struct sched_context *yield_to;
    struct ipc_buffer *buffer;  /* kernel address, or null */
    word buffer_address;        /* the user's */
    word root, root_epoch;      /* the architecture's: translation root, known when */

    struct fault fault;
    struct lookup_error lookup_error;
    char name[24];              /* DebugNameThread */

    struct fpu_state fpu;       /* 64-byte aligned */
};

_Static_assert(sizeof(struct tcb) <= BIT(CONFIG_TCB_BITS), "a TCB fits its object");
_Static_assert(offsetof(struct tcb, slots) % 32 == 0, "slots are aligned");

static inline struct tcb *cap_tcb(struct cap cap) { return cap_ptr(cap); }
static inline struct cap cap_of_tcb(struct tcb *t) { return cap_make(CAP_TCB, (word)t, 0, 0); }

static inline bool tcb_runnable(const struct tcb *t)
{
    return t->state == THREAD_RUNNING || t->state == THREAD_RESTART;
}
static inline bool tcb_blocked(const struct tcb *t)
{
    return t->state >= THREAD_RECEIVING && t->state <= THREAD_CALLING;
}

/* Under exclusion: the capability in slots[TCB_CSPACE] was replaced. */
void tcb_cspace_changed(struct tcb *t);
/* A fresh TCB in zeroed memory. */
void tcb_init(struct tcb *t);
/* Under exclusion: set fault_ip to where the thread would go on if it were restarted. */
void tcb_settle_ip(struct tcb *t);
/* Under exclusion: end the thread's wait, if it is in one; it becomes inactive and would
 * repeat its system call. */
void tcb_cancel(struct tcb *t);
/* Under exclusion: stop the thread. */
void tcb_suspend(struct tcb *t);
/* Under exclusion: make a stopped or blocked thread go on from fault_ip. */
void tcb_restart(struct tcb *t);
/* Under exclusion, or for the current thread: sched_go_home(), wherever it is queued. */
void tcb_go_home(struct tcb *t);
/* Under exclusion: new priority for a thread in the queue of an object. */
void tcb_reorder(struct tcb *t, unsigned prio);
/* Under exclusion: the last capability goes; afterwards only its slots hold anything. */
void tcb_finalise(struct tcb *t);

struct invocation;
enum outcome tcb_decode(struct invocation *inv);
