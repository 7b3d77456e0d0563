/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a script writes: each answer goes to the ask with its tag, as far as it makes sense
 * there; else the ask fails with EIO, and the log says why.
 */
#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

#include "script.h"

enum { SECOND = 1000000000 };

void complain(struct script *script, const char *why)
{
    char line[160];
    size_t length;

    if (script->complaints++ >= COMPLAINTS_MAX)
        return;
    length = print(line, sizeof(line), "script: %s: %s\n", script->name, why);
    uxrt_log(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

static bool is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && !memcmp(word, text, length);
}

/* A number in this base; false: something else. */
static bool number_of(const char *word, size_t length, unsigned base, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(word[i] - '0');

        if (digit >= base || __builtin_mul_overflow(*number, base, number)
            || __builtin_add_overflow(*number, digit, number))
            return false;
    }
    return length > 0;
}

static void take_hello(struct script *script, char *at, char *end)
{
    static const char *const names[] = {"read", "write", "trunc", "move", "cancel", "raw",
        "tags"};
    char *word;
    size_t length;

    if (script->answers || script->features)
        complain(script, "hello is not the first line");
    while (text_word(&at, end, &word, &length) > 0 && !script->answers) {
        for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
            script->features |= is(word, length, names[i]) ? 1U << i : 0;
    }
}

/* "ready NAME...": these files have something to read. */
static void take_ready(struct script *script, char *at, char *end)
{
    char *word;
    size_t length;
    int more;

    while ((more = text_word(&at, end, &word, &length)) > 0)
        data_changed(script, word, is(word, length, ".") ? 0 : length);
    if (more < 0)
        complain(script, "ready with a name that makes no sense");
}

/* size=N, mode=OCTAL, mtime=SECONDS, ready=0 or 1; others mean nothing yet. */
static bool take_property(struct ask *ask, const char *word, size_t length)
{
    const char *equals = memchr(word, '=', length);
    size_t name = equals ? (size_t)(equals - word) : length;
    uint64_t number = 0;
    bool mode = is(word, name, "mode"), ready = is(word, name, "ready");

    if (!equals || !(mode || ready || is(word, name, "size") || is(word, name, "mtime")))
        return true;
    if (!number_of(equals + 1, length - name - 1, mode ? 8 : 10, &number)
        || number > INT64_MAX / SECOND)
        return false;
    if (mode) {
        ask->mode = (ask->mode & S_IFMT) | (number & 0777);
    } else if (ready) {
        ask->has_ready = true;
        ask->ready = number;
    } else if (is(word, name, "size")) {
        ask->has_size = true;
        ask->size = number;
    } else {
        ask->has_time = true;
        ask->time = (int64_t)number * SECOND;
    }
    return true;
}

static int take_stat(struct ask *ask, char *at, char *end)
{
    char *word;
    size_t length;
    int more = text_word(&at, end, &word, &length);

    if (more <= 0 || length != 1)
        return -EINVAL;
    ask->mode = *word == 'd' ? S_IFDIR | 0755 : *word == 'f' ? S_IFREG | 0644
        : *word == 'c' ? S_IFCHR | 0644 : 0;
    ask->has_size = ask->has_time = ask->has_ready = false;
    while (ask->mode && (more = text_word(&at, end, &word, &length)) > 0) {
        if (!take_property(ask, word, length))
            return -EINVAL;
    }
    return ask->mode ? more : -EINVAL;
}

/* Names, each after a byte with its length. */
static int take_list(struct ask *ask, char *at, char *end)
{
    struct bytes names = {0};
    char *word;
    size_t length;
    int more;

    while ((more = text_word(&at, end, &word, &length)) > 0) {
        bool directory = word[length - 1] == '/';
        unsigned char head[2] = {(unsigned char)(length - directory), directory};

        if (length - directory > 255 || length == directory
            || memchr(word, '/', length - directory) || memchr(word, 0, length)
            || is(word, length - directory, ".") || is(word, length - directory, ".."))
            more = -EINVAL;
        else if (!bytes_add(&names, head, 2, TEXT_LINE)
                 || !bytes_add(&names, word, head[0], TEXT_LINE))
            more = -ENOMEM;
        if (more < 0)
            break;
    }
    if (more < 0)
        bytes_free(&names);
    ask->question.data = names.data;
    ask->question.size = names.used;
    return more;
}

