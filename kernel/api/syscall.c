/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls, off the fast path. A call first sets the thread to RESTART, so that
 * whatever stops it before its end (another core's exclusion, preemption, an empty
 * budget, suspension) repeats it from the system call instruction.
 */
#include <abi/error.h>
#include <abi/fault.h>
#include <abi/syscall.h>
#include <abi/syscall_bench.h>
#include <api/entry.h>
#include <api/fastpath.h>
#include <api/fault.h>
#include <api/invocation.h>
#include <api/ipc.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/irq.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>

/* --- leaving ---------------------------------------- */

_Noreturn void kernel_exit(struct core *self)
{
    struct tcb *t = self->current;

    if (self->candidate || self->reschedule || self->reprogram || self->evicted) {
        self->evicted = false;
        schedule(self);
        t = self->current;
    }
    if (t == self->idle) {
        gate_leave(self);
        arch_idle(self);
    }
    arch_own_user_state(self, t);
    sched_resume(t);
    assert(t->state == THREAD_RUNNING);
    gate_leave(self);
    arch_return_to_user(t);
}

/* The exclusion of a call that needed it ends. */
static void open_gate(struct core *self)
{
    if (gate_exclusive())
        gate_open(self);
}

/* --- receiving ---------------------------------------- */

static void receive_fault(struct core *self, struct tcb *t, word address)
{
    t->lookup_error = self->error->lookup;
    fault_raise(self, t, FAULT_CAP, address, 1, 0);
}

/* A receive on something that cannot be received from. */
static void receive_refused(struct core *self, struct tcb *t, word address)
{
    self->error->lookup = (struct lookup_error){.type = LOOKUP_MISSING_CAPABILITY};
    receive_fault(self, t, address);
}

/* Find the reply object of a receive; false when a fault was raised. */
static bool find_reply(struct core *self, struct tcb *t, struct reply **reply)
{
    word address = context_reply(&t->context);
    struct slot *slot = cspace_lookup(t, address);

    if (!slot) {
        receive_fault(self, t, address);
        return false;
    }
    if (cap_type(slot->cap) != CAP_REPLY) {
        receive_refused(self, t, address);
        return false;
    }
    *reply = cap_reply(slot->cap);
    return true;
}

static enum outcome receive(struct core *self, struct tcb *t, bool block, bool can_reply)
{
    word address = context_cap(&t->context);
    struct slot *slot = cspace_lookup(t, address);
    struct reply *reply = NULL;

    if (!slot) {
        receive_fault(self, t, address);
        return OUTCOME_DONE;
    }
    struct cap cap = slot->cap;
    if (cap_type(cap) == CAP_ENDPOINT && (cap_rights(cap) & RIGHT_READ)) {
        if (can_reply && !find_reply(self, t, &reply))
            return OUTCOME_DONE;
        return endpoint_receive(self, t, cap, block, reply);
    }
    if (cap_type(cap) == CAP_NOTIFICATION && (cap_rights(cap) & RIGHT_READ)) {
        struct notification *n = cap_notification(cap);
        if (!n->bound || n->bound == t) {
            notification_wait(self, t, n, block);
            return OUTCOME_DONE;
        }
    }
    receive_refused(self, t, address);
    return OUTCOME_DONE;
}

/* --- sending ---------------------------------------- */

/* Send without blocking, then receive. The first part is not repeated when only the
 * second one needs exclusion: `sent` remembers it. */
static enum outcome send_receive(struct core *self, struct tcb *t, word destination,
                                 bool can_reply, bool *sent)
{
    if (!*sent) {
        enum outcome outcome = invoke(self, t, destination, false, false, true);
        if (outcome == OUTCOME_EXCLUSIVE || outcome == OUTCOME_PREEMPTED)
            return outcome;
        *sent = true;
    }
    if (self->current != t)
        return OUTCOME_DONE;
    return receive(self, t, true, can_reply);
}

/* Two threads that send to each other like this, dropping what nobody waits for, count
 * on the two parts being one step: nobody may look in between. */
static enum outcome nbsend_receive(struct core *self, struct tcb *t, word destination,
                                   bool can_reply, bool *sent)
{
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    return send_receive(self, t, destination, can_reply, sent);
}

static void yield(struct core *self, struct tcb *t)
{
    t->state = THREAD_RUNNING;
    sched_end_slice(self, self->sc ? refill_head(self->sc)->amount : 0, false);
}

