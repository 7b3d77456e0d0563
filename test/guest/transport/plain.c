/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that only read and write: what they hear of their clients' ends, their own end,
 * and how a service is made as a file. That clients of all forms reach them is shown by
 * forms.c. Also: a service that ends while a thread of its process waits for requests.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/server.h>

#include "peer.h"
#include "plain_server.h"

enum { KILLS = 20, STACK = 32 * 1024 };

static struct peer_state state_of(int file)
{
    struct peer_state state = {0};

    (void)uxrt_pread(file, &state, sizeof(state), 0);
    return state;
}

/* A client that is killed with a file open. */
static bool kill_client(int state)
{
    uint32_t opened = state_of(state).opened, ended = state_of(state).ended;
    int pid = uxrt_fork();

    if (pid == 0) {
        int file = uxrt_open("/srv/plain/data", UXRT_READ | UXRT_WRITE, 0);

        while (uxrt_pread(file, &(char){0}, 1, 0) == 1)
            uxrt_yield();
        uxrt_exit(1);
    }
    while (state_of(state).opened == opened) {
        if (pid < 0 || uxrt_wait(pid, &(int){0}, 1))
            return false;
        uxrt_yield();
    }
    if (tap_kill(pid) != 9)
        return false;
    while (state_of(state).ended == ended)
        uxrt_yield();
    return state_of(state).ended == ended + 1;
}

static void check_server(char *program)
{
    int pid = tap_spawn((char *[]){program, "plain", NULL}), good = 0;
    bool begun = tap_ok(tap_await("plain", pid), "%s serves", program);
    int state = begun ? uxrt_open("/srv/plain/state", UXRT_READ, 0) : -1;
    int data = uxrt_open("/srv/plain/data", UXRT_READ, 0);
    struct uxrt_stat stat;

    if (!tap_ok(state >= 0 && data >= 0, "files are opened"))
        return;
    for (unsigned i = 0; i < KILLS; i++)
        good += kill_client(state);
    tap_is(good, KILLS, "each client's end is told once");
    tap_is(uxrt_open("/srv/plain/none", UXRT_READ, 0), -ENOENT, "no such file");
    tap_is(uxrt_stat("/srv/plain/none", &stat), -ENOENT, "nor does stat find it");
    tap_is(uxrt_stat("/srv/plain/data", &stat) ? 0 : (int)stat.size, PEER_SIZE,
        "stat of a name that is there");
    tap_is(uxrt_close(data), 0, "close");
    tap_is(state_of(state).closed, 1, "the server hears of it");
    tap_is(tap_kill(pid), 9, "it is killed");
    tap_is(uxrt_pread(state, &(char){0}, 1, 0), -EIO, "a later call: EIO");
    (void)uxrt_close(state);
}

/* /srv as a directory in which services are made. */
static void check_names(void)
{
    const unsigned serve = UXRT_READ | UXRT_WRITE | UXRT_CREATE | UXRT_EXCLUSIVE;
    char message[sizeof(struct uxrt_message)] = {0};
    int service = uxrt_open("/srv/made", serve, 0600);

    tap_ok(service >= 0, "a service is made as a file (%d)", service);
    tap_is(uxrt_open("/srv/made", serve, 0600), -EEXIST, "once");
    tap_is(uxrt_open("/srv/other", UXRT_WRITE | UXRT_CREATE, 0600), -ENXIO,
        "not without O_EXCL");
    tap_is(uxrt_open("/proc/made", serve, 0600), -EPERM, "not elsewhere");
    tap_is(uxrt_open("/srv/made/x", UXRT_READ, 0), -EDEADLK, "nobody opens his own");
    tap_is(uxrt_read(service, message, sizeof(message) - 1), -EMSGSIZE,
        "a read has to take the structure");
    tap_is(uxrt_read(service, (void *)4096, 1000), -EFAULT, "memory that is not there");
    tap_is(uxrt_write(service, message, sizeof(message)), -EINVAL,
        "an answer to nothing");
    tap_is(uxrt_close(service), 0, "it ends as it is closed");
    service = uxrt_open("/srv/made", serve, 0600);
    tap_ok(service >= 0, "and can be made again (%d)", service);
    (void)uxrt_close(service);
}

static int service;
static int64_t received[2];     /* what the threads' receives have returned + 1000 */
static uint64_t stacks[2][STACK / 8];

static void wait_for_request(void *argument)
{
    struct uxrt_request request = {0};
    unsigned number = (unsigned)(uint64_t)argument;
    int error = uxrt_serve_also(service, 0);

    __atomic_store_n(&received[number],
        1000 + (error ? error : uxrt_receive(service, &request)), __ATOMIC_SEQ_CST);
}

/* By another thread, while two wait for requests. */
static bool check_unserve(void)
{
    service = uxrt_serve("ends", 0);
    received[0] = received[1] = 0;
    for (uint64_t i = 0; i < 2; i++) {
        if (uxrt_thread(wait_for_request, (void *)i, stacks[i] + STACK / 8) < 0)
            return false;
    }
    for (unsigned i = 0; i < 100; i++)
        uxrt_yield();
    if (service < 0 || uxrt_unserve(service) != 0)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        while (!__atomic_load_n(&received[i], __ATOMIC_SEQ_CST))
            uxrt_yield();
        if (received[i] - 1000 != -EBADF) {
            tap_say("thread %u: %ld", i, (long)received[i] - 1000);
            return false;
        }
    }
    return true;
}

int main(void)
{
    int good = 0;

    check_server(PLAIN_NATIVE);
    check_server(PLAIN_UNIX);
    check_names();
    for (unsigned i = 0; i < 10; i++)
        good += check_unserve();
    tap_is(good, 10, "who waits for requests of a service that ends gets EBADF");
    return tap_end();
}
