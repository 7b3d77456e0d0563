/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "toy.h"

#include <util/errno.h>
#include <util/mode.h>

enum { CONNECTIONS = 5, IDS = 12, EXPORTS = 8 };

/* An open file as the model sees it. */
struct known {
    unsigned references;
    bool counted;           /* opened, not only named */
};

static struct known *ids[CONNECTIONS + 1][IDS];
static uint64_t badges[CONNECTIONS + 1];            /* by index; 0: none */
static struct {
    struct known *file;
    uint64_t token;
    unsigned owner;
} exports[EXPORTS];
static struct known *parked[FAKE_REPLIES];
static uint64_t counted;                            /* live open files */

static const char *const names[] = {
    "f", "g", "d", "d/f", "d/e", "d/e/f", "fifo", "d/fifo", "link", "link/f", "",
    "d/", "./g", "other", "other/x", "nothing/here", "refuses",
};

static const char *any_name(void)
{
    return names[choose(sizeof(names) / sizeof(*names))];
}

static struct known *known_create(bool count)
{
    struct known *known = calloc(1, sizeof(*known));

    known->references = 1;
    known->counted = count;
    counted += count;
    return known;
}

static void known_put(struct known *known)
{
    if (!known || --known->references)
        return;
    counted -= known->counted;
    free(known);
}

static struct known *known_get(struct known *known)
{
    known->references++;
    return known;
}

static unsigned any_connection(void)
{
    unsigned index = 1 + choose(CONNECTIONS);

    if (!badges[index])
        badges[index] = fake_connect(index, choose(3) ? 1000 : 0, 100);
    return index;
}

/* Requests that were parked and have an answer now. */
static void collect(void)
{
    for (unsigned i = 0; i < FAKE_REPLIES; i++) {
        if (parked[i] && !fake_waits(i)) {
            fake_take(i);
            known_put(parked[i]);
            parked[i] = NULL;
        }
    }
}

static void check(void)
{
    collect();
    assert(toy.opened - toy.closed == counted);
}

static uint32_t any_flags(void)
{
    uint32_t flags = 1 + choose(3);

    if (choose(2))
        flags |= UXRT_CREATE;
    if (!choose(4))
        flags |= 1u << choose(11);
    return flags;
}

static void step_open(unsigned c)
{
    unsigned id = choose(IDS);
    uint32_t flags = any_flags(), mode = choose(4) ? 0666 : S_IFIFO | 0666;
    const char *name = any_name();
    int64_t result = fake_open(badges[c], ROOT_FILE, name, FIRST_FILE + id, flags, mode);

    assert(!ids[c][id] || result == -EBUSY);
    if (result >= 0)
        ids[c][id] = known_create(!(flags & UXRT_PATH));
}

static void step_close(unsigned c)
{
    unsigned id = choose(IDS);
    int64_t result = fake_close(badges[c], FIRST_FILE + id);

    assert(result == (ids[c][id] ? 0 : -EBADF));
    known_put(ids[c][id]);
    ids[c][id] = NULL;
}

static void step_clone(unsigned c)
{
    unsigned id = choose(IDS), new = choose(IDS);
    int64_t result = fake_set(badges[c], FIRST_FILE + id, ATTR_CLONE, FIRST_FILE + new,
        NULL, 0);

    assert(result == (!ids[c][id] ? -EBADF : ids[c][new] ? -EBUSY : 0));
    if (!result)
        ids[c][new] = known_get(ids[c][id]);
}

static void step_bytes(unsigned c)
{
    static const char data[300];
    unsigned id = choose(IDS);
    bool write = choose(2), current = choose(2);
    uint64_t offset = choose(300);
    int64_t result = fake_call(badges[c], FIRST_FILE + id, write, offset, current, data,
        choose(300));

    assert(ids[c][id] || result == -EBADF);
    if (result == FAKE_PARKED)
        parked[fake.reply] = known_get(ids[c][id]);
}

static void step_fork(unsigned c)
{
    unsigned child = 1 + choose(CONNECTIONS);
    uint64_t token;

    if (badges[child] || fake_get(badges[c], CONTROL_FILE, ATTR_FORK, 0, 8) != 8)
        return;
    memcpy(&token, fake.memory, 8);
    badges[child] = fake_child(child, badges[c], token);
    for (unsigned i = 0; i < IDS; i++) {
        if (ids[c][i])
            ids[child][i] = known_get(ids[c][i]);
    }
}

static void end_connection(unsigned c)
{
    fake_end(badges[c]);
    badges[c] = 0;
    for (unsigned i = 0; i < IDS; i++) {
        known_put(ids[c][i]);
        ids[c][i] = NULL;
    }
    for (unsigned i = 0; i < EXPORTS; i++) {
        if (exports[i].file && exports[i].owner == c) {
            known_put(exports[i].file);
            exports[i].file = NULL;
        }
    }
}

static void step_end(unsigned c)
{
    if (!choose(4))
        end_connection(c);
    else
        fake_cancel(badges[c]);
}

static void step_export(unsigned c)
{
    unsigned id = choose(IDS), slot = choose(EXPORTS);

    if (exports[slot].file)
        return;
    if (fake_get(badges[c], CONTROL_FILE, ATTR_EXPORT, FIRST_FILE + id, 8) != 8) {
        assert(!ids[c][id]);
        return;
    }
    exports[slot].file = known_get(ids[c][id]);
    exports[slot].owner = c;
    memcpy(&exports[slot].token, fake.memory, 8);
}

