/* SPDX-License-Identifier: BSD-2-Clause */
/* Message transfer; see ipc.h. */
#include <abi/fault.h>
#include <api/fault.h>
#include <api/ipc.h>
#include <arch/switch.h>
#include <object/cnode.h>

word message_word(const struct tcb *t, unsigned i)
{
    if (i < REGISTERS)
        return context_mr(&t->context, i);
    return t->buffer ? t->buffer->msg[i] : 0;
}

void message_set_word(struct tcb *t, unsigned i, word value)
{
    if (i < REGISTERS)
        context_set_mr(&t->context, i, value);
    else if (t->buffer)
        t->buffer->msg[i] = value;
}

/* Copy the words of a message; returns how many arrived. */
static word transfer_words(struct tcb *sender, struct tcb *receiver, word length)
{
    context_copy_message(&receiver->context, &sender->context, length);
    if (length <= REGISTERS)
        return length;
    if (!sender->buffer || !receiver->buffer)
        return REGISTERS;
    for (word i = REGISTERS; i < length; i++)
        receiver->buffer->msg[i] = sender->buffer->msg[i];
    return length;
}

/* The empty slot the receiver named in its buffer, or null. */
static struct slot *receive_slot(struct tcb *receiver)
{
    struct ipc_buffer *b = receiver->buffer;
    struct slot *root = cspace_lookup(receiver, b->receive_cnode);
    struct slot *slot;
    word left;

    if (!root || b->receive_depth < 1 || b->receive_depth > 64)
        return NULL;
    slot = cspace_resolve(root->cap, b->receive_index, b->receive_depth, &left);
    return slot && left == 0 && cap_is_null(slot->cap) ? slot : NULL;
}

/* Copy one capability into the receiver's slot. The derivation lock is held. */
static bool copy_cap(struct slot *source, struct slot *dest)
{
    struct cap copy;
    if (!cap_is_null(dest->cap))
        return false;
    if (cap_derive(source, source->cap, &copy) != ERROR_NONE || cap_is_null(copy))
        return false;
    slot_insert(dest, copy, source);
    return true;
}

/* Transfer the sender's extra capabilities; returns extraCaps and capsUnwrapped bits. */
static word copy_caps(struct tcb *sender, struct tcb *receiver, void *endpoint,
                      unsigned count, word *unwrapped)
{
    struct slot *dest = NULL;
    bool sought = false;
    unsigned done = 0;

    *unwrapped = 0;
    if (!sender->buffer || !receiver->buffer)
        return 0;
    spin_lock(&derivation_lock);
    for (; done < count; done++) {
        struct slot *s = cspace_lookup(sender, sender->buffer->caps_or_badges[done]);
        if (!s || cap_is_null(s->cap))
            break;
        if (endpoint && cap_type(s->cap) == CAP_ENDPOINT && cap_ptr(s->cap) == endpoint) {
            receiver->buffer->caps_or_badges[done] = cap_badge(s->cap);
            *unwrapped |= BIT(done);
            continue;
        }
        if (!sought) {
            sought = true;
            dest = receive_slot(receiver);
        }
        if (!dest || !copy_cap(s, dest))
            break;
        dest = NULL;
    }
    spin_unlock(&derivation_lock);
    return done;
}

void ipc_transfer(struct tcb *sender, struct tcb *receiver, void *endpoint, word badge,
                  bool grant)
{
    word info, length, extra = 0, unwrapped = 0;

    if (unlikely(sender->fault.type != FAULT_NULL)) {
        length = fault_message(sender, receiver);
        info = message_info(sender->fault.type, 0, 0, length);
    } else {
        info = context_info(&sender->context);
        length = min_word(message_length(info), MESSAGE_MAX_LENGTH);
        length = transfer_words(sender, receiver, length);
        if (unlikely(grant && message_extra_caps(info) > 0))
            extra = copy_caps(sender, receiver, endpoint,
                              (unsigned)message_extra_caps(info), &unwrapped);
        info = message_info(message_label(info), unwrapped, extra, length);
    }
    context_set_badge(&receiver->context, badge);
    context_set_info(&receiver->context, info);
}
