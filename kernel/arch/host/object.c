/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects of the dummy CPU: frames of 4 KiB and address spaces of one table with
 * 512 entries. A mapped frame capability records the number of the space and the address;
 * a space gets its number with its first mapping. Also their part of booting.
 */
#include <abi/object.h>
#include <api/invocation.h>
#include <core/arch.h>
#include <core/boot.h>
#include <object/cnode.h>
#include <object/tcb.h>

#define ENTRIES   512
#define SPACES    64
#define MAPPED    5             /* bit of the capability's fields, see core/cap.h */

static paddr spaces[SPACES];    /* roots by number; 0: free */
static paddr boot_root;
static word boot_number;

void host_forget_spaces(void)
{
    __builtin_memset(spaces, 0, sizeof(spaces));
    spaces[boot_number] = boot_root;
}

/* --- sizes, creation, copies ------------------------------------------------------- */

word arch_object_bits(word type, word user_bits)
{
    (void)user_bits;
    return type == OBJECT_PAGE_4K ? PAGE_BITS : type == OBJECT_PML4 ? TABLE_BITS : 0;
}

bool arch_object_is_frame(word type)
{
    return type == OBJECT_PAGE_4K;
}

static struct cap frame_cap(paddr base, bool device)
{
    return cap_make(CAP_FRAME, base, RIGHTS_READ_WRITE | (word)device << 4, 0);
}

struct cap arch_object_create(word type, paddr base, bool device)
{
    return type == OBJECT_PML4 ? cap_make(CAP_PML4, base, 0, 0) : frame_cap(base, device);
}

word arch_cap_derive(struct cap cap, struct cap *out)
{
    *out = cap;
    if (cap_type(cap) == CAP_FRAME) {
        *out = cap_with_field(cap, MAPPED, 1, 0);
        out->w1 = 0;
    }
    return ERROR_NONE;
}

struct cap arch_cap_mask(struct cap cap, word rights)
{
    if (cap_type(cap) != CAP_FRAME)
        return cap;
    rights &= cap_field(cap, 0, 2);
    return cap_with_field(cap, 0, 2, rights & RIGHT_READ ? rights : 0);
}

bool arch_cap_region(struct cap cap, paddr *base, word *bits)
{
    *base = cap_paddr(cap);
    *bits = PAGE_BITS;
    return true;
}

bool arch_cap_revocable(struct cap cap, struct cap source)
{
    (void)cap;
    (void)source;
    return false;
}

bool arch_cap_same_region(struct cap a, struct cap b)
{
    return arch_cap_same_object(a, b);
}

bool arch_cap_same_object(struct cap a, struct cap b)
{
    return cap_type(a) == cap_type(b) && cap_paddr(a) == cap_paddr(b);
}

/* --- mappings (derivation lock or exclusion) --------------------------------------- */

/* Bit 0: present; bit 1: a device, which the kernel does not touch. */
static word page_entry(struct cap frame)
{
    return cap_paddr(frame) | cap_field(frame, 4, 1) << 1 | 1;
}

/* The entry that maps this frame capability, or null. */
static word *find_entry(struct cap frame)
{
    word space = frame.w1 >> 48, address = frame.w1 & MASK(48);

    if (!cap_field(frame, MAPPED, 1) || spaces[space] == 0)
        return NULL;
    word *entry = (word *)phys_to_virt(spaces[space]) + (address >> PAGE_BITS);
    return *entry == page_entry(frame) ? entry : NULL;
}

static void unmap(struct cap frame)
{
    word *entry = find_entry(frame);
    if (entry)
        *entry = 0;
}

void arch_cap_finalise(struct cap cap, bool final)
{
    if (cap_type(cap) == CAP_FRAME) {
        unmap(cap);
        return;
    }
    for (unsigned i = 0; final && i < SPACES; i++) {
        if (spaces[i] == cap_paddr(cap))
            spaces[i] = 0;
    }
}

static word space_number(paddr root)
{
    word empty = SPACES;

    for (word i = 0; i < SPACES; i++) {
        if (spaces[i] == root)
            return i;
        if (spaces[i] == 0)
            empty = i;
    }
    if (empty < SPACES)
        spaces[empty] = root;
    return empty;
}

static enum outcome map_locked(struct invocation *inv)
{
    struct cap frame = inv->slot->cap, space = inv->extra[0]->cap;
    word address = invocation_word(inv, 0);

