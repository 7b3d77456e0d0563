/* SPDX-License-Identifier: BSD-2-Clause */
/* vfork: the child has its parent's memory and nothing else of it, and the calling thread
 * waits until the child execs or ends, however it does. With an argument, what it runs
 * itself. Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 64, STACK = 65536 };

static char self[] = "/proc/self/exe";
static volatile int seen, handled;
static char *volatile memory, *volatile nowhere;

static int status_of(pid_t child)
{
    int status = -1;

    return waitpid(child, &status, 0) == child ? status : -1;
}

static int ended_with(pid_t child, int code)
{
    int status = status_of(child);

    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

static int ended_by(pid_t child, int number)
{
    int status = status_of(child);

    return WIFSIGNALED(status) && WTERMSIG(status) == number;
}

static void rest(void)
{
    nanosleep(&(const struct timespec){0, 20000000}, NULL);
}

static void run_self(char *argument)
{
    char *const arguments[] = {self, argument, NULL};

    execv(self, arguments);
}

static void test_memory(void)
{
    pid_t parent = getpid(), child;
    volatile char local = 0;

    seen = 0;
    child = vfork();
    if (!child) {
        rest();
        seen = getpid() != parent && getppid() == parent;
        local = 1;
        _exit(3);
    }
    ok(child > 0 && seen && local, "the child's stores are the parent's, which waited");
    ok(ended_with(child, 3), "its status");
    child = vfork();
    if (!child) {
        char *own = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        memset(own, 7, PAGES * PAGE);
        munmap(own, PAGE);
        memory = own + PAGE;
        seen = 2;
        _exit(0);
    }
    ok(seen == 2 && memory[0] == 7 && memory[(PAGES - 1) * PAGE - 1] == 7,
       "what it maps stays");
    ok(mprotect(memory - PAGE, PAGE, PROT_READ) == -1, "what it unmaps goes");
    munmap(memory, (PAGES - 1) * PAGE);
    status_of(child);
}

/* Small and large blocks, more than there is room for before. */
static void test_heap(void)
{
    enum { BLOCKS = 400 };
    static char *volatile blocks[BLOCKS];
    int good = 1;
    pid_t child = vfork();

    if (!child) {
        for (int i = 0; i < BLOCKS; i++) {
            size_t size = i % 8 ? 3000 : 150000;

            blocks[i] = malloc(size);
            memset(blocks[i], i, size);
        }
        _exit(0);
    }
    char *block = malloc(5000);
    memset(block, 0, 5000);
    for (int i = 0; i < BLOCKS; i++) {
        good = good && blocks[i][0] == (char)i && blocks[i][2999] == (char)i;
        free(blocks[i]);
    }
    free(block);
    ok(good && ended_with(child, 0), "it allocates memory that the parent frees");
}

static void catch(int number)
{
    handled = number;
}

static void test_own(void)
{
    int ends[2], fd;
    char before[256], after[256];
    sigset_t set, mask;
    struct sigaction action;
    pid_t child;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pipe(ends);
    getcwd(before, sizeof(before));
    child = vfork();
    if (!child) {
        seen = chdir("/dev") == 0 && open("null", O_RDONLY) >= 0 && dup2(ends[1], 90) == 90
               && close(ends[0]) == 0 && sigprocmask(SIG_BLOCK, &set, NULL) == 0
               && signal(SIGUSR1, catch) == SIG_DFL && write(90, "x", 1) == 1
               && umask(077) != 077;
        _exit(0);
    }
    getcwd(after, sizeof(after));
    fd = dup(0);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGUSR1, NULL, &action);
    ok(seen && ended_with(child, 0), "it changes files, directory, mask, action");
    ok(fd == ends[1] + 1 && fcntl(90, F_GETFD) == -1, "the parent's files are not changed");
    ok(read(ends[0], after + 255, 1) == 1 && after[255] == 'x', "but have its bytes");
    ok(!strcmp(before, after), "nor the directory");
    ok(!sigismember(&mask, SIGUSR2) && action.sa_handler == SIG_DFL, "nor mask and action");
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

static void test_exec(void)
{
    int ends[2];
    pid_t child;

    seen = 0;
    child = vfork();
    if (!child) {
        run_self("exit");
        _exit(1);
    }
    ok(ended_with(child, 9), "it runs a program");
    child = vfork();
    if (!child) {
        execl("/nonexistent/program", "program", NULL);
        seen = errno;
        _exit(127);
    }
    ok(seen == ENOENT && ended_with(child, 127), "or finds none, and says why");
    pipe(ends);
    child = vfork();
    if (!child) {
        dup2(ends[0], 0);
        close(ends[1]);
        run_self("read");
        _exit(1);
    }
    close(ends[0]);
    ok(write(ends[1], "y", 1) == 1 && ended_with(child, 'y'),
       "the parent goes on while the program runs");
    close(ends[1]);
}

static void test_ends(void)
{
    pid_t child = vfork();

    if (!child) {
        seen = 5;
        kill(getpid(), SIGKILL);
    }
    ok(seen == 5 && ended_by(child, SIGKILL), "a child is killed");
    child = vfork();
    if (!child) {
        seen = 6;
        *nowhere = 1;
    }
    ok(seen == 6 && ended_by(child, SIGSEGV), "or has a fault");
    child = vfork();
    if (!child) {
        pid_t second = vfork();

        if (!second) {
            seen = 7;
            _exit(1);
        }
        seen += ended_with(second, 1);
        second = fork();
        if (!second) {
            seen = 100;
            _exit(2);
        }
        seen += ended_with(second, 2);
        _exit(0);
    }
    ok(seen == 9 && ended_with(child, 0), "a child has children, by vfork and by fork");
}

