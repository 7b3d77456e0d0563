/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns [PID]: prints a namespace as commands that make it. Places are in the order in which
 * they can be made, shorter ones first. Manual: ns(1).
 */
#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"
#include "table.h"

enum { SOURCE = 400, QUOTED = 4 * SOURCE + 3 };

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || strchr("/._-+,:@%=", c);
}

/* As a word of the shell. */
static const char *quote(const char *text, char out[QUOTED])
{
    size_t used = 0;
    const char *at = text;

    while (*at && is_plain(*at))
        at++;
    if (!*at)
        return text;
    out[used++] = '\'';
    for (at = text; *at; at++) {
        const char *put = *at == '\'' ? "'\\''" : NULL;

        if (put) {
            memcpy(out + used, put, strlen(put));
            used += strlen(put);
        } else {
            out[used++] = *at;
        }
    }
    out[used++] = '\'';
    out[used] = 0;
    return out;
}

/* `first`: of its place. Others come after it, so that the order is kept. */
static void print_mount(const struct table_mount *mount, bool first)
{
    char source[SOURCE], new[QUOTED], old[QUOTED], flags[4] = "", *flag = flags;
    bool known = table_source(mount, source);

    if (!known || !first || mount->flags & UXRT_MOUNT_CREATE)
        *flag++ = '-';
    if (!first)
        *flag++ = 'a';
    if (mount->flags & UXRT_MOUNT_CREATE)
        *flag++ = 'c';
    if (!known) {
        command_print("# %s leads to service %lu, node %lu\n", quote(mount->prefix, old),
            (unsigned long)mount->service, (unsigned long)mount->node);
        return;
    }
    command_print("%s%s%s %s %s\n", source[0] == '/' ? "bind" : "mount",
        flag == flags ? "" : " ", flags, quote(source, new), quote(mount->prefix, old));
}

/* All mounts of a place. */
static void print_place(const struct table_mount *mounts, int64_t first, int64_t count)
{
    for (int64_t i = first; i < count; i++) {
        if (!strcmp(mounts[i].prefix, mounts[first].prefix))
            print_mount(&mounts[i], i == first);
    }
}

int main(int argc, char **argv)
{
    static struct table_mount mounts[TABLE_MOUNTS];
    int64_t count;

    command_begin(argv[0]);
    if (argc > 2 || (argc > 1 && argv[1][0] == '-'))
        return command_usage("[PID]");
    count = table_read(argc > 1 ? argv[1] : "self", mounts);
    if (count < 0)
        return command_fail(argc > 1 ? argv[1] : "self", count);
    for (int64_t i = count - 1; i >= 0; i--) {
        if (table_first(mounts, i))
            print_place(mounts, i, count);
    }
    return 0;
}
