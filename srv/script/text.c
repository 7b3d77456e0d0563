/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of answers: taken byte by byte, told apart, and their words decoded. */
#include "text.h"

#include <util/errno.h>
#include <util/string.h>

static bool starts(const char *line, size_t length, const char *word)
{
    size_t count = strlen(word);

    return length >= count && !memcmp(line, word, count)
           && (length == count || line[count] == ' ');
}

/* Takes a number in digits; false: there is none, or one above `most`. */
static bool take_number(const char **at, const char *end, uint32_t most, uint32_t *number)
{
    const char *p = *at;
    uint64_t value = 0;

    while (p < end && *p >= '0' && *p <= '9' && value <= most)
        value = value * 10 + (uint64_t)(*p++ - '0');
    if (p == *at || value > most)
        return false;
    *at = p;
    *number = (uint32_t)value;
    return true;
}

static void fault(struct text_event *event, const char *why)
{
    event->kind = TEXT_FAULT;
    event->why = why;
}

/* "raw N": the bytes follow. */
static void begin_raw(struct text_input *input, const char *at, const char *end,
    struct text_event *event)
{
    uint32_t count;

    if (!take_number(&at, end, UINT32_MAX, &count) || at != end || count > TEXT_DATA) {
        fault(event, "raw with a bad count");
        return;
    }
    input->raw_tag = event->tag;
    input->raw = count;
    input->in_raw = true;
    input->line.used = 0;
}

/* What comes behind the tag. */
static void parse_status(struct text_input *input, char *at, char *end,
    struct text_event *event)
{
    size_t left = (size_t)(end - at);
    size_t word = 0;

    while (word < left && at[word] != ' ')
        word++;
    event->data = at + word + (word < left);
    event->count = (size_t)(end - event->data);
    if (starts(at, left, "ok")) {
        event->kind = TEXT_OK;
    } else if (starts(at, left, "err")) {
        event->kind = TEXT_ERROR;
        event->error = text_error(event->data, event->count);
    } else if (starts(at, left, "text")) {
        event->kind = TEXT_BYTES;       /* with the newline, which is there */
        event->count++;
        if (event->count > TEXT_DATA)
            fault(event, "too many bytes");
    } else if (starts(at, left, "raw")) {
        begin_raw(input, event->data, end, event);
    } else {
        fault(event, "neither ok, err, text nor raw");
    }
}

/* A line, which ends with its newline. */
static void parse_line(struct text_input *input, struct text_event *event)
{
    char *line = input->line.data, *end = line + input->line.used - 1;
    const char *at = line;
    bool ready = starts(line, (size_t)(end - line), "ready");
    uint32_t tag = 0;

    if (ready || starts(line, (size_t)(end - line), "hello")) {
        event->kind = ready ? TEXT_READY : TEXT_HELLO;
        event->data = line + 5;
        event->count = (size_t)(end - event->data);
        return;
    }
    if (!take_number(&at, end, TEXT_TAG, &tag) || at == end || *at != ' ') {
        fault(event, "no tag");
        return;
    }
    event->tag = tag;
    parse_status(input, line + (at - line) + 1, end, event);
}

/* Begins anew after what has been told; a large buffer goes. */
static void forget(struct text_input *input)
{
    input->done = false;
    input->line.used = 0;
    if (input->line.room > 4096)
        bytes_free(&input->line);
}

/* The tag of a line that is not complete, or 0. */
static uint32_t tag_of(const struct bytes *line)
{
    const char *at = line->data;
    uint32_t tag = 0;

    if (line->used)
        (void)take_number(&at, line->data + line->used, TEXT_TAG, &tag);
    return tag;
}

/* Without memory for them the bytes are taken all the same: they are no lines. */
static size_t take_raw(struct text_input *input, const char *data, size_t count,
    struct text_event *event)
{
    size_t part = count < input->raw ? count : input->raw;