static int take_bytes(struct ask *ask, const char *data, size_t count)
{
    if (count > TEXT_DATA)
        return -EINVAL;
    heap_free(ask->question.data);
    ask->question.data = count ? heap_alloc(count) : NULL;
    ask->question.size = ask->question.data ? count : 0;
    if (count && !ask->question.data)
        return -ENOMEM;
    if (count)
        memcpy(ask->question.data, data, count);
    return 0;
}

static int take_word(struct ask *ask, char *at, char *end)
{
    char *word, *other;
    size_t length, rest;
    int more = text_word(&at, end, &word, &length);

    if (more < 0 || (more && text_word(&at, end, &other, &rest)))
        return -EINVAL;
    return take_bytes(ask, word, more ? length : 0);
}

/* How many bytes were written; all of them if it does not say. */
static int take_count(struct ask *ask, char *at, char *end)
{
    char *word;
    size_t length;
    uint64_t number;
    int more = text_word(&at, end, &word, &length);

    if (more <= 0)
        return more;
    if (!number_of(word, length, 10, &number) || number > ask->question.count)
        return -EINVAL;
    ask->question.count = (uint32_t)number;
    return 0;
}

static bool reads(const struct ask *ask)
{
    return ask->question.op == OP_GET || ask->question.op == OP_READ;
}

static int take_ok(struct ask *ask, char *at, char *end)
{
    switch (ask->question.op) {
    case OP_STAT: return take_stat(ask, at, end);
    case OP_LIST: return take_list(ask, at, end);
    case OP_GET: case OP_READ: return take_word(ask, at, end);
    case OP_WRITE: return take_count(ask, at, end);
    default: return 0;
    }
}

static struct ask *find(struct script *script, uint32_t tag)
{
    struct ask *first = NULL;

    for (struct list *link = script->asks.next; link != &script->asks; link = link->next) {
        struct ask *ask = list_entry(link, struct ask, link);

        if (ask->state == ASK_SENT && ask->tag == tag)
            return ask;
        if (ask->state == ASK_SENT && !first)
            first = ask;
    }
    return script->features & CAN_TAGS ? NULL : first;
}

/* An answer to a request that has failed by a fault before: it came too late, and is not
 * for the request at hand. */
static bool is_late(const struct script *script, const struct ask *ask, uint32_t tag)
{
    return tag > script->answered && tag < ask->tag;
}

/* Is it the answer to this request? If not, the request has failed, or waits on. */
static bool is_for(struct script *script, struct ask *ask, const struct text_event *event)
{
    if (event->kind == TEXT_FAULT)
        complain(script, event->why);
    if (!ask || ask->tag != event->tag)
        complain(script, "no request has this tag");
    if (!ask || is_late(script, ask, event->tag))
        return false;
    if (ask->tag == event->tag)
        script->answered = ask->tag;
    if (ask->tag == event->tag && event->kind != TEXT_FAULT)
        return true;
    ask_answered(script, ask, EIO);
    return false;
}

/* EAGAIN tells who reads a live file to wait for "ready", and nobody else. */
static int take_error(const struct script *script, const struct ask *ask, int error)
{
    const struct node *node = node_find(script, ask->question.path, ask->question.length);

    return error == EAGAIN && !(reads(ask) && node && node->live) ? -EINVAL : 0;
}

static void take(struct script *script, const struct text_event *event)
{
    struct ask *ask = find(script, event->tag);
    int error = 0;

    script->answers++;
    if (!is_for(script, ask, event))
        return;
    if (event->kind == TEXT_OK)
        error = take_ok(ask, event->data, event->data + event->count);
    else if (event->kind == TEXT_ERROR)
        error = take_error(script, ask, event->error);
    else
        error = reads(ask) ? take_bytes(ask, event->data, event->count) : -EINVAL;
    if (error == -EINVAL)
        complain(script, "an answer that does not fit the request");
    ask_answered(script, ask, error ? EIO : event->kind == TEXT_ERROR ? event->error : 0);
}

void answer_take(struct script *script, const char *data, size_t count)
{
    struct text_event event;

    do {
        size_t taken = text_take(&script->input, data, count, &event);

        data += taken;
        count -= taken;
        if (event.kind == TEXT_HELLO)
            take_hello(script, event.data, event.data + event.count);
        else if (event.kind == TEXT_READY)
            take_ready(script, event.data, event.data + event.count);
        else if (event.kind != TEXT_NONE)
            take(script, &event);
    } while (count);
}