static enum outcome dispatch(struct core *self, struct tcb *t, int64_t number, bool *sent)
{
    struct context *c = &t->context;

    switch (number) {
    case SYSCALL_CALL:
    case SYSCALL_CALL_WINDOW:
        return invoke(self, t, context_cap(c), true, true, true);
    case SYSCALL_SEND:
        return invoke(self, t, context_cap(c), true, false, false);
    case SYSCALL_NBSEND:
        return invoke(self, t, context_cap(c), false, false, false);
    case SYSCALL_REPLY_RECV:
        return send_receive(self, t, context_reply(c), true, sent);
    case SYSCALL_NBSEND_RECV:
        return nbsend_receive(self, t, context_destination(c), true, sent);
    case SYSCALL_NBSEND_WAIT:
        return nbsend_receive(self, t, context_reply(c), false, sent);
    case SYSCALL_RECV:
        return receive(self, t, true, true);
    case SYSCALL_NBRECV:
        return receive(self, t, false, true);
    case SYSCALL_WAIT:
        return receive(self, t, true, false);
    case SYSCALL_NBWAIT:
        return receive(self, t, false, false);
    case SYSCALL_YIELD:
        yield(self, t);
        return OUTCOME_DONE;
    default:
        if (!arch_debug_syscall(t, number))
            fault_raise(self, t, FAULT_UNKNOWN_SYSCALL, (word)number, 0, 0);
        return OUTCOME_DONE;
    }
}

/* Perform the call, under exclusion if it turns out to need it. */
static void perform(struct core *self, struct tcb *t, int64_t number)
{
    bool sent = false;
    enum outcome outcome = dispatch(self, t, number, &sent);

    if (outcome == OUTCOME_EXCLUSIVE) {
        sched_queue_candidate(self);
        gate_close(self);
        if (self->evicted || self->current != t || t->state != THREAD_RESTART) {
            gate_open(self);
            return;
        }
        outcome = dispatch(self, t, number, &sent);
        assert(outcome != OUTCOME_EXCLUSIVE);
        open_gate(self);
    }
    if (outcome == OUTCOME_PREEMPTED)
        self->reschedule = true;
    else if (self->current == t && t->state == THREAD_RESTART)
        t->state = THREAD_RUNNING;
}

_Noreturn void handle_syscall(struct core *self, int64_t number)
{
    struct tcb *t = self->current;

    /* it measures the way in and out, and does nothing else */
    if (CONFIG_BENCHMARKS && number == SYSCALL_BENCHMARK_NULL_SYSCALL)
        arch_return_to_user(t);
    context_rewind_syscall(&t->context);
    t->state = THREAD_RESTART;
    arch_save_user_state(self);
    gate_enter(self);
    if (likely(!self->evicted)) {
        sched_update_time(self);
        if (likely(sched_check_budget(self)))
            perform(self, t, number);
    }
    kernel_exit(self);
}

/* --- interrupts and exceptions ---------------------------------------- */

_Noreturn void handle_interrupt(struct core *self, word vector)
{
    self->current->context.fault_ip = self->current->context.rip;
    arch_save_user_state(self);
    if (self->mailbox)
        arch_mailbox(self);
    gate_enter(self);
    /* Acknowledge before the clock is read: that may take long on an emulated machine. */
    word irq = arch_interrupt_irq(self, vector);
    sched_update_time(self);
    if (self->evicted)
        self->reprogram = true;     /* the timer may be spent */
    else
        sched_check_budget(self);
    if (irq < ARCH_IRQ_COUNT)
        irq_deliver(irq);
    self->reschedule = true;
    kernel_exit(self);
}

_Noreturn void handle_exception(struct core *self, word vector)
{
    struct tcb *t = self->current;
    struct fault fault;

    t->context.fault_ip = t->context.rip;
    gate_enter(self);
    if (!self->evicted && arch_exception(self, t, vector, &fault)) {
        struct tcb *handler = fastpath_fault(self, t, &fault);
        if (handler)
            arch_return_to_user(handler);
        arch_save_user_state(self);
        t->state = THREAD_RESTART;
        sched_update_time(self);
        if (sched_check_budget(self)) {
            t->fault = fault;
            fault_deliver(self, t);
        }
    }
    kernel_exit(self);
}
