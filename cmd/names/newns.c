/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newns [-c] [-k [PLACE=]NAME]... [COMMAND [ARGUMENT...]]: runs a command in a namespace of
 * its own. -c: it has only what -k names, and the command only descriptors 0 to 2. Manual:
 * newns(1).
 */
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"
#include "../common/search.h"
#include "table.h"

enum { KEPT = 16, DESCRIPTORS = 4096 };

static const char usage[] = "[-c] [-k [PLACE=]NAME]... [COMMAND [ARGUMENT...]]";

static struct kept {
    const char *place, *name;
    bool stays;                 /* all that is mounted there */
} kept[KEPT];
static unsigned kept_count;
static struct table_mount mounts[TABLE_MOUNTS];
static int64_t mount_count;

static bool keep(char *value)
{
    char *equal = strchr(value, '=');

    if (kept_count == KEPT)
        return false;
    if (equal)
        *equal++ = 0;
    kept[kept_count++] = (struct kept){value, equal ? equal : value, false};
    return *value == '/';
}

/* A place that is mounted and keeps its name is left as it is: it may be a union. */
static void mark_mounts(void)
{
    for (unsigned n = 0; n < kept_count; n++) {
        for (int64_t i = 0; i < mount_count; i++)
            kept[n].stays = kept[n].stays || (!strcmp(mounts[i].prefix, kept[n].name)
                                              && !strcmp(kept[n].place, kept[n].name));
    }
}

static const char *waiting_place(unsigned n)
{
    static char name[32];

    print(name, sizeof(name), "/.newns/%u", n);
    return name;
}

/* Each name is bound to a place where it waits; when nothing else is left, to its own. */
static int bind_all(bool wait)
{
    int error = 0;

    for (unsigned i = 0; i < kept_count && !error; i++) {
        if (kept[i].stays)
            continue;
        error = wait ? uxrt_bind(kept[i].name, waiting_place(i), UXRT_MOUNT_REPLACE)
                     : uxrt_bind(waiting_place(i), kept[i].place, UXRT_MOUNT_REPLACE);
        if (!wait && !error)
            error = uxrt_unmount(waiting_place(i));
        if (error)
            command_fail(kept[i].name, error);
    }
    return error;
}

static bool is_kept(const char *prefix)
{
    for (unsigned n = 0; n < kept_count; n++) {
        if (kept[n].stays && !strcmp(kept[n].place, prefix))
            return true;
    }
    return false;
}

/* Unmounts all that was there before. */
static int empty(void)
{
    int error = 0;

    for (int64_t i = 0; i < mount_count && !error; i++) {
        if (!is_kept(mounts[i].prefix) && table_first(mounts, i))
            error = uxrt_unmount(mounts[i].prefix);
    }
    return error ? command_fail("cannot empty the namespace", error) : 0;
}

int main(int argc, char **argv, char **envp)
{
    char *shell[] = {"/bin/sh", NULL}, **command, *value, option;
    bool clean = false;
    int next = 1, error;

    command_begin(argv[0]);
    while ((option = command_option(argv, "ck:", &next, &value))) {
        if (option == '?' || (option == 'k' && !keep(value)))
            return command_usage(usage);
        clean = clean || option == 'c';
    }
    command = next < argc ? argv + next : shell;
    error = uxrt_unshare();
    if (error)
        return command_fail("unshare", error);
    mount_count = table_read("self", mounts);
    if (mount_count < 0)
        return command_fail("/proc/self/ns", mount_count);
    mark_mounts();
    if (bind_all(true) || (clean && empty()) || bind_all(false))
        return 1;
    for (int file = 3; clean && file < DESCRIPTORS; file++)
        (void)uxrt_close(file);
    (void)uxrt_chdir(clean ? "/" : ".");
    error = uxrt_exec(
        search_program(command[0], envp, "/bin:/usr/bin:/sbin:/usr/sbin"), command, envp);
    command_fail(command[0], error);
    return error == -ENOENT ? 127 : 126;
}
