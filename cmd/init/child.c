/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers, which are kept running, and programs that are waited for. */
#include <terminal/termios.h>
#include <transport/protocol.h>
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

#include "init.h"

enum { RESTARTS_MAX = 16, FAILED = 127 };

static struct child {
    int pid;                /* 0: none */
    unsigned restarts;
    const char *service;
    char **arguments;
} children[CHILDREN_MAX];

static int start(char **arguments)
{
    static const int files[] = {0, 1, 2};
    unsigned count = 0;
    struct uxrt_stat stat;

    while (count < 3 && uxrt_fstat(files[count], &stat) == 0)
        count++;
    return uxrt_spawn(arguments[0], arguments, init_environment, files, count);
}

/* One child has ended: a server is started again. */
static void ended(int pid, int status)
{
    for (struct child *c = children; c < children + CHILDREN_MAX; c++) {
        if (c->pid != pid)
            continue;
        init_say("ended:", c->service, status);
        c->pid = 0;
        if (c->restarts++ < RESTARTS_MAX)
            c->pid = start(c->arguments);
        if (c->pid < 0)
            c->pid = 0;
    }
}

/* Waits until the service is there; the server may fail before. */
static int await(const char *service, int pid)
{
    struct uxrt_stat stat;
    char name[80];
    int status;

    print(name, sizeof(name), "/srv/%s", service);
    while (uxrt_stat(name, &stat) < 0) {
        if (uxrt_wait(pid, &status, 1) == pid)
            return -ECHILD;
        uxrt_yield();
    }
    return 0;
}

int child_serve(const char *service, char **arguments)
{
    struct child *c = children;

    while (c < children + CHILDREN_MAX && c->arguments)
        c++;
    if (c == children + CHILDREN_MAX)
        return -ENOMEM;
    int pid = start(arguments);

    if (pid < 0)
        return pid;
    int error = await(service, pid);

    if (error)
        return error;
    *c = (struct child){.pid = pid, .service = service, .arguments = arguments};
    return 0;
}

/* The program leads a session of its own (each child of init does), which its input
 * controls, if that is a terminal. */
static int start_session(char **arguments)
{
    const uint32_t gently = 0;
    int pid = uxrt_fork();

    if (pid != 0)
        return pid;
    (void)uxrt_set(0, ATTR_CONTROL, TIOCSCTTY, &gently, sizeof(gently));
    int error = uxrt_exec(arguments[0], arguments, init_environment);

    init_say("cannot run", arguments[0], error);
    uxrt_exit(FAILED);
}

int child_run(char **arguments)
{
    int status = 0;
    int pid = start_session(arguments);

    if (pid < 0) {
        init_say("cannot run", arguments[0], pid);
        return FAILED;
    }
    for (;;) {
        int who = uxrt_wait(-1, &status, 0);

        if (who == pid)
            break;
        if (who < 0)
            return FAILED;
        ended(who, status);
    }
    if (status & 0x7f)
        init_say("killed:", arguments[0], status & 0x7f);
    return status & 0x7f || status >> 8 > FAILED ? FAILED : status >> 8;
}
