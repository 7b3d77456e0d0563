/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports: issuing ranges (IOPortControl) and reading and writing ports (IOPort);
 * manual, "I/O Ports". A port belongs to at most one issued range.
 */
#include <arch/vspace.h>

#include <object/cnode.h>

#define PORTS  0x10000

static word issued[PORTS / 64];     /* under the derivation lock or exclusion */

static bool any_issued(word first, word last)
{
    for (word port = first; port <= last; port++) {
        if (issued[port / 64] & BIT(port % 64))
            return true;
    }
    return false;
}

static void mark_range(word first, word last, bool on)
{
    for (word port = first; port <= last; port++) {
        if (on)
            issued[port / 64] |= BIT(port % 64);
        else
            issued[port / 64] &= ~BIT(port % 64);
    }
}

/* Ports are 16-bit numbers; higher bits of an argument are ignored. The derivation lock
 * is held. */
static enum outcome issue_locked(struct invocation *inv)
{
    word first = invocation_word(inv, 0) & MASK(16);
    word last = invocation_word(inv, 1) & MASK(16);
    struct slot *dest;

    if (last < first)
        return refuse_argument(1);
    if (any_issued(first, last))
        return refuse(ERROR_REVOKE_FIRST);
    enum outcome outcome = cspace_target_slot(inv->extra[0]->cap, invocation_word(inv, 2),
                                              invocation_word(inv, 3), false, &dest);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (!cap_is_null(dest->cap))
        return refuse(ERROR_DELETE_FIRST);
    mark_range(first, last, true);
    slot_insert_new(inv->slot, dest, cap_ioport(first, last));
    return OUTCOME_DONE;
}

enum outcome ioport_control_decode(struct invocation *inv)
{
    if (inv->label != INVOKE_IOPORT_CONTROL_ISSUE)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (inv->length < 4 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = issue_locked(inv);
    spin_unlock(&derivation_lock);
    return outcome;
}

static word port_read(uint16_t port, unsigned bytes)
{
    uint32_t v;

    if (bytes == 1)
        __asm__ volatile("inb %w1, %b0" : "=a"(v) : "Nd"(port));
    else if (bytes == 2)
        __asm__ volatile("inw %w1, %w0" : "=a"(v) : "Nd"(port));
    else
        __asm__ volatile("inl %w1, %0" : "=a"(v) : "Nd"(port));
    return v & MASK(8 * bytes);
}

static void port_write(uint16_t port, uint32_t value, unsigned bytes)
{
    if (bytes == 1)
        __asm__ volatile("outb %b0, %w1" :: "a"(value), "Nd"(port));
    else if (bytes == 2)
        __asm__ volatile("outw %w0, %w1" :: "a"(value), "Nd"(port));
    else
        __asm__ volatile("outl %0, %w1" :: "a"(value), "Nd"(port));
}

enum outcome ioport_decode(struct invocation *inv)
{
    static const struct { uint8_t bytes; bool write; } accesses[] = {
        [INVOKE_IOPORT_IN8 - INVOKE_IOPORT_IN8] = {1, false},
        [INVOKE_IOPORT_IN16 - INVOKE_IOPORT_IN8] = {2, false},
        [INVOKE_IOPORT_IN32 - INVOKE_IOPORT_IN8] = {4, false},
        [INVOKE_IOPORT_OUT8 - INVOKE_IOPORT_IN8] = {1, true},
        [INVOKE_IOPORT_OUT16 - INVOKE_IOPORT_IN8] = {2, true},
        [INVOKE_IOPORT_OUT32 - INVOKE_IOPORT_IN8] = {4, true},
    };
    word access = inv->label - INVOKE_IOPORT_IN8;

    if (access >= ARRAY_SIZE(accesses))
        return refuse(ERROR_ILLEGAL_OPERATION);
    unsigned bytes = accesses[access].bytes;
    bool write = accesses[access].write;
    if (inv->length < (write ? 2 : 1))
        return refuse(ERROR_TRUNCATED_MESSAGE);
    word port = invocation_word(inv, 0) & MASK(16);
    if (port < cap_ioport_first(inv->cap) || port + bytes - 1 > cap_ioport_last(inv->cap))
        return refuse(ERROR_ILLEGAL_OPERATION);

    if (!write) {
        word value = port_read((uint16_t)port, bytes);
        return reply_words(inv, 1, &value);
    }
    port_write((uint16_t)port, (uint32_t)invocation_word(inv, 1), bytes);
    return OUTCOME_DONE;
}

void ioport_finalise(struct cap cap)
{
    mark_range(cap_ioport_first(cap), cap_ioport_last(cap), false);
}
