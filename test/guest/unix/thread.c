/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of a Linux program, linked with the C library as it is: mutexes, conditions,
 * joins, thread-local variables, and vector registers over a fork. Prints TAP subtests.
 */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 2000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long counter;
static int turn;
static __thread int own;

static void *count(void *argument)
{
    own = (int)(long)argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
    }
    return own == (int)(long)argument ? argument : NULL;
}

static void test_mutex(void)
{
    pthread_t threads[THREADS];
    long joined = 0;

    for (long i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, count, (void *)(i + 1)))
            threads[i] = 0;
    }
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;

        if (threads[i] && !pthread_join(threads[i], &result))
            joined += (long)result;
    }
    ok(counter == THREADS * ROUNDS, "a counter under a mutex");
    ok(joined == THREADS * (THREADS + 1) / 2, "results and thread-local variables");
}

static void *play(void *argument)
{
    int mine = (int)(long)argument;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < 500; i++) {
        while (turn % 2 != mine)
            pthread_cond_wait(&changed, &mutex);
        turn++;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void test_condition(void)
{
    pthread_t other;
    int error = pthread_create(&other, NULL, play, (void *)1);

    if (!error) {
        play((void *)0);
        pthread_join(other, NULL);
    }
    ok(!error && turn == 1000, "two threads take turns");
}

static void test_timeout(void)
{
    struct timespec until;
    int result;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&mutex);
    do {
        result = pthread_cond_timedwait(&changed, &mutex, &until);
    } while (!result);
    pthread_mutex_unlock(&mutex);
    ok(result == ETIMEDOUT, "a wait with a deadline");
}

static void test_fork(void)
{
    double before = 1.5, after;
    int status = -1;
    long pid;

    __asm__ volatile("movsd %2, %%xmm7\n\tsyscall\n\tmovsd %%xmm7, %1"
        : "=a"(pid), "=m"(after) : "m"(before), "a"((long)SYS_fork)
        : "rcx", "r11", "xmm7", "memory");
    if (pid == 0)
        _exit(after == before ? 3 : 4);
    waitpid((pid_t)pid, &status, 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "a child has the vector registers");
    ok(after == before, "and so has its parent");
}

static void *leave(void *argument)
{
    (void)argument;
    syscall(SYS_exit_group, 5);
    return NULL;
}

static void test_exit(void)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        pthread_t thread;

        pthread_create(&thread, NULL, leave, NULL);
        for (;;)
            pause();
    }
    waitpid(pid, &status, 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 5, "a thread ends the process");
}

int main(void)
{
    test_mutex();
    test_condition();
    test_timeout();
    test_fork();
    test_exit();
    return checks_done();
}
