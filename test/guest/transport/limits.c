/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runs out: descriptors, memory, processes, names. It fails with an error, and all comes
 * back (/proc/sys/memory) when the holder gives it up or dies.
 */
#include <native/tap.h>
#include <transport/layout.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/server.h>

#include "peer.h"

/* The number after a word of a file of /proc/sys; -1: not there. */
static int64_t number(const char *name, const char *word)
{
    char text[512] = {0};
    int file = uxrt_open(name, UXRT_READ, 0);
    int64_t got = file < 0 ? file : uxrt_read(file, text, sizeof(text) - 1), value = 0;
    const char *at = text;

    if (file >= 0)
        (void)uxrt_close(file);
    while (got > 0 && at && strncmp(at, word, strlen(word))) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    if (got <= 0 || !at)
        return -1;
    for (at += strlen(word) + 1; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (*at - '0');
    return value;
}

static int hold_descriptors(void)
{
    int count = 0, got;

    do {
        got = uxrt_open("/boot/init.conf", UXRT_READ, 0);
        count += got >= 0;
    } while (got >= 0 && count < 100000);
    return got == -EMFILE || got == -ENFILE || got == -ENOMEM ? 0 : 1;
}

static int hold_memory(void)
{
    size_t size = UINT64_C(64) << 20;
    unsigned count = 0;

    for (; count < 64; count++) {
        volatile char *pages = uxrt_map(NULL, size, UXRT_READ | UXRT_WRITE, 0, -1, 0);

        if ((intptr_t)pages < 0)
            return 0;
        for (size_t at = 0; at < size; at += 4096)
            pages[at] = 1;      /* ends the process when memory is used up */
    }
    return 0;
}

/* One thread can serve as many as a process can, and again after it has ended one. */
static int hold_services(void)
{
    int got[SERVICES_MAX + 1], first;
    char name[32];

    for (unsigned i = 0; i <= SERVICES_MAX; i++) {
        print(name, sizeof(name), "limit%u", i);
        got[i] = uxrt_serve(name, 1);
        if (i < SERVICES_MAX && got[i] < 0)
            return 1;
    }
    first = uxrt_unserve(got[0]);
    return got[SERVICES_MAX] == -EMFILE && first == 0 && uxrt_serve("again", 1) >= 0 ? 0 : 2;
}

static const struct {
    char *name;
    int (*run)(void);
    bool may_die;
} holders[] = {
    {"descriptors", hold_descriptors, false},
    {"services", hold_services, false},
    {"memory", hold_memory, true},
};

/* Pages in use when what has ended is taken apart: the process server does a piece of that
 * after each answer, and has no more pieces than this. */
static int64_t pages_in_use(void)
{
    enum { PIECES = 600 };
    int64_t last = -1;

    for (unsigned same = 0; same < PIECES; same++) {
        int64_t used = number("/proc/sys/memory", "used");

        same = used == last ? same : 0;
        last = used;
    }
    return last;
}

static void check_holder(char *program, char *name, bool may_die)
{
    int64_t used = 0, after = 0;

    for (unsigned i = 0; i < 3; i++) {      /* the first time, pools may grow */
        int status = -1;

        used = pages_in_use();
        int pid = tap_spawn((char *[]){program, name, NULL});

        if (!tap_is(uxrt_wait(pid, &status, 0), pid, "%s: the holder ends", name))
            return;
        tap_ok(status == 0 || (may_die && status & 0x7f), "%s: status 0x%x", name, status);
        after = pages_in_use();
    }
    tap_ok(used > 0 && after <= used, "%s: all comes back (%ld pages, then %ld)", name,
        (long)used, (long)after);
}

/* More processes than there can be; all are killed. */
static void check_processes(void)
{
    static int pids[400];
    int count = 0, good = 0, pid = 0;
    char service[] = "limits000";

    while (count < 400 && pid >= 0) {
        service[6] = (char)('0' + count / 100);
        service[7] = (char)('0' + count / 10 % 10);
        service[8] = (char)('0' + count % 10);
        pid = tap_spawn((char *[]){PEER_PROGRAM, service, "2", NULL});
        if (pid > 0)
            pids[count++] = pid;
    }
    tap_ok(count > 20, "%d processes (%d)", count, pid);
    for (int i = 0; i < count; i++)
        good += tap_kill(pids[i]) >= 0;
    tap_is(good, count, "all killed");
}

int main(int argc, char **argv)
{
    enum { HOLDERS = sizeof(holders) / sizeof(*holders) };

    for (unsigned i = 0; argc > 1 && i < HOLDERS; i++) {
        if (!strcmp(argv[1], holders[i].name))
            return holders[i].run();
    }
    for (unsigned i = 0; i < HOLDERS; i++)
        check_holder(argv[0], holders[i].name, holders[i].may_die);
    check_processes();
    return tap_end();
}
