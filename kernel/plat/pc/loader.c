/* SPDX-License-Identifier: BSD-2-Clause */
/* Collects what the boot loader tells; see loader.h. Only RAM above 1 MiB is used. */
#include <abi/bootinfo.h>
#include <core/arch.h>
#include <core/print.h>
#include <plat/pc/loader.h>

#define MULTIBOOT_MAGIC   0x2badb002u
#define MULTIBOOT2_MAGIC  0x36d76289u

#define LOW_MEMORY_END    0x100000ul
#define RSDP_SIZE         36

static struct region module;
static struct boot_info_mmap map = {.header = {BOOT_INFO_X86_MBMMAP, sizeof(map)}};
static struct boot_info_vbe vbe;
static struct boot_info_framebuffer framebuffer;
static uint8_t rsdp[RSDP_SIZE];
static bool rsdp_given;

void loader_read(uint32_t magic, paddr info)
{
    if (magic == MULTIBOOT_MAGIC)
        multiboot_read(info);
    else if (magic == MULTIBOOT2_MAGIC)
        multiboot2_read(info);
    else
        kpanic("not started by a Multiboot loader");
    if (!boot_memory_ram(0))
        kpanic("the boot loader tells nothing about memory");
    if (module.end == 0)
        kpanic("no boot module: the root task is missing");
    boot_memory_reserve(module);
}

void loader_add_memory(paddr base, word length, uint32_t type)
{
    unsigned n = map.length / sizeof(map.entries[0]);
    paddr end = min_word(base + length, MEMORY_LIMIT);

    if (n < BOOT_INFO_MAX_MMAP) {
        map.entries[n] = (struct boot_info_mmap_entry){
            sizeof(map.entries[0]) - sizeof(uint32_t), base, length, type,
        };
        map.length += (uint32_t)sizeof(map.entries[0]);
    }
    if (type != BOOT_INFO_MMAP_RAM || base >= end)
        return;
    kprintf("memory: RAM [%lx, %lx)\n", base, end);
    if (end > LOW_MEMORY_END)
        boot_memory_add((struct region){max_word(base, LOW_MEMORY_END), end});
}

void loader_add_module(paddr start, paddr end)
{
    if (module.end == 0)
        module = (struct region){start, end};
}

void loader_add_rsdp(const void *given, word length)
{
    __builtin_memcpy(rsdp, given, min_word(length, sizeof(rsdp)));
    rsdp_given = true;
}

void loader_add_vbe(const struct boot_info_vbe *given)
{
    vbe = *given;
    vbe.header = (struct boot_info_header){BOOT_INFO_X86_VBE, sizeof(vbe)};
}

void loader_add_framebuffer(const struct boot_info_framebuffer *given)
{
    framebuffer = *given;
    framebuffer.header =
        (struct boot_info_header){BOOT_INFO_X86_FRAMEBUFFER, sizeof(framebuffer)};
}

struct region loader_module(void)
{
    return module;
}

const void *loader_rsdp(void)
{
    return rsdp_given ? rsdp : NULL;
}

/* --- chunks of boot information ---------------------------------------------------- */

static word put_chunk(char *at, word offset, const void *chunk)
{
    const struct boot_info_header *header = chunk;

    if (at)
        __builtin_memcpy(at + offset, chunk, header->length);
    return offset + header->length;
}

word loader_map_chunk(char *at)
{
    return put_chunk(at, 0, &map);
}

word loader_graphics_chunks(char *at)
{
    word length = 0;

    if (vbe.header.length)
        length = put_chunk(at, length, &vbe);
    if (framebuffer.header.length)
        length = put_chunk(at, length, &framebuffer);
    return length;
}
