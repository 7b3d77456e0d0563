/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of srv/pipe through lib/server: pipes without a name, and FIFOs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pipe/node.h>
#include <util/errno.h>
#include <util/mode.h>

#include "../server/fake.h"

enum { READ_END = FIRST_FILE, WRITE_END = FIRST_FILE + 1, OTHER = FIRST_FILE + 2 };

static uint64_t one, two;
static char bytes[PIPE_BYTES + 10000];

int64_t program_time(void)
{
    return 1;
}

static int begin(void **state)
{
    (void)state;
    if (!fake.server)
        fake.server = server_create(&pipe_operations, &pipe_root, 0);
    one = fake_connect(1, 0, 0);
    two = fake_connect(2, 7, 7);
    fake.form = FORM_MESSAGE;
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (fake.identities[1].state == IDENTITY_LIVE)
        fake_end(one);
    if (fake.identities[2].state == IDENTITY_LIVE)
        fake_end(two);
    return 0;
}

static void make_pipe(uint64_t badge)
{
    assert_true(fake_open(badge, 1, "new", READ_END, UXRT_READ, 0) > 0);
    assert_true(fake_open(badge, READ_END, "", WRITE_END, UXRT_WRITE, 0) > 0);
}

static int64_t write_count(uint64_t badge, uint32_t file, size_t count)
{
    return fake_call(badge, file, true, 0, true, bytes, count);
}

static void test_bytes(void **state)
{
    (void)state;
    make_pipe(one);
    assert_int_equal(fake_write(one, WRITE_END, "hello", UXRT_CURRENT), 5);
    assert_int_equal(fake_read(one, READ_END, 3, UXRT_CURRENT), 3);
    assert_memory_equal(fake.memory, "hel", 3);
    assert_int_equal(fake_read(one, READ_END, 100, UXRT_CURRENT), 2);
    assert_memory_equal(fake.memory, "lo", 2);
    assert_int_equal(fake_close(one, WRITE_END), 0);
    assert_int_equal(fake_read(one, READ_END, 100, UXRT_CURRENT), 0);
    assert_true(fake.end);
}

static void test_two_pipes(void **state)
{
    (void)state;
    make_pipe(one);
    make_pipe(two);
    assert_int_equal(fake_write(one, WRITE_END, "a", UXRT_CURRENT), 1);
    assert_int_equal(fake_write(two, WRITE_END, "b", UXRT_CURRENT), 1);
    assert_int_equal(fake_read(one, READ_END, 9, UXRT_CURRENT), 1);
    assert_memory_equal(fake.memory, "a", 1);
}

static void test_reader_waits(void **state)
{
    unsigned reply;

    (void)state;
    make_pipe(one);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), FAKE_PARKED);
    reply = fake.reply;
    assert_int_equal(fake_write(one, WRITE_END, "now", UXRT_CURRENT), 3);
    assert_false(fake_waits(reply));
    assert_int_equal(fake_take(reply), 3);
    assert_memory_equal(fake.memory, "now", 3);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), FAKE_PARKED);
    reply = fake.reply;
    assert_int_equal(fake_close(one, WRITE_END), 0);
    assert_int_equal(fake_take(reply), 0);
}

static void test_cancel(void **state)
{
    unsigned reply;

    (void)state;
    make_pipe(one);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), FAKE_PARKED);
    reply = fake.reply;
    fake_cancel(one);
    assert_int_equal(fake_take(reply), -EINTR);
    assert_int_equal(fake_write(one, WRITE_END, "kept", UXRT_CURRENT), 4);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), 4);
}

static void test_writer_waits(void **state)
{
    unsigned reply;

    (void)state;
    fake.form = FORM_BUFFER;
    make_pipe(one);
    assert_int_equal(write_count(one, WRITE_END, PIPE_BYTES - 100), PIPE_BYTES - 100);
    assert_int_equal(write_count(one, WRITE_END, 200), FAKE_PARKED);
    reply = fake.reply;
    assert_int_equal(fake_read(one, READ_END, 50, UXRT_CURRENT), 50);
    assert_true(fake_waits(reply));
    fake.form = FORM_MESSAGE;
    assert_int_equal(fake_read(one, READ_END, 50, UXRT_CURRENT), 50);
    assert_int_equal(fake_take(reply), 200);
    assert_int_equal(fake_write(one, WRITE_END, "kept", UXRT_CURRENT), FAKE_PARKED);
    reply = fake.reply;
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), 10);
    assert_int_equal(fake_take(reply), 4);
    fake.form = FORM_BUFFER;
    assert_int_equal(fake_read(one, READ_END, PIPE_BYTES, UXRT_CURRENT), PIPE_BYTES - 6);
    assert_memory_equal(fake.memory + PIPE_BYTES - 10, "kept", 4);
}

static void test_long_write(void **state)
{
    unsigned reply;

    (void)state;
    fake.form = FORM_WINDOW;
    make_pipe(one);
    assert_int_equal(write_count(one, WRITE_END, PIPE_BYTES + 5000), PIPE_BYTES);
    assert_int_equal(write_count(one, WRITE_END, 5000), FAKE_PARKED);
    reply = fake.reply;
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), 10);
    assert_true(fake_waits(reply));
    assert_int_equal(fake_read(one, READ_END, 4086, UXRT_CURRENT), 4086);
    assert_int_equal(fake_take(reply), 4096);
}

static void test_no_reader(void **state)
{
    unsigned reply;

    (void)state;
    fake.form = FORM_BUFFER;
    make_pipe(one);
    write_count(one, WRITE_END, PIPE_BYTES);
    assert_int_equal(write_count(one, WRITE_END, 1), FAKE_PARKED);
    reply = fake.reply;
    assert_int_equal(fake_close(one, READ_END), 0);
    assert_int_equal(fake_take(reply), -EPIPE);
    assert_int_equal(write_count(one, WRITE_END, 1), -EPIPE);
}

