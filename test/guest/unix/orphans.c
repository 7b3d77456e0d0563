/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes that are killed at any moment of a vfork, with or without their children, again
 * and again: all end, and nobody hangs. A number is that of kills. Prints TAP subtests. */
#include "check.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLS = 16, SIZE = 1 << 18, KINDS = 5 };

static char self[] = "/proc/self/exe";
static char *volatile memory, *volatile nowhere;
static unsigned random_state = 1;

static unsigned random_below(unsigned limit)
{
    random_state = random_state * 1103515245 + 12345;
    return random_state / 65536 % limit;
}

/* In a child of vfork. */
static void do_child(unsigned kind)
{
    char *const arguments[] = {self, "end", NULL};

    switch (kind) {
    case 0:
        execv(self, arguments);
        break;
    case 1:
        execl("/nonexistent", "nonexistent", NULL);
        break;
    case 2:
        for (;;)
            pause();
    case 3:
        *nowhere = 1;
        break;
    default:
        memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(memory, 1, SIZE);
        munmap(memory, SIZE);
    }
    _exit(0);
}

/* Until it is killed. A child that never ends is the last one. */
static void do_parent(void)
{
    setpgid(0, 0);
    for (;;) {
        if (!vfork()) {
            if (!random_below(6) && vfork())
                _exit(0);
            do_child(random_below(KINDS));
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

static int kill_one(unsigned seed)
{
    int ends[2], status = 0;
    char byte;

    random_state = seed;
    if (pipe(ends))
        return 0;
    pid_t parent = fork();
    if (!parent) {
        close(ends[0]);
        do_parent();
    }
    setpgid(parent, parent);
    close(ends[1]);
    for (unsigned i = random_below(200); i > 0; i--)
        sched_yield();
    if (random_below(2))
        kill(parent, SIGKILL);          /* the child lives on for a while */
    for (unsigned i = random_below(20); i > 0; i--)
        sched_yield();
    kill(-parent, SIGKILL);
    waitpid(parent, &status, 0);
    kill(-parent, SIGKILL);             /* what it had begun meanwhile */
    int good = read(ends[0], &byte, 1) == 0 && WIFSIGNALED(status);
    close(ends[0]);
    return good;
}

int main(int count, char **arguments)
{
    unsigned kills = count > 1 ? (unsigned)atoi(arguments[1]) : KILLS, good = 0;

    if (count > 1 && !strcmp(arguments[1], "end"))
        return 0;
    for (unsigned i = 0; i < kills; i++)
        good += (unsigned)kill_one(i + 1);
    ok(good == kills, "parents and children are killed, and all end");
    return checks_done();
}
