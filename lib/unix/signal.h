/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals, between signal.c (what is to be done with them) and deliver.c (doing it). */
#pragma once

#include <unix/unix.h>

enum { SIGNALS = 64, SIGNAL_MASK_SIZE = 8 };
enum { SIG_DFL, SIG_IGN };      /* instead of a handler */
#define SA_NODEFER   UINT64_C(0x40000000)
#define SA_RESETHAND UINT64_C(0x80000000)

struct linux_sigaction {
    uint64_t handler, flags, restorer, mask;
};

extern struct linux_sigaction signal_actions[SIGNALS + 1];
extern uint64_t signal_blocked;

static inline uint64_t signal_bit(unsigned number)
{
    return UINT64_C(1) << (number - 1);
}
