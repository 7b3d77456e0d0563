/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc, /srv and /boot as every program sees them; and that what processes used comes
 * back, by the numbers in /proc/sys.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "file.h"

enum { CHILDREN = 30, ROUNDS = 3 };

static bool has_name(const char *directory, const char *name)
{
    _Alignas(8) uint8_t data[256];
    uint64_t cookie = 0;
    bool found = false;
    int64_t got;
    int file = uxrt_open(directory, UXRT_READ | UXRT_DIRECTORY, 0);

    while (file >= 0 && (got = uxrt_readdir(file, data, sizeof(data), cookie)) > 0) {
        for (int64_t at = 0; at < got;) {
            const struct uxrt_entry *entry = (const void *)(data + at);

            found = found || (entry->name_length == strlen(name)
                              && !memcmp(entry->name, name, entry->name_length));
            cookie = entry->next;
            at += entry->length;
        }
    }
    if (file >= 0)
        (void)uxrt_close(file);
    return found;
}

/* Is this part of the text? */
static bool contains(const char *text, const char *part)
{
    while (*text && strncmp(text, part, strlen(part)))
        text++;
    return *text;
}

static void own_process(void)
{
    char name[64];
    int pid = uxrt_getpid();
    const char *text;

    tap_is(file_number("/proc/self/status", "Pid"), pid, "self is this process");
    print(name, sizeof(name), "/proc/%d/status", pid);
    tap_is(file_number(name, "Threads"), 1, "it has one thread");
    tap_ok(contains(file_text(name), "Name:\tproc\n"), "and the program's name");
    print(name, sizeof(name), "%d", pid);
    tap_ok(has_name("/proc", name), "it is in the list");
    text = file_text("/proc/self/ns");
    tap_ok(contains(text, " replace /boot boot\n"), "the namespace has /boot");
    tap_is(file_open("/proc/999999/status", UXRT_READ), -ENOENT, "no such process");
    tap_is(file_write("/proc/self/status", "x"), -EROFS, "a text cannot be written");
}

static void boot_and_services(void)
{
    static const char magic[4] = {0x7f, 'E', 'L', 'F'};
    int file = uxrt_open("/boot/init", UXRT_READ, 0);
    char data[4] = {0}, *map;

    tap_is(uxrt_read(file, data, 4), 4, "a boot file can be read");
    map = uxrt_map(NULL, 4096, UXRT_READ, 0, file, 0);
    tap_ok((int64_t)map > 0 && !memcmp(map, magic, 4) && !memcmp(data, magic, 4),
        "and mapped, with the same bytes");
    (void)uxrt_unmap(map, 4096);
    (void)uxrt_close(file);
    tap_ok(has_name("/boot", "init"), "boot files are listed");
    tap_ok(has_name("/srv", "ramfs"), "services are listed");
    tap_is(file_open("/srv/ramfs", UXRT_READ | UXRT_DIRECTORY), 0,
        "a name in /srv leads to the service");
    tap_is(file_open("/srv/nobody", UXRT_READ), -ENOENT, "no such service");
    tap_is(file_open("/boot/new", UXRT_WRITE | UXRT_CREATE), -EPERM, "no new boot files");
}

static int start(void)
{
    int pid = uxrt_fork();

    if (pid == 0) {
        for (;;)
            uxrt_yield();
    }
    return pid;
}

static void control(void)
{
    char name[64];
    int pid = start(), status = 0;

    print(name, sizeof(name), "/proc/%d/ctl", pid);
    tap_is(file_write(name, "kill 0"), 6, "signal 0 does nothing");
    tap_is(file_write(name, "kill x"), -EINVAL, "a signal is a number");
    tap_is(file_write(name, "kill 9\n"), 7, "ctl kills a process");
    tap_is(uxrt_wait(pid, &status, 0), pid, "which its parent learns");
    tap_is(status, 9, "with the signal");
    tap_is(file_open(name, UXRT_WRITE), -ENOENT, "and it is gone");
    pid = uxrt_fork();
    if (pid == 0) {
        (void)file_write("/proc/self/ctl", "kill 15");
        uxrt_exit(1);
    }
    tap_is(uxrt_wait(pid, &status, 0), pid, "a process can end itself so");
    tap_is(status, 15, "and does not go on");
}

struct counts {
    int64_t used, processes, connections, objects;
};

static struct counts count(void)
{
    struct counts counts = {
        .used = file_number("/proc/sys/memory", "used")
                - file_number("/proc/sys/memory", "heap-pages"),
        .processes = file_number("/proc/sys/processes", "live"),
        .connections = file_number("/proc/sys/connections", "live"),
        .objects = file_number("/proc/sys/kernel-objects", "tcb")
                   + file_number("/proc/sys/kernel-objects", "page-table"),
    };

    return counts;
}

/* Starts processes, each with a file in /proc open and memory of its own; ends them. */
static void crowd(void)
{
    int pids[CHILDREN];
    char name[64];

    for (unsigned i = 0; i < CHILDREN; i++) {
        pids[i] = start();
        print(name, sizeof(name), "/proc/%d/maps", pids[i]);
        (void)file_text(name);
    }
    for (unsigned i = 0; i < CHILDREN; i++) {
        if (pids[i] > 0)
            (void)tap_kill(pids[i]);
    }
}

static void nothing_leaks(void)
{
    struct counts before, after;

    crowd();
    before = count();
    for (unsigned round = 0; round < ROUNDS; round++)
        crowd();
    after = count();
    tap_is(after.used, before.used, "pages come back");
    tap_is(after.processes, before.processes, "processes end");
    tap_is(after.connections, before.connections, "connections end");
    tap_is(after.objects, before.objects, "kernel objects come back");
}

/* Without /srv, nothing can be reached but what is mounted. */
static void confined(void)
{
    int status = -1, pid = uxrt_fork();

    if (pid == 0) {
        bool good = !uxrt_unshare() && !uxrt_unmount("/dev") && !uxrt_unmount("/srv")
                    && !uxrt_unmount("/boot");

        good = good && uxrt_mount("null", "/tmp", 0) == -ENOENT
               && uxrt_bind("/proc/sys", "/tmp", 0) == -EPERM
               && !file_open("/proc/sys/memory", UXRT_READ) && !uxrt_unmount("/proc")
               && file_open("/proc/sys/memory", UXRT_READ) == -ENOENT;
        uxrt_exit(!good);
    }
    (void)uxrt_wait(pid, &status, 0);
    tap_is(status, 0, "a process without /srv reaches no other service");
}

int main(void)
{
    own_process();
    boot_and_services();
    control();
    confined();
    nothing_leaks();
    return tap_end();
}
