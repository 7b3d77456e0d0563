/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices without hardware, and the console's settings. */
#include <native/tap.h>
#include <terminal/termios.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>
#include <uxrt/transport.h>

static uint8_t data[100000], other[100000];

static int open(const char *name)
{
    return uxrt_open(name, UXRT_READ | UXRT_WRITE, 0);
}

static void test_null(void)
{
    int file = open("/dev/null");
    struct uxrt_stat stat;

    tap_ok(file >= 0, "null opens");
    tap_is(uxrt_write(file, data, sizeof(data)), sizeof(data), "null takes all");
    tap_is(uxrt_read(file, data, sizeof(data)), 0, "null has nothing");
    tap_is(uxrt_fstat(file, &stat), 0, "null has attributes");
    tap_ok(S_ISCHR(stat.mode) && stat.special == 0x103, "it is device 1, 3");
    tap_is(uxrt_close(file), 0, "null closes");
}

static bool is_zero(size_t count)
{
    while (count > 0 && data[count - 1] == 0)
        count--;
    return count == 0;
}

static void test_zero(void)
{
    int file = open("/dev/zero"), full = open("/dev/full");

    memset(data, 1, sizeof(data));
    tap_is(uxrt_read(file, data, 20), 20, "zero is read, short");
    tap_ok(is_zero(20) && data[20] == 1, "and is zero, and no more");
    tap_is(uxrt_read(file, data, sizeof(data)), sizeof(data), "zero is read, long");
    tap_ok(is_zero(sizeof(data)), "and is zero");
    tap_is(uxrt_write(full, data, 1), -ENOSPC, "full is full");
    tap_is(uxrt_read(full, data, 10), 10, "full is read");
    uxrt_close(file);
    uxrt_close(full);
}

static void test_random(void)
{
    int file = open("/dev/urandom");

    tap_is(uxrt_read(file, data, sizeof(data)), sizeof(data), "random bytes are read");
    tap_is(uxrt_read(file, other, sizeof(other)), sizeof(other), "and others");
    tap_ok(memcmp(data, other, sizeof(data)) != 0, "they differ");
    tap_ok(memcmp(data, data + 5000, 5000) != 0, "in themselves as well");
    tap_is(uxrt_write(file, data, 100), 100, "more can be stirred in");
    uxrt_close(file);
}

static void test_console(void)
{
    int file = open("/dev/console");
    struct terminal_settings settings = {0}, changed;
    struct terminal_size size = {.rows = 50, .columns = 132}, got = {0};
    uint8_t byte;

    tap_ok(file >= 0, "the console opens");
    tap_is(uxrt_get(file, ATTR_TERMIOS, 0, &settings, sizeof(settings)),
        sizeof(settings), "its settings are read");
    tap_ok(settings.local & ICANON && settings.characters[VEOF] == 4, "as usual");
    changed = settings;
    changed.local &= ~(uint32_t)(ICANON | ECHO);
    changed.characters[VMIN] = 0;
    tap_is(uxrt_set(file, ATTR_TERMIOS, TCSETSF, &changed, sizeof(changed)),
        sizeof(changed), "they are changed");
    tap_is(uxrt_read(file, &byte, 1), 0, "without lines and VMIN a read does not wait");
    tap_is(uxrt_set(file, ATTR_TERMIOS, 0, &settings, sizeof(settings)),
        sizeof(settings), "they are put back");
    tap_is(uxrt_set(file, ATTR_CONTROL, TIOCSWINSZ, &size, sizeof(size)), sizeof(size),
        "a size is set");
    tap_is(uxrt_get(file, ATTR_CONTROL, TIOCGWINSZ, &got, sizeof(got)), sizeof(got),
        "and read");
    tap_ok(got.rows == 50 && got.columns == 132, "it is that");
    tap_is(uxrt_set(file, ATTR_CONTROL, 1, &size, sizeof(size)), -ENOTTY, "nonsense");
    tap_is(uxrt_set(file, ATTR_TERMIOS, 0, &settings, 5), -EINVAL, "half a record");
    uxrt_close(file);
}

int main(void)
{
    test_null();
    test_zero();
    test_random();
    test_console();
    return tap_end();
}