static void test_signals(void)
{
    pid_t parent = getpid(), child;

    signal(SIGUSR1, catch);
    handled = 0;
    child = vfork();
    if (!child) {
        kill(parent, SIGUSR1);
        rest();
        seen = handled;
        signal(SIGUSR2, catch);
        kill(getpid(), SIGUSR2);
        _exit(handled == SIGUSR2);
    }
    ok(seen == 0 && handled == SIGUSR1, "a signal to the parent waits");
    ok(ended_with(child, 1), "one to the child does not");
    signal(SIGUSR1, SIG_DFL);
}

/* What another thread does meanwhile. */
static volatile int stop, turns;

static pid_t fork_and_exit(void)
{
    pid_t child = fork();

    if (!child)
        _exit(0);
    return child;
}

static void *turn(void *place)
{
    volatile int *word = place;

    while (!stop) {
        char *own = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        own[PAGE] = 1;
        munmap(own, PAGES * PAGE);
        mprotect((char *)place + PAGE, PAGE, turns & 1 ? PROT_READ : PROT_NONE);
        *word = ++turns;
        if (turns % 8 == 0)     /* all pages are shared with a copy for a while */
            ended_with(fork_and_exit(), 0);
    }
    return NULL;
}

/* Its turns are seen by a child, in memory that changes under it. */
static int watch(volatile int *word)
{
    for (int last = turns, i = 0; i < 50; i++) {
        while (turns == last)
            sched_yield();
        if (*word < last - 1 || word[1] != i)
            return 0;
        last = turns;
        word[1] = i + 1;
    }
    return 1;
}

static void *vfork_in_thread(void *word)
{
    pid_t child = vfork();

    if (!child)
        _exit(watch(word) ? 4 : 5);
    return (void *)(long)ended_with(child, 4);
}

static void test_threads(void)
{
    pthread_t other, one;
    char *place = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    volatile int *word = (volatile int *)place;
    void *result;

    pthread_create(&other, NULL, turn, place);
    pid_t child = vfork();
    if (!child)
        _exit(watch(word) ? 4 : 5);
    ok(ended_with(child, 4) && word[1] == 50, "other threads go on, and the child sees it");
    word[1] = 0;
    pthread_create(&one, NULL, vfork_in_thread, place);
    pthread_join(one, &result);
    ok(result && word[1] == 50, "any thread can do it");
    stop = 1;
    pthread_join(other, NULL);
    munmap(place, 2 * PAGE);
}

/* --- parents that end ---------------------------------------- */

static int to_child[2], from_child[2];

/* In the child: says that it is there, waits for a word, uses its memory, answers. */
static void outlive(void)
{
    char byte = 'a';

    close(to_child[1]);
    write(from_child[1], &byte, 1);
    read(to_child[0], &byte, 1);
    memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    memset(memory, byte, PAGES * PAGE);
    seen = memory[PAGE] == byte ? byte : 'z';
    byte = (char)seen;
    write(from_child[1], &byte, 1);
    dup2(to_child[0], 0);
    run_self("read");
    _exit(1);
}

static void *exec_in_thread(void *unused)
{
    char byte;

    read(from_child[0], &byte, 1);
    run_self("exit");
    return unused;
}

/* A process whose child outlives it; `thread`: another thread runs a program meanwhile. */
static pid_t parent_that_ends(int thread)
{
    pid_t parent;
    pthread_t other;

    pipe(to_child);
    pipe(from_child);
    parent = fork();
    if (parent)
        return parent;
    if (thread)
        pthread_create(&other, NULL, exec_in_thread, NULL);
    if (!vfork())
        outlive();
    _exit(11);                  /* not while the child waits */
}

/* The child goes on without its parent, and ends when all writers of the pipe are gone. */
static int child_goes_on(void)
{
    char byte = 'b';
    int good = write(to_child[1], &byte, 1) == 1 && read(from_child[0], &byte, 1) == 1
               && byte == 'b';

    close(to_child[0]);
    close(from_child[1]);
    close(to_child[1]);
    good = good && read(from_child[0], &byte, 1) == 0;      /* until it has ended */
    close(from_child[0]);
    return good;
}

static void test_parent_ends(void)
{
    char byte = 0;
    pid_t parent = parent_that_ends(0);

    read(from_child[0], &byte, 1);
    kill(parent, SIGTERM);
    ok(byte == 'a' && ended_by(parent, SIGTERM), "a parent is killed while it waits");
    ok(child_goes_on(), "its child goes on");
    parent = parent_that_ends(1);
    ok(ended_with(parent, 9), "a parent's other thread runs a program");
    ok(child_goes_on(), "its child goes on, too");
}

static int share(void *unused)
{
    (void)unused;
    seen = getpid();
    return 8;
}

/* The same without waiting. */
static void test_clone(void)
{
    static char stack[STACK] __attribute__((aligned(16)));
    int ends[2];
    pid_t child = clone(share, stack + STACK, CLONE_VM | SIGCHLD, NULL);

    ok(ended_with(child, 8) && seen == child, "a process with our memory, beside us");
    pipe2(ends, O_NONBLOCK);
    child = (pid_t)syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (!child) {
        rest();
        seen = 0;
        write(ends[1], stack, 1);
        _exit(0);
    }
    ok(seen && read(ends[0], stack, 1) == 1 && ended_with(child, 0),
       "one with its own memory, for which we wait");
}

int main(int count, char **arguments)
{
    char byte = 0;

    if (count > 1 && !strcmp(arguments[1], "exit"))
        return 9;
    if (count > 1 && !strcmp(arguments[1], "read"))
        return read(0, &byte, 1) == 1 ? byte : 1;
    test_memory();
    test_heap();
    test_own();
    test_exec();
    test_ends();
    test_signals();
    test_threads();
    test_parent_ends();
    test_clone();
    return checks_done();
}
