/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: mount, bind, union, unmount, links and ".." over mounts, confinement. */
#include <native/tap.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "peer.h"

static bool exists(const char *name)
{
    struct uxrt_stat stat;

    return uxrt_stat(name, &stat) == 0;
}

static int make(const char *name, const char *text)
{
    int file = uxrt_open(name, UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE, 0644);
    int64_t done = file < 0 ? file : uxrt_write(file, text, strlen(text));

    if (file >= 0)
        (void)uxrt_close(file);
    return done == (int64_t)strlen(text) ? 0 : (int)done;
}

/* Does the file hold this text? */
static bool holds(const char *name, const char *text)
{
    char data[64] = {0};
    int file = uxrt_open(name, UXRT_READ, 0);
    int64_t got = file < 0 ? file : uxrt_read(file, data, sizeof(data) - 1);

    if (file >= 0)
        (void)uxrt_close(file);
    if (got < 0)
        tap_say("%s: %ld", name, (long)got);
    return got >= 0 && !strcmp(data, text);
}

static bool lists(const char *directory, const char *wanted)
{
    uint8_t data[1024];
    uint64_t cookie = 0;
    bool found = false;
    int64_t got;
    int file = uxrt_open(directory, UXRT_READ | UXRT_DIRECTORY, 0);

    if (file < 0)
        return false;
    while ((got = uxrt_readdir(file, data, sizeof(data), cookie)) > 0) {
        for (int64_t at = 0; at < got;) {
            const struct uxrt_entry *entry = (const void *)(data + at);

            found = found || (entry->name_length == strlen(wanted)
                              && !memcmp(entry->name, wanted, entry->name_length));
            cookie = entry->next;
            at += entry->length;
        }
    }
    (void)uxrt_close(file);
    return found;
}

static void set_up(void)
{
    tap_is(uxrt_mkdir("/tmp/n", 0755), 0, "a folder");
    tap_is(uxrt_mkdir("/tmp/n/a", 0755), 0, "a folder in it");
    (void)uxrt_mkdir("/tmp/n/b", 0755);
    (void)uxrt_mkdir("/tmp/n/m", 0755);
    tap_is(make("/tmp/n/a/one", "a one"), 0, "a file");
    (void)make("/tmp/n/b/one", "b one");
    (void)make("/tmp/n/b/two", "b two");
    (void)make("/tmp/n/m/under", "under");
    tap_ok(holds("/tmp/n/a/one", "a one"), "its text");
}

static void check_errors(void)
{
    tap_is(uxrt_open("/none/such", UXRT_READ, 0), -ENOENT, "no such folder");
    tap_is(uxrt_open("/tmp/n/a/one/x", UXRT_READ, 0), -ENOTDIR, "a file is no folder");
    tap_is(uxrt_open("", UXRT_READ, 0), -ENOENT, "an empty name");
    tap_is(uxrt_open("/tmp/n", UXRT_WRITE, 0), -EISDIR, "to write a folder");
    tap_is(uxrt_open("/tmp/n/a/one", UXRT_CREATE | UXRT_EXCLUSIVE | UXRT_WRITE, 0644),
        -EEXIST, "exclusive");
    tap_is(uxrt_mount("none such", "/tmp/n/m", 0), -ENOENT, "mount: no such service");
    tap_is(uxrt_unmount("/tmp/n/a"), -ENOENT, "unmount: nothing there");
    tap_is(uxrt_mkdir("/tmp/n/a", 0755), -EEXIST, "mkdir: it is there");
    tap_is(uxrt_rmdir("/tmp/n/a"), -ENOTEMPTY, "rmdir: not empty");
    static char name[5000];

    memset(name, 'x', sizeof(name) - 1);
    name[0] = '/';
    tap_is(uxrt_open(name, UXRT_READ, 0), -ENAMETOOLONG, "too long");
    name[300] = 0;
    tap_is(uxrt_open(name, UXRT_READ, 0), -ENAMETOOLONG, "a component too long");
}

static void check_links(void)
{
    char target[64] = {0};

    tap_is(uxrt_symlink("one", "/tmp/n/a/link"), 0, "a link");
    tap_ok(holds("/tmp/n/a/link", "a one"), "through a link");
    tap_is(uxrt_readlink("/tmp/n/a/link", target, sizeof(target)), 3, "its target");
    tap_is(uxrt_symlink("/tmp/n/b", "/tmp/n/a/to b"), 0, "an absolute link");
    tap_ok(holds("/tmp/n/a/to b/two", "b two"), "through it");
    tap_ok(holds("/tmp/n/a/to b/../a/one", "a one"), ".. after a link is that of its target");
    (void)uxrt_symlink("loop", "/tmp/n/a/loop");
    tap_is(uxrt_open("/tmp/n/a/loop", UXRT_READ, 0), -ELOOP, "a loop");
    tap_is(uxrt_open("/tmp/n/a/link", UXRT_READ | UXRT_NOFOLLOW, 0), -ELOOP,
        "not to be followed");
}

