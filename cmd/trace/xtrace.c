/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xtrace [-a] [-o FILE] COMMAND [ARGUMENT...]: runs a program and prints each read and write
 * that it and its children make: file, offset, count, result, form and time. -a: requests of
 * all other kinds, too. Manual: xtrace(1).
 */
#include <transport/protocol.h>
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"
#include "../common/search.h"
#include "record.h"

enum { RECORDS = 32 };

static const char usage[] = "[-a] [-o FILE] COMMAND [ARGUMENT...]";

/* Records come whole, as each is one write to a pipe. */
static void show(int from, int to, bool all)
{
    static struct uxrt_trace records[RECORDS];
    static char *bytes = (char *)records;
    size_t used = 0;
    int64_t got;

    while ((got = uxrt_read(from, bytes + used, sizeof(records) - used)) > 0) {
        size_t count = (used += (size_t)got) / sizeof(*records);

        for (size_t i = 0; i < count; i++)
            record_show(&records[i], to, all);
        used -= count * sizeof(*records);
        memmove(bytes, records + count, used);
    }
}

static _Noreturn void run(const int files[2], char **command, char **envp)
{
    int error = uxrt_trace(files[1]);

    (void)uxrt_close(files[0]);
    (void)uxrt_close(files[1]);
    if (!error)
        error = uxrt_exec(search_program(command[0], envp, "/bin:/usr/bin"), command,
            envp);
    command_fail(command[0], error);
    uxrt_exit(error == -ENOENT ? 127 : 126);
}

int main(int argc, char **argv, char **envp)
{
    int next = 1, to = 2, files[2], status = 0;
    char option, *value;
    bool all = false;

    command_begin(argv[0]);
    while ((option = command_option(argv, "ao:", &next, &value))) {
        if (option == '?')
            return command_usage(usage);
        all = all || option == 'a';
        if (option == 'o')
            to = uxrt_open(value, UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE, 0644);
        if (to < 0)
            return command_fail(value, to);
    }
    if (next == argc)
        return command_usage(usage);
    int error = uxrt_pipe(files, 0), pid = error ? error : uxrt_fork();

    if (pid < 0)
        return command_fail("cannot begin", pid);
    if (pid == 0)
        run(files, argv + next, envp);
    (void)uxrt_close(files[1]);
    show(files[0], to, all);
    (void)uxrt_wait(pid, &status, 0);
    return status & 0x7f ? 128 + (status & 0x7f) : status >> 8;
}
