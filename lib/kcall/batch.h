/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many pages of an address space mapped and unmapped by one kernel call (VSPACE_BATCH):
 * put the pairs into the IPC buffer one by one, then call.
 */
#pragma once

#include <abi/invocation.h>
#include <kcall/syscall.h>

enum { KC_BATCH_MAX = MESSAGE_MAX_LENGTH / 2 };

/* Puts pair number `pair` < KC_BATCH_MAX: the frame's capability, and the page's address
 * plus its rights (0: unmap). */
static inline void kc_batch_put(unsigned pair, cptr frame, uint64_t place)
{
    kc_set_word(2 * pair, frame);
    kc_set_word(2 * pair + 1, place);
}

/* Does `count` pairs, from the first on. *done: how many; if fewer, *open is as the error
 * of kc_page_map would tell it for a missing table, or 0. */
static inline enum error_code kc_batch(cptr vspace, unsigned count, uint64_t *done,
    uint64_t *open)
{
    uint64_t mr[MESSAGE_FAST_REGISTERS] = {kc_word(0), kc_word(1), kc_word(2), kc_word(3)};
    enum error_code error = kc_invoke(vspace,
        message_info(INVOKE_VSPACE_BATCH, 0, 0, 2 * count), mr);

    *done = error == ERROR_NONE ? mr[0] : 0;
    *open = error == ERROR_NONE ? mr[1] : 0;
    return error;
}
