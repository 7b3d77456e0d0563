/* SPDX-License-Identifier: BSD-2-Clause */
/* The mount table of a process; see table.h. */
#include "table.h"

#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"

enum { SOURCE = 400, TEXT = 64 * 1024 };

static char services[TEXT], table[TEXT];

/* Finds the name in the text of /proc/sys/services: lines of number, pid, name. */
static void name_of(uint64_t service, char *name, size_t size)
{
    uint64_t number, pid;

    name[0] = 0;
    for (const char *at = services; command_number(&at, &number);) {
        const char *end = strchr(at, '\n');

        if (command_number(&at, &pid) && number == service && at <= end)
            (void)command_word(&at, name, size);
        at = end ? end + 1 : "";
    }
}

static unsigned flags_of(const char *word)
{
    const char *comma = strchr(word, ',');
    unsigned order = word[0] == 'b' ? UXRT_MOUNT_BEFORE
                     : word[0] == 'a' ? UXRT_MOUNT_AFTER : UXRT_MOUNT_REPLACE;

    return order | (comma ? UXRT_MOUNT_CREATE : 0);
}

static bool parse(const char **at, struct table_mount *mount)
{
    char order[32];

    if (!command_number(at, &mount->service) || !command_number(at, &mount->node)
        || !command_word(at, order, sizeof(order))
        || !command_word(at, mount->prefix, sizeof(mount->prefix)))
        return false;
    if (!command_word(at, mount->path, sizeof(mount->path)))
        mount->path[0] = 0;
    mount->flags = flags_of(order);
    name_of(mount->service, mount->name, sizeof(mount->name));
    return true;
}

int64_t table_read(const char *pid, struct table_mount mounts[TABLE_MOUNTS])
{
    char name[64];
    int64_t count = 0, got;

    print(name, sizeof(name), "/proc/%s/ns", pid);
    got = command_read("/proc/sys/services", services, sizeof(services));
    got = got < 0 ? got : command_read(name, table, sizeof(table));
    for (const char *at = table; got >= 0 && *at && count < TABLE_MOUNTS; count++) {
        const char *end = strchr(at, '\n');

        if (!parse(&at, &mounts[count]))
            break;
        at = end ? end + 1 : "";
    }
    return got < 0 ? got : count;
}

bool table_source(const struct table_mount *mount, char *text)
{
    if (mount->service == 0)
        print(text, SOURCE, "/%s", mount->path);
    else if (!mount->path[0])
        print(text, SOURCE, "%s", mount->name);
    else
        print(text, SOURCE, "/srv/%s/%s", mount->name, mount->path);
    return mount->service ? mount->name[0] : mount->path[0];
}

bool table_first(const struct table_mount *mounts, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!strcmp(mounts[i].prefix, mounts[n].prefix))
            return false;
    }
    return true;
}
