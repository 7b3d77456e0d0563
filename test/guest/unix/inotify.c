/* SPDX-License-Identifier: BSD-2-Clause */
/* inotify: what is told of files and directories, and how it is waited for. Prints TAP
 * subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char top[] = "/tmp/inotify.XXXXXX";
static char at[2][128];
static int queue;

/* The path of a name in the folder of the test, in one of two places. */
static const char *path(unsigned place, const char *name)
{
    snprintf(at[place], sizeof(at[place]), "%s/%s", top, name);
    return at[place];
}

/* The events that wait, as text like "1:create+dir name,2:open": watch, event, name. */
static const char *events(void)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        {IN_ACCESS, "access"}, {IN_MODIFY, "modify"}, {IN_ATTRIB, "attrib"},
        {IN_CLOSE_WRITE, "close-write"}, {IN_CLOSE_NOWRITE, "close"}, {IN_OPEN, "open"},
        {IN_MOVED_FROM, "from"}, {IN_MOVED_TO, "to"}, {IN_CREATE, "create"},
        {IN_DELETE, "delete"}, {IN_DELETE_SELF, "delete-self"},
        {IN_MOVE_SELF, "move-self"}, {IN_IGNORED, "ignored"}, {IN_Q_OVERFLOW, "overflow"},
        {IN_ISDIR, "+dir"},
    };
    static char text[2048];
    char bytes[4096] __attribute__((aligned(8)));
    ssize_t count = read(queue, bytes, sizeof(bytes));
    size_t used = 0;

    text[0] = 0;
    for (ssize_t i = 0; i < count;) {
        const struct inotify_event *event = (const struct inotify_event *)(bytes + i);

        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d:",
            i ? "," : "", event->wd);
        for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            if (event->mask & names[n].bit)
                used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
                    names[n].name);
        }
        if (event->len)
            used += (size_t)snprintf(text + used, sizeof(text) - used, " %s", event->name);
        i += (ssize_t)(sizeof(*event) + event->len);
    }
    return text;
}

static void expect(const char *wanted, const char *name)
{
    const char *got = events();

    ok(!strcmp(got, wanted), name);
    if (strcmp(got, wanted))
        printf("    # got    %s\n    # wanted %s\n", got, wanted);
}

static void make(const char *name)
{
    close(open(name, O_CREAT | O_WRONLY, 0600));
}

static void test_arguments(void)
{
    int file = open("/dev/null", O_RDONLY);

    ok(inotify_init1(1) == -1 && errno == EINVAL, "unknown flags: EINVAL");
    queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ok(queue >= 0 && fcntl(queue, F_GETFD) == FD_CLOEXEC
       && fcntl(queue, F_GETFL) == O_NONBLOCK, "a queue");
    ok(inotify_add_watch(queue, top, 0) == -1 && errno == EINVAL, "no events: EINVAL");
    ok(inotify_add_watch(file, top, IN_OPEN) == -1 && errno == EINVAL, "no queue: EINVAL");
    ok(inotify_add_watch(-1, top, IN_OPEN) == -1 && errno == EBADF, "nothing: EBADF");
    ok(inotify_add_watch(queue, path(0, "none"), IN_OPEN) == -1 && errno == ENOENT,
       "no file: ENOENT");
    make(path(0, "file"));
    ok(inotify_add_watch(queue, at[0], IN_OPEN | IN_ONLYDIR) == -1 && errno == ENOTDIR,
       "IN_ONLYDIR");
    ok(inotify_rm_watch(queue, 1) == -1 && errno == EINVAL, "no watch: EINVAL");
    ok(inotify_rm_watch(file, 1) == -1 && errno == EINVAL, "not of a file: EINVAL");
    ok(inotify_add_watch(queue, top, IN_ALL_EVENTS) == 1, "a watch");
    ok(inotify_add_watch(queue, top, IN_ALL_EVENTS) == 1, "is the same again");
    ok(inotify_add_watch(queue, top, IN_OPEN | IN_MASK_CREATE) == -1 && errno == EEXIST,
       "IN_MASK_CREATE: EEXIST");
    ok(write(queue, "x", 1) == -1 && errno == EBADF, "it cannot be written");
    ok(read(queue, at, sizeof(at)) == -1 && errno == EAGAIN, "nothing yet: EAGAIN");
    close(file);
}

