/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling thread's reply window (window(7)). It is closed before the next call that
 * does not need it, not after the call that did: most often another such call follows.
 */
#pragma once

#include <kcall/syscall.h>
#include <transport/thread.h>

/* False: such memory cannot be. `direction` is what the server may do. */
static inline bool window_open(struct uxrt_thread *t, const void *data, size_t count,
    enum window_direction direction)
{
    thread_unusual(t, UNUSUAL_WINDOW);
    return kc_set_window((uint64_t)data, count, direction) == ERROR_NONE;
}

static inline void window_close(struct uxrt_thread *t)
{
    if (__builtin_expect((t->unusual & UNUSUAL_WINDOW) != 0, 0)) {
        t->unusual &= ~UNUSUAL_WINDOW;
        kc_set_window(0, 0, WINDOW_NONE);
    }
}
