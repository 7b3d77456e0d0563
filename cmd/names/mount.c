/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mount [-abc] [-t TYPE] SOURCE DIR [ARGUMENT...]: puts a service at a place of the
 * namespace; with a type, starts /boot/srv/TYPE for it first. Without arguments: lists what
 * is mounted. Manual: mount(1).
 */
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"
#include "table.h"

enum { SOURCE = 400, ARGUMENTS = 16 };

static const char usage[] = "[-abc] [-t TYPE] SOURCE DIR [ARGUMENT...]";

static int list(void)
{
    static struct table_mount mounts[TABLE_MOUNTS];
    char source[SOURCE];
    int64_t count = table_read("self", mounts);

    for (int64_t i = count - 1; i >= 0; i--) {
        const struct table_mount *m = &mounts[i];
        bool known = table_source(m, source);

        command_print("%s on %s%s%s%s\n", known ? source : "?", m->prefix,
            m->flags & UXRT_MOUNT_BEFORE ? " before" : "",
            m->flags & UXRT_MOUNT_AFTER ? " after" : "",
            m->flags & UXRT_MOUNT_CREATE ? " create" : "");
    }
    return count < 0 ? command_fail("/proc/self/ns", count) : 0;
}

/* Starts the server and waits until it has its name. */
static int start(char *type, char *name, char **more)
{
    char program[SOURCE], service[SOURCE];
    char *arguments[ARGUMENTS + 1] = {type, name};
    static char *const none[] = {NULL};
    struct uxrt_stat stat;
    int pid, status;

    print(service, sizeof(service), "/srv/%s", name);
    if (strchr(name, '/') || uxrt_lstat(service, &stat) == 0)
        return strchr(name, '/') ? -EINVAL : -EEXIST;
    print(program, sizeof(program), strchr(type, '/') ? "%s" : "/boot/srv/%s", type);
    for (unsigned i = 2; i < ARGUMENTS && *more; i++)
        arguments[i] = *more++;
    pid = uxrt_spawn(program, arguments, none, NULL, 0);
    while (pid >= 0 && uxrt_lstat(service, &stat) < 0) {
        if (uxrt_wait(pid, &status, 1) == pid)
            return -ECHILD;
        uxrt_yield();
    }
    return pid < 0 ? pid : 0;
}

/* A name in /srv is a service; what lies deeper, or elsewhere, is bound. */
static int put(const char *source, const char *place, unsigned flags)
{
    const char *name = strncmp(source, "/srv/", 5) ? source : source + 5;

    return strchr(name, '/') ? uxrt_bind(source, place, flags)
                             : uxrt_mount(name, place, flags);
}

int main(int argc, char **argv)
{
    unsigned flags = 0;
    char *type = NULL, *value, option;
    int next = 1, error = 0;

    command_begin(argv[0]);
    while ((option = command_option(argv, "abct:", &next, &value))) {
        if (option == '?')
            return command_usage(usage);
        type = option == 't' ? value : type;
        flags |= option == 'a' ? UXRT_MOUNT_AFTER : option == 'b' ? UXRT_MOUNT_BEFORE
                 : option == 'c' ? UXRT_MOUNT_CREATE : 0;
    }
    if (argc == 1)
        return list();
    bool bound = type && !strcmp(type, "bind");
    bool started = type && !bound;

    if (argc - next < 2 || (argc - next > 2 && !started))
        return command_usage(usage);
    if (started)
        error = start(type, argv[next], argv + next + 2);
    if (error)
        return command_fail(type, error);
    error = bound ? uxrt_bind(argv[next], argv[next + 1], flags)
                  : put(argv[next], argv[next + 1], flags);
    return error ? command_fail(argv[next], error) : 0;
}