static void test_directory(void)
{
    char bytes[8];
    const char *got;
    int fd = open(path(0, "new"), O_CREAT | O_RDWR, 0600);

    expect("1:create new,1:open new", "a new file");
    ok(write(fd, "abcd", 4) == 4 && write(fd, "e", 1) == 1, "written");
    expect("1:modify new", "twice the same is told once");
    ok(pread(fd, bytes, 8, 0) == 5, "read");
    expect("1:access new", "is told");
    close(fd);
    expect("1:close-write new", "closed");
    close(open(at[0], O_RDONLY));
    expect("1:open new,1:close new", "only read");
    close(open(at[0], O_WRONLY | O_TRUNC));
    got = events();             /* the first two in either order: Linux has changed it */
    ok(strstr(got, "1:modify new") && strstr(got, "1:open new,")
       && strstr(got, ",1:close-write new"), "truncated");
    ok(!chmod(at[0], 0640), "chmod");
    expect("1:attrib new", "is told");
    ok(!truncate(at[0], 3), "truncate");
    expect("1:modify new", "is told");
    ok(!link(at[0], path(1, "link")), "another name");
    expect("1:create link", "is told");
    ok(!rename(at[0], path(1, "moved")), "rename");
    expect("1:from new,1:to moved", "is told");
    ok(!unlink(at[1]) && !unlink(path(1, "link")), "no name any more");
    expect("1:delete moved,1:delete link", "is told");
    ok(!symlink("nowhere", path(0, "soft")) && !unlink(at[0]), "a symbolic link");
    expect("1:create soft,1:delete soft", "is told");
}

static void test_folders(void)
{
    ok(!mkdir(path(0, "folder"), 0700) && !chmod(at[0], 0750), "a directory");
    expect("1:create+dir folder,1:attrib+dir folder", "is told");
    ok(!rmdir(at[0]), "removed");
    expect("1:delete+dir folder", "is told");
    close(open(top, O_RDONLY));
    expect("1:open+dir,1:close+dir", "the directory itself");
    ok(!inotify_rm_watch(queue, 1), "no more");
    expect("1:ignored", "is told");
    make(path(0, "quiet"));
    unlink(at[0]);
    expect("", "and then nothing is");
}

/* Two names of one rename belong together. */
static void test_cookie(void)
{
    struct {                    /* struct inotify_event with a name */
        int watch;
        uint32_t mask, cookie, length;
        char name[16];
    } two[2] = {0};
    int from, to;

    mkdir(path(0, "a"), 0700);
    from = inotify_add_watch(queue, at[0], IN_MOVE);
    mkdir(path(1, "b"), 0700);
    to = inotify_add_watch(queue, at[1], IN_MOVE);
    make(path(0, "a/x"));
    ok(from > 1 && to == from + 1 && !rename(at[0], path(1, "b/y")), "to another directory");
    ok(read(queue, two, sizeof(two)) == sizeof(two), "two events");
    ok(two[0].watch == from && two[0].mask == IN_MOVED_FROM
       && !strcmp(two[0].name, "x") && two[1].watch == to
       && two[1].mask == IN_MOVED_TO && !strcmp(two[1].name, "y"), "from and to");
    ok(two[0].cookie && two[0].cookie == two[1].cookie, "of one cookie");
    unlink(at[1]);
    ok(!inotify_rm_watch(queue, from) && !inotify_rm_watch(queue, to), "both are ended");
    events();
    rmdir(path(0, "a"));
    rmdir(path(0, "b"));
}

/* A file by itself, up to its end. */
static void test_file(void)
{
    char wanted[128];
    int fd, watch = inotify_add_watch(queue, path(0, "file"), IN_ALL_EVENTS);

    fd = open(at[0], O_RDONLY);
    rename(at[0], path(1, "other"));
    unlink(at[1]);
    snprintf(wanted, sizeof(wanted), "%d:open,%d:move-self,%d:attrib", watch, watch, watch);
    expect(wanted, "moved, and its name gone");
    close(fd);
    snprintf(wanted, sizeof(wanted), "%d:close,%d:delete-self,%d:ignored", watch, watch,
        watch);
    expect(wanted, "gone when it is closed");
    ok(inotify_rm_watch(queue, watch) == -1 && errno == EINVAL, "so is the watch");
}

