/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities and memory; see invariants.h. Slots are found from the root CNode by what
 * their capabilities stand for, and along the derivation list, which also leads to
 * CNodes that only contain themselves.
 */
#include <string.h>

#include <abi/object.h>
#include <core/arch.h>
#include <object/cnode.h>
#include <object/endpoint.h>

#include "invariants.h"
#include "machine.h"

#define RAM_SIZE  (MACHINE_RAM_END - MACHINE_RAM_START)

static struct slot *slots[MAX_SLOTS];
static unsigned slot_count, array_todo;
static uint8_t seen[RAM_SIZE / sizeof(struct slot)];
static struct { struct slot *first; word count; } arrays[MAX_OBJECTS];
static unsigned array_count;
static struct object objects[MAX_OBJECTS];
static unsigned object_count;
static uint16_t object_index[RAM_SIZE / 16];     /* by address; +1 */
static struct slot *untypeds[MAX_OBJECTS];
static unsigned untyped_count;

unsigned untypeds_count(void) { return untyped_count; }
struct cap untypeds_get(unsigned i) { return untypeds[i]->cap; }
unsigned objects_count(void) { return object_count; }
struct object *objects_get(unsigned i) { return &objects[i]; }

static bool in_ram(const void *p)
{
    return virt_to_phys(p) - MACHINE_RAM_START < RAM_SIZE;
}

/* --- what a capability stands for -------------------------------------------------- */

static bool is_tcb_zombie(struct cap cap)
{
    return cap_type(cap) == CAP_ZOMBIE && cap_field(cap, 0, 6) == ZOMBIE_TCB;
}

static word memory_bits(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:
    case CAP_SCHED_CONTEXT:     return cap_field(cap, 0, 6);
    case CAP_ENDPOINT:          return ENDPOINT_BITS;
    case CAP_NOTIFICATION:      return NOTIFICATION_BITS;
    case CAP_REPLY:             return REPLY_BITS;
    case CAP_TCB:               return CONFIG_TCB_BITS;
    case CAP_CNODE:             return SLOT_BITS + cap_cnode_radix(cap);
    case CAP_ZOMBIE:            return is_tcb_zombie(cap) ? CONFIG_TCB_BITS
                                       : SLOT_BITS + cap_field(cap, 0, 6);
    case CAP_FRAME:
    case CAP_PML4:              return PAGE_BITS;
    default:                    return 0;
    }
}

static paddr memory_base(struct cap cap)
{
    if (cap_type(cap) == CAP_UNTYPED || cap_is_arch(cap))
        return cap_paddr(cap);
    if (is_tcb_zombie(cap))
        return virt_to_phys(container_of(cap_ptr(cap), struct tcb, slots));
    return virt_to_phys(cap_ptr(cap));
}

static enum cap_type object_type(struct cap cap)
{
    if (cap_type(cap) != CAP_ZOMBIE)
        return cap_type(cap);
    return is_tcb_zombie(cap) ? CAP_TCB : CAP_CNODE;
}

static bool same_region(struct cap a, struct cap b)
{
    word bits = memory_bits(a), inner = memory_bits(b);

    switch (cap_type(a)) {
    case CAP_ZOMBIE:
        return false;
    case CAP_UNTYPED:
        return inner && inner <= bits && memory_base(b) >= memory_base(a)
               && memory_base(b) + BIT(inner) <= memory_base(a) + BIT(bits);
    case CAP_IRQ_CONTROL:
        return cap_type(b) == CAP_IRQ_CONTROL || cap_type(b) == CAP_IRQ_HANDLER;
    case CAP_IRQ_HANDLER:
    case CAP_SCHED_CONTROL:
        return cap_type(a) == cap_type(b) && a.w1 == b.w1;
    default:
        return cap_type(a) == cap_type(b) && cap_paddr(a) == cap_paddr(b);
    }
}

static bool same_object(struct cap a, struct cap b)
{
    return cap_type(a) == cap_type(b) && cap_type(a) != CAP_UNTYPED && same_region(a, b);
}

