/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault messages and replies; see fault.h. */
#include <abi/error.h>
#include <abi/fault.h>
#include <api/fault.h>
#include <api/ipc.h>
#include <core/arch.h>
#include <core/print.h>
#include <core/sched.h>
#include <object/endpoint.h>

/* A handler is an endpoint capability that can send and be replied to. */
static bool valid_handler(struct cap cap)
{
    word rights = cap_rights(cap);
    return cap_type(cap) == CAP_ENDPOINT && (rights & RIGHT_WRITE)
           && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

bool fault_timeout_handler(const struct tcb *t)
{
    return valid_handler(t->slots[TCB_TIMEOUT].cap);
}

void fault_deliver(struct core *self, struct tcb *t)
{
    struct cap handler = t->slots[TCB_FAULT].cap;

    if (t->queued != QUEUE_NONE)
        sched_remove(t);
    if (valid_handler(handler)) {
        endpoint_send(self, t, handler, true, true, t->sc != NULL);
    } else {
        if (t->fault.type != FAULT_NULL)
            kprintf("thread %s at %lx: fault %lu (%lx, %lx) has no handler\n", t->name,
                    t->context.fault_ip, t->fault.type, t->fault.words[0],
                    t->fault.words[1]);
        t->fault.type = FAULT_NULL;
        t->state = THREAD_INACTIVE;
    }
    sched_request(self);
}

void fault_raise(struct core *self, struct tcb *t, word type, word w0, word w1, word w2)
{
    t->fault = (struct fault){.type = type, .words = {w0, w1, w2, 0}};
    fault_deliver(self, t);
}

void fault_timeout(struct core *self, struct tcb *t)
{
    t->fault = (struct fault){.type = FAULT_TIMEOUT, .words = {t->sc->badge}};
    endpoint_send(self, t, t->slots[TCB_TIMEOUT].cap, true, true, false);
    sched_request(self);
}

/* --- messages ---------------------------------------- */

/* Order of the general registers in the unknown-system-call message, as indices of
 * struct user_context: rax rbx rcx rdx rsi rdi rbp r8-r15. */
static const uint8_t unknown_syscall_order[] = {
    3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
};
/* Timeout replies: rip rsp rflags rax ... r15 fs_base: the order of user_context. */

static word cap_fault_message(struct tcb *t, struct tcb *to)
{
    const struct lookup_error *e = &t->lookup_error;
    message_set_word(to, CAP_FAULT_IP, t->context.fault_ip);
    message_set_word(to, CAP_FAULT_ADDRESS, t->fault.words[0]);
    message_set_word(to, CAP_FAULT_IN_RECEIVE, t->fault.words[1]);
    return lookup_error_message(e, to, CAP_FAULT_LOOKUP);
}

word lookup_error_message(const struct lookup_error *e, struct tcb *to, unsigned at)
{
    message_set_word(to, at++, e->type);
    switch (e->type) {
    case LOOKUP_MISSING_CAPABILITY:
        message_set_word(to, at++, e->bits_left);
        break;
    case LOOKUP_DEPTH_MISMATCH:
        message_set_word(to, at++, e->bits_left);
        message_set_word(to, at++, e->bits_found);
        break;
    case LOOKUP_GUARD_MISMATCH:
        message_set_word(to, at++, e->bits_left);
        message_set_word(to, at++, e->guard);
        message_set_word(to, at++, e->bits_found);
        break;
    default:
        break;
    }
    return at;
}

static word unknown_syscall_message(struct tcb *t, struct tcb *to)
{
    unsigned n = 0;
    for (; n < ARRAY_SIZE(unknown_syscall_order); n++)
        message_set_word(to, n, context_read(&t->context, unknown_syscall_order[n]));
    message_set_word(to, n++, t->context.fault_ip);
    message_set_word(to, n++, t->context.rsp);
    message_set_word(to, n++, t->context.rflags);
    message_set_word(to, n++, t->fault.words[0]);
    return to->buffer ? n : min_word(n, REGISTERS);
}

word fault_message(struct tcb *t, struct tcb *to)
{
    const struct fault *f = &t->fault;
    const word *w = f->words;

    switch (f->type) {
    case FAULT_CAP:
        return min_word(cap_fault_message(t, to), to->buffer ? 120 : REGISTERS);
    case FAULT_UNKNOWN_SYSCALL:
        return unknown_syscall_message(t, to);
    case FAULT_USER_EXCEPTION:
        message_set_word(to, USER_EXCEPTION_IP, t->context.fault_ip);
        message_set_word(to, USER_EXCEPTION_SP, t->context.rsp);
        message_set_word(to, USER_EXCEPTION_FLAGS, t->context.rflags);
        message_set_word(to, USER_EXCEPTION_NUMBER, w[0]);
        message_set_word(to, USER_EXCEPTION_CODE, w[1]);
        return to->buffer ? 5 : REGISTERS;
    case FAULT_TIMEOUT:
        message_set_word(to, TIMEOUT_DATA, w[0]);
        message_set_word(to, TIMEOUT_CONSUMED,
                         t->sc ? sched_context_take_consumed(t->sc) : 0);
        return 2;
    default: /* FAULT_VM */
        message_set_word(to, VM_FAULT_IP, t->context.fault_ip);
        message_set_word(to, VM_FAULT_ADDRESS, w[0]);
        message_set_word(to, VM_FAULT_IS_INSTRUCTION, w[2]);
        message_set_word(to, VM_FAULT_STATUS, w[1]);
        return 4;
    }
}

/* --- replies ---------------------------------------- */

/* Set registers named by user_context indices from a reply's words [first, length). */
static void take_register(struct tcb *t, unsigned index, word value)
{
    context_write(&t->context, index, value);
}

bool fault_reply(struct tcb *t, struct tcb *from, word info)
{
    static const uint8_t special[] = {0, 1, 2};     /* rip, rsp, rflags */
    unsigned length = (unsigned)message_length(info);
    unsigned n = ARRAY_SIZE(unknown_syscall_order);

    if (!from->buffer)
        length = (unsigned)min_word(length, REGISTERS);
    switch (t->fault.type) {
    case FAULT_UNKNOWN_SYSCALL:
        for (unsigned i = 0; i < length && i < n + 3; i++)
            take_register(t, i < n ? unknown_syscall_order[i] : special[i - n],
                          message_word(from, i));
        return message_label(info) == 0;
    case FAULT_USER_EXCEPTION:
        for (unsigned i = 0; i < length && i < 3; i++)
            take_register(t, special[i], message_word(from, i));
        return message_label(info) == 0;
    case FAULT_TIMEOUT:
        for (unsigned i = 0; i < length && i < CONTEXT_REGISTERS; i++)
            take_register(t, i, message_word(from, i));
        return message_label(info) == 0;
    default:
        return true;
    }
}
