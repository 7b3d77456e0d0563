/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock for the few instructions in which the library changes what all threads of the
 * process share. Who waits gives its time to others. Never held over a call.
 */
#pragma once

#include <stdint.h>

#include <abi/syscall.h>
#include <kcall/trap.h>

static inline void lock_take(uint32_t *lock)
{
    while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE)) {
        kc_trap_null(SYSCALL_YIELD);
    }
}

static inline void lock_release(uint32_t *lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}
