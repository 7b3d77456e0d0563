/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the kernel's entry to proc_main(): thread-local storage, output, a CNode large enough
 * for all of memory in place of the one from the kernel, and the allocators.
 *
 * The new CNode takes an address in one step, so that the kernel's fast path can use it. Its
 * slots are, from 0 on: those of boot.h, the general ones, one for each frame.
 */
#include <boot/boot.h>

#include <stdbool.h>

#include <boot/log.h>
#include <memory/frame.h>
#include <memory/slot.h>
#include <memory/source.h>
#include <memory/untyped.h>
#include <util/string.h>

#define TABLE_BASE UINT64_C(0x080000000000)

enum {
    GENERAL_MIN = 1 << 15,      /* general slots, besides those for each frame */
    FRAME_EXTRA = 1 << 12,      /* frame numbers lost where memory is not in one piece */
    LARGE_PAGE = 1 << LARGE_PAGE_BITS,
};

struct tls_block {
    uint64_t variables[7];
    uint64_t self;
} __attribute__((aligned(64)));

static struct tls_block tls;
static struct boot found;

const struct boot *boot(void)
{
    return &found;
}

/* Thread-local variables lie below the address that FS holds, and there is one. */
static void set_tls(const struct boot_info *info)
{
    uint64_t offset;

    tls.self = (uint64_t)&tls.self;
    __asm__("movq kc_ipc_buffer_ptr@gottpoff(%%rip), %0" : "=r"(offset));
    *(struct ipc_buffer **)(tls.self + offset) = (struct ipc_buffer *)info->ipc_buffer;
    (void)kc_tcb_set_tls_base(ROOT_SLOT_TCB, tls.self);
}

/* While the kernel's CNode is ours, its first empty slots are for these. */
struct early {
    cptr serial, exit, node, guarded;
};

static void early_output(const struct boot_info *info, struct early *early)
{
    *early = (struct early){info->empty.start, info->empty.start + 1,
        info->empty.start + 2, info->empty.start + 3};
    (void)kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, 0x3f8, 0x3ff, ROOT_SLOT_CNODE,
        early->serial, SLOT_DEPTH);
    (void)kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, 0xf4, 0xf7, ROOT_SLOT_CNODE,
        early->exit, SLOT_DEPTH);
    log_init(early->serial, early->exit);
}

static unsigned untyped_count(const struct boot_info *info)
{
    return (unsigned)(info->untyped.end - info->untyped.start);
}

static void measure_memory(const struct boot_info *info)
{
    for (unsigned i = 0; i < untyped_count(info); i++) {
        const struct untyped_desc *untyped = &info->untyped_list[i];

        found.memory += untyped->is_device ? 0 : UINT64_C(1) << untyped->size_bits;
    }
}

static void read_chunks(const struct boot_info *info)
{
    const char *chunk = (const char *)info + (1 << BOOT_INFO_FRAME_BITS);
    const char *end = chunk + info->extra_length;

    while (chunk < end) {
        const struct boot_info_header *header = (const void *)chunk;

        if (header->length == 0) {
            return;
        }
        if (header->id == BOOT_INFO_X86_TSC_FREQ) {
            const struct boot_info_tsc_freq *tsc = (const void *)chunk;
            found.tsc_hz = (uint64_t)tsc->mhz * 1000000;
        } else if (header->id == BOOT_INFO_UXRT) {
            const struct boot_info_uxrt *uxrt = (const void *)chunk;
            found.features = uxrt->features;
        }
        chunk += header->length;
    }
}

/* Capabilities for all frames, a mapping for each, and a quarter more. */
static unsigned cnode_bits(uint64_t *frames)
{
    uint64_t slots;
    unsigned bits = 16;

    *frames = found.memory / PAGE_SIZE + FRAME_EXTRA;
    slots = BOOT_SLOT_FREE + *frames + found.memory / PAGE_SIZE * 5 / 4 + GENERAL_MIN;
    while (UINT64_C(1) << bits < slots) {
        bits++;
    }
    return bits;
}

/* The smallest memory that a CNode of so many slots fits into: its index, or -1. */
static int memory_for(const struct boot_info *info, unsigned bits)
{
    int best = -1;

    for (unsigned i = 0; i < untyped_count(info); i++) {
        const struct untyped_desc *untyped = &info->untyped_list[i];

        if (!untyped->is_device && untyped->size_bits >= bits + SLOT_BITS
            && (best < 0 || untyped->size_bits < info->untyped_list[best].size_bits)) {
            best = (int)i;
        }
    }
    return best;
}

static void must(enum error_code error, const char *what)
{
    if (error != ERROR_NONE) {
        panic(what, error);
    }
}

/* Moves a capability from the kernel's CNode; if it was empty, nothing. */
static void take(cptr from, cptr to)
{
    (void)kc_cnode_move(slot_cnode, to, SLOT_DEPTH, BOOT_SLOT_OLD_CNODE, from, SLOT_DEPTH);
}

