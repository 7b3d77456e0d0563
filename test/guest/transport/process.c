/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and threads: fork, exec, scripts, spawn, what they inherit, and threads. With
 * arguments the program is one of the children: it ends with a status that says what it
 * has found.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

#define SELF "/boot/test/transport/process"

enum { GOOD = 42, BAD = 43, STACK = 64 * 1024, THREADS = 8, ROUNDS = 500 };

static int status_of(int pid)
{
    int status = -1;

    return uxrt_wait(pid, &status, 0) == pid ? status >> 8 : -1;
}

static int make(const char *name, const char *text, unsigned mode)
{
    int file = uxrt_open(name, UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE, mode);

    if (file >= 0) {
        (void)uxrt_write(file, text, strlen(text));
        (void)uxrt_close(file);
    }
    return file < 0 ? file : 0;
}

static void check_fork(void)
{
    static int shared = 1;
    char data[8] = {0};
    int file = uxrt_open("/tmp/p",
        UXRT_READ | UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE, 0644);
    int pid;

    (void)uxrt_write(file, "abcdef", 6);
    (void)uxrt_seek(file, 0, 0);
    pid = uxrt_fork();
    if (pid == 0) {
        shared = 2;
        (void)uxrt_read(file, data, 3);
        uxrt_exit(!memcmp(data, "abc", 3) && uxrt_getpid() != 1 ? GOOD : BAD);
    }
    tap_ok(pid > 0, "fork");
    tap_is(status_of(pid), GOOD, "the child has the open file");
    tap_is(shared, 1, "memory is its own");
    (void)uxrt_read(file, data, 3);
    tap_ok(!memcmp(data, "def", 3), "the position is shared");
    (void)uxrt_close(file);
    tap_is(uxrt_wait(-1, NULL, 0), -ECHILD, "no child is left");
    for (int i = 0; i < 20; i++) {
        pid = uxrt_fork();
        if (pid == 0) {
            pid = uxrt_fork();
            if (pid == 0)
                uxrt_exit(GOOD);
            uxrt_exit(status_of(pid));
        }
        if (status_of(pid) != GOOD)
            shared = 3;
    }
    tap_is(shared, 1, "children of children");
}

/* Forks and runs a program in the child. */
static int run(const char *name, char *const arguments[], char *const environment[])
{
    int pid = uxrt_fork();

    if (pid == 0)
        uxrt_exit(-uxrt_exec(name, arguments, environment));
    return status_of(pid);
}

static void check_exec(void)
{
    char *const arguments[] = {"x", "arguments", "", "two words", NULL};
    char *const environment[] = {"A=1", "B=", NULL};
    char *const nothing[] = {"x", "arguments", NULL};

    tap_is(run(SELF, arguments, environment), GOOD, "exec with arguments");
    tap_is(run(SELF, nothing, NULL), BAD, "exec with others");
    tap_is(uxrt_exec("/none", nothing, NULL), -ENOENT, "no such program");
    tap_is(uxrt_exec("/tmp", nothing, NULL), -EACCES, "a folder");
    (void)make("/tmp/text", "hello\n", 0644);
    tap_is(uxrt_exec("/tmp/text", nothing, NULL), -EACCES, "not executable");
    (void)make("/tmp/wrong", "\177ELF and so on", 0755);
    tap_is(uxrt_exec("/tmp/wrong", nothing, NULL), -ENOEXEC, "not a program");
    (void)make("/tmp/empty", "", 0755);
    tap_is(uxrt_exec("/tmp/empty", nothing, NULL), -ENOEXEC, "an empty file");
}

static void check_large(void)
{
    static char text[60000];
    static char *arguments[64];

    memset(text, 'x', sizeof(text) - 1);
    for (unsigned i = 0; i < 63; i++)
        arguments[i] = text;
    tap_is(uxrt_exec(SELF, arguments, NULL), -E2BIG, "too many arguments");
    arguments[0] = "x";
    arguments[1] = "large";
    arguments[20] = NULL;
    tap_is(run(SELF, arguments, NULL), GOOD, "a million bytes of arguments");
}

static void check_scripts(void)
{
    char *const arguments[] = {"ignored", "more", NULL};

    (void)make("/tmp/script", "#!" SELF " script\nrest\n", 0755);
    tap_is(run("/tmp/script", arguments, NULL), GOOD, "a script");
    (void)make("/tmp/second", "#! /tmp/script\n", 0755);
    tap_is(run("/tmp/second", arguments, NULL), BAD, "a script of a script");
    (void)make("/tmp/loop", "#!/tmp/loop\n", 0755);
    tap_is(uxrt_exec("/tmp/loop", arguments, NULL), -ELOOP, "a script of itself");
    (void)make("/tmp/none", "#!/none\n", 0755);
    tap_is(uxrt_exec("/tmp/none", arguments, NULL), -ENOENT, "a script of nothing");
}

