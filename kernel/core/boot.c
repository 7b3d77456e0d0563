/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task. Its pages lie one after the other: the image, the IPC buffer, boot
 * information, extra boot information. Its slots, after the fixed ones: scheduling
 * control of each core, tables, extra pages, image frames, untyped memory.
 */
#include <core/boot.h>

#include <abi/bootinfo.h>
#include <abi/object.h>
#include <core/arch.h>
#include <core/core.h>
#include <core/elf.h>
#include <core/print.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/sched_context.h>
#include <object/tcb.h>

#define PAGE_SIZE      BIT(PAGE_BITS)
#define SLOTS_EMPTY    256  /* in the root CNode, at least, when the root task begins */
#define UXRT_FEATURES  (UXRT_FEATURE_FOREIGN | UXRT_FEATURE_LEND | UXRT_FEATURE_ROAM \
                        | UXRT_FEATURE_WINDOW | UXRT_FEATURE_BATCH)

_Static_assert(sizeof(struct boot_info) <= BIT(BOOT_INFO_FRAME_BITS), "one page");

struct layout {
    word start, end;            /* of the image, whole pages */
    word buffer, info, extra;   /* addresses of the pages behind it */
    word extra_length;          /* bytes */
};

static struct slot *slots;
static word cnode_bits = CONFIG_ROOT_CNODE_BITS;
static word next_slot = ROOT_SLOT_COUNT;
static struct boot_info *info;

struct slot *boot_provide(struct cap cap)
{
    if (next_slot == BIT(cnode_bits))
        kpanic("the root CNode is too small");
    struct slot *slot = &slots[next_slot++];
    slot_write_initial(slot, cap);
    return slot;
}

/* --- the ELF file ---------------------------------------- */

static const struct elf_header *check_elf(struct region module)
{
    const struct elf_header *elf = phys_to_virt(module.start);
    word size = module.end - module.start;

    if (size < sizeof(*elf) || elf->magic != ELF_MAGIC || elf->class != ELF_CLASS_64
        || elf->machine != ELF_MACHINE_X86_64
        || elf->program_entry_size != sizeof(struct elf_program)
        || elf->program_offset > size
        || elf->program_count * sizeof(struct elf_program) > size - elf->program_offset)
        kpanic("the boot module is no ELF64 program");
    return elf;
}

static const struct elf_program *elf_segment(const struct elf_header *elf, unsigned i)
{
    const char *file = (const char *)elf;
    return (const struct elf_program *)(file + elf->program_offset) + i;
}

static struct layout plan(const struct elf_header *elf, word file_size)
{
    struct layout l = {.start = ~(word)0};

    for (unsigned i = 0; i < elf->program_count; i++) {
        const struct elf_program *p = elf_segment(elf, i);
        if (p->type != ELF_PT_LOAD || p->memory_size == 0)
            continue;
        if (p->offset > file_size || p->file_size > file_size - p->offset
            || p->file_size > p->memory_size || p->vaddr >= USER_TOP
            || p->memory_size > USER_TOP - p->vaddr)
            kpanic("the root task has a bad segment");
        l.start = min_word(l.start, ALIGN_DOWN(p->vaddr, PAGE_BITS));
        l.end = max_word(l.end, ALIGN_UP(p->vaddr + p->memory_size, PAGE_BITS));
    }
    if (l.end == 0)
        kpanic("the root task has no segments");
    l.buffer = l.end;
    l.info = l.buffer + PAGE_SIZE;
    l.extra = l.info + PAGE_SIZE;
    l.extra_length = arch_boot_chunks(NULL) + sizeof(struct boot_info_uxrt);
    if (l.extra + l.extra_length > USER_TOP)
        kpanic("the root task lies too high");
    return l;
}

static void load(const struct elf_header *elf, const struct layout *l, paddr image)
{
    for (unsigned i = 0; i < elf->program_count; i++) {
        const struct elf_program *p = elf_segment(elf, i);
        if (p->type == ELF_PT_LOAD)
            __builtin_memcpy(phys_to_virt(image + (p->vaddr - l->start)),
                             (const char *)elf + p->offset, p->file_size);
    }
}

/* --- pages and boot information ---------------------------------------- */

static struct slot_region map_pages(word address, paddr page, word length)
{
    struct slot_region region = {next_slot, 0};

    for (word offset = 0; offset < length; offset += PAGE_SIZE)
        boot_provide(arch_boot_map(address + offset, page + offset));
    region.end = next_slot;
    return region;
}

static struct slot_region provide_sched_control(void)
{
    struct slot_region region = {next_slot, 0};

    for (unsigned i = 0; i < core_count; i++)
        boot_provide(cap_make(CAP_SCHED_CONTROL, 0, 0, i));
    region.end = next_slot;
    return region;
}

static void write_chunks(char *extra)
{
    struct boot_info_uxrt uxrt = {
        {BOOT_INFO_UXRT, sizeof(uxrt)}, BOOT_INFO_UXRT_VERSION, UXRT_FEATURES,
    };

    __builtin_memcpy(extra, &uxrt, sizeof(uxrt));
    arch_boot_chunks(extra + sizeof(uxrt));
}

static void give_untyped(paddr base, word bits, bool device)
{
    word i = next_slot - info->untyped.start;

    if (bits < UNTYPED_MIN_BITS || i >= CONFIG_BOOT_UNTYPEDS
        || next_slot == BIT(cnode_bits))
        return;
    /* RAM is dirty: so it is cleared before its first use */
    struct cap cap = cap_untyped(base, bits, device, 0);
    boot_provide(device ? cap : cap_untyped_with(cap, 0, BIT(bits)));
    info->untyped_list[i] = (struct untyped_desc){
        .paddr = base, .size_bits = (uint8_t)bits, .is_device = device,
    };
}

