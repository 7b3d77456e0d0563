/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests and answers that belong together: any size, answers told apart by their tags and
 * clients, and clients that never collect theirs.
 */
#include <native/tap.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { MANY = 1000, KEPT = 16 };

static char sent[5000], got[5000];

static bool backwards(size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (got[i] != sent[size - 1 - i])
            return false;
    }
    return true;
}

static void sizes(int file)
{
    static const size_t all[] = {1, 24, 25, 952, 953, 4096, sizeof(sent)};

    for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
        tap_fill(sent, all[i], i);
        tap_is(uxrt_rpc(file, sent, all[i], got, sizeof(got)), (int64_t)all[i],
            "a request of %zu bytes", all[i]);
        tap_ok(backwards(all[i]), "its answer");
    }
}

/* The oldest answers go, the newest can be read, each once. */
static void uncollected(int file)
{
    int64_t asked = 0, kept = 0;

    for (uint64_t tag = 0; tag < MANY; tag++)
        asked += uxrt_set(file, ATTR_RPC, tag, &tag, sizeof(tag)) == sizeof(tag);
    tap_is(asked, MANY, "requests whose answers nobody reads");
    tap_is(uxrt_get(file, ATTR_RPC, 0, got, 8), -ENODATA, "the oldest answer has gone");
    for (uint64_t tag = 0; tag < MANY; tag++)
        kept += uxrt_get(file, ATTR_RPC, tag, got, 8) == 8;
    tap_is(kept, KEPT, "the newest ones are kept");
    tap_is(uxrt_get(file, ATTR_RPC, MANY - 1, got, 8), -ENODATA, "until they are read");
}

/* A child with the same file open collects nothing while the parent asks. */
static void others(int file)
{
    int64_t good = 0;
    int status, pid = uxrt_fork();

    if (pid == 0) {
        for (uint64_t tag = 0; ; tag++)
            (void)uxrt_set(file, ATTR_RPC, tag % MANY + MANY, &tag, sizeof(tag));
    }
    for (uint32_t i = 0; i < MANY; i++) {
        tap_fill(sent, 40, i);
        good += uxrt_rpc(file, sent, 40, got, sizeof(got)) == 40 && backwards(40);
    }
    tap_is(good, MANY, "answers, beside a client that collects none");
    uxrt_kill(pid, 9);
    tap_is(uxrt_wait(pid, &status, 0), pid, "which is killed");
    sizes(file);
}

int main(void)
{
    static char name[] = "/boot/test/reverse";
    int pid = tap_spawn((char *[]){name, NULL});
    int file = tap_await("reverse", pid)
               ? uxrt_open("/srv/reverse", UXRT_READ | UXRT_WRITE, 0) : -1;

    if (tap_ok(file >= 0, "a server of requests")) {
        sizes(file);
        uncollected(file);
        others(file);
        tap_is(uxrt_rpc(file, sent, 0, got, sizeof(got)), 0, "an empty request");
    }
    tap_is(tap_kill(pid), 9, "the server is killed");
    tap_is(uxrt_rpc(file, sent, 1, got, sizeof(got)), -EIO, "nobody answers");
    return tap_end();
}
