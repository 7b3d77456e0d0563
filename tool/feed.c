/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a command (QEMU) and feeds it our input in the form that the driver drv/serial
 * takes: bytes 16 and 2 mean the beginning (a byte before that may be lost), byte 16 is
 * doubled, 16 and 4 mean the end. Ends as the command does.
 *   feed COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STX = 2, EOT = 4, DLE = 16, CHUNK = 4096, CANNOT = 126, SIGNALLED = 128 };

static bool write_all(int file, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t done = write(file, bytes, count);

        if (done < 0 && errno != EINTR)
            return false;
        bytes += done > 0 ? done : 0;
        count -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* Passes on what one read gives; false at the end, or when nobody takes it. */
static bool pass(int to)
{
    char in[CHUNK], out[2 * CHUNK];
    ssize_t got = read(STDIN_FILENO, in, sizeof(in));
    size_t count = 0;

    if (got < 0 && errno == EINTR)
        return true;
    for (ssize_t i = 0; i < got; i++) {
        if (in[i] == DLE)
            out[count++] = DLE;
        out[count++] = in[i];
    }
    if (got > 0)
        return write_all(to, out, count);
    out[0] = DLE;
    out[1] = EOT;
    write_all(to, out, 2);
    return false;
}

/* An error at the other end means that the command has ended. */
static void feed(int to)
{
    struct pollfd files[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = to}};

    do {
        if (poll(files, 2, -1) < 0 && errno != EINTR)
            return;
    } while (!files[1].revents && (!files[0].revents || pass(to)));
}

int main(int argc, char **argv)
{
    int ends[2], status;
    pid_t pid;

    if (argc < 2 || pipe(ends) < 0 || (pid = fork()) < 0) {
        fprintf(stderr, "feed: %s\n", argc < 2 ? "which command?" : strerror(errno));
        return CANNOT;
    }
    if (pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(argv[1], argv + 1);
        fprintf(stderr, "feed: %s: %s\n", argv[1], strerror(errno));
        _exit(CANNOT);
    }
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    if (write_all(ends[1], (const char[]){0, DLE, STX}, 3))
        feed(ends[1]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
}
