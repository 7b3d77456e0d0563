/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on ramfs through lib/server, and on a model; both must give the same.
 *   ramfs SEED STEPS
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ramfs/ramfs.h>
#include <util/errno.h>

#include "../server/fake.h"
#include "memory.h"
#include "model.h"

enum { IDS = 6, FIRST_ID = FIRST_FILE, SCRATCH_ID = FIRST_FILE + IDS,
       CHUNK = 100 * 1024 };

static struct model_node *root, *opened[IDS];
static uint64_t badge, seed;
static char path[2][32];
static unsigned char data[CHUNK];

int64_t ramfs_now(void)
{
    static int64_t now;

    return ++now;
}

size_t heap_used(void)
{
    return fake.blocks * 64;
}

static unsigned pick(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

/* Paths of up to three of six names. */
static const char *pick_path(unsigned which)
{
    char *to = path[which];

    *to = 0;
    for (unsigned depth = 1 + pick(3); depth > 0; depth--)
        sprintf(to + strlen(to), "%s%c", *to ? "/" : "", 'a' + (int)pick(6));
    return to;
}

static void expect(const char *what, int64_t got, int64_t expected)
{
    if (got == expected)
        return;
    printf("%s %s %s: %ld, expected %ld\n", what, path[0], path[1], (long)got,
        (long)expected);
    abort();
}

static int64_t status(int64_t result)
{
    return result > 0 ? 0 : result;
}

static void create(void)
{
    struct model_place place;
    unsigned slot = pick(IDS);
    uint32_t flags = UXRT_READ | UXRT_WRITE | UXRT_CREATE;
    int expected;

    if (opened[slot])
        return;
    expected = model_walk(root, pick_path(0), &place);
    if (!expected && !place.node) {
        struct model_node *node = model_create(S_IFREG);

        expected = model_add(&place, node);
        place.node = node;
    } else if (!expected && S_ISLNK(place.node->mode)) {
        expected = -ERROR_LINK;
    } else if (!expected && S_ISDIR(place.node->mode)) {
        expected = -EISDIR;
    }
    expect("create", status(fake_open(badge, 1, path[0], FIRST_ID + slot, flags, 0644)),
        expected);
    if (!expected) {
        opened[slot] = place.node;
        place.node->opened++;
    }
}

static void close_one(void)
{
    unsigned slot = pick(IDS);

    if (!opened[slot])
        return;
    expect("close", fake_close(badge, FIRST_ID + slot), 0);
    opened[slot]->opened--;
    model_settle(opened[slot]);
    opened[slot] = NULL;
}

static void make_directory(void)
{
    const uint32_t mode = 0755;
    struct model_place place;
    int expected = model_walk(root, pick_path(0), &place);

    if (!expected && place.node)
        expected = -EEXIST;
    if (!expected)
        expected = model_add(&place, model_create(S_IFDIR));
    expect("mkdir", status(fake_names(badge, 1, ATTR_MKDIR, 0, &mode, path[0], NULL)),
        expected);
}

static void make_link(void)
{
    struct model_place place;
    uint32_t length = (uint32_t)strlen(pick_path(0));
    int expected = model_walk(root, path[0], &place);

    pick_path(1);
    if (!expected && place.node)
        expected = -EEXIST;
    if (!expected) {
        struct model_node *node = model_create(S_IFLNK);

        strcpy(node->target, path[1]);
        expected = model_add(&place, node);
    }
    expect("symlink", status(fake_names(badge, 1, ATTR_SYMLINK, 0, &length, path[0],
        path[1])), expected);
}

static void make_name(void)
{
    unsigned slot = pick(IDS);
    int expected;

    if (!opened[slot])
        return;
    expected = model_link(root, opened[slot], pick_path(0));
    expect("link", status(fake_names(badge, 1, ATTR_HARDLINK, FIRST_ID + slot, NULL,
        path[0], NULL)), expected);
}

static void remove_name(void)
{
    bool directory = pick(2);
    int expected = model_remove(root, pick_path(0), directory);

    expect("remove", status(fake_names(badge, 1, ATTR_REMOVE, directory, NULL, path[0],
        NULL)), expected);
}

static void rename_one(void)
{
    uint32_t length = (uint32_t)strlen(pick_path(0));
    int expected = model_rename(root, path[0], pick_path(1));

    expect("rename", status(fake_names(badge, 1, ATTR_RENAME, 1, &length, path[0],
        path[1])), expected);
}

static void write_bytes(void)
{
    unsigned slot = pick(IDS);
    size_t count = pick(pick(2) ? 5000 : CHUNK), offset = pick(MODEL_BYTES - CHUNK);
    struct model_node *node = opened[slot];

    if (!node)
        return;
    if (pick(3) == 0 && node->size + count < MODEL_BYTES)
        offset = node->size;
    memset(data, (int)pick(256), count);
    fake.form = pick(3);
    expect("write", fake_call(badge, FIRST_ID + slot, true, offset, false, data, count),
        (int64_t)count);
    memcpy(node->bytes + offset, data, count);
    if (count && offset + count > node->size)
        node->size = offset + count;
}

static void read_bytes(void)
{
    unsigned slot = pick(IDS);
    size_t count = pick(CHUNK), offset = pick(MODEL_BYTES), expected = 0;
    struct model_node *node = opened[slot];

    if (!node)
        return;
    if (offset < node->size)
        expected = count < node->size - offset ? count : node->size - offset;
    fake.form = pick(3);
    expect("read", fake_read(badge, FIRST_ID + slot, count, (int64_t)offset),
        (int64_t)expected);
    assert(!memcmp(fake.memory, node->bytes + offset, expected));
    assert(count == 0 || fake.end == (offset + expected >= node->size));
}

static void truncate(void)
{
    unsigned slot = pick(IDS);
    struct uxrt_change change = {.what = UXRT_SET_SIZE, .size = pick(MODEL_BYTES)};
    struct model_node *node = opened[slot];

    if (!node)
        return;
    if (pick(4) == 0)
        change.size = 0;
    expect("truncate", fake_set(badge, FIRST_ID + slot, ATTR_SET, 0, &change,
        sizeof(change)), sizeof(change));
    if (change.size < node->size)
        memset(node->bytes + change.size, 0, node->size - change.size);
    node->size = change.size;
}

/* A client maps the file and writes to it, also behind its end. */
static void map(void)
{
    unsigned slot = pick(IDS);
    struct model_node *node = opened[slot];
    size_t at;

    if (!node || !node->size)
        return;
    assert(fake_get(badge, FIRST_ID + slot, ATTR_OBJECT, UXRT_READ | UXRT_WRITE, 64) > 0);

    size_t pages = (node->size + 4095) / 4096;
    unsigned char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
        fake_memory.shared, 0);

    assert(memory != MAP_FAILED && !memcmp(memory, node->bytes, node->size));
    at = pick((unsigned)node->size);
    memory[at] = node->bytes[at] = 77;
    if (node->size % 4096)
        memory[node->size] = 88;
    munmap(memory, pages * 4096);
}

