/* SPDX-License-Identifier: BSD-2-Clause */
/* flock: locks of whole files, which lib/server keeps with the open file. */
#include <unix/unix.h>

enum { LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8 };

UNIX_HANDLER(flock)
{
    uint64_t operation = argument(frame, 1) & ~(uint64_t)LOCK_NB;
    struct uxrt_lock lock = {0};

    if (operation != LOCK_SH && operation != LOCK_EX && operation != LOCK_UN)
        return -EINVAL;
    lock.kind = operation == LOCK_SH ? UXRT_LOCK_SHARED
                : operation == LOCK_EX ? UXRT_LOCK_EXCLUSIVE : UXRT_LOCK_NONE;
    if (argument(frame, 1) & LOCK_NB)
        lock.kind |= UXRT_LOCK_NOWAIT;
    int64_t result = library_set(t, argument_int(frame, 0), ATTR_LOCK, 0, &lock,
        sizeof(lock));

    return result < 0 ? result : 0;
}
