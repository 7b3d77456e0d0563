/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of ELF64 that a loader of static programs needs (System V ABI, chapter 4). */
#pragma once

#include <stdint.h>

#define ELF_MAGIC         0x464c457fu   /* first four bytes */
#define ELF_CLASS_64      2
#define ELF_PT_LOAD       1
#define ELF_MACHINE_X86_64  62

struct elf_header {
    uint32_t magic;
    uint8_t class, data, version, abi, padding[8];
    uint16_t type, machine;
    uint32_t file_version;
    uint64_t entry, program_offset, section_offset;
    uint32_t flags;
    uint16_t header_size, program_entry_size, program_count;
    uint16_t section_entry_size, section_count, section_names;
};

struct elf_program {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, file_size, memory_size, align;
};