static void test_how(void)
{
    char wanted[128];
    int fd, watch;

    make(path(0, "file"));
    watch = inotify_add_watch(queue, at[0], IN_ATTRIB | IN_ONESHOT);
    chmod(at[0], 0640);
    chmod(at[0], 0600);
    snprintf(wanted, sizeof(wanted), "%d:attrib,%d:ignored", watch, watch);
    expect(wanted, "IN_ONESHOT");
    watch = inotify_add_watch(queue, at[0], IN_ATTRIB);
    ok(inotify_add_watch(queue, at[0], IN_OPEN | IN_MASK_ADD) == watch, "IN_MASK_ADD");
    chmod(at[0], 0640);
    close(open(at[0], O_RDONLY));
    snprintf(wanted, sizeof(wanted), "%d:attrib,%d:open", watch, watch);
    expect(wanted, "adds to what it is for");
    inotify_add_watch(queue, at[0], IN_OPEN);
    chmod(at[0], 0600);
    inotify_rm_watch(queue, watch);
    snprintf(wanted, sizeof(wanted), "%d:ignored", watch);
    expect(wanted, "else it is changed");
    watch = inotify_add_watch(queue, top, IN_MODIFY | IN_EXCL_UNLINK);
    fd = open(at[0], O_WRONLY);
    unlink(at[0]);
    ok(write(fd, "x", 1) == 1, "a file without a name");
    expect("", "IN_EXCL_UNLINK");
    inotify_add_watch(queue, top, IN_MODIFY);
    ok(write(fd, "x", 1) == 1, "written again");
    snprintf(wanted, sizeof(wanted), "%d:modify file", watch);
    expect(wanted, "has the name that it had");
    close(fd);
    inotify_rm_watch(queue, watch);
    events();
}

/* An open file is told of by the name that it has now. */
static void test_renamed(void)
{
    char wanted[128];
    int fd = open(path(0, "before"), O_CREAT | O_WRONLY, 0600), watch;

    rename(at[0], path(1, "after"));
    watch = inotify_add_watch(queue, top, IN_MODIFY | IN_CLOSE_WRITE);
    ok(write(fd, "x", 1) == 1, "renamed before");
    close(fd);
    snprintf(wanted, sizeof(wanted), "%d:modify after,%d:close-write after", watch, watch);
    expect(wanted, "it has the new name");
    unlink(at[1]);
    inotify_rm_watch(queue, watch);
    events();
}

static int ready(void)
{
    struct pollfd one = {queue, POLLIN, 0};

    return poll(&one, 1, 0);
}

static void test_waiting(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    char small[sizeof(struct inotify_event)];
    int set = epoll_create1(0), bytes = 0, status = -1;
    int watch = inotify_add_watch(queue, top, IN_CREATE);
    pid_t child;

    ok(ready() == 0 && !epoll_ctl(set, EPOLL_CTL_ADD, queue, &event)
       && epoll_wait(set, &event, 1, 0) == 0, "nothing is ready");
    make(path(0, "one"));
    ok(ready() == 1 && epoll_wait(set, &event, 1, 0) == 1, "an event is");
    ok(!ioctl(queue, FIONREAD, &bytes) && bytes == sizeof(struct inotify_event) + 16,
       "its size");
    ok(read(queue, small, sizeof(small)) == -1 && errno == EINVAL, "no room: EINVAL");
    events();
    child = fork();
    if (!child) {
        usleep(20000);
        make(path(0, "two"));
        _exit(0);
    }
    ok(epoll_wait(set, &event, 1, 20000) == 1, "one of a child");
    waitpid(child, &status, 0);
    ok(status == 0 && ready() == 1, "is for the parent");
    events();
    fcntl(queue, F_SETFL, 0);
    child = fork();
    if (!child) {
        usleep(20000);
        make(path(0, "three"));
        _exit(0);
    }
    ok(strstr(events(), "create three") != NULL, "read waits, too");
    waitpid(child, &status, 0);
    fcntl(queue, F_SETFL, O_NONBLOCK);
    unlink(path(0, "one"));
    unlink(path(0, "two"));
    unlink(path(0, "three"));
    inotify_rm_watch(queue, watch);
    events();
    close(set);
}

/* More than a queue holds. */
static void test_overflow(void)
{
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    int most = 16384, last = 0, watch = inotify_add_watch(queue, top, IN_ATTRIB);
    char bytes[4096] __attribute__((aligned(8)));
    ssize_t count;

    if (file && fscanf(file, "%d", &most) != 1)
        most = 0;
    if (file)
        fclose(file);
    make(path(0, "one"));
    make(path(1, "two"));
    for (int i = 0; i < most / 2 + 1; i++) {
        chmod(at[0], 0600);
        chmod(at[1], 0600);
    }
    while ((count = read(queue, bytes, sizeof(bytes))) > 0) {
        const struct inotify_event *event;

        for (ssize_t i = 0; i < count; i += (ssize_t)(sizeof(*event) + event->len)) {
            event = (const struct inotify_event *)(bytes + i);
            last = event->wd == -1 && event->mask == IN_Q_OVERFLOW;
        }
    }
    ok(most > 0 && last, "too many events: the last one says so");
    unlink(at[0]);
    unlink(at[1]);
    inotify_rm_watch(queue, watch);
}

int main(void)
{
    if (!mkdtemp(top))
        return 1;
    test_arguments();
    test_directory();
    test_folders();
    test_cookie();
    test_file();
    test_how();
    test_renamed();
    test_waiting();
    test_overflow();
    close(queue);
    rmdir(top);
    return checks_done();
}
