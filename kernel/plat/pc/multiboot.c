/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading Multiboot 1 information (Multiboot specification, version 0.6.96). */
#include <abi/bootinfo.h>
#include <core/arch.h>
#include <plat/pc/loader.h>

#define FLAG_MEMORY       BIT(0)
#define FLAG_MODULES      BIT(3)
#define FLAG_MAP          BIT(6)
#define FLAG_VBE          BIT(11)
#define FLAG_FRAMEBUFFER  BIT(12)

#define UPPER_MEMORY      0x100000ul

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

static void read_map(const char *at, word length)
{
    const char *end = at + length;

    while (end - at >= (long)sizeof(struct boot_info_mmap_entry)) {
        const struct boot_info_mmap_entry *e = (const void *)at;
        loader_add_memory(e->base, e->length, e->type);
        at += e->size + sizeof(e->size);
    }
}

static void read_vbe(const struct multiboot *m)
{
    static struct boot_info_vbe vbe;        /* large */

    __builtin_memcpy(&vbe.info, phys_to_virt(m->vbe_control), sizeof(vbe.info));
    __builtin_memcpy(&vbe.mode_info, phys_to_virt(m->vbe_mode_info),
                     sizeof(vbe.mode_info));
    vbe.mode = m->vbe_mode;
    vbe.interface_segment = m->vbe_segment;
    vbe.interface_offset = m->vbe_offset;
    vbe.interface_length = m->vbe_length;
    loader_add_vbe(&vbe);
}

static void read_framebuffer(const struct multiboot *m)
{
    struct boot_info_framebuffer f = {
        {0, 0}, m->framebuffer, m->pitch, m->width, m->height, m->bits_per_pixel,
        m->framebuffer_type,
    };

    loader_add_framebuffer(&f);
}

void multiboot_read(paddr info)
{
    const struct multiboot *m = phys_to_virt(info);

    if (m->flags & FLAG_MAP)
        read_map(phys_to_virt(m->map), m->map_length);
    else if (m->flags & FLAG_MEMORY)
        loader_add_memory(UPPER_MEMORY, (word)m->memory_upper * 1024, BOOT_INFO_MMAP_RAM);
    if ((m->flags & FLAG_MODULES) && m->module_count > 0) {
        const struct module *first = phys_to_virt(m->modules);
        loader_add_module(first->start, first->end);
    }
    if (m->flags & FLAG_VBE)
        read_vbe(m);
    if (m->flags & FLAG_FRAMEBUFFER)
        read_framebuffer(m);
}