static void check_bind(void)
{
    tap_is(uxrt_bind("/tmp/n/a", "/tmp/n/m", UXRT_MOUNT_REPLACE), 0, "bind");
    tap_ok(holds("/tmp/n/m/one", "a one"), "the other folder's file");
    tap_ok(!exists("/tmp/n/m/under"), "what was there is hidden");
    tap_ok(holds("/tmp/n/m/../a/one", "a one"), ".. over a mount is that of the name");
    tap_is(uxrt_symlink("/tmp/n/m/one", "/tmp/n/b/over"), 0, "a link to a mount");
    tap_ok(holds("/tmp/n/b/over", "a one"), "a link over mounts");
    tap_is(uxrt_rename("/tmp/n/m/one", "/tmp/n/m/moved"), 0, "rename within a mount");
    tap_ok(holds("/tmp/n/a/moved", "a one"), "seen at the other place too");
    (void)uxrt_rename("/tmp/n/a/moved", "/tmp/n/a/one");
    tap_is(uxrt_unmount("/tmp/n/m"), 0, "unmount");
    tap_ok(holds("/tmp/n/m/under", "under"), "what was there is back");
    tap_is(uxrt_rename("/tmp/n/a/one", "/dev/one"), -EXDEV, "not to another server");
}

static void check_union(void)
{
    tap_is(uxrt_bind("/tmp/n/a", "/tmp/n/m", UXRT_MOUNT_REPLACE), 0, "bind");
    tap_is(uxrt_bind("/tmp/n/b", "/tmp/n/m", UXRT_MOUNT_AFTER), 0, "another one after it");
    tap_ok(holds("/tmp/n/m/one", "a one"), "the first one's file");
    tap_ok(holds("/tmp/n/m/two", "b two"), "the second one's file");
    tap_ok(lists("/tmp/n/m", "one") && lists("/tmp/n/m", "two"), "both are listed");
    tap_is(uxrt_unmount("/tmp/n/m"), 0, "unmount");
    while (uxrt_unmount("/tmp/n/m") == 0)
        ;
    (void)uxrt_bind("/tmp/n/a", "/tmp/n/m", UXRT_MOUNT_REPLACE);
    tap_is(uxrt_bind("/tmp/n/b", "/tmp/n/m", UXRT_MOUNT_BEFORE), 0, "another one before");
    tap_ok(holds("/tmp/n/m/one", "b one"), "it is first");
    while (uxrt_unmount("/tmp/n/m") == 0)
        ;
}

/* A child with the folder as its root. */
static int confined(void)
{
    bool good = uxrt_unshare() == 0 && uxrt_bind("/tmp/n/a", "/", UXRT_MOUNT_REPLACE) == 0;

    good = good && holds("/one", "a one") && holds("/../../one", "a one")
           && !exists("/two") && !exists("/../b/two") && !exists("/tmp");
    (void)uxrt_symlink("../b/two", "/escape");
    (void)uxrt_symlink("/../b/two", "/escape2");
    return good && !exists("/escape") && !exists("/escape2") ? 0 : 1;
}

static void check_confinement(char *program)
{
    int status = -1;
    int pid = tap_spawn((char *[]){program, "confined", NULL});

    tap_is(uxrt_wait(pid, &status, 0), pid, "a confined child");
    tap_is(status, 0, "saw nothing else");
    tap_ok(exists("/tmp/n/b/two"), "our names are the same");
}

static void check_service(void)
{
    int pid = tap_spawn((char *[]){PEER_PROGRAM, "names", "2", NULL});

    if (!tap_ok(tap_await("names", pid), "a server"))
        return;
    tap_ok(lists("/srv", "names"), "it is listed");
    tap_is(uxrt_mount("names", "/tmp/n/m", 0), 0, "mount");
    int file = uxrt_open("/tmp/n/m/data", UXRT_READ, 0);

    tap_ok(file >= 0, "a file of it");
    (void)uxrt_close(file);
    tap_is(uxrt_open("/srv/names/none", UXRT_READ, 0), -ENOENT, "none of it");
    tap_is(tap_kill(pid), 9, "it dies");
    tap_ok(uxrt_open("/tmp/n/m/data", UXRT_READ, 0) < 0, "nothing behind the name");
    tap_is(uxrt_unmount("/tmp/n/m"), 0, "unmount");
    tap_ok(!lists("/srv", "names"), "its name is gone");
}

/* Files that the service of this name has opened, with this one; or an error. */
static int64_t opened(const char *name)
{
    struct peer_state state;
    int file = uxrt_open(name, UXRT_READ, 0);
    int64_t got = file < 0 ? file : uxrt_read(file, &state, sizeof(state));

    if (file >= 0)
        (void)uxrt_close(file);
    return got < 0 ? got : state.opened;
}

/* A name that is removed, and served again, leads to the new service at once. */
static void check_removed_name(void)
{
    int first = tap_spawn((char *[]){PEER_PROGRAM, "removed", "2", NULL}), second;

    if (!tap_ok(tap_await("removed", first), "a server"))
        return;
    (void)opened("/srv/removed/state");
    tap_ok(opened("/srv/removed/state") >= 2, "it is known");
    tap_is(uxrt_remove("/srv/removed"), 0, "its name is removed");
    tap_is(opened("/srv/removed/state"), -ENOENT, "nothing behind the name");
    second = tap_spawn((char *[]){PEER_PROGRAM, "removed", "2", NULL});
    (void)tap_await("removed", second);
    tap_is(opened("/srv/removed/state"), 1, "the name leads to the new one");
    tap_is(tap_kill(first), 9, "the old one dies");
    tap_is(opened("/srv/removed/state"), 2, "and nothing changes");
    tap_is(tap_kill(second), 9, "the new one dies");
    tap_is(opened("/srv/removed/state"), -ENOENT, "nothing behind the name");
    tap_is(opened("/srv/rxxxxxd/state"), -ENOENT, "nor behind one that is like it");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return confined();
    set_up();
    check_errors();
    check_links();
    check_bind();
    check_union();
    check_confinement(argv[0]);
    check_service();
    check_removed_name();
    return tap_end();
}
