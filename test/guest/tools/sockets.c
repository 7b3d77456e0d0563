/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sockets listen` listens at two names, one without a place in the file system; `sockets`
 * prints those that it reaches. For the test of sandboxes.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH "/tmp/names/socket"
static const char abstract[] = "\0names-test";

static socklen_t address(struct sockaddr_un *to, const char *name, size_t length)
{
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(to->sun_path, name, length);
    return (socklen_t)(sizeof(to->sun_family) + length);
}

static int listen_at(const char *name, size_t length)
{
    struct sockaddr_un to;
    socklen_t size = address(&to, name, length);
    int file = socket(AF_UNIX, SOCK_STREAM, 0);

    return bind(file, (void *)&to, size) || listen(file, 8);
}

static void reach(const char *name, size_t length, const char *what)
{
    struct sockaddr_un to;
    socklen_t size = address(&to, name, length);
    int file = socket(AF_UNIX, SOCK_STREAM, 0);

    if (file >= 0 && !connect(file, (void *)&to, size))
        puts(what);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "listen")) {
        if (listen_at(abstract, sizeof(abstract) - 1) || listen_at(PATH, sizeof(PATH)))
            return 1;
        puts("listening");
        fflush(stdout);
        for (;;)
            pause();
    }
    reach(abstract, sizeof(abstract) - 1, "abstract");
    reach(PATH, sizeof(PATH), "path");
    return 0;
}
