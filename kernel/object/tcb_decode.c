/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of TCBs (manual, "TCB Methods"). All of them run under exclusion, so a
 * thread never changes under another core that runs it.
 */
#include <abi/error.h>
#include <abi/object.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>
#include <object/tcb.h>
#include <object/tcb_methods.h>

/* --- capabilities kept in the thread ---------------------------------------- */

struct install {
    struct cap cap;             /* null: only clear the slot */
    struct slot *source;
};

static enum outcome install_cap(struct tcb *t, struct slot *tcb_slot, unsigned index,
                                const struct install *new)
{
    struct cap tcb_cap = tcb_slot->cap;
    word source = new->source ? new->source->cap.w0 : 0;
    enum outcome outcome = slot_delete(&t->slots[index]);

    if (outcome != OUTCOME_DONE)
        return outcome;
    if (!cap_is_null(new->cap) && new->source->cap.w0 == source
        && tcb_slot->cap.w0 == tcb_cap.w0)
        slot_insert(&t->slots[index], new->cap, new->source);
    return OUTCOME_DONE;
}

/* A fault handler: none, or an endpoint that can be called. */
static enum outcome check_handler(struct slot *slot, word number, struct install *new)
{
    struct cap cap = slot->cap;

    *new = (struct install){.source = slot};
    if (cap_is_null(cap))
        return OUTCOME_DONE;
    word rights = cap_rights(cap);
    if (cap_type(cap) != CAP_ENDPOINT || !(rights & RIGHT_WRITE)
        || !(rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY)))
        return refuse_capability(number);
    enum error_code error = cap_derive(slot, cap, &new->cap);
    return error == ERROR_NONE ? OUTCOME_DONE : refuse(error);
}

static enum outcome check_spaces(struct slot *cspace, word cspace_data,
                                 struct slot *vspace, struct install *new_cspace,
                                 struct install *new_vspace)
{
    enum error_code error;
    struct cap cap = cspace->cap;

    *new_cspace = (struct install){.source = cspace};
    *new_vspace = (struct install){.source = vspace};
    if (cspace_data != 0 && cap_type(cap) == CAP_CNODE)
        cap = cap_with_guard(cap, cspace_data);
    error = cap_derive(cspace, cap, &new_cspace->cap);
    if (error != ERROR_NONE)
        return refuse(error);
    if (cap_type(new_cspace->cap) != CAP_CNODE)
        return refuse(ERROR_ILLEGAL_OPERATION);
    error = cap_derive(vspace, vspace->cap, &new_vspace->cap);
    if (error != ERROR_NONE)
        return refuse(error);
    if (!arch_valid_vspace(new_vspace->cap))
        return refuse(ERROR_ILLEGAL_OPERATION);
    return OUTCOME_DONE;
}

static enum outcome check_buffer(struct slot *frame, word address, struct install *new)
{
    enum error_code error;

    *new = (struct install){.source = frame};
    if (address == 0)
        return OUTCOME_DONE;
    error = cap_derive(frame, frame->cap, &new->cap);
    if (error == ERROR_NONE)
        error = arch_check_ipc_buffer(new->cap, address);
    new->cap = cap_frame_as_buffer(new->cap);
    return error == ERROR_NONE ? OUTCOME_DONE : refuse(error);
}

static enum outcome install_spaces(struct invocation *inv, struct tcb *t,
                                   const struct install *cspace,
                                   const struct install *vspace)
{
    enum outcome outcome = install_cap(t, inv->slot, TCB_CSPACE, cspace);
    if (outcome == OUTCOME_DONE)
        outcome = install_cap(t, inv->slot, TCB_VSPACE, vspace);
    tcb_cspace_changed(t);
    arch_vspace_changed(t);
    return outcome;
}

static enum outcome install_buffer(struct invocation *inv, struct tcb *t,
                                   const struct install *frame, word address)
{
    t->buffer = NULL;
    t->buffer_address = address;
    enum outcome outcome = install_cap(t, inv->slot, TCB_BUFFER, frame);
    if (outcome == OUTCOME_DONE && !cap_is_null(t->slots[TCB_BUFFER].cap))
        t->buffer = arch_ipc_buffer(t->slots[TCB_BUFFER].cap, address);
    return outcome;
}

/* Words: CSpace guard, VSpace data, buffer address; caps: CSpace, VSpace, frame. */
static enum outcome configure(struct invocation *inv, struct tcb *t)
{
    struct install cspace, vspace, frame;
    word address = invocation_word(inv, 2);

    if (inv->length < 3 || inv->extra_count < 3)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_buffer(inv->extra[2], address, &frame);
    if (outcome == OUTCOME_DONE)
        outcome = check_spaces(inv->extra[0], invocation_word(inv, 0), inv->extra[1],
                               &cspace, &vspace);
    if (outcome == OUTCOME_DONE)
        outcome = install_spaces(inv, t, &cspace, &vspace);
    if (outcome == OUTCOME_DONE)
        outcome = install_buffer(inv, t, &frame, address);
    return outcome;
}

