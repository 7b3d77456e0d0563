/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of the kernel call layer that is not inline: the thread's pointer to
 * its IPC buffer, and messages that reach into it.
 */
#include <kcall/syscall.h>

__thread struct ipc_buffer *kc_ipc_buffer_ptr;

void kc_keep_error(const uint64_t mr[4])
{
    struct ipc_buffer *buffer = kc_ipc_buffer();

    if (buffer) {
        for (unsigned i = 0; i < MESSAGE_FAST_REGISTERS; i++) {
            buffer->msg[i] = mr[i];
        }
    }
}

/* More registers than there are is an error that the kernel reports. */
static uint64_t at_most_all(uint64_t count)
{
    return count < USER_CONTEXT_WORDS ? count : USER_CONTEXT_WORDS;
}

void kc_put_context(uint64_t mr[4], unsigned used, const struct user_context *regs,
    uint64_t count)
{
    const uint64_t *words = (const uint64_t *)regs;

    count = at_most_all(count);
    for (unsigned i = 0; i < count; i++) {
        if (used + i < MESSAGE_FAST_REGISTERS) {
            mr[used + i] = words[i];
        } else {
            kc_set_word(used + i, words[i]);
        }
    }
}

void kc_get_context(const uint64_t mr[4], struct user_context *regs, uint64_t count)
{
    uint64_t *words = (uint64_t *)regs;

    count = at_most_all(count);
    for (unsigned i = 0; i < count; i++) {
        words[i] = i < MESSAGE_FAST_REGISTERS ? mr[i] : kc_word(i);
    }
}
