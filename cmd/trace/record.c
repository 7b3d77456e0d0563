/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of traced requests as lines of text; see record.h. */
#include "record.h"

#include <transport/protocol.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"

enum { SERVICES = 256, NAMES = 512, NAME = 64, LINE = 400, MODE_BYTES = 4 };

/* Open files, the latest last; old ones are overwritten. */
static struct name {
    uint32_t pid, service, file;
    char text[NAME];
} names[NAMES];
static unsigned newest;

static uint32_t file_of(uint64_t label)
{
    return (uint32_t)(label >> REQUEST_FILE_SHIFT) & LAST_FILE;
}

/* A file of this process, or else, as after a fork, of any. Null: it was never opened. */
static const char *find_name(uint32_t pid, uint32_t service, uint32_t file)
{
    const char *other = NULL;

    for (unsigned i = 0; i < NAMES; i++) {
        const struct name *n = &names[(newest - 1 - i) % NAMES];

        if (n->file != file || n->service != service || !n->text[0])
            continue;
        if (n->pid == pid)
            return n->text;
        other = other ? other : n->text;
    }
    return other;
}

static void learn(const struct uxrt_trace *r)
{
    struct name *n = &names[newest % NAMES];
    size_t length = r->length > MODE_BYTES ? r->length - MODE_BYTES : 0;

    if (r->reply & REPLY_ERROR)
        return;
    *n = (struct name){r->pid, r->service, (uint32_t)r->place & LAST_FILE, ""};
    print(n->text, sizeof(n->text), "%.*s", (int)length, r->data + MODE_BYTES);
    if (!n->text[0])
        memcpy(n->text, ".", 2);
    newest++;
}

/* Finds the name in /proc/sys/services; a service that has ended has none. */
static void ask_name(uint32_t service, char name[NAME])
{
    static char text[8192];
    uint64_t number, pid;

    print(name, NAME, service ? "%u" : "proc", service);
    if (!service || command_read("/proc/sys/services", text, sizeof(text)) < 0)
        return;
    for (const char *at = text; command_number(&at, &number);) {
        const char *end = strchr(at, '\n');

        if (command_number(&at, &pid) && number == service)
            (void)command_word(&at, name, NAME);
        at = end ? end + 1 : "";
    }
}

static const char *service_name(uint32_t service)
{
    static struct {
        uint32_t service;
        char text[NAME];
    } known[SERVICES];
    unsigned i = service % SERVICES;

    if (!known[i].text[0] || known[i].service != service) {
        known[i].service = service;
        ask_name(service, known[i].text);
    }
    return known[i].text;
}

static const char *attribute_name(unsigned attribute)
{
    static const char *const texts[] = {
        "", "STAT", "SET", "POSITION", "FLAGS", "READY", "TERMIOS", "CONTROL", "PATH",
        "LINK", "OPEN", "CLONE", "CLOSE", "MKDIR", "REMOVE", "SYMLINK", "HARDLINK",
        "RENAME", "READDIR", "RPC", "LOCK", "OBJECT", "STATFS", "SYNC", "FORK",
        "CLOSEMANY", "EXPORT", "IMPORT",
    };

    if (attribute >= ATTR_PROC)
        return "CALL";
    return attribute < sizeof(texts) / sizeof(texts[0]) ? texts[attribute] : "?";
}

static bool is_attribute(const struct uxrt_trace *r)
{
    return !(r->label & REQUEST_CURRENT) && r->place & ATTRIBUTE;
}

/* Where: a position, an offset, or an attribute and its argument. */
static void print_place(const struct uxrt_trace *r, char *text, size_t size)
{
    unsigned attribute = ATTRIBUTE_OF(r->place);

    if (r->label & REQUEST_CURRENT)
        print(text, size, "current");
    else if (!is_attribute(r))
        print(text, size, "%lu", (unsigned long)r->place);
    else if (attribute == ATTR_OPEN)
        print(text, size, "OPEN \"%.*s\"",
            r->length > MODE_BYTES ? (int)r->length - MODE_BYTES : 0,
            r->data + MODE_BYTES);
    else if (r->label & REQUEST_NAMED)
        print(text, size, "%s \"%.*s\"", attribute_name(attribute), (int)r->length,
            r->data);
    else
        print(text, size, "%s %lu", attribute_name(attribute), (unsigned long)(
            attribute >= ATTR_PROC ? attribute - ATTR_PROC : r->place & ATTRIBUTE_ARGUMENT));
}

static void print_result(uint64_t reply, char *text, size_t size)
{
    int count = (int)REPLY_COUNT(reply);

    if (reply & REPLY_TOUCH)
        print(text, size, "touch");
    else if (reply & REPLY_ERROR && count == ERROR_WAIT)
        print(text, size, "wait");
    else if (reply & REPLY_ERROR && count > ERROR_WAIT)
        print(text, size, "%s", count == ERROR_LINK ? "link" : "mount");
    else
        print(text, size, "%s%d%s", reply & REPLY_ERROR ? "error " : "", count,
            reply & REPLY_END ? " end" : "");
}

void record_show(const struct uxrt_trace *r, int to, bool all)
{
    static const char *const forms[] = {"message", "buffer", "window", "?"};
    char line[LINE], place[NAME + 64], result[32], id[24];
    uint64_t time = r->end - r->start;
    const char *name = find_name(r->pid, r->service, file_of(r->label));
    bool opens = is_attribute(r) && ATTRIBUTE_OF(r->place) == ATTR_OPEN;

    if (all || !is_attribute(r)) {
        print(id, sizeof(id), "%u", file_of(r->label));
        print_place(r, place, sizeof(place));
        print_result(r->reply, result, sizeof(result));
        size_t length = print(line, sizeof(line),
            "%u %-5s %s:%s @ %s, %u -> %s, %s, %lu.%lu us\n", r->pid,
            r->label & REQUEST_WRITE ? "write" : "read", service_name(r->service),
            name ? name : id, place, (unsigned)REPLY_COUNT(r->label), result,
            forms[r->label >> REQUEST_FORM_SHIFT & 3], (unsigned long)(time / 1000),
            (unsigned long)(time % 1000 / 100));

        uxrt_write(to, line, length < sizeof(line) ? length : sizeof(line) - 1);
    }
    if (opens)
        learn(r);
}