static bool is_parent(const struct slot *a, const struct slot *b)
{
    if (!(a->next & SLOT_REVOCABLE) || !same_region(a->cap, b->cap))
        return false;
    if (cap_type(a->cap) != CAP_ENDPOINT && cap_type(a->cap) != CAP_NOTIFICATION)
        return true;
    return a->cap.w1 == 0
           || (a->cap.w1 == b->cap.w1 && !(b->next & SLOT_FIRST_BADGED));
}

/* --- collecting -------------------------------------------------------------------- */

static struct object *find_object(const void *pointer)
{
    word at = virt_to_phys(pointer) - MACHINE_RAM_START;
    unsigned i = at < RAM_SIZE && at % 16 == 0 ? object_index[at / 16] : 0;
    return i ? &objects[i - 1] : NULL;
}

struct object *object_at(const void *pointer, enum cap_type type, const char *what)
{
    struct object *o = find_object(pointer);
    if (!o || o->type != type || o->zombie)
        invariant_broken(__FILE__, __LINE__, what, pointer);
    return o;
}

static void add_array(struct slot *first, word count)
{
    CHECK(array_count < MAX_OBJECTS, first);
    arrays[array_count].first = first;
    arrays[array_count++].count = count;
}

static void add_object(struct slot *s)
{
    struct cap cap = s->cap;
    paddr base = memory_base(cap);
    word bits = memory_bits(cap);
    bool zombie = cap_type(cap) == CAP_ZOMBIE;

    CHECK(IS_ALIGNED(base, bits), s);
    if (cap_type(cap) == CAP_UNTYPED) {
        CHECK(untyped_count < MAX_OBJECTS, s);
        untypeds[untyped_count++] = s;
        return;
    }
    if (base - MACHINE_RAM_START >= RAM_SIZE)
        return;                 /* a frame of device memory */
    struct object *o = find_object(phys_to_virt(base));
    if (o) {
        CHECK(o->type == object_type(cap) && o->bits == bits, s);
        CHECK(!zombie && !o->zombie, s);
        o->caps++;
        return;
    }
    CHECK(object_count < MAX_OBJECTS, s);
    o = &objects[object_count++];
    *o = (struct object){
        .type = object_type(cap), .zombie = zombie, .base = base, .bits = bits,
        .pointer = phys_to_virt(base), .caps = 1,
    };
    object_index[(base - MACHINE_RAM_START) / 16] = (uint16_t)object_count;
    if (o->type == CAP_CNODE)
        add_array(o->pointer, BIT(bits - SLOT_BITS));
    else if (o->type == CAP_TCB)
        add_array(((struct tcb *)o->pointer)->slots, TCB_SLOTS);
}

static void add_slot(struct slot *s)
{
    if (in_ram(s)) {
        word i = (virt_to_phys(s) - MACHINE_RAM_START) / sizeof(struct slot);
        if (seen[i])
            return;
        seen[i] = 1;
    } else {
        for (unsigned i = 0; i < slot_count; i++) {
            if (slots[i] == s)
                return;
        }
        /* the interrupts' slots: the only ones outside of RAM */
        CHECK(cap_type(s->cap) == CAP_NOTIFICATION, s);
    }
    CHECK(slot_count < MAX_SLOTS, s);
    CHECK(!cap_is_null(s->cap), s);
    slots[slot_count++] = s;
    if (memory_bits(s->cap))
        add_object(s);
}

static void collect(void)
{
    unsigned done = 0;

    for (unsigned i = 0; i < object_count; i++)
        object_index[(objects[i].base - MACHINE_RAM_START) / 16] = 0;
    memset(seen, 0, sizeof(seen));
    slot_count = array_count = object_count = untyped_count = array_todo = 0;
    add_array(machine_root_slots(), BIT(CONFIG_ROOT_CNODE_BITS));
    while (array_todo < array_count || done < slot_count) {
        if (done < slot_count) {
            struct slot *s = slots[done++];
            if (slot_next(s))
                add_slot(slot_next(s));
            if (slot_prev(s))
                add_slot(slot_prev(s));
            continue;
        }
        struct slot *s = arrays[array_todo].first;
        for (word n = arrays[array_todo++].count; n-- > 0; s++) {
            if (s->cap.w0)
                add_slot(s);
            else
                CHECK(!s->cap.w1 && !s->prev && !s->next, s);
        }
    }
}

