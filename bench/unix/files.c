/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: those under /tmp are served by another process. */
#include "bench.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 65536 };

static const char name[] = "/tmp/bench-unix";
static int file;
static char data[LARGE];

static int do_read(void)
{
    return lseek(file, 0, SEEK_SET) != 0 || read(file, data, 1) != 1;
}

static int do_seek(void)
{
    return lseek(file, 0, SEEK_SET) != 0;
}

static int do_read_on(void)
{
    return read(file, data, 1) != 1;
}

static int do_write_on(void)
{
    return write(file, data, 1) != 1;
}

static int do_pread(void)
{
    return pread(file, data, 1, 0) != 1;
}

static int do_pread_page(void)
{
    return pread(file, data, 4096, 0) != 4096;
}

static int do_pread_large(void)
{
    return pread(file, data, LARGE, 0) != LARGE;
}

static int do_pwrite(void)
{
    return pwrite(file, data, 1, 0) != 1;
}

static int do_open(void)
{
    int opened = open(name, O_RDONLY);

    return opened < 0 || close(opened);
}

static int do_stat(void)
{
    struct stat record;

    return stat(name, &record);
}

static int do_fstat(void)
{
    struct stat record;

    return fstat(file, &record);
}

void measure_files(void)
{
    file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    memset(data, 'x', sizeof(data));
    if (file < 0 || write(file, data, LARGE) != LARGE || lseek(file, 0, SEEK_SET))
        return;
    measure("read_1", do_read_on, 20000, 1);
    measure("write_1", do_write_on, 20000, 1);
    measure("pread_1", do_pread, 20000, 1);
    measure("pwrite_1", do_pwrite, 20000, 1);
    measure("pread_4096", do_pread_page, 10000, 1);
    measure("pread_65536", do_pread_large, 1000, 1);
    measure("lseek", do_seek, 10000, 1);
    measure("lseek_read_1", do_read, 10000, 1);
    measure("open_close", do_open, 10000, 1);
    measure("stat", do_stat, 10000, 1);
    measure("fstat", do_fstat, 10000, 1);
    close(file);
    unlink(name);
}
