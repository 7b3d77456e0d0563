/* SPDX-License-Identifier: BSD-2-Clause */
/* See user.h. */
#include <stdlib.h>

#include <object/cnode.h>

#include "machine.h"
#include "user.h"

void user_load(struct tcb *t, const struct request *r)
{
    struct context *c = &t->context;

    c->rip = USER_SYSCALL;
    c->rdx = (word)r->number;
    c->rdi = r->cap;
    c->rsi = message_info(r->label, 0, r->cap_count, r->length);
    c->r12 = r->reply;
    c->r13 = r->destination;
    for (unsigned i = 0; i < ARRAY_SIZE(r->words) && i < r->length; i++) {
        if (i < MESSAGE_FAST_REGISTERS)
            context_set_mr(c, i, r->words[i]);
        else if (t->buffer)
            t->buffer->msg[i] = r->words[i];
    }
    for (unsigned i = 0; t->buffer && i < r->cap_count; i++)
        t->buffer->caps_or_badges[i] = r->caps[i];
}

void user_call(unsigned core, struct tcb *t)
{
    t->context.rip = USER_SYSCALL + 2;
    machine_call(core, (int64_t)t->context.rdx);
}

enum error_code root_invoke(word cap, word label, unsigned length, const word *words,
                            unsigned cap_count, const word *caps)
{
    struct tcb *root = machine_root();
    struct request r = {
        .number = SYSCALL_CALL, .cap = cap, .label = label, .length = length,
        .cap_count = cap_count,
    };

    for (unsigned i = 0; i < length; i++)
        r.words[i] = words[i];
    for (unsigned i = 0; i < cap_count; i++)
        r.caps[i] = caps[i];
    user_load(root, &r);
    do {
        if (machine_thread(0) != root)
            abort();
        user_call(0, root);
        machine_settle();
        machine_deliver();
    } while (root->context.rip == USER_SYSCALL);
    return (enum error_code)message_label(context_info(&root->context));
}

word root_untyped(word bits)
{
    struct slot *slots = machine_root_slots();

    for (word i = 0; i < BIT(CONFIG_ROOT_CNODE_BITS); i++) {
        struct cap cap = slots[i].cap;
        if (cap_type(cap) == CAP_UNTYPED && !cap_untyped_device(cap)
            && cap_untyped_bits(cap) >= bits && !slot_has_children(&slots[i]))
            return i;
    }
    abort();
}

word root_sched_control(unsigned core)
{
    static word found[CONFIG_MAX_CORES];
    struct slot *slots = machine_root_slots();

    for (word i = 0; !found[core] && i < BIT(CONFIG_ROOT_CNODE_BITS); i++) {
        if (cap_type(slots[i].cap) == CAP_SCHED_CONTROL && slots[i].cap.w1 == core)
            found[core] = i;
    }
    return found[core];
}

enum error_code root_retype(word from, word type, word bits, word slot, word count)
{
    word words[] = {type, bits, 0, 0, slot, count}, root = ROOT_SLOT_CNODE;
    return root_invoke(from, INVOKE_UNTYPED_RETYPE, 6, words, 1, &root);
}

enum error_code root_delete(word slot)
{
    word words[] = {slot, 64};
    return root_invoke(ROOT_SLOT_CNODE, INVOKE_CNODE_DELETE, 2, words, 0, NULL);
}

enum error_code root_revoke(word slot)
{
    word words[] = {slot, 64};
    return root_invoke(ROOT_SLOT_CNODE, INVOKE_CNODE_REVOKE, 2, words, 0, NULL);
}
