/* SPDX-License-Identifier: BSD-2-Clause */
/* The root file system: bytes, holes, names, mappings. */
#include <native/tap.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { MANY = 300000, FILES = 300, FAR = 100 * 1024 * 1024 };

static uint8_t data[MANY], back[MANY];

static int make(const char *name)
{
    return uxrt_open(name, UXRT_READ | UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE, 0644);
}

static void test_bytes(void)
{
    int file = make("/tmp/bytes");
    struct uxrt_change change = {.what = UXRT_SET_SIZE, .size = 10};

    tap_fill(data, sizeof(data), 7);
    tap_ok(file >= 0, "a file is made");
    tap_is(uxrt_write(file, data, sizeof(data)), sizeof(data), "and written");
    tap_is(uxrt_pread(file, back, sizeof(back), 0), sizeof(back), "and read");
    tap_is(tap_check(back, sizeof(back), 7, 0), -1, "as it was");
    tap_is(uxrt_pread(file, back, 100, MANY - 50), 50, "short at the end");
    tap_is(uxrt_pread(file, back, 100, MANY), 0, "nothing behind");
    tap_is(uxrt_change(file, &change), 0, "it is cut");
    tap_is(uxrt_pread(file, back, 100, 0), 10, "and short");
    change.size = 5000;
    uxrt_change(file, &change);
    tap_is(uxrt_pread(file, back, 5000, 0), 5000, "made longer");
    tap_ok(back[9] == data[9] && back[10] == 0 && back[4999] == 0, "with zeros");
    uxrt_close(file);
}

static void test_holes(void)
{
    int file = make("/tmp/holes");
    struct uxrt_stat stat = {0};

    tap_is(uxrt_pwrite(file, "x", 1, FAR), 1, "a byte far away");
    tap_is(uxrt_pread(file, back, 1000, 5000000), 1000, "a hole is read");
    tap_is(back[500], 0, "as zeros");
    tap_is(uxrt_fstat(file, &stat), 0, "attributes");
    tap_is((int64_t)stat.size, FAR + 1, "its size");
    tap_is((int64_t)stat.blocks, 8, "only a page of memory");
    uxrt_close(file);
}

static void test_unlinked(void)
{
    int file = make("/tmp/gone");
    struct uxrt_stat stat;

    tap_is(uxrt_write(file, "abc", 3), 3, "a file");
    tap_is(uxrt_remove("/tmp/gone"), 0, "loses its name");
    tap_is(uxrt_stat("/tmp/gone", &stat), -ENOENT, "it is not there");
    tap_is(uxrt_pread(file, back, 10, 0), 3, "and still open");
    tap_is(uxrt_close(file), 0, "until it is closed");
}

static void test_names(void)
{
    struct uxrt_stat one = {0}, two = {0};

    tap_is(uxrt_mkdir("/tmp/d", 0755), 0, "a folder");
    uxrt_close(make("/tmp/d/a"));
    tap_is(uxrt_link("/tmp/d/a", "/tmp/d/b"), 0, "a second name");
    uxrt_stat("/tmp/d/a", &one);
    uxrt_stat("/tmp/d/b", &two);
    tap_ok(one.node == two.node && one.links == 2, "is of the same file");
    tap_is(uxrt_symlink("b", "/tmp/d/s"), 0, "a symbolic link");
    tap_is(uxrt_stat("/tmp/d/s", &two), 0, "leads there");
    tap_ok(one.node == two.node, "to the same file");
    tap_is(uxrt_rename("/tmp/d", "/tmp/d/x"), -EINVAL, "not into itself");
    tap_is(uxrt_rename("/tmp/d/a", "/tmp/d/s"), 0, "it takes the link's place");
    tap_is(uxrt_rmdir("/tmp/d"), -ENOTEMPTY, "the folder is not empty");
    tap_is(uxrt_remove("/tmp/d/b"), 0, "the name goes");
    tap_is(uxrt_remove("/tmp/d/s"), 0, "and the other one");
    tap_is(uxrt_rmdir("/tmp/d"), 0, "the folder goes");
}

/* Removes each entry of a folder as it is listed; returns how many there were. */
static int remove_listed(const char *folder)
{
    _Alignas(8) uint8_t list[500];
    int file = uxrt_open(folder, UXRT_READ | UXRT_DIRECTORY, 0), count = 0;
    uint64_t cookie = 0;
    int64_t got;

    while ((got = uxrt_readdir(file, list, sizeof(list), cookie)) > 0) {
        for (int64_t at = 0; at < got;) {
            const struct uxrt_entry *entry = (const void *)(list + at);
            char name[100];

            print(name, sizeof(name), "%s/%.*s", folder, entry->name_length, entry->name);
            count += uxrt_remove(name) == 0;
            cookie = entry->next;
            at += entry->length;
        }
    }
    uxrt_close(file);
    return count;
}

static void test_many(void)
{
    int made = 0;

    uxrt_mkdir("/tmp/many", 0755);
    for (unsigned i = 0; i < FILES; i++) {
        char name[40];

        print(name, sizeof(name), "/tmp/many/%u", i);

        int file = make(name);

        made += uxrt_write(file, name, 20) == 20;
        uxrt_close(file);
    }
    tap_is(made, FILES, "many files");
    tap_is(remove_listed("/tmp/many"), FILES, "all are listed while they are removed");
    tap_is(uxrt_rmdir("/tmp/many"), 0, "none is left");
}

static void test_mapped(void)
{
    int file = make("/tmp/mapped");
    volatile uint8_t *memory, *same;

    tap_is(uxrt_write(file, data, 10000), 10000, "a file to map");
    memory = uxrt_map(NULL, 12288, UXRT_READ | UXRT_WRITE, 1, file, 0);
    tap_ok((intptr_t)memory > 0, "it is mapped");
    if ((intptr_t)memory < 0)
        return;
    tap_ok(memory[0] == data[0] && memory[9999] == data[9999], "its bytes are there");
    memory[5] = 200;
    tap_is(uxrt_pread(file, back, 10, 0), 10, "it is read");
    tap_is(back[5], 200, "with what was written to memory");
    uxrt_pwrite(file, "\311", 1, 6000);
    tap_is(memory[6000], 201, "and the other way round");
    same = uxrt_map(NULL, 12288, UXRT_READ, 0, file, 0);
    tap_is(same[6000], 201, "a private mapping shows it too");
    uxrt_unmap((void *)memory, 12288);
    uxrt_unmap((void *)same, 12288);
    uxrt_close(file);
}

int main(void)
{
    uxrt_mkdir("/tmp", 0777);
    test_bytes();
    test_holes();
    test_unlinked();
    test_names();
    test_many();
    test_mapped();
    return tap_end();
}
