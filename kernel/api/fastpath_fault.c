/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast path of faults. Unlike the others it is called by C, not by entry.S. */
#include <api/fastpath.h>
#include <api/fastpath_parts.h>
#include <api/fault.h>

/* A fault calls its handler as fastpath_call() does; the caller is inside the gate. */
struct tcb *fastpath_fault(struct core *self, struct tcb *t, const struct fault *fault)
{
    struct cap cap = t->slots[TCB_FAULT].cap;

    if (unlikely(!may_call(cap) || self->reschedule))
        return NULL;
    struct tcb *handler = take_server(self, t, cap_endpoint(cap), 0);
    if (unlikely(!handler))
        return NULL;
    t->fault = *fault;
    lend(self, t, handler);
    context_set_badge(&handler->context, cap_badge(cap));
    context_set_info(&handler->context,
                     message_info(fault->type, 0, 0, fault_message(t, handler)));
    make_current(self, handler);
    gate_leave(self);
    return handler;
}
