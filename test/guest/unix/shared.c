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
#include <sys/syscall.h>
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

/* A child takes the mutex and is killed, while it waits or by itself. */
static void test_robust_process(void)
{
    pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    int ends[2];
    char byte;
    pid_t child;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attributes);
    if (pipe(ends))
        return;
    for (int kill_it = 0; kill_it < 2; kill_it++) {
        child = fork();
        if (!child) {
            pthread_mutex_lock(mutex);
            if (write(ends[1], "x", 1) != 1 || !kill_it)
                _exit(0);
            for (;;)
                pause();
        }
        if (read(ends[0], &byte, 1) == 1 && kill_it)
            kill(child, SIGKILL);
        ok(pthread_mutex_lock(mutex) == EOWNERDEAD, kill_it
           ? "the owner was killed" : "the owner's process has ended");
        ok(!pthread_mutex_consistent(mutex) && !pthread_mutex_unlock(mutex),
           "it can be repaired");
        status_of(child);
    }
    close(ends[0]);
    close(ends[1]);
}

enum { FUTEX_WAIT, FUTEX_WAKE, FUTEX_REQUEUE = 3, FUTEX_CMP_REQUEUE };

static long futex(int *word, int operation, int value, long count, int *other, int old)
{
    return syscall(SYS_futex, word, operation, value, count, other, old);
}

/* Children wait for one word; some are woken, others moved to the next word. */
static void test_requeue(void)
{
    int *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[CHILDREN];
    long moved = 0, result;
    int good = 1;

    ok(futex(words, FUTEX_CMP_REQUEUE, 1, 1, words + 1, 7) == -1 && errno == EAGAIN,
       "another value: EAGAIN");
    ok(futex(words, FUTEX_REQUEUE, 1, -1, words + 1, 0) == -1 && errno == EINVAL,
       "less than none: EINVAL");
    for (int c = 0; c < CHILDREN; c++) {
        children[c] = fork();
        if (!children[c])
            _exit(futex(words, FUTEX_WAIT, 0, 0, NULL, 0) != 0);
    }
    while (moved < CHILDREN && (result = futex(words, FUTEX_CMP_REQUEUE, 0, CHILDREN,
            words + 1, 0)) >= 0) {
        moved += result;
        usleep(1000);
    }
    ok(moved == CHILDREN, "all wait for another word");
    ok(futex(words, FUTEX_WAKE, CHILDREN, 0, NULL, 0) == 0, "nobody for the first");
    ok(futex(words + 1, FUTEX_WAKE, 1, 0, NULL, 0) == 1, "one is woken there");
    ok(futex(words + 1, FUTEX_REQUEUE, 1, CHILDREN, words + 2, 0) == CHILDREN - 1,
       "one more, and one moved");
    ok(futex(words + 2, FUTEX_WAKE, CHILDREN, 0, NULL, 0) == CHILDREN - 2, "the rest");
    for (int c = 0; c < CHILDREN; c++)
        good = good && status_of(children[c]) == 0;
    ok(good, "all ended well");
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
    test_robust_process();
    test_requeue();
    return checks_done();
}
