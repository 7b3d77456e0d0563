/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading Multiboot 2 information (Multiboot2 specification, version 2.0). A loader
 * that was started by UEFI tells by it where the ACPI tables are. */
#include <abi/bootinfo.h>
#include <core/arch.h>
#include <plat/pc/loader.h>

enum {
    TAG_END = 0,
    TAG_MODULE = 3,
    TAG_MAP = 6,
    TAG_FRAMEBUFFER = 8,
    TAG_RSDP_OLD = 14,
    TAG_RSDP = 15,
};

#define TAG_ALIGN  3            /* tags begin at multiples of 8 bytes */

struct tag {
    uint32_t type, size;
};

struct module_tag {
    struct tag tag;
    uint32_t start, end;
};

struct map_tag {
    struct tag tag;
    uint32_t entry_size, version;
    char entries[];
};

struct map_entry {
    uint64_t base, length;
    uint32_t type, reserved;
};

struct framebuffer_tag {
    struct tag tag;
    uint64_t address;
    uint32_t pitch, width, height;
    uint8_t bits_per_pixel, type;
};

static void read_map(const struct map_tag *map)
{
    const char *end = (const char *)map + map->tag.size;

    for (const char *at = map->entries; map->entry_size && at + map->entry_size <= end;
         at += map->entry_size) {
        const struct map_entry *e = (const void *)at;
        loader_add_memory(e->base, e->length, e->type);
    }
}

static void read_framebuffer(const struct framebuffer_tag *t)
{
    struct boot_info_framebuffer f = {
        {0, 0}, t->address, t->pitch, t->width, t->height, t->bits_per_pixel, t->type,
    };

    loader_add_framebuffer(&f);
}

static void read_tag(const struct tag *tag)
{
    const struct module_tag *module = (const void *)tag;

    switch (tag->type) {
    case TAG_MODULE:
        loader_add_module(module->start, module->end);
        break;
    case TAG_MAP:
        read_map((const void *)tag);
        break;
    case TAG_FRAMEBUFFER:
        read_framebuffer((const void *)tag);
        break;
    case TAG_RSDP_OLD:
    case TAG_RSDP:
        loader_add_rsdp(tag + 1, tag->size - sizeof(*tag));
        break;
    }
}

/* The information is its size, a reserved word, and the tags. */
void multiboot2_read(paddr info)
{
    const char *start = phys_to_virt(info);
    const char *end = start + *(const uint32_t *)start;

    for (const char *at = start + 2 * sizeof(uint32_t); at < end;) {
        const struct tag *tag = (const void *)at;
        if (tag->type == TAG_END || tag->size < sizeof(*tag))
            break;
        read_tag(tag);
        at += ALIGN_UP(tag->size, TAG_ALIGN);
    }
}