static void check_inherit(void)
{
    char *const arguments[] = {"x", "files", NULL};
    int file = uxrt_open("/tmp/text", UXRT_READ, 0);
    int closed = uxrt_open("/tmp/text", UXRT_READ | UXRT_CLOSE_ON_EXEC, 0);
    int wanted[] = {-1, -1, -1, file, -1, file};
    int pid;

    (void)uxrt_dup_to(file, 20);
    (void)uxrt_dup_to(closed, 21);
    (void)uxrt_chdir("/tmp");
    tap_is(run(SELF, arguments, NULL), GOOD, "descriptors and directory over exec");
    (void)uxrt_chdir("/");
    pid = uxrt_spawn(SELF, (char *[]){"x", "spawned", NULL}, NULL, wanted, 6);
    tap_ok(pid > 0, "spawn");
    tap_is(status_of(pid), GOOD, "a spawned program has the files that it shall have");
    tap_is(uxrt_spawn("/none", arguments, NULL, NULL, 0), -ENOENT, "spawn nothing");
    tap_is(uxrt_spawn(SELF, arguments, NULL, (int[]){3000}, 1), -EBADF, "spawn: no file");
    (void)uxrt_close(20);
    (void)uxrt_close(21);
    (void)uxrt_close(file);
    (void)uxrt_close(closed);
}

static uint64_t stacks[THREADS][STACK / 8];
static unsigned ended, faults;

static void work(void *argument)
{
    char data[6];

    for (unsigned i = 0; i < ROUNDS; i++) {
        int file = uxrt_open("/tmp/text", UXRT_READ, 0);

        if (file < 0 || uxrt_read(file, data, 6) != 6 || memcmp(data, "hello\n", 6)
            || uxrt_close(file))
            __atomic_fetch_add(&faults, 1, __ATOMIC_SEQ_CST);
    }
    __atomic_fetch_add((unsigned *)argument, 1, __ATOMIC_SEQ_CST);
}

static void check_threads(void)
{
    unsigned begun = 0;

    for (unsigned i = 0; i < THREADS; i++)
        begun += uxrt_thread(work, &ended, stacks[i] + STACK / 8) > 0;
    tap_is(begun, THREADS, "threads");
    while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) < begun)
        uxrt_yield();
    tap_is(faults, 0, "open, read and close in all of them");
}

static int kill_self(void)
{
    int pid = uxrt_fork(), status = 0;

    if (pid == 0)
        for (;;)
            uxrt_yield();
    (void)uxrt_kill(pid, 9);
    (void)uxrt_wait(pid, &status, 0);
    return status;
}

/* The children. */
static bool same(char *const *list, const char *const *expected)
{
    while (*list && *expected && !strcmp(*list, *expected)) {
        list++;
        expected++;
    }
    return !*list && !*expected;
}

static bool is_open(int file)
{
    struct uxrt_stat stat;

    return uxrt_fstat(file, &stat) == 0;
}

static int child(char **argv, char **envp)
{
    static const char *const words[] = {"x", "arguments", "", "two words", NULL};
    static const char *const variables[] = {"A=1", "B=", NULL};
    static const char *const script[] = {SELF, "script", "/tmp/script", "more", NULL};
    struct uxrt_stat stat;
    size_t bytes = 0;

    if (!strcmp(argv[1], "arguments"))
        return same(argv, words) && same(envp, variables) ? GOOD : BAD;
    if (!strcmp(argv[1], "script"))
        return same(argv, script) ? GOOD : BAD;
    if (!strcmp(argv[1], "files"))
        return is_open(20) && !is_open(22) && uxrt_stat("text", &stat) == 0 ? GOOD : BAD;
    if (!strcmp(argv[1], "spawned"))
        return is_open(3) && is_open(5) && !is_open(4) && !is_open(20) && !is_open(21)
            ? GOOD : BAD;
    if (!strcmp(argv[1], "large")) {
        for (char **word = argv + 2; *word; word++)
            bytes += strlen(*word);
        return bytes == 18 * 59999 ? GOOD : BAD;
    }
    return BAD;
}

int main(int argc, char **argv, char **envp)
{
    if (argc > 1)
        return child(argv, envp);
    check_fork();
    check_exec();
    check_large();
    check_scripts();
    check_inherit();
    check_threads();
    tap_is(kill_self(), 9, "killed");
    return tap_end();
}
