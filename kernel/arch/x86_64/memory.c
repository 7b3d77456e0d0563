/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's half of all address spaces; see arch/memory.h. boot.S made the tables. */
#include <arch/feature.h>
#include <arch/memory.h>
#include <arch/vspace.h>
#include <core/boot_memory.h>

#define PAGES_PER_TABLE  512
#define IMAGE_TABLES     4                  /* the image is smaller than 8 MiB */
#define GIB              BIT(30)

#define ENTRY_CACHE_OFF  (BIT(3) | BIT(4))
#define ENTRY_GLOBAL     BIT(8)
#define ENTRY_NX         BIT(63)
#define KERNEL_ENTRY     (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_GLOBAL)
#define PHYSMAP_ENTRY    (KERNEL_ENTRY | ENTRY_NX)

/* boot.S */
extern word kernel_root_table[], physmap_pdpt[], image_directory[], boot_directories[];
/* kernel.ld */
extern char kernel_stacks[];
extern char kernel_text_start[], kernel_text_end[], kernel_rodata_end[], kernel_end[];

static _Alignas(4096) word image_tables[IMAGE_TABLES * PAGES_PER_TABLE];

paddr memory_top = BIT(32);

paddr memory_root(void)
{
    return virt_to_phys(kernel_root_table);
}

static void map_gib(paddr base)
{
    if (cpu.gib_pages) {
        physmap_pdpt[base / GIB] = base | ENTRY_LARGE | PHYSMAP_ENTRY;
        return;
    }
    paddr page = boot_alloc(BIT(12), 12);
    word *directory = phys_to_virt(page);
    for (word i = 0; i < PAGES_PER_TABLE; i++)
        directory[i] = (base + (i << 21)) | ENTRY_LARGE | PHYSMAP_ENTRY;
    physmap_pdpt[base / GIB] = page | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX;
}

void memory_map(paddr start, paddr end)
{
    end = min_word(end, MEMORY_LIMIT);
    for (paddr at = max_word(ALIGN_DOWN(start, 30), BIT(32)); at < end; at += GIB) {
        if (physmap_pdpt[at / GIB] == 0)
            map_gib(at);
        memory_top = max_word(memory_top, at + GIB);
    }
}

void memory_map_device(paddr registers)
{
    boot_directories[registers >> 21] |= ENTRY_CACHE_OFF;
}

/* The lowest page of each stack is left out, so that an overflow is noticed. */
static bool is_guard(paddr page)
{
    word offset = page - virt_to_phys(kernel_stacks);

    return offset < CONFIG_MAX_CORES * KERNEL_STACK_SIZE
           && offset % KERNEL_STACK_SIZE == 0;
}

/* Flags of the page of the image at this physical address. */
static word image_flags(paddr page)
{
    if (page < virt_to_phys(kernel_text_start) || page >= virt_to_phys(kernel_end))
        return 0;
    if (is_guard(page))
        return 0;
    if (page < virt_to_phys(kernel_text_end))
        return ENTRY_PRESENT | ENTRY_GLOBAL;
    if (page < virt_to_phys(kernel_rodata_end))
        return ENTRY_PRESENT | ENTRY_GLOBAL | ENTRY_NX;
    return KERNEL_ENTRY | ENTRY_NX;
}

void memory_protect_image(void)
{
    for (word i = 0; i < IMAGE_TABLES * PAGES_PER_TABLE; i++) {
        word flags = image_flags(i << 12);
        image_tables[i] = flags ? i << 12 | flags : 0;
    }
    if (virt_to_phys(kernel_end) > (IMAGE_TABLES * PAGES_PER_TABLE) << 12)
        kpanic("the kernel image is too large");
    for (word i = 0; i < IMAGE_TABLES; i++)
        image_directory[i] = virt_to_phys(&image_tables[i * PAGES_PER_TABLE])
                             | ENTRY_PRESENT | ENTRY_WRITE;
    for (word i = IMAGE_TABLES; i < PAGES_PER_TABLE; i++)
        image_directory[i] = 0;
}

void memory_flush(void)
{
    word cr4;

    write_cr3(memory_root());
    __asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("movq %0, %%cr4" :: "r"(cr4 & ~BIT(7)) : "memory");
    __asm__ volatile("movq %0, %%cr4" :: "r"(cr4) : "memory");
}
