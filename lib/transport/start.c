/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and checking struct start. Nothing is believed: neither what another thread of
 * the program may change meanwhile, nor what comes out of the old image.
 */
#include <transport/start.h>

#include <util/string.h>

/* Writes parts one after the other; without memory it only counts. */
struct writer {
    char *memory;
    size_t used, limit;
    bool full;
};

static void put(struct writer *writer, const void *data, size_t count)
{
    if (writer->full || count > writer->limit - writer->used) {
        writer->full = true;
        return;
    }
    if (writer->memory && count) {
        memcpy(writer->memory + writer->used, data, count);
    }
    writer->used += count;
}

static void put_string(struct writer *writer, const char *text)
{
    size_t length = strlen(text);

    put(writer, text, length);
    put(writer, "", 1);
}

static uint32_t put_strings(struct writer *writer, char *const *list)
{
    uint32_t count = 0;

    for (; list && list[count] && !writer->full; count++) {
        put_string(writer, list[count]);
    }
    return count;
}

static void put_all(struct writer *writer, const struct start_content *content)
{
    struct start start = {
        .magic = START_MAGIC,
        .connections = content->connection_count, .files = content->file_count,
        .program = content->program, .interpreter = content->interpreter,
        .trace = content->trace,
    };

    put(writer, &start, sizeof(start));
    put(writer, content->connections,
        content->connection_count * sizeof(*content->connections));
    put(writer, content->files, content->file_count * sizeof(*content->files));
    put_string(writer, content->name);
    put_string(writer, content->directory);
    put_string(writer, content->path);
    for (uint32_t i = 0; i < content->first_count; i++) {
        put_string(writer, content->first[i]);
    }
    start.arguments = content->first_count + put_strings(writer, content->argv);
    start.variables = put_strings(writer, content->envp);
    start.bytes = (uint32_t)writer->used;
    if (writer->memory && !writer->full) {
        memcpy(writer->memory, &start, sizeof(start));
    }
}

size_t start_size(const struct start_content *content)
{
    struct writer writer = {.limit = START_BYTES_MAX};

    put_all(&writer, content);
    return writer.full ? 0 : writer.used;
}

bool start_build(const struct start_content *content, void *memory, size_t bytes)
{
    struct writer writer = {.memory = memory, .limit = bytes};

    put_all(&writer, content);
    return !writer.full;
}

/* Takes records or a string from the front of what is left; null: there is not enough. */
static const void *take(const char **from, size_t *left, uint64_t count, size_t size)
{
    const char *taken = *from;

    if (count > *left / size) {
        return NULL;
    }
    *from += count * size;
    *left -= count * size;
    return taken;
}

static const char *take_string(const char **from, size_t *left)
{
    const char *end = memchr(*from, 0, *left);

    return end ? take(from, left, (uint64_t)(end - *from) + 1, 1) : NULL;
}

bool start_check(const void *memory, size_t bytes, struct start_view *view)
{
    const struct start *start = memory;
    const char *from = memory;
    size_t left = bytes;

    if (!take(&from, &left, 1, sizeof(*start)) || start->magic != START_MAGIC
        || start->bytes > bytes || start->bytes < sizeof(*start)) {
        return false;
    }
    left = start->bytes - sizeof(*start);
    view->start = start;
    view->connections = take(&from, &left, start->connections,
        sizeof(*view->connections));
    view->files = view->connections
        ? take(&from, &left, start->files, sizeof(*view->files)) : NULL;
    view->name = view->files ? take_string(&from, &left) : NULL;
    view->directory = view->name ? take_string(&from, &left) : NULL;
    view->path = view->directory ? take_string(&from, &left) : NULL;
    if (!view->path) {
        return false;
    }
    view->arguments = from;
    for (uint64_t i = 0; i < (uint64_t)start->arguments + start->variables; i++) {
        if (!take_string(&from, &left)) {
            return false;
        }
    }
    view->string_bytes = (size_t)(from - view->arguments);
    return true;
}
