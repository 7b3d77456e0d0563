/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping the segments of programs, which have been checked (image.h): from the file's
 * memory object, or copied where there is none; what is beyond the file's bytes is zero.
 */
#include <stddef.h>

#include <transport/memory.h>
#include <transport/program.h>
#include <util/errno.h>
#include <util/string.h>

enum { PAGE = 4096 };

static uint64_t page_down(uint64_t address)
{
    return address & ~(uint64_t)(PAGE - 1);
}

static uint64_t page_up(uint64_t address)
{
    return page_down(address + PAGE - 1);
}

/* The end of the last page that holds bytes of the file is zero. */
static int clear_rest(struct uxrt_thread *t, const struct image_segment *segment,
    uint64_t bias)
{
    uint64_t from = segment->address + segment->file_bytes + bias, page = page_down(from);
    bool writable = segment->protection & PROC_WRITE;
    int error = 0;

    if (segment->memory_bytes == segment->file_bytes || from == page) {
        return 0;
    }
    if (!writable) {
        error = memory_protect(t, page, PAGE, segment->protection | PROC_WRITE);
    }
    if (!error) {
        memset((void *)from, 0, page + PAGE - from);
    }
    if (!error && !writable) {
        error = memory_protect(t, page, PAGE, segment->protection);
    }
    return error;
}

static int map_segment(struct uxrt_thread *t, const struct file *file,
    const struct image_segment *segment, uint64_t bias)
{
    uint64_t start = page_down(segment->address) + bias;
    uint64_t middle = page_up(segment->address + segment->file_bytes) + bias;
    uint64_t end = page_up(segment->address + segment->memory_bytes) + bias;
    uint64_t within = segment->address % PAGE;
    int64_t result;
    int error;

    if (!segment->file_bytes) {
        middle = start;
    } else {
        result = memory_map_file(t, start, within + segment->file_bytes,
            segment->protection, PROC_MAP_NOREPLACE, file,
            page_down(segment->offset));
        error = result < 0 ? (int)result : clear_rest(t, segment, bias);
        if (error) {
            return error;
        }
    }
    if (middle < end) {
        result = memory_map(t, middle, end - middle, segment->protection,
            PROC_MAP_NOREPLACE, PROC_SOURCE_NONE, 0);
        return result < 0 ? (int)result : 0;
    }
    return 0;
}

int program_map(struct uxrt_thread *t, const struct file *file, const struct image *image,
    uint64_t place, uint64_t *bias)
{
    int error = 0;

    *bias = 0;
    if (image->movable) {
        if (image->high > PROGRAM_END - place) {
            return -ENOMEM;
        }
        *bias = place - image->low;
    }
    for (unsigned i = 0; i < image->segment_count && !error; i++) {
        error = map_segment(t, file, &image->segments[i], *bias);
    }
    return error;
}