/* --- the list ---------------------------------------------------------------------- */

static struct slot *ancestors[MAX_SLOTS];

/* The smallest untyped memory that contains the region of `cap`, and is not the same. */
static struct slot *innermost(struct cap cap)
{
    struct slot *best = NULL;

    for (unsigned i = 0; i < untyped_count; i++) {
        struct cap u = untypeds[i]->cap;
        if (!same_region(u, cap) || memory_bits(u) == memory_bits(cap))
            continue;
        if (!best || memory_bits(u) < memory_bits(best->cap))
            best = untypeds[i];
    }
    return best;
}

/* `s` has these ancestors: is it where it should be? */
static void check_place(struct slot *s, unsigned depth)
{
    struct slot *parent = NULL;

    for (unsigned i = depth; !parent && i-- > 0;) {
        if (cap_type(ancestors[i]->cap) == CAP_UNTYPED)
            parent = ancestors[i];
    }
    struct slot *expected = memory_bits(s->cap) ? innermost(s->cap) : NULL;
    if (!expected)
        return;
    CHECK(parent, s);
    if (memory_bits(parent->cap) == memory_bits(s->cap))
        return;                                         /* a copy of an untyped */
    CHECK(memory_base(parent->cap) == memory_base(expected->cap), s);
    CHECK(memory_bits(parent->cap) == memory_bits(expected->cap), s);
    CHECK(memory_base(s->cap) + BIT(memory_bits(s->cap))
          <= memory_base(parent->cap) + cap_untyped_used(parent->cap), s);
}

static void check_neighbours(struct slot *s)
{
    struct slot *prev = slot_prev(s), *next = slot_next(s);
    struct object *o = NULL;

    if (memory_bits(s->cap))
        o = find_object(phys_to_virt(memory_base(s->cap)));

    CHECK(!next || slot_prev(next) == s, s);
    CHECK(!prev || slot_next(prev) == s, s);
    CHECK((s->prev & MASK(5)) == 0, s);
    if (!o || cap_type(s->cap) == CAP_UNTYPED || cap_type(s->cap) == CAP_ZOMBIE)
        return;
    bool follows = prev && same_object(prev->cap, s->cap);
    bool precedes = next && same_object(s->cap, next->cap);
    if (!follows)
        o->runs++;
    CHECK(o->runs == 1, s);
    CHECK((o->caps == 1) == (!follows && !precedes), s);
    CHECK(slot_is_final(s) == (o->caps == 1), s);
}

static unsigned walk(struct slot *s)
{
    unsigned depth = 0, length = 0;

    for (; s; s = slot_next(s)) {
        CHECK(++length <= slot_count, s);
        check_neighbours(s);
        while (depth > 0 && !is_parent(ancestors[depth - 1], s))
            depth--;
        check_place(s, depth);
        ancestors[depth++] = s;
    }
    return length;
}

static void check_list(void)
{
    unsigned listed = 0;

    for (unsigned i = 0; i < slot_count; i++) {
        if (!slot_prev(slots[i]))
            listed += walk(slots[i]);
    }
    CHECK(listed == slot_count, NULL);          /* else there is a cycle */
}

/* Slots lie in CNodes and threads that exist; a zombie at rest knows what is left. */
static void check_slots(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        struct slot *s = slots[i];
        bool found = !in_ram(s);
        CHECK(IS_ALIGNED((word)s, SLOT_BITS), s);
        for (unsigned j = 0; !found && j < array_count; j++)
            found = s >= arrays[j].first && s < arrays[j].first + arrays[j].count;
        CHECK(found, s);
        if (cap_type(s->cap) == CAP_ZOMBIE) {
            word size = is_tcb_zombie(s->cap) ? TCB_SLOTS : BIT(cap_field(s->cap, 0, 6));
            CHECK(!(s->cap.w1 & 1) && s->cap.w1 >> 1 <= size, s);
        }
    }
}

void caps_check(void)
{
    collect();
    check_list();
    check_slots();
}
