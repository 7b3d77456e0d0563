/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocations: look-up, dispatch by capability type, and replies of the kernel. */
#include <abi/fault.h>
#include <api/fault.h>
#include <api/invocation.h>
#include <api/ipc.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/domain.h>
#include <object/endpoint.h>
#include <object/irq.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/untyped.h>
#include <object/window.h>

/* --- refusing ---------------------------------------- */

enum outcome refuse(enum error_code type)
{
    this_core()->error->type = type;
    return OUTCOME_ERROR;
}

enum outcome refuse_argument(word number)
{
    this_core()->error->argument = number;
    return refuse(ERROR_INVALID_ARGUMENT);
}

enum outcome refuse_capability(word number)
{
    this_core()->error->argument = number;
    return refuse(ERROR_INVALID_CAPABILITY);
}

enum outcome refuse_range(word min, word max)
{
    this_core()->error->range_min = min;
    this_core()->error->range_max = max;
    return refuse(ERROR_RANGE);
}

enum outcome refuse_lookup(bool source)
{
    this_core()->error->failed_source = source;
    return refuse(ERROR_FAILED_LOOKUP);
}

enum outcome refuse_memory(word left)
{
    this_core()->error->memory_left = left;
    return refuse(ERROR_NOT_ENOUGH_MEMORY);
}

/* --- the kernel's replies ---------------------------------------- */

static void reply_message(struct tcb *t, word label, word length)
{
    context_set_badge(&t->context, 0);
    context_set_info(&t->context, message_info(label, 0, 0, length));
}

static void reply_error(struct tcb *t, const struct syscall_error *e)
{
    word length = 0;

    switch (e->type) {
    case ERROR_INVALID_ARGUMENT:
    case ERROR_INVALID_CAPABILITY:
        message_set_word(t, length++, e->argument);
        break;
    case ERROR_RANGE:
        message_set_word(t, length++, e->range_min);
        message_set_word(t, length++, e->range_max);
        break;
    case ERROR_FAILED_LOOKUP:
        message_set_word(t, length++, e->failed_source);
        length = lookup_error_message(&e->lookup, t, (unsigned)length);
        break;
    case ERROR_NOT_ENOUGH_MEMORY:
        message_set_word(t, length++, e->memory_left);
        break;
    default:
        break;
    }
    reply_message(t, e->type, length);
}

enum outcome reply_words(struct invocation *inv, unsigned count, const word *words)
{
    if (!inv->call)
        return OUTCOME_DONE;
    for (unsigned i = 0; i < count; i++)
        message_set_word(inv->caller, i, words[i]);
    if (!inv->caller->buffer && count > REGISTERS)
        count = REGISTERS;
    reply_message(inv->caller, 0, count);
    return OUTCOME_REPLIED;
}

word invocation_word(const struct invocation *inv, unsigned i)
{
    return message_word(inv->caller, i);
}

/* --- dispatch ---------------------------------------- */

static enum outcome send_endpoint(struct invocation *inv)
{
    if (!(cap_rights(inv->cap) & RIGHT_WRITE))
        return refuse_capability(0);
    endpoint_send(this_core(), inv->caller, inv->cap, inv->block, inv->call,
                  inv->can_donate);
    return OUTCOME_REPLIED;
}

static enum outcome send_signal(struct invocation *inv)
{
    if (!(cap_rights(inv->cap) & RIGHT_WRITE))
        return refuse_capability(0);
    notification_signal(this_core(), cap_notification(inv->cap), cap_badge(inv->cap));
    return OUTCOME_DONE;
}

static enum outcome send_reply(struct invocation *inv)
{
    if (unlikely(inv->label == INVOKE_REPLY_WINDOW_COPY) && inv->call)
        return window_copy(inv, cap_reply(inv->cap));
    return reply_send(this_core(), inv->caller, cap_reply(inv->cap),
                      cap_rights(inv->cap) & RIGHT_GRANT);
}

static enum outcome decode(struct invocation *inv)
{
    if (cap_is_arch(inv->cap))
        return arch_decode(inv);
    switch (cap_type(inv->cap)) {
    case CAP_ENDPOINT:      return send_endpoint(inv);
    case CAP_NOTIFICATION:  return send_signal(inv);
    case CAP_REPLY:         return send_reply(inv);
    case CAP_TCB:           return tcb_decode(inv);
    case CAP_CNODE:         return cnode_decode(inv);
    case CAP_UNTYPED:       return untyped_decode(inv);
    case CAP_SCHED_CONTEXT: return sched_context_decode(inv);
    case CAP_SCHED_CONTROL: return sched_control_decode(inv);
    case CAP_IRQ_CONTROL:   return irq_control_decode(inv);
    case CAP_IRQ_HANDLER:   return irq_handler_decode(inv);
    case CAP_DOMAIN:        return domain_decode(inv);
    default:                return refuse_capability(0);
    }
}

/* A look-up failed while sending: a fault for those that may block, else nothing. */
static enum outcome send_fault(struct core *self, struct tcb *t, word address, bool block)
{
    if (block) {
        t->lookup_error = self->error->lookup;
        fault_raise(self, t, FAULT_CAP, address, 0, 0);
    }
    return OUTCOME_DONE;
}

enum outcome invoke(struct core *self, struct tcb *t, word address, bool block, bool call,
                    bool can_donate)
{
    word info = context_info(&t->context);
    struct invocation inv = {
        .caller = t, .label = message_label(info), .cap_address = address,
        .length = min_word(message_length(info), MESSAGE_MAX_LENGTH),
        .call = call, .block = block, .can_donate = can_donate,
    };

    inv.slot = cspace_lookup(t, address);
    if (!inv.slot)
        return send_fault(self, t, address, block);
    if (inv.length > REGISTERS && !t->buffer)
        inv.length = REGISTERS;
    for (unsigned i = 0; t->buffer && i < message_extra_caps(info); i++) {
        word extra = t->buffer->caps_or_badges[i];
        struct slot *slot = cspace_lookup(t, extra);
        if (!slot)
            return send_fault(self, t, extra, block);
        inv.extra[inv.extra_count++] = slot;
    }
    inv.cap = inv.slot->cap;

    enum outcome outcome = decode(&inv);
    if (!call || self->current != t)
        return outcome;
    if (outcome == OUTCOME_ERROR)
        reply_error(t, self->error);
    else if (outcome == OUTCOME_DONE)
        reply_message(t, 0, 0);
    return outcome;
}