/* --- the thread ---------------------------------------- */

static void copy_cap(struct tcb *t, enum tcb_slot to, enum root_slot from)
{
    struct cap cap = slots[from].cap;

    if (to == TCB_BUFFER)
        cap = cap_frame_as_buffer(cap);
    slot_insert(&t->slots[to], cap, &slots[from]);
}

static void make_thread(struct core *self, const struct layout *l, word entry)
{
    struct tcb *t = phys_to_virt(boot_alloc(BIT(CONFIG_TCB_BITS), CONFIG_TCB_BITS));
    struct sched_context *sc = phys_to_virt(boot_alloc(PAGE_SIZE, PAGE_BITS));

    tcb_init(t);
    slot_write_initial(&slots[ROOT_SLOT_TCB], cap_of_tcb(t));
    slot_write_initial(&slots[ROOT_SLOT_SC],
                       cap_make(CAP_SCHED_CONTEXT, (word)sc, SCHED_CONTEXT_MIN_BITS, 0));
    copy_cap(t, TCB_CSPACE, ROOT_SLOT_CNODE);
    tcb_cspace_changed(t);
    copy_cap(t, TCB_VSPACE, ROOT_SLOT_VSPACE);
    copy_cap(t, TCB_BUFFER, ROOT_SLOT_IPC_BUFFER);
    t->buffer = arch_ipc_buffer(slots[ROOT_SLOT_IPC_BUFFER].cap, l->buffer);
    t->buffer_address = l->buffer;
    t->prio = t->base_prio = t->mcp = PRIORITY_MAX;
    __builtin_memcpy(t->name, "root task", sizeof("root task"));
    arch_boot_registers(t, entry, l->info);
    sched_context_setup_boot(sc, self->id,
                             CONFIG_BOOT_SLICE_MS * 1000 * arch_ticks_per_us);
    sched_give(sc, t);
    t->state = THREAD_RUNNING;
    sched_boot_thread(self, t);
}

/* At most what is put into it: pages, their tables, and what boot information lists. */
static word slots_needed(const struct layout *l)
{
    word pages = (l->extra + l->extra_length - l->start) / PAGE_SIZE + 1;

    return ROOT_SLOT_COUNT + core_count + pages + pages / 128 + 16
        + CONFIG_BOOT_UNTYPEDS + SLOTS_EMPTY;
}

static void make_cspace(const struct layout *l)
{
    while (BIT(cnode_bits) < slots_needed(l))
        cnode_bits++;
    word size = BIT(cnode_bits) << SLOT_BITS;

    slots = phys_to_virt(boot_alloc(size, cnode_bits + SLOT_BITS));
    slot_write_initial(&slots[ROOT_SLOT_CNODE],
                       cap_cnode(slots, cnode_bits, 0, WORD_BITS - cnode_bits));
    slot_write_initial(&slots[ROOT_SLOT_IRQ_CONTROL], cap_make(CAP_IRQ_CONTROL, 0, 0, 0));
    slot_write_initial(&slots[ROOT_SLOT_DOMAIN], cap_make(CAP_DOMAIN, 0, 0, 0));
    arch_boot_caps(slots);
}

static void make_pages(const struct layout *l, paddr image)
{
    paddr buffer = boot_alloc(PAGE_SIZE, PAGE_BITS);
    paddr page = boot_alloc(PAGE_SIZE, PAGE_BITS);
    paddr extra = boot_alloc(l->extra_length, PAGE_BITS);

    info = phys_to_virt(page);
    info->sched_control = provide_sched_control();
    info->user_image_paging.start = next_slot;
    arch_boot_space(slots, l->start, l->extra + l->extra_length);
    info->user_image_paging.end = next_slot;
    slot_write_initial(&slots[ROOT_SLOT_IPC_BUFFER], arch_boot_map(l->buffer, buffer));
    slot_write_initial(&slots[ROOT_SLOT_BOOTINFO], arch_boot_map(l->info, page));
    info->extra_pages = map_pages(l->extra, extra, l->extra_length);
    info->user_image_frames = map_pages(l->start, image, l->end - l->start);
    write_chunks(phys_to_virt(extra));
}

static void describe(const struct layout *l)
{
    info->extra_length = l->extra_length;
    info->node_count = core_count;
    info->iommu_levels = ~(word)0;      /* built without IOMMU support */
    info->ipc_buffer = l->buffer;
    info->cnode_bits = cnode_bits;
}

void boot_root_task(struct core *self, struct region module, paddr device_top)
{
    const struct elf_header *elf = check_elf(module);
    struct layout l = plan(elf, module.end - module.start);
    word entry = elf->entry;
    paddr image = boot_alloc(l.end - l.start, PAGE_BITS);

    load(elf, &l, image);
    make_cspace(&l);
    make_pages(&l, image);
    make_thread(self, &l, entry);
    boot_memory_release(module);        /* the file is not used any more */
    info->untyped.start = next_slot;
    boot_memory_give(device_top, give_untyped);
    info->untyped.end = next_slot;
    info->empty = (struct slot_region){next_slot, BIT(cnode_bits)};
    describe(&l);
    kprintf("root task: [%lx, %lx), entry %lx; untyped slots %lu to %lu\n",
            l.start, l.end, entry, info->untyped.start, info->untyped.end);
}