static void take_all(const struct boot_info *info, const struct early *early)
{
    for (cptr slot = 1; slot < ROOT_SLOT_COUNT; slot++) {
        if (slot != ROOT_SLOT_CNODE) {
            take(slot, slot);
        }
    }
    take(early->serial, BOOT_SLOT_SERIAL);
    take(early->exit, BOOT_SLOT_EXIT);
    log_init(BOOT_SLOT_SERIAL, BOOT_SLOT_EXIT);
    for (unsigned core = 0; core < found.cores; core++) {
        take(info->sched_control.start + core, boot_sched_control(core));
    }
    for (unsigned i = 0; i < untyped_count(info); i++) {
        take(info->untyped.start + i, BOOT_SLOT_UNTYPED + i);
    }
}

/* Makes the CNode in `memory` and goes over to it. */
static void change_cnode(const struct boot_info *info, const struct early *early,
    unsigned memory, unsigned bits)
{
    must(kc_untyped_retype(info->untyped.start + memory, OBJECT_CNODE, bits,
             ROOT_SLOT_CNODE, 0, 0, early->node, 1), "no CNode");
    must(kc_cnode_mint(ROOT_SLOT_CNODE, early->guarded, SLOT_DEPTH, ROOT_SLOT_CNODE,
             early->node, SLOT_DEPTH, RIGHTS_ALL, cnode_guard(0, WORD_BITS - bits)),
        "no guard");
    must(kc_cnode_copy(early->guarded, BOOT_SLOT_OLD_CNODE, SLOT_DEPTH, ROOT_SLOT_CNODE,
             ROOT_SLOT_CNODE, SLOT_DEPTH, RIGHTS_ALL), "the kernel's CNode");
    must(kc_cnode_copy(early->guarded, ROOT_SLOT_CNODE, SLOT_DEPTH, ROOT_SLOT_CNODE,
             early->guarded, SLOT_DEPTH, RIGHTS_ALL), "the CNode's own slot");
    must(kc_tcb_set_space(ROOT_SLOT_TCB, 0, early->guarded, 0, ROOT_SLOT_VSPACE, 0),
        "the CNode");
    slot_cnode = ROOT_SLOT_CNODE;
    take_all(info, early);
}

static void add_memory(const struct boot_info *info, unsigned cnode_memory, unsigned bits)
{
    for (unsigned i = 0; i < untyped_count(info); i++) {
        const struct untyped_desc *untyped = &info->untyped_list[i];

        if (!untyped->is_device) {
            untyped_add(BOOT_SLOT_UNTYPED + i, untyped->size_bits,
                i == cnode_memory ? UINT64_C(1) << (bits + SLOT_BITS) : 0);
        }
    }
}

/* An object in a slot, for the time when there is no allocator. */
static void make(enum object_type type, unsigned bits, cptr slot)
{
    if (!untyped_retype(USE_OBJECTS, type, 0, bits, slot, 1)) {
        panic("no memory for tables", slot);
    }
}

/* The tables of slots and frames, in large pages. The first general slots are for these
 * pages and the page tables that lead to them. */
static void make_tables(unsigned bits, uint64_t frames)
{
    uint64_t first = BOOT_SLOT_FREE, end = (UINT64_C(1) << bits) - frames;
    uint64_t bytes = frame_table_bytes(frames) + (end - first) * sizeof(uint32_t);
    char *table = (char *)TABLE_BASE;

    make(OBJECT_PDPT, TABLE_BITS, first);
    must(kc_pdpt_map(first++, ROOT_SLOT_VSPACE, TABLE_BASE, VM_DEFAULT), "no PDPT");
    make(OBJECT_PAGE_DIRECTORY, TABLE_BITS, first);
    must(kc_page_directory_map(first++, ROOT_SLOT_VSPACE, TABLE_BASE, VM_DEFAULT),
        "no page directory");
    for (uint64_t at = 0; at < bytes; at += LARGE_PAGE) {
        make(OBJECT_LARGE_PAGE, LARGE_PAGE_BITS, first);
        must(kc_page_map(first++, ROOT_SLOT_VSPACE, TABLE_BASE + at, RIGHTS_READ_WRITE,
                 VM_DEFAULT), "a page for tables");
    }
    frame_init(end, frames, (struct frame_state *)table);
    slot_init(first, end, (uint32_t *)(table + frame_table_bytes(frames)));
}

/* Where crt.S goes on. */
_Noreturn void boot_start(const struct boot_info *info);

void boot_start(const struct boot_info *info)
{
    struct early early;
    uint64_t frames;
    unsigned bits;
    int memory;

    found.boot_tsc = __builtin_ia32_rdtsc();
    found.cores = (unsigned)info->node_count;
    set_tls(info);
    early_output(info, &early);
    measure_memory(info);
    read_chunks(info);
    bits = cnode_bits(&frames);
    memory = memory_for(info, bits);
    if (memory < 0) {
        panic("not enough memory in one piece, bytes", found.memory);
    }
    change_cnode(info, &early, (unsigned)memory, bits);
    add_memory(info, (unsigned)memory, bits);
    make_tables(bits, frames);
    source_init();
    machine_stop(proc_main());
}
