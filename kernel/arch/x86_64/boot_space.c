/* SPDX-License-Identifier: BSD-2-Clause */
/* The root task's address space, registers and architecture capabilities. */
#include <abi/bootinfo.h>
#include <abi/object.h>
#include <arch/vspace.h>
#include <core/boot.h>
#include <object/cnode.h>

static paddr root;
static word asid;

static paddr new_page(void)
{
    return boot_alloc(BIT(PAGE_BITS), PAGE_BITS);
}

void arch_boot_caps(struct slot *slots)
{
    struct cap ports = cap_make(CAP_IOPORT_CONTROL, 0, 0, 0);
    struct cap asids = cap_make(CAP_ASID_CONTROL, 0, 0, 0);

    slot_write_initial(&slots[ROOT_SLOT_IOPORT_CONTROL], ports);
    slot_write_initial(&slots[ROOT_SLOT_ASID_CONTROL], asids);
    slot_write_initial(&slots[ROOT_SLOT_ASID_POOL], asid_pool_boot(new_page()));
}

/* All tables of one kind that cover [start, end). */
static void make_tables(enum cap_type type, word start, word end)
{
    unsigned shift = table_shift(type) + TABLE_INDEX_BITS;  /* what one table covers */

    for (word at = ALIGN_DOWN(start, shift); at < end; at += BIT(shift)) {
        struct cap table = cap_table(type, new_page());
        word *entry = vspace_entry(root, at, shift, NULL);
        *entry = cap_paddr(table) | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER;
        boot_provide(cap_with_mapping(table, asid, at));
    }
}

void arch_boot_space(struct slot *slots, word start, word end)
{
    struct cap pml4 = cap_table(CAP_PML4, new_page());

    pml4_init(cap_paddr(pml4));
    pml4 = asid_pool_assign_boot(slots[ROOT_SLOT_ASID_POOL].cap, pml4);
    slot_write_initial(&slots[ROOT_SLOT_VSPACE], pml4);
    root = cap_paddr(pml4);
    asid = cap_asid(pml4);
    make_tables(CAP_PDPT, start, end);
    make_tables(CAP_PAGE_DIRECTORY, start, end);
    make_tables(CAP_PAGE_TABLE, start, end);
}

struct cap arch_boot_map(word address, paddr page)
{
    word *entry = vspace_entry(root, address, PAGE_BITS, NULL);

    *entry = page | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER;
    return cap_with_mapping(cap_frame(page, FRAME_4K, false), asid, address);
}

void arch_boot_registers(struct tcb *t, word entry, word argument)
{
    t->context.rip = t->context.fault_ip = entry;
    t->context.rdi = argument;
}
