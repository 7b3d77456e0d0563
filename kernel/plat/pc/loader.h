/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader tells, by Multiboot 1 or 2. Its information lies in memory that
 * the kernel may hand out later, so all of it is copied before boot_alloc() is used.
 */
#pragma once

#include <core/boot_memory.h>
#include <core/types.h>

/* Read the information at this physical address (below 4 GiB), once: adds RAM to boot
 * memory and reserves the first module. `magic` says which loader it was. */
void loader_read(uint32_t magic, paddr info);

/* The first module: the root task. */
struct region loader_module(void);
/* A copy of the ACPI root pointer, or null if the loader gave none. */
const void *loader_rsdp(void);

/* Chunks of boot information (abi/bootinfo.h): the memory map, and the graphics mode if
 * the loader set one. Written to `at` unless that is null; they return their length. */
word loader_map_chunk(char *at);
word loader_graphics_chunks(char *at);

/* --- for the readers of the two formats -------------------------------------------- */

void multiboot_read(paddr info);
void multiboot2_read(paddr info);

void loader_add_memory(paddr base, word length, uint32_t type);
/* Only the first one counts. */
void loader_add_module(paddr start, paddr end);
void loader_add_rsdp(const void *rsdp, word length);
struct boot_info_vbe;
void loader_add_vbe(const struct boot_info_vbe *vbe);
struct boot_info_framebuffer;
void loader_add_framebuffer(const struct boot_info_framebuffer *framebuffer);
