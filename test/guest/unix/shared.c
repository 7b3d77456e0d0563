/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutexes and semaphores in memory that processes share, and mutexes whose owner has gone.
 * Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHILDREN = 3, TURNS = 200 };

struct common {
    pthread_mutex_t mutex;
    sem_t there, back;
    volatile int sum;
};

static struct common *make(void)
{
    struct common *common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t shared;

    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&common->mutex, &shared);
    sem_init(&common->there, 1, 0);
    sem_init(&common->back, 1, 0);
    return common;
}

static int status_of(pid_t child)
{
    int status = -1;

    waitpid(child, &status, 0);
    return status;
}

/* Each waits for the other. */
static void test_turns(struct common *common)
{
    pid_t child = fork();

    for (int i = 0; i < TURNS; i++) {
        if (!child) {
            sem_wait(&common->there);
            common->sum += i;
            sem_post(&common->back);
        } else {
            sem_post(&common->there);
            sem_wait(&common->back);
        }
    }
    if (!child)
        _exit(0);
    ok(status_of(child) == 0 && common->sum == TURNS * (TURNS - 1) / 2,
       "two processes take turns by semaphores");
}

/* Nobody else comes in while a process gives up the processor inside. */
static void test_mutex(struct common *common)
{
    pid_t children[CHILDREN];
    int good = 1;

    common->sum = 0;
    for (int c = 0; c < CHILDREN; c++) {
        children[c] = fork();
        for (int i = 0; !children[c] && i < TURNS; i++) {
            pthread_mutex_lock(&common->mutex);
            int sum = common->sum;
            if (i % 16 == 0)
                sched_yield();
            common->sum = sum + 1;
            pthread_mutex_unlock(&common->mutex);
        }
        if (!children[c])
            _exit(0);
    }
    for (int c = 0; c < CHILDREN; c++)
        good = good && status_of(children[c]) == 0;
    ok(good && common->sum == CHILDREN * TURNS, "a mutex of several processes");
}

static void test_waiting(struct common *common)
{
    struct timespec until;
    pid_t child;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    ok(sem_timedwait(&common->back, &until) == -1 && errno == ETIMEDOUT, "a deadline");
    child = fork();
    if (!child) {
        sem_wait(&common->back);
        _exit(0);
    }
    kill(child, SIGKILL);
    status_of(child);
    ok(!sem_post(&common->back) && !sem_wait(&common->back), "who was killed waits no more");
}

static void test_named(void)
{
    sem_t *own = sem_open("/shared.test", O_CREAT | O_EXCL, 0600, 0);
    pid_t child;

    ok(own != SEM_FAILED, "a semaphore with a name");
    if (own == SEM_FAILED)
        return;
    child = fork();
    if (!child) {
        sem_t *other = sem_open("/shared.test", 0);

        _exit(other == SEM_FAILED || sem_post(other));
    }
    ok(!sem_wait(own) && status_of(child) == 0, "is opened by a child");
    sem_close(own);
    ok(!sem_unlink("/shared.test") && sem_open("/shared.test", 0) == SEM_FAILED
       && errno == ENOENT, "and removed");
}

static pthread_mutex_t robust;

static void *hold(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&robust);
    return NULL;
}

static void test_robust(void)
{
    pthread_mutexattr_t attributes;
    pthread_t thread;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attributes);
    pthread_create(&thread, NULL, hold, NULL);
    pthread_join(thread, NULL);
    ok(pthread_mutex_lock(&robust) == EOWNERDEAD, "the owner of a mutex has ended");
    ok(!pthread_mutex_consistent(&robust) && !pthread_mutex_unlock(&robust)
       && !pthread_mutex_lock(&robust), "it can be repaired");
    pthread_mutex_unlock(&robust);
}

int main(void)
{
    struct common *common = make();

    sem_unlink("/shared.test");
    test_turns(common);
    test_mutex(common);
    test_waiting(common);
    test_named();
    test_robust();
    return checks_done();
}