/* Words: CSpace guard, VSpace data; caps: fault handler, CSpace, VSpace. */
static enum outcome set_space(struct invocation *inv, struct tcb *t)
{
    struct install handler, cspace, vspace;

    if (inv->length < 2 || inv->extra_count < 3)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_spaces(inv->extra[1], invocation_word(inv, 0),
                                        inv->extra[2], &cspace, &vspace);
    if (outcome == OUTCOME_DONE)
        outcome = check_handler(inv->extra[0], 1, &handler);
    if (outcome == OUTCOME_DONE)
        outcome = install_cap(t, inv->slot, TCB_FAULT, &handler);
    if (outcome == OUTCOME_DONE)
        outcome = install_spaces(inv, t, &cspace, &vspace);
    return outcome;
}

static enum outcome set_ipc_buffer(struct invocation *inv, struct tcb *t)
{
    struct install frame;

    if (inv->length < 1 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_buffer(inv->extra[0], invocation_word(inv, 0), &frame);
    if (outcome == OUTCOME_DONE)
        outcome = install_buffer(inv, t, &frame, invocation_word(inv, 0));
    return outcome;
}

static enum outcome set_timeout_endpoint(struct invocation *inv, struct tcb *t)
{
    struct install handler;

    if (inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_handler(inv->extra[0], 1, &handler);
    if (outcome == OUTCOME_DONE)
        outcome = install_cap(t, inv->slot, TCB_TIMEOUT, &handler);
    return outcome;
}

/* --- scheduling ---------------------------------------- */

/* Is `prio` allowed by the thread whose capability is extra `number`? */
static enum outcome check_prio(struct invocation *inv, word prio)
{
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_capability(1);
    word limit = cap_tcb(inv->extra[0]->cap)->mcp;
    return prio <= limit ? OUTCOME_DONE : refuse_range(0, limit);
}

static void apply_prio(struct tcb *t, word prio)
{
    t->base_prio = (uint8_t)prio;
    if (t->home && t->sc && t->sc != t->home && t->sc->reply)
        prio = max_word(prio, reply_tcb(t->sc->reply)->prio);
    if (t->state == THREAD_RECEIVING || t->state == THREAD_SENDING
        || t->state == THREAD_WAITING)
        tcb_reorder(t, (unsigned)prio);
    else
        sched_set_prio(t, (unsigned)prio);
    sched_refresh(t);
}

static enum outcome set_priority(struct invocation *inv, struct tcb *t)
{
    if (inv->length < 1 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_prio(inv, invocation_word(inv, 0));
    if (outcome == OUTCOME_DONE)
        apply_prio(t, invocation_word(inv, 0));
    return outcome;
}

static enum outcome set_mc_priority(struct invocation *inv, struct tcb *t)
{
    if (inv->length < 1 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_prio(inv, invocation_word(inv, 0));
    if (outcome == OUTCOME_DONE)
        t->mcp = (uint8_t)invocation_word(inv, 0);
    return outcome;
}

/* The scheduling context of SetSchedParams: null unbinds. */
static enum outcome check_sched_context(struct invocation *inv, struct tcb *t,
                                        struct slot *slot)
{
    if (cap_is_null(slot->cap))
        return t == inv->caller ? refuse(ERROR_ILLEGAL_OPERATION) : OUTCOME_DONE;
    if (cap_type(slot->cap) != CAP_SCHED_CONTEXT)
        return refuse_capability(2);
    struct sched_context *sc = cap_sched_context(slot->cap);
    if (t->sc == sc || (t->home == sc && !t->sc))
        return OUTCOME_DONE;
    return sched_context_check_bind(sc, t) ? OUTCOME_DONE
                                           : refuse(ERROR_ILLEGAL_OPERATION);
}

/* Words: mcp, priority; caps: authority, scheduling context, fault handler. */
static enum outcome set_sched_params(struct invocation *inv, struct tcb *t)
{
    struct install handler;
    word mcp = invocation_word(inv, 0), prio = invocation_word(inv, 1);