    event->tag = input->raw_tag;
    input->raw -= part;
    if (!input->skipping && !bytes_add(&input->line, data, part, TEXT_DATA)) {
        fault(event, "no memory");
        input->skipping = true;
    }
    if (input->raw)
        return part;
    if (!input->skipping) {
        event->kind = TEXT_BYTES;
        event->data = input->line.data;
        event->count = input->line.used;
    }
    input->in_raw = input->skipping = false;
    input->done = true;
    return part;
}

/* Up to the newline, or all. */
static size_t take_line(struct text_input *input, const char *data, size_t count,
    struct text_event *event)
{
    const char *newline = memchr(data, '\n', count);
    size_t part = newline ? (size_t)(newline - data) + 1 : count;

    if (!input->skipping && !bytes_add(&input->line, data, part, TEXT_LINE)) {
        event->tag = tag_of(&input->line);
        fault(event, "a line that is too long");
        input->skipping = true;
    } else if (newline && !input->skipping) {
        parse_line(input, event);
        input->done = !input->in_raw;
    }
    if (newline && input->skipping) {
        input->skipping = false;
        input->done = true;
    }
    return part;
}

size_t text_take(struct text_input *input, const char *data, size_t count,
    struct text_event *event)
{
    size_t taken = 0;

    *event = (struct text_event){.kind = TEXT_NONE};
    if (input->done)
        forget(input);
    while (event->kind == TEXT_NONE && (taken < count || (input->in_raw && !input->raw))) {
        if (input->in_raw)
            taken += take_raw(input, data + taken, count - taken, event);
        else
            taken += take_line(input, data + taken, count - taken, event);
        if (event->kind == TEXT_NONE && input->done)
            forget(input);
    }
    return taken;
}

/* Three octal digits of a byte, or -1. */
static int octal(const char *at, const char *end)
{
    int value = 0;

    if (end - at < 3)
        return -1;
    for (unsigned i = 0; i < 3; i++) {
        if (at[i] < '0' || at[i] > '7')
            return -1;
        value = value * 8 + at[i] - '0';
    }
    return value > 255 ? -1 : value;
}

int text_word(char **at, char *end, char **word, size_t *length)
{
    char *from = *at, *to;

    while (from < end && *from == ' ')
        from++;
    *word = to = from;
    while (from < end && *from != ' ') {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        int byte = end - from > 1 && from[1] == '0' ? octal(from + 2, end) : -1;

        if (byte < 0)
            return -EINVAL;
        *to++ = (char)byte;
        from += 5;
    }
    *length = (size_t)(to - *word);
    *at = from;
    return from > *word;
}

int text_error(const char *name, size_t length)
{
    static const struct {
        const char *name;
        int number;
    } errors[] = {
        {"ENOENT", ENOENT}, {"EEXIST", EEXIST}, {"EPERM", EPERM}, {"EACCES", EACCES},
        {"EINVAL", EINVAL}, {"EIO", EIO}, {"ENOSYS", ENOSYS}, {"ENOTDIR", ENOTDIR},
        {"EISDIR", EISDIR}, {"ENOTEMPTY", ENOTEMPTY}, {"ENOSPC", ENOSPC},
        {"EBUSY", EBUSY}, {"EROFS", EROFS}, {"EFBIG", EFBIG}, {"ENODEV", ENODEV},
        {"ENXIO", ENXIO}, {"EXDEV", EXDEV}, {"ENOMEM", ENOMEM}, {"ENOTTY", ENOTTY},
        {"EPIPE", EPIPE}, {"ERANGE", ERANGE}, {"ENAMETOOLONG", ENAMETOOLONG},
        {"ETIMEDOUT", ETIMEDOUT}, {"ESTALE", ESTALE}, {"EOPNOTSUPP", EOPNOTSUPP},
        {"EAGAIN", EAGAIN},
    };

    for (unsigned i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        if (strlen(errors[i].name) == length && !memcmp(name, errors[i].name, length))
            return errors[i].number;
    }
    return EIO;
}
