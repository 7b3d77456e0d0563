/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One memory object for each loadable segment. A segment that cannot be written is in every
 * space; of the others each process has a private copy, page by page as it writes.
 */
#include <process/image.h>

#include <stddef.h>

#include <boot/archive.h>
#include <process/elf.h>
#include <transport/process.h>
#include <util/string.h>

enum { SEGMENTS_MAX = 8, READ_SHOWN = 4 };

static struct segment {
    uint64_t address;
    struct object *object;
    unsigned protection;
} segments[SEGMENTS_MAX];
static unsigned segment_count;
static struct library_header header;
static const char *fixups;         /* struct library_fixup[], not aligned */
static size_t fixup_count;

static unsigned protection_of(uint32_t flags)
{
    return (flags & ELF_READ ? PROC_READ : 0) | (flags & ELF_WRITE ? PROC_WRITE : 0)
           | (flags & ELF_EXECUTE ? PROC_EXECUTE : 0);
}

static bool add_segment(const char *file, const struct elf_segment *elf)
{
    uint64_t before = elf->address % PAGE_SIZE;
    struct segment *segment = &segments[segment_count];

    if (segment_count == SEGMENTS_MAX) {
        return false;
    }
    segment->address = elf->address - before;
    segment->protection = protection_of(elf->flags);
    segment->object = object_create((before + elf->memory_size + PAGE_SIZE - 1)
        / PAGE_SIZE);
    if (!segment->object
        || object_write(segment->object, before, file + elf->offset, elf->file_size)
           != (int64_t)elf->file_size) {
        return false;
    }
    segment_count++;
    return segment->protection & PROC_WRITE
           || !space_standard(segment->address, segment->protection, segment->object);
}

/* The bytes of the file that are at this address of the library, or null. */
static const void *at_address(const char *file, const struct elf_file *elf,
    uint64_t address)
{
    const struct elf_segment *segment = (const void *)(file + elf->segments);

    for (unsigned i = 0; i < elf->segment_count; i++, segment++) {
        if (segment->type == ELF_LOAD
            && address - segment->address < segment->file_size) {
            return file + segment->offset + (address - segment->address);
        }
    }
    return NULL;
}

static bool read_header(const char *file, const struct elf_file *elf)
{
    const void *first = at_address(file, elf, LIBRARY_BASE);

    if (!first) {
        return false;
    }
    memcpy(&header, first, sizeof(header));
    fixups = at_address(file, elf, header.fixups);
    fixup_count = fixups
        ? (header.fixups_end - header.fixups) / sizeof(struct library_fixup) : 0;
    return header.magic == LIBRARY_MAGIC;
}

/* The file was built with this program, so it is right or absent. */
bool image_init(void)
{
    const void *data;
    size_t bytes;

    if (!archive_find("boot/library.elf", &data, &bytes)
        || bytes < sizeof(struct elf_file)) {
        return false;
    }
    const char *file = data;
    const struct elf_file *elf = data;
    const struct elf_segment *segment = (const void *)(file + elf->segments);
    for (unsigned i = 0; i < elf->segment_count; i++) {
        if (segment[i].type == ELF_LOAD && segment[i].memory_size > 0
            && !add_segment(file, &segment[i])) {
            return false;
        }
    }
    return read_header(file, elf);
}

const struct library_header *image_header(void)
{
    return &header;
}

bool image_map(struct space *space)
{
    for (unsigned i = 0; i < segment_count; i++) {
        const struct segment *segment = &segments[i];

        if (segment->protection & PROC_WRITE
            && space_map(space, segment->address, object_pages(segment->object),
                   segment->protection, REGION_SYSTEM, segment->object, 0, false) < 0) {
            return false;
        }
    }
    return true;
}

static struct space_range written(uint64_t address, size_t pages)
{
    return (struct space_range){
        address & ~(uint64_t)(PAGE_SIZE - 1), pages, PROC_WRITE, true,
    };
}

void image_begin(struct space *space, uint64_t address, size_t pages)
{
    const struct space_range ranges[] = {
        {PROCESS_PAGE, 1, PROC_READ, false}, {MOUNT_TABLE, 1, PROC_READ, false},
        {address, pages < READ_SHOWN ? pages : READ_SHOWN, PROC_READ, false},
        written(header.directory, 1), written(header.program, 1),
        written(header.descriptors, 1), written(header.files, 1),
        written(header.numbers, 1),
    };

    space_show(space, ranges, sizeof(ranges) / sizeof(ranges[0]));
}

uint64_t image_fixup(uint64_t instruction)
{
    for (size_t i = 0; i < fixup_count; i++) {
        struct library_fixup fixup;

        memcpy(&fixup, fixups + i * sizeof(fixup), sizeof(fixup));
        if (fixup.instruction == instruction) {
            return fixup.target;
        }
    }
    return 0;
}
