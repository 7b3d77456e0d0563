/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests PROGRAM...: runs test programs one after the other and prints TAP on the kernel's
 * serial port, a result for each. What a program prints there itself are its subtests
 * (indented); so is what it writes to descriptors 1 and 2, which is printed at its end.
 */
#include <uxrt/transport.h>
#include <util/print.h>

enum { OUTPUT = 2 };            /* kept open under this number */

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

/* Prints what the program has written. */
static void show(void)
{
    char data[512];
    int64_t got, from = 0;

    while ((got = uxrt_pread(OUTPUT, data, sizeof(data), from)) > 0) {
        uxrt_log(data, (size_t)got);
        from += got;
    }
}

/* Waits for this child alone; returns its status or an error. */
static int run(char *name, char **environment)
{
    static const int files[] = {0, OUTPUT, OUTPUT};
    struct uxrt_change empty = {.what = UXRT_SET_SIZE};
    char *arguments[] = {name, NULL};
    int status = 0;

    (void)uxrt_change(OUTPUT, &empty);
    (void)uxrt_seek(OUTPUT, 0, 0);
    int pid = uxrt_spawn(name, arguments, environment, files, 3);

    if (pid < 0)
        return pid;
    int error = uxrt_wait(pid, &status, 0);

    show();
    return error < 0 ? error : status;
}

int main(int argc, char **argv, char **envp)
{
    int output = uxrt_open("/tmp/output", UXRT_READ | UXRT_WRITE | UXRT_CREATE, 0600);
    int failed = 0;

    if (output < 0 || (output != OUTPUT && uxrt_dup_to(output, OUTPUT) < 0)) {
        say("Bail out! no file for output (%d)\n", output);
        return 1;
    }
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
