/* SPDX-License-Identifier: BSD-2-Clause */
/* Roaming: idle cores take ready threads of others; see roam.h. */
#include <core/arch.h>
#include <core/queue.h>
#include <core/roam.h>
#include <object/sched_context.h>

static uint32_t idle_cores;     /* bit i: core i has nothing to run */

#define PULL_SCAN  16           /* threads looked at before giving up, per priority */

/* The most urgent ready thread of a core that may run on one of `takers`. Not one whose
 * context that core still has to charge. The core's lock is held. */
static struct tcb *find_roaming(struct core *c, uint32_t takers)
{
    for (int group = ARRAY_SIZE(c->ready_map) - 1; group >= 0; group--) {
        word map = c->ready_map[group];
        while (map) {
            unsigned bit = highest_bit(map);
            struct tcb *t = c->ready[(unsigned)group * 64 + bit].head;
            for (int i = 0; t && i < PULL_SCAN; i++, t = t->next) {
                if ((t->sc->roam & takers) && t->sc != c->sc)
                    return t;
            }
            map &= ~BIT(bit);
        }
    }
    return NULL;
}

void roam_count(struct core *c)
{
    __atomic_store_n(&c->migrations, c->migrations + 1, __ATOMIC_RELAXED);
}

word roam_counted(const struct core *c)
{
    return __atomic_load_n(&c->migrations, __ATOMIC_RELAXED);
}

struct tcb *roam_pull(struct core *self)
{
    uint32_t bit = (uint32_t)BIT(self->id);
    for (unsigned i = 1; i < core_count; i++) {
        struct core *other = &cores[(self->id + i) % core_count];
        if (other->ready_summary == 0)
            continue;
        spin_lock(&other->lock);
        struct tcb *t = find_roaming(other, bit);
        if (t) {
            ready_remove(other, t);
            t->core = t->sc->core = (uint16_t)self->id;
        }
        spin_unlock(&other->lock);
        if (t) {
            roam_count(self);
            return t;
        }
    }
    return NULL;
}

/* Idle cores. A core says that it is idle before it looks at other cores' queues; whoever
 * has put a thread into a queue looks here afterwards. */
static uint32_t idle_others(const struct core *self)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&idle_cores, __ATOMIC_RELAXED) & ~(uint32_t)BIT(self->id);
}

void roam_offer(struct core *self, struct tcb *t)
{
    uint32_t takers = t->sc && t->sc->roam ? t->sc->roam & idle_others(self) : 0;
    if (takers) {
        unsigned taker = (unsigned)__builtin_ctz(takers);
        cores[taker].reschedule = true;
        arch_ipi(taker);
    }
}

void roam_offer_ready(struct core *self)
{
    if (core_count == 1 || self->ready_summary == 0)
        return;
    uint32_t takers = idle_others(self);
    struct tcb *t = takers ? find_roaming(self, takers) : NULL;
    if (t)
        roam_offer(self, t);
}

void roam_note_idle(struct core *self, bool idle)
{
    uint32_t bit = (uint32_t)BIT(self->id);
    if (idle && !(idle_cores & bit))
        __atomic_fetch_or(&idle_cores, bit, __ATOMIC_SEQ_CST);
    else if (!idle && (idle_cores & bit))
        __atomic_fetch_and(&idle_cores, ~bit, __ATOMIC_SEQ_CST);
}
