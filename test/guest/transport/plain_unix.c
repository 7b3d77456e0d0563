/* SPDX-License-Identifier: BSD-2-Clause */
/* plain_unix NAME: the server of plain_server.h as a program of Unix: it makes its service
 * as a file, and needs nothing else of the system's own. */
#include "plain_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

static int64_t result_of(ssize_t got)
{
    return got < 0 ? -errno : got;
}

static int64_t do_read(int file, void *data, size_t count)
{
    return result_of(read(file, data, count));
}

static int64_t do_write(int file, const void *data, size_t count)
{
    return result_of(write(file, data, count));
}

static int64_t do_readv(int file, const struct plain_place *v, int count)
{
    return result_of(readv(file, (const struct iovec *)v, count));
}

static int64_t do_writev(int file, const struct plain_place *v, int count)
{
    return result_of(writev(file, (const struct iovec *)v, count));
}

int main(int argc, char **argv)
{
    static const struct plain_calls calls = {do_read, do_write, do_readv, do_writev};
    char name[100];
    int service;

    snprintf(name, sizeof(name), "/srv/%s", argc > 1 ? argv[1] : "plain");
    service = open(name, O_RDWR | O_CREAT | O_EXCL, 0666);
    if (service >= 0)
        plain_server(service, &calls);
    perror(name);
    return 1;
}
