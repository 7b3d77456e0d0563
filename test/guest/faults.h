/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of faults share: a fault's message as a value, and answers to it. */
#pragma once

#include <test/test.h>

enum { FAULT_WORDS = 24 };

static atomic_uint stage;   /* set to 1 by a thread that came to its end */
static uint64_t seen;       /* what it saw */

struct fault {
    uint64_t label, length, badge;
    uint64_t words[FAULT_WORDS];
};

static inline struct fault next_fault(cptr ep)
{
    struct message m = ipc_recv(ep, self()->reply);
    struct fault f = {.label = m.label, .length = m.length, .badge = m.badge};

    for (unsigned i = 0; i < FAULT_WORDS; i++)
        f.words[i] = i < 4 ? m.mr[i] : kc_word(i);
    return f;
}

/* Answers the last fault with some words of f. */
static inline void answer(const struct fault *f, uint64_t label, unsigned length)
{
    uint64_t mr[4];

    for (unsigned i = 0; i < FAULT_WORDS; i++) {
        if (i < 4)
            mr[i] = f->words[i];
        else
            kc_set_word(i, f->words[i]);
    }
    kc_send(self()->reply, message_info(label, 0, 0, length), mr);
}
