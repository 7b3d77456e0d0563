/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts: binding, and their invocations (manual, "SchedContext Methods"). */
#include <abi/error.h>
#include <abi/object.h>
#include <api/ipc.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/roam.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>

/* --- binding (exclusion) ---------------------------------------- */

bool sched_context_check_bind(struct sched_context *sc, const struct tcb *t)
{
    if (sc->tcb || sc->owner || t->sc || t->home)
        return false;
    return !tcb_blocked(t)
           || (sched_context_active(sc) && refill_ready(sc, this_core()->now)
               && refill_sufficient(sc, 0));
}

/* The thread loses its home; a priority raised by a loan goes with it. */
static void drop_home(struct tcb *t)
{
    t->home->owner = NULL;
    t->home = NULL;
    if (t->prio == t->base_prio)
        return;
    if (tcb_blocked(t) && t->state != THREAD_CALLING)
        tcb_reorder(t, t->base_prio);
    else
        sched_set_prio(t, t->base_prio);
}

/* A thread with the LEND flag makes the context it is bound to its home. */
void sched_context_set_home(struct tcb *t)
{
    if (!(t->flags & TCB_FLAG_LEND)) {
        if (sched_on_loan(t)) {
            if (t->queued != QUEUE_NONE)
                sched_remove(t);
            sched_return_loan(t);
            tcb_go_home(t);
            sched_refresh(t);
        }
        tcb_go_home(t);
        if (t->home && t->sc == t->home) {
            t->home->owner = NULL;
            t->home = NULL;
        }
    } else if (!t->home && t->sc && !t->sc->reply) {
        t->home = t->sc;
        t->home->owner = t;
        if (t->state == THREAD_RECEIVING || t->state == THREAD_WAITING)
            sched_park(t);
    }
}

void sched_context_bind(struct sched_context *sc, struct tcb *t)
{
    sched_give(sc, t);
    sched_context_set_home(t);
    sched_refresh(t);
}

void sched_context_unbind_tcb(struct sched_context *sc)
{
    struct tcb *t = sc->tcb ? sc->tcb : sc->owner;

    if (!t)
        return;
    if (tcb_runnable(t) && t->sc == sc) {
        core_evict(t);
        if (t->queued != QUEUE_NONE)
            sched_remove(t);
    }
    sched_forget_context(sc);
    if (t->sc == sc)
        t->sc = NULL;
    sc->tcb = NULL;
    if (sc->owner)
        drop_home(sc->owner);
    if (t->home && t->home != sc && tcb_runnable(t)) {
        sched_go_home(t);
        sched_refresh(t);
    }
}

static void unbind_notification(struct sched_context *sc)
{
    if (sc->notification)
        sc->notification->sc = NULL;
    sc->notification = NULL;
}

void sched_context_unbind_all(struct sched_context *sc)
{
    sched_context_unbind_tcb(sc);
    unbind_notification(sc);
}

void sched_context_finalise(struct sched_context *sc)
{
    sched_context_unbind_all(sc);
    for (struct reply *r = sc->reply, *older; r; r = older) {
        older = r->older;
        r->sc = NULL;
        r->older = r->newer = NULL;
    }
    sc->reply = NULL;
    if (sc->yield_from)
        sched_context_yield_done(sc->yield_from);
    sched_forget_context(sc);
}

/* --- YieldTo ---------------------------------------- */

word sched_context_take_consumed(struct sched_context *sc)
{
    word us = sc->consumed / arch_ticks_per_us;
    sc->consumed = 0;
    return us;
}

void sched_context_yield_cancel(struct tcb *t)
{
    t->yield_to->yield_from = NULL;
    t->yield_to = NULL;
}

void sched_context_yield_done(struct tcb *t)
{
    struct sched_context *sc = t->yield_to;

    sched_context_yield_cancel(t);
    message_set_word(t, 0, sched_context_take_consumed(sc));
    context_set_badge(&t->context, 0);
    context_set_info(&t->context, message_info(0, 0, 0, 1));
}

static enum outcome reply_consumed(struct invocation *inv, struct sched_context *sc)
{
    word consumed = sched_context_take_consumed(sc);
    return reply_words(inv, 1, &consumed);
}

