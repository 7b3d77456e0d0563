/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks. A bit lock lives in the low bit of a word that also holds a pointer,
 * because endpoint and reply objects have no room for more. A core that spins keeps
 * answering other cores' requests (mailbox), so nobody waits for a spinning core.
 *
 * Lock order, outermost first:
 *   gate (core/gate.h) -> notification -> endpoint -> reply lock -> core lock (one at a
 *   time); the fast path of an answer takes the lock of its own loan's reply object first
 *   gate -> derivation lock (object/cnode.c) -> address-space lock (arch)
 *   reply lock -> address-space locks (by ascending ASID; object/window.c)
 * The derivation lock is never taken while holding an object, reply or core lock.
 */
#pragma once

#include <core/types.h>
#include <arch/cpu.h>

struct spinlock {
    uint32_t held;
};

/* Called while a lock is busy: serve this core's mailbox and relax. (core/gate.c) */
void spin_wait(void);

static inline void spin_lock(struct spinlock *l)
{
    while (unlikely(__atomic_fetch_or(&l->held, 1, __ATOMIC_ACQUIRE) & 1))
        spin_wait();
}

static inline void spin_unlock(struct spinlock *l)
{
    __atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

#define BIT_LOCK  BIT(0)

static inline void bit_lock(word *w)
{
    while (unlikely(__atomic_fetch_or(w, BIT_LOCK, __ATOMIC_ACQUIRE) & BIT_LOCK))
        spin_wait();
}

/* Store a new value (low bit clear) and release the lock in one step. */
static inline void bit_unlock_with(word *w, word value)
{
    __atomic_store_n(w, value, __ATOMIC_RELEASE);
}

static inline void bit_unlock(word *w)
{
    bit_unlock_with(w, *w & ~BIT_LOCK);
}