    if (inv->length < 2 || inv->extra_count < 3)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    enum outcome outcome = check_prio(inv, mcp);
    if (outcome == OUTCOME_DONE)
        outcome = check_prio(inv, prio);
    if (outcome == OUTCOME_DONE)
        outcome = check_sched_context(inv, t, inv->extra[1]);
    if (outcome == OUTCOME_DONE)
        outcome = check_handler(inv->extra[2], 3, &handler);
    if (outcome == OUTCOME_DONE)
        outcome = install_cap(t, inv->slot, TCB_FAULT, &handler);
    if (outcome != OUTCOME_DONE)
        return outcome;
    t->mcp = (uint8_t)mcp;
    apply_prio(t, prio);
    struct cap cap = inv->extra[1]->cap;
    if (cap_is_null(cap)) {
        if (t->sc)
            sched_context_unbind_tcb(t->sc);
    } else if (t->sc != cap_sched_context(cap) && t->home != cap_sched_context(cap)) {
        sched_context_bind(cap_sched_context(cap), t);
    }
    return OUTCOME_DONE;
}

/* --- state, notification, flags ---------------------------------------- */

static enum outcome suspend(struct invocation *inv, struct tcb *t)
{
    (void)inv;
    tcb_suspend(t);
    return OUTCOME_DONE;
}

static enum outcome resume(struct invocation *inv, struct tcb *t)
{
    (void)inv;
    tcb_restart(t);
    return OUTCOME_DONE;
}

static enum outcome bind_notification(struct invocation *inv, struct tcb *t)
{
    if (inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    struct cap cap = inv->extra[0]->cap;
    if (t->bound)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (cap_type(cap) != CAP_NOTIFICATION)
        return refuse(ERROR_ILLEGAL_OPERATION);
    struct notification *n = cap_notification(cap);
    if (!(cap_rights(cap) & RIGHT_READ) || n->head || n->bound)
        return refuse(ERROR_ILLEGAL_OPERATION);
    notification_bind(n, t);
    return OUTCOME_DONE;
}

static enum outcome unbind_notification(struct invocation *inv, struct tcb *t)
{
    (void)inv;
    if (!t->bound)
        return refuse(ERROR_ILLEGAL_OPERATION);
    notification_unbind(t->bound);
    return OUTCOME_DONE;
}

#define KNOWN_FLAGS  (TCB_FLAG_FPU_DISABLED | TCB_FLAG_LEND)

static enum outcome set_flags(struct invocation *inv, struct tcb *t)
{
    if (inv->length < 2)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    uint32_t flags = (uint32_t)((t->flags & ~invocation_word(inv, 0))
                                | (invocation_word(inv, 1) & KNOWN_FLAGS));
    arch_fpu_release(t);
    t->flags = flags;
    t->fpu_used = false;        /* its next use tells whether it may */
    if (flags & TCB_FLAG_FPU_DISABLED)
        arch_fpu_init(t);
    sched_context_set_home(t);
    word result = flags;
    return reply_words(inv, 1, &result);
}

/* --- extensions ---------------------------------------- */

/* Words: first address and end of the library, entry point, stack pointer; an empty
 * range switches foreign system calls off. */
static enum outcome set_foreign(struct invocation *inv, struct tcb *t)
{
    word start = invocation_word(inv, 0), end = invocation_word(inv, 1);
    word entry = invocation_word(inv, 2), stack = invocation_word(inv, 3);

    if (inv->length < 4)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    bool on = start != end;
    if (start > end || end > USER_TOP)
        return refuse_argument(1);
    if (on && (entry < start || entry >= end))
        return refuse_argument(2);
    if (on && stack > USER_TOP)
        return refuse_argument(3);
    tcb_stop(inv, t);
    /* compared with the address after the instruction */
    t->foreign_start = on ? start + CONTEXT_SYSCALL_BYTES : 0;
    t->foreign_length = on ? end - start : ~(word)0;
    t->foreign_entry = entry;
    t->foreign_stack = stack;
    sched_refresh(t);
    return OUTCOME_DONE;
}

typedef enum outcome method(struct invocation *inv, struct tcb *t);

static method *const methods[] = {
    [INVOKE_TCB_READ_REGISTERS] = tcb_read_registers,
    [INVOKE_TCB_WRITE_REGISTERS] = tcb_write_registers,
    [INVOKE_TCB_COPY_REGISTERS] = tcb_copy_registers,
    [INVOKE_TCB_CONFIGURE] = configure,
    [INVOKE_TCB_SET_PRIORITY] = set_priority,
    [INVOKE_TCB_SET_MC_PRIORITY] = set_mc_priority,
    [INVOKE_TCB_SET_SCHED_PARAMS] = set_sched_params,
    [INVOKE_TCB_SET_TIMEOUT_ENDPOINT] = set_timeout_endpoint,
    [INVOKE_TCB_SET_IPC_BUFFER] = set_ipc_buffer,
    [INVOKE_TCB_SET_SPACE] = set_space,
    [INVOKE_TCB_SUSPEND] = suspend,
    [INVOKE_TCB_RESUME] = resume,
    [INVOKE_TCB_BIND_NOTIFICATION] = bind_notification,
    [INVOKE_TCB_UNBIND_NOTIFICATION] = unbind_notification,
    [INVOKE_TCB_SET_TLS_BASE] = tcb_set_tls_base,
    [INVOKE_TCB_SET_FLAGS] = set_flags,
};

static method *find_method(word label)
{
    if (label < ARRAY_SIZE(methods))
        return methods[label];
    if (label == INVOKE_TCB_SET_FOREIGN)
        return set_foreign;
    return NULL;
}

enum outcome tcb_decode(struct invocation *inv)
{
    method *m = find_method(inv->label);

    if (!m)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    return m(inv, cap_tcb(inv->cap));
}
