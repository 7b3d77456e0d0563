/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The example server of server(7): its bytes in each form, what the library answers for it,
 * sharing over fork, and that a killed client leaves nothing behind.
 */
#include <native/tap.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { CHILDREN = 20 };

static bool reads(int file, const char *text)
{
    char data[32];
    int64_t got = uxrt_pread(file, data, sizeof(data), 0);

    return got == (int64_t)strlen(text) && !memcmp(data, text, (size_t)got);
}

static void bytes(int file)
{
    char data[32];

    tap_is(uxrt_pwrite(file, "41\n", 3, 0), 3, "a number is written");
    tap_ok(reads(file, "42\n"), "the next one is read");
    tap_is(uxrt_read(file, data, sizeof(data)), 3, "read at the file's position");
    tap_is(uxrt_read(file, data, sizeof(data)), 0, "then its end");
    tap_is(uxrt_pwrite(file, "4x", 2, 0), -EINVAL, "no number");
    tap_is(uxrt_pwrite(file, "99999999999999999999", 20, 0), -EINVAL, "too large a number");
    tap_is(uxrt_pread(file, data, 1, INT64_MAX), 0, "nothing at the last offset");
    memcpy(uxrt_registers_out(), "7", 1);
    tap_is(uxrt_write_short(file, 1, 0), 1, "short write");
    tap_is(uxrt_read_short(file, 10, 0), 2, "short read");
    tap_ok(!memcmp(uxrt_registers_in(), "8\n", 2), "its bytes");
    char *buffer = uxrt_buffer(file, 0);

    memcpy(buffer + 100, "70", 2);
    tap_is(uxrt_write_long(file, 100, 2, 0), 2, "long write");
    tap_is(uxrt_read_long(file, 200, 10, 0), 3, "long read");
    tap_ok(!memcmp(buffer + 200, "71\n", 3), "its bytes");
}

static void answers_of_library(int file)
{
    struct uxrt_change change = {.what = UXRT_SET_MODE, .mode = 0600};
    struct uxrt_stat stat;

    tap_is(uxrt_fstat(file, &stat), 0, "stat");
    tap_is(stat.mode, S_IFCHR | 0666, "type and permissions");
    tap_is(uxrt_seek(file, 0, 0), -ESPIPE, "no seeking in a device");
    tap_is(uxrt_get(file, ATTR_TERMIOS, 0, &stat, 36), -ENOTTY, "no terminal");
    tap_is(uxrt_open("/srv/counter/x", UXRT_READ, 0), -ENOTDIR, "no directory");
    tap_is(uxrt_open("/srv/counter", UXRT_READ | UXRT_DIRECTORY, 0), -ENOTDIR,
        "not opened as one");
    tap_is(uxrt_change(file, &change), 0, "its owner changes the mode");
    tap_is(uxrt_fstat(file, &stat), 0, "stat");
    tap_is(stat.mode, S_IFCHR | 0600, "it is the new one");
}

/* Children that use the file of their parent, and end or are killed with it open. */
static void forks(int file)
{
    int good = 0, status;

    tap_is(uxrt_pwrite(file, "0", 1, 0), 1, "begin");
    for (int i = 0; i < CHILDREN; i++) {
        int pid = uxrt_fork();

        if (pid == 0) {
            char data[8];
            bool counted = uxrt_pread(file, data, sizeof(data), 0) >= 2;

            while (i % 2)
                uxrt_pread(file, data, sizeof(data), 1);
            uxrt_exit(!counted);
        }
        if (i % 2)
            uxrt_kill(pid, 9);
        good += uxrt_wait(pid, &status, 0) == pid && (i % 2 || status == 0);
    }
    tap_is(good, CHILDREN, "children have used it and ended");
    tap_ok(uxrt_pread(file, &status, 1, 0) == 1, "it still serves");
}

int main(void)
{
    static char name[] = "/boot/test/counter";
    int pid = tap_spawn((char *[]){name, NULL});

    if (tap_ok(pid > 0 && tap_await("counter", pid), "the server runs")) {
        int file = uxrt_open("/srv/counter", UXRT_READ | UXRT_WRITE, 0);

        if (tap_ok(file >= 0, "opened")) {
            bytes(file);
            answers_of_library(file);
            forks(file);
        }
        tap_kill(pid);
        tap_is(uxrt_pread(file, name, 1, 0), -EIO, "the server was killed");
    }
    return tap_end();
}
