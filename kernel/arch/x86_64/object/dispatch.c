/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generic code asks of this architecture's objects and capabilities, by type
 * (core/arch.h): sizes, creation, copying, comparing, deleting and invoking.
 */
#include <arch/vspace.h>

#include <abi/object.h>
#include <object/cnode.h>

static const struct {
    uint8_t bits, cap;
    uint8_t frame_size;
} objects[OBJECT_TYPE_COUNT] = {
    [OBJECT_PDPT] = {TABLE_BITS, CAP_PDPT, 0},
    [OBJECT_PML4] = {TABLE_BITS, CAP_PML4, 0},
    [OBJECT_PAGE_DIRECTORY] = {TABLE_BITS, CAP_PAGE_DIRECTORY, 0},
    [OBJECT_PAGE_TABLE] = {TABLE_BITS, CAP_PAGE_TABLE, 0},
    [OBJECT_PAGE_4K] = {PAGE_BITS, CAP_FRAME, FRAME_4K},
    [OBJECT_LARGE_PAGE] = {LARGE_PAGE_BITS, CAP_FRAME, FRAME_2M},
    [OBJECT_HUGE_PAGE] = {HUGE_PAGE_BITS, CAP_FRAME, FRAME_1G},
};

word arch_object_bits(word type, word user_bits)
{
    (void)user_bits;
    return type < OBJECT_TYPE_COUNT ? objects[type].bits : 0;
}

bool arch_object_is_frame(word type)
{
    return type < OBJECT_TYPE_COUNT && objects[type].cap == CAP_FRAME;
}

struct cap arch_object_create(word type, paddr base, bool device)
{
    if (arch_object_is_frame(type))
        return cap_frame(base, objects[type].frame_size, device);
    if (type == OBJECT_PML4)
        pml4_init(base);
    return cap_table(objects[type].cap, base);
}

/*
 * A copy of a frame starts unmapped; a table must be mapped, a PML4 assigned, because
 * a copy records the same place (manual, table "Capability derivation").
 */
word arch_cap_derive(struct cap cap, struct cap *out)
{
    *out = cap;
    switch (cap_type(cap)) {
    case CAP_FRAME:
        *out = cap_unmapped(cap);
        return ERROR_NONE;
    case CAP_PAGE_TABLE:
    case CAP_PAGE_DIRECTORY:
    case CAP_PDPT:
    case CAP_PML4:
        return cap_mapped(cap) ? ERROR_NONE : ERROR_ILLEGAL_OPERATION;
    case CAP_IOPORT_CONTROL:
        *out = cap_null();
        return ERROR_NONE;
    default:
        return ERROR_NONE;
    }
}

/* Only frames have rights. One that cannot be read cannot be written either. */
struct cap arch_cap_mask(struct cap cap, word rights)
{
    if (cap_type(cap) != CAP_FRAME)
        return cap;
    rights &= cap_frame_rights(cap);
    return cap_with_field(cap, 0, 2, rights & RIGHT_READ ? rights : 0);
}

bool arch_cap_region(struct cap cap, paddr *base, word *bits)
{
    *base = cap_paddr(cap);
    if (cap_type(cap) == CAP_FRAME)
        *bits = frame_bits(cap_frame_size(cap));
    else if (cap_is_table(cap) || cap_type(cap) == CAP_ASID_POOL)
        *bits = TABLE_BITS;
    else
        return false;
    return true;
}

bool arch_cap_revocable(struct cap cap, struct cap source)
{
    return cap_type(cap) == CAP_IOPORT && cap_type(source) == CAP_IOPORT_CONTROL;
}

bool arch_cap_same_region(struct cap a, struct cap b)
{
    if (cap_type(a) == CAP_IOPORT_CONTROL)
        return cap_type(b) == CAP_IOPORT || cap_type(b) == CAP_IOPORT_CONTROL;
    return arch_cap_same_object(a, b);
}

bool arch_cap_same_object(struct cap a, struct cap b)
{
    if (cap_type(a) != cap_type(b) || !cap_is_arch(a))
        return false;
    switch (cap_type(a)) {
    case CAP_FRAME:
        return cap_paddr(a) == cap_paddr(b) && cap_frame_size(a) == cap_frame_size(b);
    case CAP_IOPORT:
        return a.w1 == b.w1;
    case CAP_ASID_CONTROL:
    case CAP_IOPORT_CONTROL:
        return true;
    default:
        return cap_paddr(a) == cap_paddr(b);
    }
}

void arch_cap_finalise(struct cap cap, bool final)
{
    if (cap_type(cap) == CAP_FRAME) {
        frame_finalise(cap);
        return;
    }
    if (cap_type(cap) == CAP_PML4 || cap_type(cap) == CAP_ASID_POOL)
        space_epoch++;          /* perhaps a thread's own copy: look again */
    if (!final)
        return;
    switch (cap_type(cap)) {
    case CAP_PAGE_TABLE:
    case CAP_PAGE_DIRECTORY:
    case CAP_PDPT:
        table_finalise(cap);
        break;
    case CAP_PML4:
        asid_release(cap);
        break;
    case CAP_ASID_POOL:
        asid_pool_finalise(cap);
        break;
    case CAP_IOPORT:
        ioport_finalise(cap);
        break;
    default:
        break;
    }
}

enum outcome arch_decode(struct invocation *inv)
{
    switch (cap_type(inv->cap)) {
    case CAP_FRAME:
        return frame_decode(inv);
    case CAP_PAGE_TABLE:
    case CAP_PAGE_DIRECTORY:
    case CAP_PDPT:
        return table_decode(inv);
    case CAP_PML4:
        return inv->label == INVOKE_VSPACE_BATCH ? vspace_batch(inv)
                                                 : refuse(ERROR_ILLEGAL_OPERATION);
    case CAP_ASID_CONTROL:
        return asid_control_decode(inv);
    case CAP_ASID_POOL:
        return asid_pool_decode(inv);
    case CAP_IOPORT_CONTROL:
        return ioport_control_decode(inv);
    case CAP_IOPORT:
        return ioport_decode(inv);
    default:
        return refuse(ERROR_ILLEGAL_OPERATION);
    }
}

word arch_check_ipc_buffer(struct cap frame, word address)
{
    if (cap_type(frame) != CAP_FRAME || cap_frame_device(frame))
        return ERROR_ILLEGAL_OPERATION;
    return IS_ALIGNED(address, IPC_BUFFER_BITS) ? ERROR_NONE : ERROR_ALIGNMENT;
}

struct ipc_buffer *arch_ipc_buffer(struct cap frame, word address)
{
    word offset = address & MASK(frame_bits(cap_frame_size(frame)));

    if (cap_frame_rights(frame) != RIGHTS_READ_WRITE)
        return NULL;
    return phys_to_virt(cap_paddr(frame) + offset);
}
