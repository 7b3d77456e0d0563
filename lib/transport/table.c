/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library's header, at its beginning, and its function table; see table.h.
 */
#include <transport/descriptor.h>
#include <transport/foreign.h>
#include <transport/program.h>
#include <transport/resolve.h>
#include <transport/table.h>

extern const char library_text_end[], library_sleep[], library_sleep_end[];
extern const struct library_fixup library_fixups[], library_fixups_end[];

const struct uxrt_table library_table = {
    .version = UXRT_TABLE_VERSION, .size = sizeof(struct uxrt_table),
#define UXRT_FUNCTION(type, name, parameters, names) .name = library_##name,
#define UXRT_FUNCTION0(type, name) .name = library_##name,
    UXRT_ALL_FUNCTIONS
#undef UXRT_FUNCTION
#undef UXRT_FUNCTION0
#define UXRT_FUNCTION(type, name, parameters, names) .name = small_##name,
    UXRT_SMALL_FUNCTIONS
#undef UXRT_FUNCTION
};

__attribute__((section(".header"), used))
const struct library_header library_header = {
    .magic = LIBRARY_MAGIC, .version = UXRT_TABLE_VERSION,
    .size = sizeof(struct library_header),
    .start = (uint64_t)library_start,
    .foreign = (uint64_t)library_foreign,
    .text_end = (uint64_t)library_text_end,
    .table = (uint64_t)&library_table,
    .fixups = (uint64_t)library_fixups,
    .fixups_end = (uint64_t)library_fixups_end,
    .signal = (uint64_t)library_signal, .entered = (uint64_t)library_entered,
    .leave = (uint64_t)library_leave, .leave_end = (uint64_t)library_leave_end,
    .leave_again = (uint64_t)library_leave_again,
    .sleep = (uint64_t)library_sleep, .sleep_end = (uint64_t)library_sleep_end,
    .descriptors = (uint64_t)descriptor_words, .files = (uint64_t)descriptor_files,
    .directory = (uint64_t)&current_directory, .program = (uint64_t)&program_place,
    .numbers = (uint64_t)descriptor_numbers,
};