static void check_stat(void)
{
    unsigned slot = pick(IDS);
    struct uxrt_stat stat;

    if (!opened[slot])
        return;
    expect("stat", fake_get(badge, FIRST_ID + slot, ATTR_STAT, 0, sizeof(stat)),
        sizeof(stat));
    memcpy(&stat, fake.memory, sizeof(stat));
    assert(stat.size == opened[slot]->size && stat.links == opened[slot]->links);
    assert(stat.blocks * 512 <= (stat.size + 4095) / 4096 * 4096);
}

/* Reads a directory a few entries at a time. */
static void check_directory(void)
{
    struct model_place place;
    unsigned count = 0;
    uint64_t cookie = 0;

    if (model_walk(root, pick_path(0), &place) || !place.node
        || !S_ISDIR(place.node->mode))
        return;
    assert(fake_open(badge, 1, path[0], SCRATCH_ID, UXRT_READ, 0) > 0);
    for (;;) {
        struct uxrt_entry entry;
        char name[8] = "";

        if (fake_get(badge, SCRATCH_ID, ATTR_READDIR, cookie, 40) <= 0)
            break;
        memcpy(&entry, fake.memory, sizeof(entry));
        cookie = entry.next;
        memcpy(name, fake.memory + offsetof(struct uxrt_entry, name), entry.name_length);
        if (!strcmp(name, ".") || !strcmp(name, ".."))
            continue;
        assert(model_name(place.node, name));
        assert(model_name(place.node, name)->node->mode >> 12 == entry.type);
        count++;
    }
    assert(count == model_count(place.node));
    assert(fake_close(badge, SCRATCH_ID) == 0);
}

static void check_link(void)
{
    struct model_place place;
    int64_t length;

    if (model_walk(root, pick_path(0), &place) || !place.node
        || !S_ISLNK(place.node->mode))
        return;
    assert(fake_open(badge, 1, path[0], SCRATCH_ID, UXRT_PATH | UXRT_NOFOLLOW, 0) > 0);
    length = fake_get(badge, SCRATCH_ID, ATTR_LINK, 0, 64);
    assert(length == (int64_t)strlen(place.node->target));
    assert(!memcmp(fake.memory, place.node->target, (size_t)length));
    assert(fake_close(badge, SCRATCH_ID) == 0);
}

static void (*const operations[])(void) = {
    create, create, close_one, make_directory, make_directory, make_link, make_name,
    remove_name, rename_one, write_bytes, write_bytes, read_bytes, read_bytes, truncate,
    check_stat, check_directory, check_link, map,
};

/* Takes away everything below a directory. */
static void empty(struct model_node *directory, const char *prefix)
{
    for (unsigned i = 0; i < MODEL_NAMES; i++) {
        struct model_name *name = &directory->names[i];
        char full[1024];

        if (!name->name[0])
            continue;
        sprintf(full, "%s%s", prefix, name->name);

        bool inner = S_ISDIR(name->node->mode);

        if (inner) {
            strcat(full, "/");
            empty(name->node, full);
            full[strlen(full) - 1] = 0;
        }
        assert(fake_names(badge, 1, ATTR_REMOVE, inner, NULL, full, NULL) > 0);
        assert(model_remove(root, full, inner) == 0);
    }
}

int main(int argc, char **argv)
{
    unsigned steps = argc > 2 ? (unsigned)atoi(argv[2]) : 20000;
    struct ramfs_node *top = ramfs_begin(UINT64_C(4) << 30);

    seed = argc > 1 ? (uint64_t)atoi(argv[1]) : 1;
    assert(top);
    fake.server = server_create(&ramfs_operations, &top->node, 0);
    badge = fake_connect(1, 0, 0);
    root = model_create(S_IFDIR);
    root->parent = root;
    root->links = 1;
    for (unsigned i = 0; i < steps; i++)
        operations[pick(sizeof(operations) / sizeof(*operations))]();
    for (unsigned slot = 0; slot < IDS; slot++) {
        if (!opened[slot])
            continue;
        assert(fake_close(badge, FIRST_ID + slot) == 0);
        opened[slot]->opened--;
        model_settle(opened[slot]);
    }
    empty(root, "");
    assert(fake_memory.objects == 0 && fake_memory.mappings == 0);
    assert(space_limit() - space_free() <= heap_used());
    printf("%u steps\n", steps);
    return 0;
}
