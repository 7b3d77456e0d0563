/* SPDX-License-Identifier: BSD-2-Clause */
/* What the boot loader tells (Multiboot specification, version 0.6.96). */
#pragma once

#include <core/boot_memory.h>
#include <core/types.h>

#define MULTIBOOT_LOADER_MAGIC  0x2badb002u

/* Read the information at this physical address (below 4 GiB), once, before memory is
 * used: adds RAM to boot memory and reserves the first module. */
void multiboot_read(uint32_t magic, paddr info);

/* The first module: the root task. */
struct region multiboot_module(void);

/* Chunks of boot information (abi/bootinfo.h) that come from the loader: its memory map,
 * and its graphics mode if it set one. Written to `at` unless that is null; they return
 * their length. */
word multiboot_map_chunk(char *at);
word multiboot_graphics_chunks(char *at);
