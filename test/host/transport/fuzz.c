/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: any bytes as a program's headers, as a script, and as struct start. What
 * is accepted must be within bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <transport/image.h>
#include <transport/start.h>

static void require(int good)
{
    if (!good)
        abort();
}

static void try_image(const uint8_t *data, size_t size, uint64_t file_bytes)
{
    struct image image;
    uint64_t end = 0;

    if (image_check(data, size, file_bytes, &image))
        return;
    require(image.segment_count > 0 && image.segment_count <= IMAGE_SEGMENTS);
    require(memchr(image.interpreter, 0, IMAGE_NAME) != NULL);
    for (unsigned i = 0; i < image.segment_count; i++) {
        const struct image_segment *s = &image.segments[i];

        require(s->address >= end && s->address >= image.low);
        require(s->file_bytes <= s->memory_bytes && s->offset <= file_bytes
                && s->file_bytes <= file_bytes - s->offset);
        end = s->address + s->memory_bytes;
        require(end > s->address && end <= image.high && end <= PROGRAM_END);
    }
}

static void try_start(const uint8_t *data, size_t size)
{
    const char *end = (const char *)data + size, *text;
    struct start_view view;
    uint64_t sum = 0;

    if (!start_check(data, size, &view))
        return;
    for (uint32_t i = 0; i < view.start->connections; i++)
        sum += view.connections[i].service;
    for (uint32_t i = 0; i < view.start->files; i++)
        sum += view.files[i].id;
    text = view.arguments;
    for (uint32_t i = 0; i < view.start->arguments + view.start->variables; i++) {
        require(text < end);
        text += strlen(text) + 1;
    }
    require(text == view.arguments + view.string_bytes && text <= end);
    require(strlen(view.name) + strlen(view.directory) + sum % 2 < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image_script script;
    size_t bytes = size < IMAGE_HEAD ? size : IMAGE_HEAD;
    uint8_t *copy = malloc(size ? size : 1);

    if (size)
        memcpy(copy, data, size);
    try_image(copy, bytes, size);
    try_image(copy, bytes, INT64_MAX);
    try_start(copy, size);
    if (image_script(copy, bytes, &script) == 1)
        require(strlen(script.interpreter) < IMAGE_NAME
                && strlen(script.argument) < IMAGE_NAME);
    free(copy);
    return 0;
}
