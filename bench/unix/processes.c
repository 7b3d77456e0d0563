/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes: made, replaced, ended and waited for. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static const char *program;

static int reap(pid_t child)
{
    int status;

    return child < 0 || waitpid(child, &status, 0) != child || status != 0;
}

static int do_fork(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return reap(child);
}

static int do_vfork(void)
{
    pid_t child = vfork();

    if (child == 0)
        _exit(0);
    return reap(child);
}

static int do_fork_exec(void)
{
    pid_t child = fork();

    if (child == 0) {
        execl(program, program, (char *)NULL);
        _exit(1);
    }
    return reap(child);
}

static int do_vfork_exec(void)
{
    pid_t child = vfork();

    if (child == 0) {
        execl(program, program, (char *)NULL);
        _exit(1);
    }
    return reap(child);
}

/* This program is a static one with the C library; told nothing to do, it ends. */
static int do_fork_exec_static(void)
{
    pid_t child = fork();

    if (child == 0) {
        execl(own_name, own_name, "-", (char *)NULL);
        _exit(1);
    }
    return reap(child);
}

void measure_processes(const char *name)
{
    program = name;
    measure("fork_exit_wait", do_fork, 200, 1);
    measure("vfork_exit_wait", do_vfork, 200, 1);
    measure("fork_exec_wait", do_fork_exec, 200, 1);
    measure("vfork_exec_wait", do_vfork_exec, 200, 1);
    measure("fork_exec_wait_static", do_fork_exec_static, 100, 1);
}
