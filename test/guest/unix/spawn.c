/* SPDX-License-Identifier: BSD-2-Clause */
/* posix_spawn with all that can be told to it, system and popen, and many children of one
 * parent. With arguments, what is spawned. Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT = 512, JOBS = 8, ROUNDS = 6 };

static char self[] = "/proc/self/exe";

static int ended_with(pid_t child, int code)
{
    int status = -1;

    return waitpid(child, &status, 0) == child && WIFEXITED(status)
           && WEXITSTATUS(status) == code;
}

/* Spawns this program: its pid, or minus the error. */
static pid_t spawn(const char *what, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes)
{
    char *const arguments[] = {self, (char *)what, NULL};
    pid_t child;
    int error = posix_spawn(&child, self, actions, attributes, arguments, environ);

    return error ? -error : child;
}

/* Its output, with these actions besides. */
static int output(char text[TEXT], const char *what, posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes)
{
    int ends[2];
    ssize_t count = 0, more;

    if (pipe2(ends, O_CLOEXEC))
        return -1;
    posix_spawn_file_actions_adddup2(actions, ends[1], 1);
    pid_t child = spawn(what, actions, attributes);
    close(ends[1]);
    while (child > 0 && (more = read(ends[0], text + count, TEXT - 1 - (size_t)count)) > 0)
        count += more;
    close(ends[0]);
    text[count] = '\0';
    return child > 0 && ended_with(child, 0) ? child : -1;
}

static void test_errors(void)
{
    char *const arguments[] = {self, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;

    ok(posix_spawn(&child, "/nonexistent", NULL, NULL, arguments, environ) == ENOENT,
       "no such program");
    ok(posix_spawnp(&child, "no-such-program", NULL, NULL, arguments, environ) == ENOENT,
       "no such program in the path");
    ok(posix_spawn(&child, "/", NULL, NULL, arguments, environ) == EACCES,
       "no program");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 5, "/nonexistent", O_RDONLY, 0);
    ok(spawn("exit", &actions, NULL) == -ENOENT, "no such file");
    posix_spawn_file_actions_destroy(&actions);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, 77, 5);
    ok(spawn("exit", &actions, NULL) == -EBADF, "no such descriptor");
    posix_spawn_file_actions_destroy(&actions);
    ok(waitpid(-1, NULL, 0) == -1 && errno == ECHILD, "nothing is left of them");
    ok(ended_with(spawn("exit", NULL, NULL), 9), "one that is there");
}

static void test_files(void)
{
    posix_spawn_file_actions_t actions;
    char text[TEXT], before[TEXT], after[TEXT];
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC), kept = fcntl(file, F_DUPFD, 55);

    getcwd(before, sizeof(before));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 60, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, file, 61);
    posix_spawn_file_actions_addclose(&actions, kept);
    posix_spawn_file_actions_addchdir_np(&actions, "/dev");
    ok(output(text, "files", &actions, NULL) > 0 && !strcmp(text, "60 61 /dev\n"),
       "files are opened, named, closed; a directory");
    getcwd(after, sizeof(after));
    ok(fcntl(60, F_GETFD) == -1 && fcntl(61, F_GETFD) == -1
       && fcntl(file, F_GETFD) == FD_CLOEXEC && fcntl(kept, F_GETFD) == 0
       && !strcmp(before, after), "those of the parent are as before");
    posix_spawn_file_actions_destroy(&actions);
    close(file);
    close(kept);
}

static void test_attributes(void)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char text[TEXT], expected[TEXT];
    sigset_t mask, now;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    posix_spawnattr_setsigmask(&attributes, &mask);
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    posix_spawnattr_setsigdefault(&attributes, &mask);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_RESETIDS);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    pid_t child = output(text, "signals", &actions, &attributes);
    snprintf(expected, sizeof(expected), "blocked 1, INT 0, QUIT 1, group %d\n", child);
    ok(child > 0 && !strcmp(text, expected), "mask, actions and group are as told");
    sigprocmask(SIG_BLOCK, NULL, &now);
    ok(!sigismember(&now, SIGUSR1) && signal(SIGINT, SIG_DFL) == SIG_IGN
       && getpgid(0) != child, "the parent's are as before");
    signal(SIGQUIT, SIG_DFL);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
}

static void test_shell(void)
{
    char text[TEXT] = "";
    FILE *pipe;

    ok(WEXITSTATUS(system("exit 7")) == 7 && system(NULL), "system");
    pipe = popen("echo one; echo two", "r");
    ok(pipe && fread(text, 1, TEXT - 1, pipe) == 8 && !strcmp(text, "one\ntwo\n")
       && pclose(pipe) == 0, "popen to read");
    pipe = popen("read a; read b; test $a$b = xy; exit $?", "w");
    ok(pipe && fputs("x\ny\n", pipe) >= 0 && pclose(pipe) == 0, "popen to write");
}

/* As make -j does: some at a time, a new one for each that ends. */
static void test_many(void)
{
    int running = 0, good = 0, status;

    for (int i = 0; i < JOBS * ROUNDS; i++) {
        if (running == JOBS) {
            good += wait(&status) > 0 && status == 9 << 8;
            running--;
        }
        running += spawn("exit", NULL, NULL) > 0;
    }
    while (wait(&status) > 0)
        good += status == 9 << 8;
    ok(good == JOBS * ROUNDS, "many, some at a time");
}

static int tell_files(void)
{
    char directory[TEXT];

    for (int fd = 50; fd < 100; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            printf("%d ", fd);
    }
    printf("%s\n", getcwd(directory, sizeof(directory)));
    return 0;
}

static int tell_signals(void)
{
    struct sigaction interrupt, quit;
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGINT, NULL, &interrupt);
    sigaction(SIGQUIT, NULL, &quit);
    printf("blocked %d, INT %d, QUIT %d, group %d\n", sigismember(&mask, SIGUSR1),
        interrupt.sa_handler == SIG_IGN, quit.sa_handler == SIG_IGN, getpgid(0));
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 1)
        return !strcmp(arguments[1], "files") ? tell_files()
               : !strcmp(arguments[1], "signals") ? tell_signals() : 9;
    test_errors();
    test_files();
    test_attributes();
    test_shell();
    test_many();
    return checks_done();
}