    if (cap_type(space) != CAP_PML4)
        return refuse_capability(1);
    if (cap_field(frame, MAPPED, 1) || address >> PAGE_BITS >= ENTRIES)
        return refuse_argument(0);
    if (!IS_ALIGNED(address, PAGE_BITS))
        return refuse(ERROR_ALIGNMENT);
    word number = space_number(cap_paddr(space));
    if (number == SPACES)
        return refuse_memory(0);
    word *entry = (word *)phys_to_virt(cap_paddr(space)) + (address >> PAGE_BITS);
    if (*entry)
        return refuse(ERROR_DELETE_FIRST);
    *entry = page_entry(frame);
    frame.w1 = number << 48 | address;
    inv->slot->cap = cap_with_field(frame, MAPPED, 1, 1);
    return OUTCOME_DONE;
}

static enum outcome unmap_locked(struct invocation *inv)
{
    unmap(inv->slot->cap);
    arch_cap_derive(inv->slot->cap, &inv->slot->cap);
    return OUTCOME_DONE;
}

enum outcome arch_decode(struct invocation *inv)
{
    bool map = inv->label == INVOKE_PAGE_MAP;
    word address = cap_paddr(inv->cap);

    if (cap_type(inv->cap) != CAP_FRAME)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (inv->label == INVOKE_PAGE_GET_ADDRESS)
        return reply_words(inv, 1, &address);
    if (!map && inv->label != INVOKE_PAGE_UNMAP)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (map && (inv->length < 3 || inv->extra_count < 1))
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = map ? map_locked(inv) : unmap_locked(inv);
    spin_unlock(&derivation_lock);
    return outcome;
}

/* --- what threads need ------------------------------------------------------------- */

bool arch_valid_vspace(struct cap cap)
{
    return cap_type(cap) == CAP_PML4;
}

word arch_check_ipc_buffer(struct cap frame, word address)
{
    if (cap_type(frame) != CAP_FRAME || cap_field(frame, 4, 1))
        return ERROR_ILLEGAL_OPERATION;
    return IS_ALIGNED(address, IPC_BUFFER_BITS) ? ERROR_NONE : ERROR_ALIGNMENT;
}

struct ipc_buffer *arch_ipc_buffer(struct cap frame, word address)
{
    if (cap_field(frame, 0, 2) != RIGHTS_READ_WRITE)
        return NULL;
    return phys_to_virt(cap_paddr(frame) + (address & MASK(PAGE_BITS)));
}

/* --- booting ----------------------------------------------------------------------- */

void arch_boot_caps(struct slot *slots)
{
    (void)slots;
}

void arch_boot_space(struct slot *slots, word start, word end)
{
    (void)start;
    (void)end;
    boot_root = boot_alloc(BIT(TABLE_BITS), TABLE_BITS);
    boot_number = space_number(boot_root);
    slot_write_initial(&slots[ROOT_SLOT_VSPACE], cap_make(CAP_PML4, boot_root, 0, 0));
}

struct cap arch_boot_map(word address, paddr page)
{
    struct cap frame = frame_cap(page, false);

    *((word *)phys_to_virt(boot_root) + (address >> PAGE_BITS)) = page | 1;
    frame.w1 = boot_number << 48 | address;
    return cap_with_field(frame, MAPPED, 1, 1);
}

void arch_boot_registers(struct tcb *t, word entry, word argument)
{
    t->context.rip = t->context.fault_ip = entry;
    t->context.rdi = argument;
}

word arch_boot_chunks(void *buffer)
{
    (void)buffer;
    return 0;
}

/* --- copying between threads ------------------------------------------------------- */

static char *user_pointer(const struct tcb *t, word address, word *left)
{
    struct cap space = t->slots[TCB_VSPACE].cap;

    if (cap_type(space) != CAP_PML4 || address >> PAGE_BITS >= ENTRIES)
        return NULL;
    word entry = *((word *)phys_to_virt(cap_paddr(space)) + (address >> PAGE_BITS));
    *left = BIT(PAGE_BITS) - (address & MASK(PAGE_BITS));
    char *page = phys_to_virt(ALIGN_DOWN(entry, PAGE_BITS));
    return (entry & 3) == 1 ? page + (address & MASK(PAGE_BITS)) : NULL;
}

word arch_user_copy(const struct tcb *to, word to_address, const struct tcb *from,
                    word from_address, word limit)
{
    word done = 0, to_left = 0, from_left = 0;

    while (done < limit) {
        char *target = user_pointer(to, to_address + done, &to_left);
        const char *source = user_pointer(from, from_address + done, &from_left);
        if (!target || !source)
            break;
        word count = min_word(limit - done, min_word(to_left, from_left));
        __builtin_memmove(target, source, count);
        done += count;
    }
    return done;
}