static void step_import(unsigned c)
{
    unsigned id = choose(IDS), slot = choose(EXPORTS);
    int64_t result = fake_set(badges[c], CONTROL_FILE, ATTR_IMPORT, FIRST_FILE + id,
        &exports[slot].token, 8);

    assert(result == (ids[c][id] ? -EBUSY : exports[slot].file ? 8 : -ENOENT));
    if (result == 8) {
        ids[c][id] = exports[slot].file;
        exports[slot].file = NULL;
    }
}

static void step_names(unsigned c)
{
    uint32_t mode = 0755, length;
    const char *first = any_name();

    length = (uint32_t)strlen(first);
    switch (choose(5)) {
    case 0:
        fake_names(badges[c], ROOT_FILE, ATTR_MKDIR, 0, &mode, first, NULL);
        break;
    case 1:
        fake_names(badges[c], ROOT_FILE, ATTR_REMOVE, choose(2), NULL, first, NULL);
        break;
    case 2:
        fake_names(badges[c], ROOT_FILE, ATTR_SYMLINK, 0, &length, first, any_name());
        break;
    case 3:
        fake_names(badges[c], ROOT_FILE, ATTR_RENAME, ROOT_FILE, &length, first,
            any_name());
        break;
    default:
        fake_names(badges[c], ROOT_FILE, ATTR_HARDLINK, FIRST_FILE + choose(IDS), NULL,
            first, NULL);
    }
}

static void step_lock(unsigned c)
{
    const struct uxrt_range range = {
        .kind = choose(16), .start = choose(12), .end = choose(12),
    };

    fake_set(badges[c], FIRST_FILE + choose(IDS), ATTR_RANGE, 0, &range, sizeof(range));
}

/* Attributes that change no open file. */
static void step_records(unsigned c)
{
    static const uint8_t attributes[] = {
        ATTR_STAT, ATTR_POSITION, ATTR_FLAGS, ATTR_READY, ATTR_PATH, ATTR_LINK,
        ATTR_READDIR, ATTR_RPC, ATTR_LOCK, ATTR_OBJECT, ATTR_STATFS, ATTR_SET,
        ATTR_TERMIOS, ATTR_RANGE,
    };
    unsigned attribute = attributes[choose(sizeof(attributes))];
    uint32_t file = FIRST_FILE + choose(IDS);
    unsigned char record[64] = { (unsigned char)choose(256), (unsigned char)choose(256) };
    uint64_t argument = attribute == ATTR_STAT ? 0 : choose(8);

    if (!choose(8))
        fake_stat(badges[c], choose(2) ? ROOT_FILE : file, any_name(),
            choose(2) ? UXRT_NOFOLLOW : 0);
    else if (choose(2))
        fake_get(badges[c], file, attribute, argument, choose(200));
    else
        fake_set(badges[c], file, attribute, argument, record, choose(sizeof(record)));
}

void world_begin(void)
{
    memset(badges, 0, sizeof(badges));
    memset(exports, 0, sizeof(exports));
    counted = 0;
    toy_begin();
}

void world_step(void)
{
    static void (*const steps[])(unsigned) = {
        step_open, step_open, step_open, step_close, step_clone, step_bytes, step_bytes,
        step_bytes, step_fork, step_end, step_export, step_import, step_names, step_names,
        step_records, step_records, step_lock,
    };
    unsigned c = any_connection();

    fake.form = choose(3);
    toy.park = choose(4);
    steps[choose(sizeof(steps) / sizeof(*steps))](c);
    check();
}

void world_end(void)
{
    for (unsigned c = 1; c <= CONNECTIONS; c++) {
        if (badges[c])
            end_connection(c);
    }
    check();
    assert(counted == 0);
    toy_end();
}

static uint64_t any_offset(void)
{
    uint64_t argument = choose(4) ? FIRST_FILE + choose(40)
        : (uint64_t)choose(256) << choose(40);

    if (!choose(3))
        return (uint64_t)choose(400) << choose(64);
    argument |= (uint64_t)choose(2048) << REQUEST_FILE_BITS;
    return attribute_address(choose(64) ? choose(32) : choose(0x8000), argument);
}

void raw_step(void)
{
    static char record[4200];
    size_t count = choose(8) ? choose(64) : choose(sizeof(record));
    unsigned c = any_connection(), kind = choose(4), used = 4;
    uint64_t offset = any_offset();
    bool write = choose(2), current = !choose(10);
    bool named = !write && !current && offset & ATTRIBUTE && choose(2);
    uint32_t file = choose(3) ? choose(40) : choose(1 << 20);

    memset(record, 0, sizeof(record));
    if (kind == 0) {
        for (size_t i = 0; i < count && i < 64; i++)
            record[i] = (char)choose(256);
    } else {
        while (--kind && used + 40 < sizeof(record)) {
            const char *name = any_name();

            memcpy(record + used, name, strlen(name));
            used += (unsigned)strlen(name);
        }
        record[0] = (char)choose(20);
        count = used;
    }
    if (!choose(40)) {
        fake_end(badges[c]);
        badges[c] = 0;
        return;
    }
    if (!choose(20))
        fake_cancel(badges[c]);
    fake.form = choose(3);
    fake.fault = !choose(20);
    fake.full = !choose(30);
    record[900] = 0;            /* the longest name of a read ends here */
    fake_call(badges[c], file, write, offset, current,
        named ? record + 4 : write ? record : NULL, count);
    fake.full = fake.fault = false;
    for (unsigned i = 0; i < FAKE_REPLIES; i++) {
        if (fake.replies[i].taken && fake.replies[i].answered)
            fake_take(i);
    }
}
