/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading, writing and copying the registers of a thread (manual, "TCB Methods"). */
#include <abi/error.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/tcb.h>
#include <object/tcb_methods.h>

#define READ_SUSPEND     BIT(0)
#define WRITE_RESUME     BIT(0)
#define COPY_SUSPEND     BIT(0)
#define COPY_RESUME      BIT(1)
#define COPY_FRAME       BIT(2)
#define COPY_INTEGER     BIT(3)
#define FRAME_REGISTERS  18     /* the rest of user_context are segment bases */

void tcb_stop(struct invocation *inv, struct tcb *t)
{
    if (t != inv->caller)
        core_evict(t);
}

enum outcome tcb_read_registers(struct invocation *inv, struct tcb *t)
{
    word values[CONTEXT_REGISTERS];
    word count = invocation_word(inv, 1);

    if (inv->length < 2)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (count < 1 || count > CONTEXT_REGISTERS)
        return refuse_range(1, CONTEXT_REGISTERS);
    if (t == inv->caller)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (invocation_word(inv, 0) & READ_SUSPEND) {
        tcb_suspend(t);
    } else {
        core_evict(t);
        tcb_settle_ip(t);
    }
    for (word i = 0; i < count; i++)
        values[i] = context_read(&t->context, (unsigned)i);
    if (!(invocation_word(inv, 0) & READ_SUSPEND))
        sched_refresh(t);
    return reply_words(inv, (unsigned)count, values);
}

enum outcome tcb_write_registers(struct invocation *inv, struct tcb *t)
{
    word count = invocation_word(inv, 1);

    if (inv->length < 2 || inv->length - 2 < count)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (t == inv->caller)
        return refuse(ERROR_ILLEGAL_OPERATION);
    core_evict(t);
    for (word i = 0; i < count && i < CONTEXT_REGISTERS; i++)
        context_write(&t->context, (unsigned)i, invocation_word(inv, (unsigned)i + 2));
    if (invocation_word(inv, 0) & WRITE_RESUME)
        tcb_restart(t);
    sched_refresh(t);
    return OUTCOME_DONE;
}

enum outcome tcb_copy_registers(struct invocation *inv, struct tcb *t)
{
    word flags = invocation_word(inv, 0);

    if (inv->length < 1 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_capability(1);
    struct tcb *source = cap_tcb(inv->extra[0]->cap);
    if (flags & COPY_SUSPEND)
        tcb_suspend(source);
    else
        tcb_stop(inv, source);
    tcb_settle_ip(source);
    tcb_stop(inv, t);
    for (unsigned i = 0; i < FRAME_REGISTERS; i++) {
        bool frame = i == 0 || i == 1 || i == 2 || (i >= 3 && i < 10);
        if (flags & (frame ? COPY_FRAME : COPY_INTEGER))
            context_write(&t->context, i, context_read(&source->context, i));
    }
    if (flags & COPY_RESUME)
        tcb_restart(t);
    sched_refresh(source);
    sched_refresh(t);
    return OUTCOME_DONE;
}

enum outcome tcb_set_tls_base(struct invocation *inv, struct tcb *t)
{
    if (inv->length < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    arch_set_tls_base(t, context_canonical(invocation_word(inv, 0)));
    return OUTCOME_DONE;
}
