/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to the script, as lines. */
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

static const char *const names[] = {"stat", "list", "get", "put", "new", "del", "read",
    "write", "trunc", "move"};

static bool add_path(struct bytes *to, const char *path, size_t length)
{
    return text_add(to, " ") && (length ? text_quote(to, path, length) : text_add(to, "."));
}

static bool add_number(struct bytes *to, uint64_t number, unsigned base)
{
    return text_add(to, " ") && text_number(to, number, base);
}

/* The contents: a word, or a count and the bytes on the next line. */
static bool add_data(const struct script *script, struct bytes *to,
    const struct question *q)
{
    if (script->features & CAN_RAW)
        return text_add(to, " raw") && add_number(to, q->size, 10) && text_add(to, "\n")
               && bytes_add(to, q->data, q->size, SIZE_MAX / 4);
    return (!q->size || (text_add(to, " ") && text_quote(to, q->data, q->size)))
           && text_add(to, "\n");
}

static bool add_arguments(const struct script *script, struct bytes *to,
    const struct question *q)
{
    bool good = true;

    switch (q->op) {
    case OP_PUT:
        return add_data(script, to, q);
    case OP_WRITE:
        good = q->offset == UINT64_MAX ? text_add(to, " end")
                                       : add_number(to, q->offset, 10);
        return good && add_data(script, to, q);
    case OP_NEW:
        good = text_add(to, S_ISDIR(q->mode) ? " d" : " f")
               && add_number(to, q->mode & 0777, 8);
        break;
    case OP_READ:
        good = add_number(to, q->offset, 10) && add_number(to, q->count, 10);
        break;
    case OP_TRUNC:
        good = add_number(to, q->offset, 10);
        break;
    case OP_MOVE:
        good = add_path(to, q->other, q->other_length);
        break;
    default:
        break;
    }
    return good && text_add(to, "\n");
}

bool send_ask(struct script *script, struct ask *ask)
{
    const struct question *q = &ask->question;
    struct bytes *to = &script->output;
    size_t before = to->used;

    script->tag = script->tag < TEXT_TAG ? script->tag + 1 : 1;
    ask->tag = script->tag;
    if (!text_add(to, names[q->op]) || !add_number(to, ask->tag, 10)
        || !add_path(to, q->path, q->length) || !add_arguments(script, to, q)) {
        to->used = before;
        return false;
    }
    channel_changed(script);
    return true;
}

void send_cancel(struct script *script, const struct ask *ask)
{
    struct bytes *to = &script->output;
    size_t before = to->used;

    if (!(script->features & CAN_CANCEL))
        return;
    if (!text_add(to, "cancel") || !add_number(to, ask->tag, 10) || !text_add(to, "\n"))
        to->used = before;
    else
        channel_changed(script);
}
