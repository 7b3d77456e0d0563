/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramfs: a file system in memory, which begins as a copy of a tree.
 *   ramfs [NAME [MEGABYTES [TREE]]]     default: ramfs 0 /boot/root
 * Serves /srv/NAME with at most that much memory; 0: half of what nobody has yet.
 * Manual: ramfs(4).
 */
#include "ramfs.h"

#include <program/heap.h>
#include <program/time.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

enum { LIMIT_UNKNOWN = 128 * 1024 * 1024 };

int64_t ramfs_now(void)
{
    return program_time();
}

static void say(const char *what, int error)
{
    char line[80];

    uxrt_log(line, print(line, sizeof(line), "ramfs: %s: %d\n", what, error));
}

/* The number in decimal digits with which the text begins, or 0. */
static uint64_t parse_number(const char *text)
{
    uint64_t number = 0;

    while (*text >= '0' && *text <= '9' && number < UINT32_MAX)
        number = number * 10 + (uint64_t)(*text++ - '0');
    return number;
}

/* The number behind this word in a file of /proc/sys (proc(5)), or 0. */
static uint64_t find_number(const char *text, const char *word)
{
    size_t length = strlen(word);

    while (*text && strncmp(text, word, length) != 0)
        text++;
    return *text ? parse_number(text + length) : 0;
}

/* Half of the memory that nobody has yet. */
static uint64_t half_of_memory(void)
{
    char text[256] = "";
    int file = uxrt_open("/proc/sys/memory", UXRT_READ, 0);

    if (file >= 0) {
        uxrt_read(file, text, sizeof(text) - 1);
        uxrt_close(file);
    }

    uint64_t pages = find_number(text, "free ") + find_number(text, "left ");

    return pages ? pages * PAGE_BYTES / 2 : LIMIT_UNKNOWN;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "ramfs";
    uint64_t limit = argc > 2 ? parse_number(argv[2]) << 20 : 0;
    const char *tree = argc > 3 ? argv[3] : "/boot/root";

    program_heap();

    struct ramfs_node *root = ramfs_begin(limit ? limit : half_of_memory());

    if (!root) {
        say("no memory", -ENOMEM);
        return 1;
    }

    int error = ramfs_copy(root, tree);

    if (error < 0 && error != -ENOENT)
        say("not everything could be copied", error);
    error = server_run(name, &ramfs_operations, &root->node);
    say("cannot serve", error);
    return 1;
}
