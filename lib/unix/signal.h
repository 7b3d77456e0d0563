/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files about signals share: the numbers of Linux x86-64, actions, frames. */
#pragma once

#include <unix/unix.h>

enum { SIGNALS = 64, SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9,
       SIGSEGV = 11, SIGPIPE = 13, SIGCHLD = 17, SIGSTOP = 19,
       SIGXFSZ = 25 };
enum { SIG_DFL = 0, SIG_IGN = 1 };
#define SA_NOCLDSTOP UINT64_C(1)
#define SA_NOCLDWAIT UINT64_C(2)
#define SA_SIGINFO   UINT64_C(4)
#define SA_ONSTACK   UINT64_C(0x08000000)
#define SA_RESTART   UINT64_C(0x10000000)
#define SA_NODEFER   UINT64_C(0x40000000)
#define SA_RESETHAND UINT64_C(0x80000000)
#define NEVER_BLOCKED (UINT64_C(1) << (SIGKILL - 1) | UINT64_C(1) << (SIGSTOP - 1))

struct linux_sigaction {
    uint64_t handler, flags, restorer, mask;
};

struct linux_stack {
    uint64_t base;
    int32_t flags, padding;
    uint64_t size;
};
enum { SS_ONSTACK = 1, SS_DISABLE = 2, MINSIGSTKSZ = 2048 };

/* A signal that has been taken: results of PROC_SIGNAL. */
struct taken {
    unsigned signal;
    int32_t code, status;
    uint32_t pid, uid;
    uint64_t address;           /* of a fault; the value of what was queued */
    uint32_t trap, error;       /* of a fault */
};
struct linux_siginfo {
    int32_t number, error, code, padding;
    uint32_t pid, uid;          /* or an address */
    int32_t status, rest[25];
};
_Static_assert(sizeof(struct linux_siginfo) == 128, "as Linux has it");

extern struct linux_sigaction signal_actions[SIGNALS + 1];

/* Takes a signal of this set (0: what is not blocked); `signal` 0: there is none. Waits
 * while the process is stopped. */
void signal_take(struct uxrt_thread *t, uint64_t set, struct taken *taken);
/* Sends it to this thread. */
void signal_to_thread(struct uxrt_thread *t, uint64_t signal);
/* The process ends, as by this signal. */
void signal_end(struct uxrt_thread *t, uint64_t signal);
void signal_describe(const struct taken *taken, struct linux_siginfo *info);
/* The mask, until a handler runs or the call ends. */
void signal_mask_for_now(struct uxrt_thread *t, uint64_t mask);
void signal_mask_restore(struct uxrt_thread *t);
bool signal_on_alternate(const struct uxrt_thread *t, uint64_t sp);

/* frame.c: makes the handler run with a frame that has this context; false: there is no
 * memory for it. */
bool frame_build(struct uxrt_thread *t, struct foreign_frame *frame,
    const struct linux_sigaction *action, const struct taken *taken);
/* fpu.c: state of the vector registers, in a program's memory. */
uint64_t fpu_bytes(void);
bool fpu_save(void *to);
bool fpu_restore(const void *from);
