/* SPDX-License-Identifier: BSD-2-Clause */
/* What only a program that writes the protocol itself can do to the server of sockets. */
#include <native/tap.h>
#include <transport/protocol.h>
#include <transport/socket.h>
#include <terminal/termios.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { TAGS = 16, STACK = 16 * 1024 };

static const struct socket_address name = {.length = 5, .name = "\0note"};
static int self;
static uint32_t reading, done;

static uint64_t operation(enum socket_operation what, uint64_t number)
{
    return what | number << SOCKET_NUMBER_SHIFT;
}

static int64_t place(unsigned flags, unsigned tag)
{
    return SOCKET_AT | (int64_t)flags << SOCKET_FLAGS_SHIFT
           | (int64_t)tag << SOCKET_TAG_SHIFT;
}

/* The directory of new sockets is none itself. */
static void test_directory(void)
{
    int directory = uxrt_open("/srv/socket", UXRT_READ | UXRT_DIRECTORY, 0);
    struct uxrt_poll poll = {directory, UXRT_READY_READ | UXRT_READY_WRITE, 0};
    uint32_t word = 0;

    tap_ok(directory >= 0, "the directory");
    tap_is(uxrt_poll(&poll, 1, 0), 1, "is ready");
    tap_is(uxrt_get(directory, ATTR_CONTROL, FIONREAD, &word, sizeof(word)), -ENOTTY,
        "has no bytes");
    tap_is(uxrt_set(directory, ATTR_SOCKET, operation(SOCKET_LISTEN, 0), &word,
               sizeof(word)), -ENOTTY, "and does not listen");
    uxrt_close(directory);
}

static void read_one(void *unused)
{
    char byte;

    (void)unused;
    __atomic_store_n(&reading, 1, __ATOMIC_RELEASE);
    (void)uxrt_pread(self, &byte, 1, place(SOCKET_TELL, 1));
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

static bool prepare(unsigned tag)
{
    const struct socket_message message = {.address = name};

    return uxrt_set(self, ATTR_SOCKET, operation(SOCKET_PREPARE, tag), &message,
        sizeof(message)) == sizeof(message);
}

/* Who sends to itself reads, by another thread, what it sends: that is told in the place
 * of the oldest note, which is what was prepared. */
static void test_notes(void)
{
    static _Alignas(16) char stack[STACK];
    unsigned good = 0, other;

    self = uxrt_open("/srv/socket/datagram", UXRT_READ | UXRT_WRITE, 0);
    tap_is(uxrt_set(self, ATTR_SOCKET, operation(SOCKET_BIND, 0), &name, sizeof(name)),
        sizeof(name), "a name");
    tap_ok(uxrt_thread(read_one, NULL, stack + STACK) > 0, "a thread reads");
    while (!__atomic_load_n(&reading, __ATOMIC_ACQUIRE))
        uxrt_yield();
    for (unsigned i = 0; i < 100; i++)
        uxrt_yield();
    for (unsigned tag = 1; tag <= TAGS; tag++)
        good += prepare(tag);
    tap_is(good, TAGS, "all notes are taken");
    tap_is(uxrt_pwrite(self, "x", 1, place(SOCKET_PREPARED, 1)), 1, "a message to itself");
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
        uxrt_yield();
    other = (unsigned)uxrt_open("/srv/socket/stream", UXRT_READ | UXRT_WRITE, 0);
    tap_is(uxrt_close((int)other), 0, "the server goes on");
    tap_is(uxrt_close(self), 0, "the socket too");
}

int main(void)
{
    test_directory();
    test_notes();
    return tap_end();
}
