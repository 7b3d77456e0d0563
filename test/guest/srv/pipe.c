/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes between threads of control: a child by fork writes, the parent reads. */
#include <native/tap.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { MANY = 400000, ROUNDS = 500 };

static uint8_t data[MANY], part[MANY];

static void test_alone(void)
{
    int ends[2] = {-1, -1};
    struct uxrt_stat stat;

    tap_is(uxrt_pipe(ends, 0), 0, "a pipe");
    tap_is(uxrt_fstat(ends[0], &stat), 0, "it has attributes");
    tap_ok(S_ISFIFO(stat.mode), "it is a FIFO");
    tap_is(uxrt_write(ends[1], "hello", 5), 5, "a write");
    tap_is(uxrt_read(ends[0], data, 100), 5, "a read gets what there is");
    tap_ok(!memcmp(data, "hello", 5), "the same bytes");
    tap_is(uxrt_read(ends[1], data, 1), -EBADF, "the writing end cannot be read");
    tap_is(uxrt_write(ends[0], data, 1), -EBADF, "the reading end cannot be written");
    tap_is(uxrt_close(ends[1]), 0, "the writing end is closed");
    tap_is(uxrt_read(ends[0], data, 1), 0, "end of file");
    uxrt_close(ends[0]);
    tap_is(uxrt_pipe(ends, 0), 0, "another pipe");
    uxrt_close(ends[0]);
    tap_is(uxrt_write(ends[1], "x", 1), -EPIPE, "no reader");
    uxrt_close(ends[1]);
}

static void test_nonblock(void)
{
    int ends[2] = {-1, -1};
    struct uxrt_poll poll;

    tap_is(uxrt_pipe(ends, UXRT_NONBLOCK), 0, "a pipe that does not wait");
    tap_is(uxrt_read(ends[0], data, 1), -EAGAIN, "nothing to read");
    poll = (struct uxrt_poll){ends[0], UXRT_READY_READ, 0};
    tap_is(uxrt_poll(&poll, 1, 0), 0, "it is not ready");
    tap_is(uxrt_write(ends[1], data, 1), 1, "a write");
    tap_is(uxrt_poll(&poll, 1, 1), 1, "it is ready");
    tap_is(poll.ready & UXRT_READY_READ, UXRT_READY_READ, "to read");
    int64_t all = 1, done;

    while ((done = uxrt_write(ends[1], data, sizeof(data))) > 0)
        all += done;
    tap_is(done, -EAGAIN, "full in the end");
    tap_is(all, 65536, "64 KiB");
    uxrt_close(ends[0]);
    uxrt_close(ends[1]);
}

/* In the child: writes everything, in pieces of many sizes. */
static void write_all(int file)
{
    size_t done = 0, piece = 1;
    int64_t result = 0;

    tap_fill(data, sizeof(data), 1);
    while (done < sizeof(data) && result >= 0) {
        size_t count = piece < sizeof(data) - done ? piece : sizeof(data) - done;

        result = uxrt_write(file, data + done, count);
        done += result > 0 ? (size_t)result : 0;
        piece = piece * 3 % 100003;
    }
    uxrt_exit(done == sizeof(data) ? 0 : 1);
}

static void test_stream(void)
{
    int ends[2], status = -1;
    size_t done = 0;
    int64_t got = 1;

    tap_is(uxrt_pipe(ends, 0), 0, "a pipe for a child");

    int child = uxrt_fork();

    if (child == 0) {
        uxrt_close(ends[0]);
        write_all(ends[1]);
    }
    uxrt_close(ends[1]);
    for (size_t piece = 1; got > 0; piece = piece * 5 % 70001) {
        got = uxrt_read(ends[0], part + done, piece < sizeof(part) - done ? piece
                                                     : sizeof(part) - done + 1);
        done += got > 0 ? (size_t)got : 0;
    }
    tap_is(got, 0, "end of file when the child has ended");
    tap_is((int64_t)done, sizeof(data), "all bytes came");
    tap_is(tap_check(part, done, 1, 0), -1, "as they were written");
    tap_is(uxrt_wait(child, &status, 0), child, "the child ends");
    tap_is(status, 0, "well");
    uxrt_close(ends[0]);
}

/* A byte goes there and back, so that each side waits for the other. */
static void test_turns(void)
{
    int there[2], back[2], status = -1, child;
    bool good = true;
    uint8_t byte = 0;

    uxrt_pipe(there, 0);
    uxrt_pipe(back, 0);
    child = uxrt_fork();
    if (child == 0) {
        uxrt_close(there[1]);
        while (uxrt_read(there[0], &byte, 1) == 1) {
            byte++;
            uxrt_write(back[1], &byte, 1);
        }
        uxrt_exit(0);
    }
    uxrt_close(there[0]);
    for (unsigned i = 0; i < ROUNDS && good; i++) {
        uint8_t sent = byte;

        good = uxrt_write(there[1], &byte, 1) == 1 && uxrt_read(back[0], &byte, 1) == 1
               && byte == (uint8_t)(sent + 1);
    }
    tap_ok(good, "%d bytes there and back", ROUNDS);
    uxrt_close(there[1]);
    tap_is(uxrt_wait(child, &status, 0), child, "the other side sees the end");
    uxrt_close(back[0]);
    uxrt_close(back[1]);
}

/* A reader that waits is killed: the pipe goes on. */
static void test_killed(void)
{
    int ends[2], status, child;

    uxrt_pipe(ends, 0);
    child = uxrt_fork();
    if (child == 0) {
        uxrt_read(ends[0], data, 1);
        uxrt_exit(0);
    }
    for (unsigned i = 0; i < 50; i++)
        uxrt_yield();
    tap_is(uxrt_kill(child, 9), 0, "a waiting reader is killed");
    tap_is(uxrt_wait(child, &status, 0), child, "and gone");
    tap_is(uxrt_write(ends[1], "ab", 2), 2, "the pipe takes bytes");
    tap_is(uxrt_read(ends[0], data, 10), 2, "and gives them");
    uxrt_close(ends[0]);
    uxrt_close(ends[1]);
}

int main(void)
{
    test_alone();
    test_nonblock();
    test_stream();
    test_turns();
    test_killed();
    return tap_end();
}