static enum outcome yield_to(struct invocation *inv, struct sched_context *sc)
{
    struct core *self = this_core();
    struct tcb *caller = inv->caller, *target = sc->tcb;

    if (!target || target == caller || target->prio > caller->mcp
        || target->yield_to)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (sc->yield_from)
        sched_context_yield_done(sc->yield_from);
    if (!sched_schedulable(target) || target->prio < caller->prio
        || target->core != self->id) {
        if (sched_schedulable(target))
            sched_prefer_in_queue(target);
        return reply_consumed(inv, sc);
    }
    caller->yield_to = sc;
    sc->yield_from = caller;
    sched_yield_to(self, target);
    return OUTCOME_REPLIED;
}

/* --- invocations of scheduling contexts ---------------------------------------- */

static enum outcome bind(struct invocation *inv, struct sched_context *sc)
{
    if (inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    struct cap cap = inv->extra[0]->cap;
    switch (cap_type(cap)) {
    case CAP_TCB:
        if (!sched_context_check_bind(sc, cap_tcb(cap)))
            return refuse(ERROR_ILLEGAL_OPERATION);
        sched_context_bind(sc, cap_tcb(cap));
        return OUTCOME_DONE;
    case CAP_NOTIFICATION:
        if (sc->notification || cap_notification(cap)->sc)
            return refuse(ERROR_ILLEGAL_OPERATION);
        sc->notification = cap_notification(cap);
        sc->notification->sc = sc;
        return OUTCOME_DONE;
    default:
        return refuse_capability(1);
    }
}

static enum outcome unbind_object(struct invocation *inv, struct sched_context *sc)
{
    if (inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    struct cap cap = inv->extra[0]->cap;
    switch (cap_type(cap)) {
    case CAP_TCB:
        if (sc->tcb != cap_tcb(cap) && sc->owner != cap_tcb(cap))
            return refuse(ERROR_ILLEGAL_OPERATION);
        if (sc->tcb == inv->caller)
            return refuse(ERROR_ILLEGAL_OPERATION);
        sched_context_unbind_tcb(sc);
        return OUTCOME_DONE;
    case CAP_NOTIFICATION:
        if (sc->notification != cap_notification(cap))
            return refuse(ERROR_ILLEGAL_OPERATION);
        unbind_notification(sc);
        return OUTCOME_DONE;
    default:
        return refuse_capability(1);
    }
}

enum outcome sched_context_decode(struct invocation *inv)
{
    struct sched_context *sc = cap_sched_context(inv->cap);

    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    switch (inv->label) {
    case INVOKE_SCHED_CONTEXT_BIND:
        return bind(inv, sc);
    case INVOKE_SCHED_CONTEXT_UNBIND:
        if (sc->tcb == inv->caller)
            return refuse(ERROR_ILLEGAL_OPERATION);
        sched_context_unbind_all(sc);
        return OUTCOME_DONE;
    case INVOKE_SCHED_CONTEXT_UNBIND_OBJECT:
        return unbind_object(inv, sc);
    case INVOKE_SCHED_CONTEXT_CONSUMED:
        return reply_consumed(inv, sc);
    case INVOKE_SCHED_CONTEXT_YIELD_TO:
        return yield_to(inv, sc);
    default:
        return refuse(ERROR_ILLEGAL_OPERATION);
    }
}

/* --- SchedControl ---------------------------------------- */

static word max_refills(struct cap cap)
{
    return (BIT(cap_field(cap, 0, 6)) - sizeof(struct sched_context))
           / sizeof(struct refill);
}

/* Refills of a context of 2^bits bytes beyond the smallest two, as stock counts them. */
static word max_extra_refills(struct cap cap)
{
    return (BIT(cap_field(cap, 0, 6)) - BIT(SCHED_CONTEXT_MIN_BITS)) / sizeof(struct refill);
}

/* The thread of a context that is on this core now goes there. Exclusion. */
static void bring(struct tcb *t, unsigned core)
{
    if (t->core != core)
        roam_count(&cores[core]);
    t->core = (uint16_t)core;
    sched_refresh(t);
}

static void apply_parameters(struct sched_context *sc, unsigned core, unsigned refills,
                             ticks budget, ticks period)
{
    struct tcb *t = sc->tcb;
    ticks now = this_core()->now;
    bool update = sched_context_active(sc) && t && tcb_runnable(t) && sc->core == core;

    if (t && t->queued != QUEUE_NONE)
        sched_remove(t);
    sched_forget_context(sc);
    if (budget == period) {
        period = 0;
        refills = SCHED_CONTEXT_MIN_REFILLS;
    }
    if (update)
        refill_update(sc, refills, budget, period, now);
    else
        refill_new(sc, refills, budget, period, now);
    sc->core = (uint16_t)core;
    if (t)
        bring(t, core);
}

/* Words: budget, period (microseconds), extra refills, badge, flags; cap: the context. */
static enum outcome configure(struct invocation *inv)
{
    word budget = invocation_word(inv, 0), period = invocation_word(inv, 1);
    word extra = invocation_word(inv, 2), flags = invocation_word(inv, 4);
    word max_us = (~(word)0 >> 3) / arch_ticks_per_us;