static void test_nonblock(void **state)
{
    (void)state;
    assert_true(fake_open(one, 1, "new", READ_END, UXRT_READ | UXRT_NONBLOCK, 0) > 0);
    assert_true(
        fake_open(one, READ_END, "", WRITE_END, UXRT_WRITE | UXRT_NONBLOCK, 0) > 0);
    assert_int_equal(fake_read(one, READ_END, 1, UXRT_CURRENT), -EAGAIN);
    fake.form = FORM_BUFFER;
    write_count(one, WRITE_END, PIPE_BYTES);
    assert_int_equal(write_count(one, WRITE_END, 1), -EAGAIN);
}

static void test_fault(void **state)
{
    unsigned reply;

    (void)state;
    make_pipe(one);
    fake.form = FORM_WINDOW;
    fake.fault = true;
    assert_int_equal(write_count(one, WRITE_END, 10), -EFAULT);
    fake.fault = false;
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), FAKE_PARKED);
    reply = fake.reply;
    fake.form = FORM_MESSAGE;
    fake.fault = true;
    assert_int_equal(fake_write(one, WRITE_END, "stays", UXRT_CURRENT), 5);
    fake.fault = false;
    assert_int_equal(fake_take(reply), -EFAULT);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), 5);
}

static void test_dead_reader(void **state)
{
    unsigned reply;

    (void)state;
    make_pipe(one);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), FAKE_PARKED);
    reply = fake.reply;
    fake_end(one);
    fake_take(reply);
}

static void test_fifo(void **state)
{
    const uint32_t make = UXRT_CREATE | UXRT_EXCLUSIVE;

    (void)state;
    assert_true(fake_open(one, 1, "f", OTHER, make, S_IFIFO | 0666) > 0);
    assert_int_equal(fake_open(one, 1, "f", WRITE_END, UXRT_WRITE | UXRT_NONBLOCK, 0),
        -ENXIO);
    assert_int_equal(fake_open(one, 1, "f", READ_END, UXRT_READ, 0), -ERROR_WAIT);
    fake.woken = 0;
    assert_true(fake_open(two, 1, "f", WRITE_END, UXRT_WRITE, 0) < 0);
    fake.identities[2].uid = 0;
    assert_true(fake_open(two, 1, "f", WRITE_END, UXRT_WRITE, 0) > 0);
    assert_int_equal(fake.woken, 1);
    assert_int_equal(fake_write(two, WRITE_END, "early", UXRT_CURRENT), 5);
    assert_int_equal(fake_close(two, WRITE_END), 0);
    assert_true(fake_open(one, 1, "f", READ_END, UXRT_READ, 0) > 0);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), 5);
    assert_int_equal(fake_read(one, READ_END, 10, UXRT_CURRENT), 0);
    assert_true(fake_names(one, 1, ATTR_REMOVE, 0, NULL, "f", NULL) > 0);
    assert_int_equal(fake_open(one, 1, "f", READ_END + 9, UXRT_READ, 0), -ENOENT);
}

static void test_list(void **state)
{
    struct uxrt_entry entry;

    (void)state;
    assert_true(fake_open(one, 1, "", OTHER, UXRT_READ | UXRT_DIRECTORY, 0) > 0);
    assert_true(fake_get(one, OTHER, ATTR_READDIR, 0, 4096) > 0);
    memcpy(&entry, fake.memory, sizeof(entry));
    assert_int_equal(entry.type, S_IFIFO >> 12);
    assert_int_equal(fake_get(one, OTHER, ATTR_READDIR, entry.next, 4096), 0);
}

/* Bytes that were read go on where the last ones ended; returns how many there are. */
static size_t check_stream(int64_t result, uint8_t *next)
{
    for (int64_t at = 0; at < result; at++)
        assert_int_equal(fake.memory[at], (*next)++);
    return result > 0 ? (size_t)result : 0;
}

/* A stream of numbered bytes arrives as it was written, whatever waits meanwhile. */
static void test_stream(void **state)
{
    uint8_t sent = 0, got = 0;
    size_t held = 0;
    int reply = -1;

    (void)state;
    srandom(1);
    make_pipe(one);
    for (unsigned i = 0; i < 20000; i++) {
        size_t count = 1 + (size_t)random() % (random() % 4 ? 900 : 9000);
        int64_t result;

        fake.form = (unsigned)random() % 3;
        if (random() % 2) {
            for (size_t at = 0; at < count; at++)
                bytes[at] = (char)(sent + at);
            if (held + count > PIPE_BYTES)
                continue;
            assert_int_equal(write_count(one, WRITE_END, count), count);
            sent = (uint8_t)(sent + count);
            held += count;
        } else if (reply < 0) {
            result = fake_read(one, READ_END, count, UXRT_CURRENT);
            reply = result == FAKE_PARKED ? (int)fake.reply : -1;
            held -= check_stream(result, &got);
        }
        if (reply >= 0 && !fake_waits((unsigned)reply)) {
            result = fake_take((unsigned)reply);
            held -= check_stream(result, &got);
            reply = -1;
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_bytes), TEST(test_two_pipes), TEST(test_reader_waits),
        TEST(test_cancel), TEST(test_writer_waits), TEST(test_long_write),
        TEST(test_no_reader), TEST(test_nonblock), TEST(test_fault),
        TEST(test_dead_reader), TEST(test_fifo), TEST(test_list), TEST(test_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
