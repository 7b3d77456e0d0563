/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of ELF (System V ABI, 64-bit) that it takes to load a program. */
#pragma once

#include <stdint.h>

struct elf_file {
    uint8_t identity[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry;
    uint64_t segments;          /* offset of struct elf_segment[] */
    uint64_t sections;
    uint32_t flags;
    uint16_t size, segment_size, segment_count;
    uint16_t section_size, section_count, names;
} __attribute__((packed, aligned(4)));

enum { ELF_LOAD = 1, ELF_EXECUTE = 1, ELF_WRITE = 2, ELF_READ = 4 };

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset;            /* in the file */
    uint64_t address, physical;
    uint64_t file_size, memory_size;
    uint64_t alignment;
} __attribute__((packed, aligned(4)));
