/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramfs: a file system in memory, which begins as a copy of a tree.
 *   ramfs [NAME [MEGABYTES [TREE]]]     default: ramfs 256 /boot/root
 * Serves /srv/NAME with at most that much memory. Manual: ramfs(4).
 */
#include "ramfs.h"

#include <program/heap.h>
#include <program/time.h>
#include <util/errno.h>
#include <util/print.h>

int64_t ramfs_now(void)
{
    return program_time();
}

static void say(const char *what, int error)
{
    char line[80];

    uxrt_log(line, print(line, sizeof(line), "ramfs: %s: %d\n", what, error));
}

/* A number in decimal digits, or 0. */
static uint64_t parse_number(const char *text)
{
    uint64_t number = 0;

    while (*text >= '0' && *text <= '9' && number < UINT32_MAX)
        number = number * 10 + (uint64_t)(*text++ - '0');
    return *text ? 0 : number;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "ramfs";
    uint64_t megabytes = argc > 2 ? parse_number(argv[2]) : 256;
    const char *tree = argc > 3 ? argv[3] : "/boot/root";

    program_heap();

    struct ramfs_node *root = ramfs_begin(megabytes << 20);

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
