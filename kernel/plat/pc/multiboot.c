/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot loader information. It lies in memory that the kernel may hand out later, so all
 * of it is copied; only RAM above 1 MiB is used as such.
 */
#include <abi/bootinfo.h>
#include <core/arch.h>
#include <core/print.h>
#include <plat/pc/multiboot.h>

#define FLAG_MEMORY       BIT(0)
#define FLAG_MODULES      BIT(3)
#define FLAG_MAP          BIT(6)
#define FLAG_VBE          BIT(11)
#define FLAG_FRAMEBUFFER  BIT(12)

#define LOW_MEMORY_END    0x100000ul

struct multiboot {
    uint32_t flags, memory_lower, memory_upper, boot_device, command_line;
    uint32_t module_count, modules;
    uint32_t symbols[4];
    uint32_t map_length, map;
    uint32_t drives_length, drives, config_table, loader_name, apm_table;
    uint32_t vbe_control, vbe_mode_info;
    uint16_t vbe_mode, vbe_segment, vbe_offset, vbe_length;
    uint64_t framebuffer;
    uint32_t pitch, width, height;
    uint8_t bits_per_pixel, framebuffer_type;
} __attribute__((packed));

struct module {
    uint32_t start, end, name, reserved;
};

static struct region module;
static struct boot_info_mmap map = {.header = {BOOT_INFO_X86_MBMMAP, sizeof(map)}};
static struct boot_info_vbe vbe;
static struct boot_info_framebuffer framebuffer;

static void add_ram(paddr start, paddr end)
{
    end = min_word(end, MEMORY_LIMIT);
    kprintf("memory: RAM [%lx, %lx)\n", start, end);
    if (end > LOW_MEMORY_END)
        boot_memory_add((struct region){max_word(start, LOW_MEMORY_END), end});
}

static void read_map(const char *at, word length)
{
    const char *end = at + length;
    unsigned n = 0;

    while (end - at >= (long)sizeof(struct boot_info_mmap_entry)) {
        const struct boot_info_mmap_entry *e = (const void *)at;
        if (n < BOOT_INFO_MAX_MMAP)
            map.entries[n++] = *e;
        if (e->type == BOOT_INFO_MMAP_RAM)
            add_ram(e->base, e->base + e->length);
        at += e->size + sizeof(e->size);
    }
    map.length = (uint32_t)(n * sizeof(map.entries[0]));
}

static void read_vbe(const struct multiboot *m)
{
    vbe.header = (struct boot_info_header){BOOT_INFO_X86_VBE, sizeof(vbe)};
    __builtin_memcpy(&vbe.info, phys_to_virt(m->vbe_control), sizeof(vbe.info));
    __builtin_memcpy(&vbe.mode_info, phys_to_virt(m->vbe_mode_info),
                     sizeof(vbe.mode_info));
    vbe.mode = m->vbe_mode;
    vbe.interface_segment = m->vbe_segment;
    vbe.interface_offset = m->vbe_offset;
    vbe.interface_length = m->vbe_length;
}

static void read_framebuffer(const struct multiboot *m)
{
    framebuffer = (struct boot_info_framebuffer){
        {BOOT_INFO_X86_FRAMEBUFFER, sizeof(framebuffer)}, m->framebuffer, m->pitch,
        m->width, m->height, m->bits_per_pixel, m->framebuffer_type,
    };
}

void multiboot_read(uint32_t magic, paddr info)
{
    const struct multiboot *m = phys_to_virt(info);

    if (magic != MULTIBOOT_LOADER_MAGIC)
        kpanic("not started by a Multiboot loader");
    if (m->flags & FLAG_MAP)
        read_map(phys_to_virt(m->map), m->map_length);
    else if (m->flags & FLAG_MEMORY)
        add_ram(LOW_MEMORY_END, LOW_MEMORY_END + (paddr)m->memory_upper * 1024);
    else
        kpanic("the boot loader tells nothing about memory");
    if (!(m->flags & FLAG_MODULES) || m->module_count == 0)
        kpanic("no boot module: the root task is missing");
    const struct module *first = phys_to_virt(m->modules);
    module = (struct region){first->start, first->end};
    boot_memory_reserve(module);
    if (m->flags & FLAG_VBE)
        read_vbe(m);
    if (m->flags & FLAG_FRAMEBUFFER)
        read_framebuffer(m);
}

struct region multiboot_module(void)
{
    return module;
}

static word put_chunk(char *at, word offset, const void *chunk)
{
    const struct boot_info_header *header = chunk;

    if (at)
        __builtin_memcpy(at + offset, chunk, header->length);
    return offset + header->length;
}

word multiboot_map_chunk(char *at)
{
    return put_chunk(at, 0, &map);
}

word multiboot_graphics_chunks(char *at)
{
    word length = 0;

    if (vbe.header.length)
        length = put_chunk(at, length, &vbe);
    if (framebuffer.header.length)
        length = put_chunk(at, length, &framebuffer);
    return length;
}