    if (inv->length < 5 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    struct cap cap = inv->extra[0]->cap;
    if (cap_type(cap) != CAP_SCHED_CONTEXT)
        return refuse_capability(1);
    if (budget < MIN_BUDGET_US || budget > max_us)
        return refuse_range(MIN_BUDGET_US, max_us);
    if (period < MIN_BUDGET_US || period > max_us)
        return refuse_range(MIN_BUDGET_US, max_us);
    if (budget > period)
        return refuse_range(MIN_BUDGET_US, period);
    if (extra > max_extra_refills(cap))
        return refuse_range(0, max_extra_refills(cap));
    struct sched_context *sc = cap_sched_context(cap);
    assert(extra + SCHED_CONTEXT_MIN_REFILLS <= max_refills(cap));
    sc->badge = invocation_word(inv, 3);
    sc->sporadic = flags & SCHED_CONTEXT_SPORADIC;
    sc->roam = 0;
    apply_parameters(sc, (unsigned)inv->cap.w1, (unsigned)extra + SCHED_CONTEXT_MIN_REFILLS,
                     budget * arch_ticks_per_us, period * arch_ticks_per_us);
    return OUTCOME_DONE;
}

/* Move a context, and who runs on it, to a core. Exclusion. */
static void move(struct sched_context *sc, unsigned core)
{
    struct tcb *t = sc->tcb;

    if (t && t->queued != QUEUE_NONE)
        sched_remove(t);
    sched_forget_context(sc);
    sc->core = (uint16_t)core;
    if (t)
        bring(t, core);
}

/* Extension. Word: mask of cores the context may move to, the control's among them, or 0
 * to pin it to the control's core. cap: the context. It stays where it is if it may. */
static enum outcome roam(struct invocation *inv)
{
    word mask = invocation_word(inv, 0);

    if (inv->length < 1 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    struct cap cap = inv->extra[0]->cap;
    if (cap_type(cap) != CAP_SCHED_CONTEXT)
        return refuse_capability(1);
    if (mask & ~MASK(core_count))
        return refuse_range(0, MASK(core_count));
    unsigned core = (unsigned)inv->cap.w1;
    if (mask && !(mask & BIT(core)))
        return refuse_argument(0);
    struct sched_context *sc = cap_sched_context(cap);
    sc->roam = (uint32_t)mask;
    if (!((mask ? mask : BIT(core)) & BIT(sc->core)))
        move(sc, core);
    else if (sc->tcb)
        sched_refresh(sc->tcb);
    return OUTCOME_DONE;
}

/* Extension. How many threads have come to the control's core. */
static enum outcome migrations(struct invocation *inv)
{
    word count = roam_counted(&cores[inv->cap.w1]);
    return reply_words(inv, 1, &count);
}

enum outcome sched_control_decode(struct invocation *inv)
{
    if (inv->label == INVOKE_SCHED_CONTROL_MIGRATIONS)
        return migrations(inv);
    if (inv->label != INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS
        && inv->label != INVOKE_SCHED_CONTROL_ROAM)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    return inv->label == INVOKE_SCHED_CONTROL_ROAM ? roam(inv) : configure(inv);
}

void sched_context_setup_boot(struct sched_context *sc, unsigned core, ticks budget)
{
    refill_new(sc, SCHED_CONTEXT_MIN_REFILLS, budget, 0, arch_now());
    sc->core = (uint16_t)core;
}
