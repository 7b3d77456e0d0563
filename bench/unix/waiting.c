/* SPDX-License-Identifier: BSD-2-Clause */
/* One thread or process waits for another: pipes, futexes, joining. */
#include "bench.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int to[2], from[2];
static uint32_t word;

static int do_pipe(void)
{
    char byte = 1;

    return write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1;
}

static void echo(void)
{
    char byte;

    while (read(to[0], &byte, 1) == 1 && write(from[1], &byte, 1) == 1)
        ;
    _exit(0);
}

static void measure_pipe(void)
{
    pid_t child;

    if (pipe(to) || pipe(from) || (child = fork()) < 0)
        return;
    if (child == 0) {
        close(to[1]);
        echo();
    }
    measure("pipe_round_trip", do_pipe, 5000, 1);
    close(to[1]);
    close(to[0]);
    close(from[0]);
    close(from[1]);
    waitpid(child, NULL, 0);
}

static int do_pipe_alone(void)
{
    char byte = 1;

    return write(to[1], &byte, 1) != 1 || read(to[0], &byte, 1) != 1;
}

static void measure_pipe_alone(void)
{
    if (pipe(to))
        return;
    measure("pipe_write_read", do_pipe_alone, 10000, 1);
    close(to[0]);
    close(to[1]);
}

static void set_word(uint32_t value)
{
    __atomic_store_n(&word, value, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0);
}

/* Waits until the word is not `value` any more. */
static uint32_t wait_word(uint32_t value)
{
    uint32_t now;

    while ((now = __atomic_load_n(&word, __ATOMIC_SEQ_CST)) == value)
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
    return now;
}

enum { IDLE, ASKED, END };

static void *answer(void *argument)
{
    while (wait_word(IDLE) == ASKED)
        set_word(IDLE);
    return argument;
}

static int do_futex(void)
{
    set_word(ASKED);
    return wait_word(ASKED) != IDLE;
}

static int do_wake_nobody(void)
{
    return syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) != 0;
}

static void measure_futex(void)
{
    pthread_t thread;

    measure("futex_wake_nobody", do_wake_nobody, 10000, 1);
    if (pthread_create(&thread, NULL, answer, NULL))
        return;
    measure("futex_round_trip", do_futex, 5000, 1);
    set_word(END);
    pthread_join(thread, NULL);
}

static void *nothing(void *argument)
{
    return argument;
}

static int do_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}

void measure_waiting(void)
{
    measure_pipe_alone();
    measure_pipe();
    measure_futex();
    measure("thread_create_join", do_thread, 500, 1);
}
