/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that are started and waited for, and the console that they use. */
#include <terminal/termios.h>
#include <transport/protocol.h>
#include <uxrt/transport.h>
#include <util/errno.h>

#include "init.h"

enum { FAILED = 127, SIGNALLED = 128 };

static const char *console;
static unsigned console_opened;

int console_open(const char *name)
{
    int file = uxrt_open(name, UXRT_READ | UXRT_WRITE | UXRT_NO_TERMINAL, 0);

    if (file < 0)
        return file;
    for (int i = 0; i < 3; i++) {
        if (file != i)
            (void)uxrt_dup_to(file, i);
    }
    if (file > 2)
        (void)uxrt_close(file);
    console = name;
    console_opened++;
    return 0;
}

void console_check(void)
{
    struct uxrt_stat stat;
    int error = console && uxrt_fstat(0, &stat) == -EIO ? console_open(console) : 0;

    if (error)
        init_say("no console:", console, error);
}

unsigned console_count(void)
{
    return console_opened;
}

/* The program leads a session of its own (each child of init does), which the console
 * controls. */
static int start_session(char **arguments)
{
    const uint32_t gently = 0;
    int pid = uxrt_fork();

    if (pid != 0)
        return pid;
    (void)uxrt_set(2, ATTR_CONTROL, TIOCSCTTY, &gently, sizeof(gently));
    int error = uxrt_exec(arguments[0], arguments, init_environment);

    init_say("cannot run", arguments[0], error);
    uxrt_exit(FAILED);
}

int child_start(char **arguments)
{
    int files[3];
    struct uxrt_stat stat;

    for (int i = 0; i < 3; i++)
        files[i] = uxrt_fstat(i, &stat) == 0 ? i : -1;
    return uxrt_spawn(arguments[0], arguments, init_environment, files, 3);
}

/* Waits for this program, and takes care of all others that end meanwhile. Those that had
 * ended by then are seen to before this returns. */
static int wait_for(int pid, int *status)
{
    int who, other;

    do {
        who = uxrt_wait(-1, status, 0);
        if (who != pid)
            service_ended(who, *status);
    } while (who >= 0 && who != pid);
    while (who >= 0 && (who = uxrt_wait(-1, &other, 1)) > 0)
        service_ended(who, other);
    return who == -ECHILD ? 0 : who;
}

int child_run(char **arguments, bool again)
{
    int status = 0, pid;
    unsigned count;

    do {
        count = console_count();
        pid = start_session(arguments);
        if (pid < 0) {
            init_say("cannot run", arguments[0], pid);
            return FAILED;
        }
        if (wait_for(pid, &status) < 0)
            return FAILED;
    } while (again && count != console_count());
    if (status & 0x7f)
        init_say("killed:", arguments[0], status & 0x7f);
    return status & 0x7f ? SIGNALLED + (status & 0x7f) : status >> 8;
}
