/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests PROGRAM...: runs test programs one after the other and prints TAP early on, a
 * result for each; what the programs print themselves are their subtests (indented).
 */
#include <uxrt/transport.h>
#include <util/print.h>

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    char line[200];
    va_list arguments;

    va_start(arguments, format);
    size_t length = print_list(line, sizeof(line), format, arguments);

    va_end(arguments);
    uxrt_log(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

/* Waits for this child alone. */
static int run(char *name, char **environment)
{
    static const int files[] = {0, 1, 2};
    char *arguments[] = {name, NULL};
    int status = 0;
    struct uxrt_stat stat;
    unsigned count = 0;

    while (count < 3 && uxrt_fstat(files[count], &stat) == 0)
        count++;
    int pid = uxrt_spawn(name, arguments, environment, files, count);

    if (pid < 0)
        return pid;
    int error = uxrt_wait(pid, &status, 0);

    return error < 0 ? error : status;
}

int main(int argc, char **argv, char **envp)
{
    int failed = 0;

    say("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        say("# %s\n", argv[i]);
        int status = run(argv[i], envp);

        failed += status != 0;
        if (status == 0)
            say("ok %d - %s\n", i, argv[i]);
        else
            say("not ok %d - %s # status %d\n", i, argv[i], status);
    }
    return failed != 0;
}
