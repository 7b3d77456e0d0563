/* SPDX-License-Identifier: BSD-2-Clause */
/* Life of a thread: start, stop, end; see tcb.h. */
#include <abi/fault.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>

void tcb_init(struct tcb *t)
{
    context_init(&t->context);
    t->foreign_length = ~(word)0;
    arch_fpu_init(t);
}

void tcb_cspace_changed(struct tcb *t)
{
    struct cap root = t->slots[TCB_CSPACE].cap;

    t->flat = (struct flat_space){0};
    if (cap_type(root) != CAP_CNODE)
        return;
    word radix = cap_cnode_radix(root);
    if (radix + cap_cnode_guard_size(root) != 64)
        return;
    t->flat = (struct flat_space){
        .root = root.w0, .first = cap_cnode_guard(root) << radix, .count = BIT(radix),
        .slots = cap_ptr(root),
    };
}

void tcb_settle_ip(struct tcb *t)
{
    if (t->state == THREAD_RUNNING)
        t->context.fault_ip = t->context.rip;
    else if (tcb_blocked(t) && t->fault.type == FAULT_NULL)
        context_rewind_syscall(&t->context);
}

void tcb_cancel(struct tcb *t)
{
    if (tcb_blocked(t))
        tcb_settle_ip(t);
    switch ((enum thread_state)t->state) {
    case THREAD_RECEIVING:
    case THREAD_SENDING:
        endpoint_cancel(t);
        break;
    case THREAD_WAITING:
        notification_cancel(t);
        break;
    case THREAD_CALLING:
        reply_cancel_caller(t);
        break;
    default:
        break;
    }
    t->fault.type = FAULT_NULL;
}

void tcb_suspend(struct tcb *t)
{
    assert(gate_exclusive());
    core_evict(t);
    tcb_settle_ip(t);
    tcb_cancel(t);
    t->state = THREAD_INACTIVE;
    if (t->queued != QUEUE_NONE)
        sched_remove(t);
    if (t->yield_to)
        sched_context_yield_cancel(t);
}

void tcb_restart(struct tcb *t)
{
    if (tcb_runnable(t) || t->state == THREAD_IDLE)
        return;
    tcb_cancel(t);
    t->state = THREAD_RESTART;
    sched_go_home(t);
    sched_wake(this_core(), t);
}

void tcb_finalise(struct tcb *t)
{
    tcb_suspend(t);
    if (t->bound)
        notification_unbind(t->bound);
    sched_return_loan(t);
    if (t->sc && t->sc->owner && t->sc->owner != t) {
        sched_forget_context(t->sc);    /* its owner gets it when it waits no longer */
        t->sc->tcb = NULL;
        t->sc = NULL;
    }
    if (t->sc)
        sched_context_unbind_tcb(t->sc);
    if (t->home) {
        t->home->owner = NULL;
        if (t->home->tcb == t)
            t->home->tcb = NULL;
        t->home = NULL;
    }
    t->buffer = NULL;
}

void tcb_reorder(struct tcb *t, unsigned prio)
{
    t->prio = (uint8_t)prio;
    if (t->state == THREAD_WAITING)
        notification_requeue(t);
    else
        endpoint_requeue(t);
}

void tcb_go_home(struct tcb *t)
{
    unsigned prio = t->prio;

    sched_go_home(t);
    if (t->prio != prio && tcb_blocked(t) && t->state != THREAD_CALLING)
        tcb_reorder(t, t->prio);
}
