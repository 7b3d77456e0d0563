/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: walks, malformed ones, permissions, links, services, removal, renames, lists. */
#include "check.h"

#include <stdio.h>

static const struct name_turn *turn(void)
{
    return (const struct name_turn *)fake.memory;
}

static void walks(void **state)
{
    (void)state;
    assert_int_equal(check_mkdir(user, ROOT, "a", 0755), 5);
    assert_int_equal(check_mkdir(user, ROOT, "a/b/", 0755), 8);
    assert_int_equal(check_mkdir(user, ROOT, "a", 0755), -EEXIST);
    assert_int_equal(check_mkdir(user, ROOT, "", 0755), -EEXIST);
    assert_int_equal(check_mkdir(user, ROOT, "x/y", 0755), -ENOENT);
    assert_int_equal(fake_open(user, ROOT, "/a//./b/f", A, MAKE, 0644), 13);
    assert_int_equal(fake_open(user, ROOT, "a/b/f", B, UXRT_READ, 0), 9);
    assert_int_equal(fake_open(user, ROOT, "a/b/f/", C, UXRT_READ, 0), -ENOTDIR);
    assert_int_equal(fake_open(user, ROOT, "a/b/f/.", C, UXRT_READ, 0), -ENOTDIR);
    assert_int_equal(fake_open(user, ROOT, "a/b/f/g", C, UXRT_READ, 0), -ENOTDIR);
    assert_int_equal(fake_open(user, A, "g", C, UXRT_READ, 0), -ENOTDIR);
    assert_int_equal(fake_open(user, ROOT, "a/b/.", C, UXRT_READ | UXRT_DIRECTORY, 0), 9);
    assert_int_equal(fake_open(user, C, "f", D, UXRT_READ, 0), 5);
    assert_int_equal(fake_open(user, ROOT, "a/new/", D + 1, MAKE, 0644), -EISDIR);
    assert_int_equal(fake_open(user, ROOT, "a/b", D + 1, MAKE, 0644), -EISDIR);
    assert_int_equal(fake_open(user, ROOT, "a/b/f", D + 1, MAKE | UXRT_EXCLUSIVE, 0644),
        -EEXIST);
    assert_int_equal(fake_open(user, ROOT, "a/b/f", D + 1, UXRT_READ | UXRT_DIRECTORY, 0),
        -ENOTDIR);
    assert_int_equal(fake_open(user, ROOT, "refuses", D + 1, MAKE, 0644), -ENXIO);
}

static void malformed(void **state)
{
    char name[5000], zero[8] = { 0, 0, 0, 0, 'a', 0, 'b' };

    (void)state;
    assert_int_equal(fake_open(user, ROOT, "..", A, UXRT_READ, 0), -EINVAL);
    assert_int_equal(fake_open(user, ROOT, "./../x", A, UXRT_READ, 0), -EINVAL);
    assert_int_equal(fake_set(user, ROOT, ATTR_OPEN, A, zero, 7), -EINVAL);
    assert_int_equal(fake_set(user, ROOT, ATTR_OPEN, A, zero, 3), -EINVAL);
    memset(name, 'n', sizeof(name));
    name[256] = 0;
    assert_int_equal(fake_open(user, ROOT, name, A, MAKE, 0644), -ENAMETOOLONG);
    name[255] = 0;
    assert_int_equal(fake_open(user, ROOT, name, A, MAKE, 0644), 259);
    memset(name, '/', sizeof(name));
    name[4088] = 0;
    assert_int_equal(fake_open(user, ROOT, name, B, UXRT_READ, 0), 4092);
    name[4088] = '/';
    name[4089] = 0;
    assert_int_equal(fake_open(user, ROOT, name, C, UXRT_READ, 0), -ENAMETOOLONG);
    assert_int_equal(fake_open(user, ROOT, "x", C, MAKE, S_IFDIR | 0644), -EINVAL);
    assert_int_equal(fake_open(user, ROOT, "x", C, MAKE, S_IFLNK | 0644), -EINVAL);
    assert_int_equal(fake_open(user, ROOT, "x", C, MAKE, S_IFCHR | 0644), -EPERM);
    assert_int_equal(fake_open(user, ROOT, "x", C, 1 << 20, 0), -EINVAL);
    assert_int_equal(fake_open(user, ROOT + 1, "x", C, MAKE, 0644), -ENOENT);
    assert_int_equal(fake_open(user, CONTROL_FILE, "x", C, MAKE, 0644), -EBADF);
    assert_int_equal(fake_open(user, 4000, "x", C, MAKE, 0644), -EBADF);
    assert_int_equal(fake_set(user, ROOT, ATTR_REMOVE, 2, "x", 1), -EINVAL);
}

static void permissions(void **state)
{
    uint64_t other = fake_connect(3, 1001, 100);
    uint64_t stranger = fake_connect(4, 1002, 200);

    (void)state;
    check_mkdir(user, ROOT, "d", 0750);
    fake_open(user, ROOT, "d/f", A, MAKE, 0640);
    assert_int_equal(check_stat(user, A).mode, S_IFREG | 0640);
    assert_int_equal(check_stat(user, A).uid, 1000);
    assert_int_equal(fake_open(other, ROOT, "d/f", A, UXRT_READ, 0), 7);
    assert_int_equal(fake_open(other, ROOT, "d/f", B, RW, 0), -EACCES);
    assert_int_equal(fake_open(other, ROOT, "d/f", B, UXRT_READ | UXRT_TRUNCATE, 0),
        -EACCES);
    assert_int_equal(fake_open(other, ROOT, "d/f", B, UXRT_EXECUTE, 0), -EACCES);
    assert_int_equal(fake_open(other, ROOT, "d/g", B, MAKE, 0644), -EACCES);
    assert_int_equal(fake_open(stranger, ROOT, "d/f", A, UXRT_READ, 0), -EACCES);
    assert_int_equal(fake_open(stranger, ROOT, "d/f", A, UXRT_PATH, 0), -EACCES);
    assert_int_equal(fake_open(stranger, ROOT, "d", A, UXRT_READ, 0), -EACCES);
    assert_int_equal(fake_open(admin, ROOT, "d/f", A, RW, 0), 7);
    assert_int_equal(fake_open(admin, ROOT, "d/f", B, UXRT_EXECUTE, 0), -EACCES);
    fake.identities[4].groups[0] = 100;
    fake.identities[4].group_count = 1;
    assert_int_equal(fake_open(stranger, ROOT, "d/f", A, UXRT_READ, 0), 7);
    assert_int_equal(fake_names(stranger, ROOT, ATTR_REMOVE, 0, NULL, "d/f", NULL),
        -EACCES);
    assert_int_equal(check_set_mode(stranger, A, 0777), -EPERM);
    assert_int_equal(check_set_mode(user, A, 04600), sizeof(struct uxrt_change));
    assert_int_equal(fake_read(stranger, A, 1, 0), 0);
    assert_int_equal(fake_open(stranger, ROOT, "d/f", B, UXRT_READ, 0), -EACCES);
}

/* Who may write to a directory whose group files get must not make programs of that
 * group. */
static void groups(void **state)
{
    uint64_t stranger = fake_connect(4, 1002, 200);

    (void)state;
    check_mkdir(user, ROOT, "d", 0777);
    fake_open(user, ROOT, "d", A, UXRT_PATH, 0);
    assert_int_equal(check_set_mode(user, A, 02777), sizeof(struct uxrt_change));
    fake_open(stranger, ROOT, "d/f", B, MAKE, 02755);
    assert_int_equal(check_stat(stranger, B).mode, S_IFREG | 0755);
    fake_open(user, ROOT, "d/g", B, MAKE, 02755);
    assert_int_equal(check_stat(user, B).mode, S_IFREG | 02755);
}

static int64_t change(uint64_t badge, uint32_t file, struct uxrt_change change)
{
    return fake_set(badge, file, ATTR_SET, 0, &change, sizeof(change));
}

static void changes(void **state)
{
    const int64_t fine = sizeof(struct uxrt_change);
    uint64_t other = fake_connect(3, 1001, 100);

    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    fake_open(other, ROOT, "f", A, UXRT_READ, 0);
    check_set_mode(user, A, 06755);
#define CHANGE(...) (struct uxrt_change){ __VA_ARGS__ }
    assert_int_equal(change(user, A, CHANGE(.what = 1 << 20)), -EINVAL);
    assert_int_equal(change(user, A, CHANGE(.what = UXRT_SET_UID, .uid = 1001)), -EPERM);
    assert_int_equal(change(user, A, CHANGE(.what = UXRT_SET_GID, .gid = 7)), -EPERM);
    assert_int_equal(change(other, A, CHANGE(.what = UXRT_SET_GID, .gid = 100)), -EPERM);
    assert_int_equal(change(user, A, CHANGE(.what = UXRT_SET_GID, .gid = 100)), fine);
    assert_int_equal(check_stat(user, A).mode & 07777, 0755);
    assert_int_equal(change(admin, ROOT, CHANGE(.what = UXRT_SET_UID, .uid = 1000)),
        fine);
    assert_int_equal(change(user, A, CHANGE(.what = UXRT_SET_SIZE, .size = 100)), fine);
    assert_int_equal(check_stat(user, A).size, 100);
    assert_int_equal(change(user, A, CHANGE(.what = UXRT_SET_SIZE, .size = -1)), -EINVAL);
    assert_int_equal(change(other, A, CHANGE(.what = UXRT_SET_SIZE)), -EACCES);
    assert_int_equal(change(other, A, CHANGE(.what = UXRT_SET_MODIFIED)), -EACCES);
    assert_int_equal(change(user, ROOT, CHANGE(.what = UXRT_SET_SIZE)), -EISDIR);
    assert_int_equal(change(user, A, CHANGE(.what = UXRT_SET_MODIFIED, .modified = 5)),
        fine);
    assert_int_equal(check_stat(user, A).modified, 5);
#undef CHANGE
    assert_int_equal(fake_set(user, A, ATTR_SET, 0, "short", 5), -EINVAL);
    assert_int_equal(fake_get(user, A, ATTR_STAT, 0, 8), -EINVAL);
    assert_int_equal(fake_get(user, A, ATTR_STAT, 1, 200), -EINVAL);
}

static int64_t make_link(uint32_t base, const char *name, const char *target)
{
    uint32_t length = (uint32_t)strlen(name);

    return fake_names(user, base, ATTR_SYMLINK, 0, &length, name, target);
}

static void links(void **state)
{
    uint32_t wrong = 999;

    (void)state;
    assert_int_equal(make_link(ROOT, "link", "to/where"), 16);
    assert_int_equal(make_link(ROOT, "link", "again"), -EEXIST);
    assert_int_equal(make_link(ROOT, "empty", ""), -ENOENT);
    assert_int_equal(fake_names(user, ROOT, ATTR_SYMLINK, 0, &wrong, "x", "y"), -EINVAL);
    assert_int_equal(fake_open(user, ROOT, "/link/more", A, UXRT_READ, 0), -ERROR_LINK);
    assert_int_equal(turn()->used, 5);
    assert_int_equal(turn()->length, 8);
    assert_memory_equal(turn()->target, "to/where", 8);
    assert_int_equal(fake_open(user, ROOT, "link", A, UXRT_READ, 0), -ERROR_LINK);
    assert_int_equal(fake_open(user, ROOT, "link", A, MAKE, 0644), -ERROR_LINK);
    assert_int_equal(fake_open(user, ROOT, "link", A, UXRT_PATH, 0), -ERROR_LINK);
    assert_int_equal(fake_open(user, ROOT, "link", A, UXRT_READ | UXRT_NOFOLLOW, 0),
        -ELOOP);
    assert_int_equal(fake_open(user, ROOT, "link", A, MAKE | UXRT_EXCLUSIVE, 0644),
        -EEXIST);
    assert_int_equal(fake_open(user, ROOT, "link", A, UXRT_PATH | UXRT_NOFOLLOW, 0), 8);
    assert_int_equal(fake_get(user, A, ATTR_LINK, 0, 100), 8);
    assert_got("to/where");
    assert_int_equal(fake_open(user, ROOT, "link/", B, UXRT_PATH | UXRT_NOFOLLOW, 0),
        -ERROR_LINK);
    fake.form = FORM_WINDOW;
    assert_int_equal(fake_open(user, ROOT, "link/x", B, UXRT_READ, 0), -ERROR_LINK);
    assert_memory_equal(turn()->target, "to/where", 8);
    assert_int_equal(fake_names(user, ROOT, ATTR_REMOVE, 0, NULL, "link", NULL), 4);
    assert_int_equal(check_stat(user, A).links, 0);
}

/* stat of a name: what an open that only looks finds, in one request and without an id. */
static void stats(void **state)
{
    const int64_t all = sizeof(struct uxrt_stat);
    const uint64_t stat = attribute_address(ATTR_STAT, 0);
    const uint64_t path = attribute_address(ATTR_PATH, 0);
    char name[64];

    (void)state;
    check_mkdir(user, ROOT, "d", 0700);
    for (unsigned i = 1; i < 20; i++) {         /* every length of the padding */
        memset(name, 'n', i);
        name[i] = 0;
        fake_open(user, ROOT, name, A, MAKE, 0600 + i % 8);
        fake_close(user, A);
        assert_int_equal(fake_stat(user, ROOT, name, 0), all);
        assert_int_equal(((struct uxrt_stat *)fake.memory)->mode,
            S_IFREG | (0600 + (i % 8 & 5)));
    }
    assert_int_equal(fake_stat(user, ROOT, "", 0), all);
    assert_int_equal(fake_stat(user, ROOT, "d", UXRT_DIRECTORY), all);
    assert_int_equal(fake_stat(user, ROOT, "n", UXRT_DIRECTORY), -ENOTDIR);
    assert_int_equal(fake_stat(user, ROOT, "n/x", 0), -ENOTDIR);
    assert_int_equal(fake_stat(user, ROOT, "d/none", 0), -ENOENT);
    assert_int_equal(fake_stat(fake_connect(3, 1001, 100), ROOT, "d/none", 0), -EACCES);
    assert_int_equal(fake_stat(user, ROOT, "n", UXRT_CREATE), -EINVAL);
    assert_int_equal(fake_call(user, ROOT, false, stat | 1, false, "n", 200), -EINVAL);
    assert_int_equal(fake_call(user, ROOT, false, stat, false, "n", 40), -EINVAL);
    assert_int_equal(fake_call(user, ROOT, false, path, false, "n", 100), -EINVAL);
    make_link(ROOT, "link", "to/where");
    assert_int_equal(fake_stat(user, ROOT, "link", 0), -ERROR_LINK);
    assert_int_equal(turn()->used, 4);
    assert_memory_equal(turn()->target, "to/where", 8);
    assert_int_equal(fake_stat(user, ROOT, "link/", UXRT_NOFOLLOW), -ERROR_LINK);
    assert_int_equal(fake_stat(user, ROOT, "link", UXRT_NOFOLLOW), all);
    assert_int_equal(((struct uxrt_stat *)fake.memory)->mode, S_IFLNK | 0777);
    fake_open(user, ROOT, "other", A, MAKE | UXRT_EXCLUSIVE, S_IFSOCK | 0644);
    assert_int_equal(fake_stat(user, ROOT, "other/a", 0), -ERROR_MOUNT);
    assert_int_equal(turn()->service, 77);
    assert_int_equal(fake_stat(user, ROOT, "other", UXRT_NOFOLLOW), all);
}

static void services(void **state)
{
    (void)state;
    fake_open(user, ROOT, "other", A, MAKE | UXRT_EXCLUSIVE, S_IFSOCK | 0644);
    fake_open(user, ROOT, "plain", B, MAKE | UXRT_EXCLUSIVE, S_IFSOCK | 0644);
    assert_int_equal(fake_open(user, ROOT, "other", C, RW, 0), -ERROR_MOUNT);
    assert_int_equal(turn()->used, 5);
    assert_int_equal(turn()->service, 77);
    assert_int_equal(fake_open(user, ROOT, "other/a/b", C, RW, 0), -ERROR_MOUNT);
    assert_int_equal(fake_open(user, ROOT, "plain/a", C, RW, 0), -ENOTDIR);
    assert_int_equal(fake_open(user, ROOT, "other", C, UXRT_PATH, 0), -ERROR_MOUNT);
    assert_int_equal(fake_open(user, ROOT, "other", C, UXRT_PATH | UXRT_NOFOLLOW, 0), 9);
    assert_int_equal(fake_names(user, ROOT, ATTR_REMOVE, 0, NULL, "other", NULL), 5);
}

static int64_t remove_name(uint64_t badge, const char *name, bool directory)
{
    return fake_names(badge, ROOT, ATTR_REMOVE, directory, NULL, name, NULL);
}

static void removals(void **state)
{
    uint64_t other = fake_connect(3, 1001, 100);

    (void)state;
    check_mkdir(user, ROOT, "d", 0755);
    fake_open(user, ROOT, "d/f", A, MAKE, 0644);
    fake_write(user, A, "data", 0);
    assert_int_equal(remove_name(user, "d", true), -ENOTEMPTY);
    assert_int_equal(remove_name(user, "d", false), -EISDIR);
    assert_int_equal(remove_name(user, "d/f", true), -ENOTDIR);
    assert_int_equal(remove_name(user, "d/g", false), -ENOENT);
    assert_int_equal(remove_name(user, "", true), -EBUSY);
    assert_int_equal(remove_name(user, "d/.", true), -EINVAL);
    assert_int_equal(remove_name(user, "d/f", false), 3);
    assert_int_equal(fake_read(user, A, 9, 0), 4);
    assert_int_equal(toy.forgotten, 0);
    fake_close(user, A);
    assert_int_equal(toy.forgotten, 1);
    fake_open(user, ROOT, "d", A, UXRT_READ, 0);
    assert_int_equal(remove_name(user, "d", true), 1);
    assert_int_equal(fake_open(user, A, "new", B, MAKE, 0644), -ENOENT);
    assert_int_equal(check_mkdir(user, A, "new", 0755), -ENOENT);
    fake_close(user, A);
    assert_int_equal(toy.forgotten, 2);
    fake_open(user, ROOT, "mine", A, MAKE, 0644);
    check_set_mode(admin, ROOT, 01777);
    assert_int_equal(remove_name(other, "mine", false), -EPERM);
    assert_int_equal(remove_name(user, "mine", false), 4);
}

static int64_t rename_to(uint32_t flags, const char *old, const char *new)
{
    uint32_t length = (uint32_t)strlen(old);

    uint64_t argument = ROOT | (uint64_t)flags << REQUEST_FILE_BITS;

    return fake_names(user, ROOT, ATTR_RENAME, argument, &length, old, new);
}

static void renames(void **state)
{
    uint32_t length = 2;

    (void)state;
    check_mkdir(user, ROOT, "a", 0755);
    check_mkdir(user, ROOT, "a/b", 0755);
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    fake_open(user, ROOT, "g", B, MAKE, 0644);
    assert_int_equal(rename_to(0, "f", "a/b/f"), 10);
    assert_int_equal(rename_to(0, "nothing", "x"), -ENOENT);
    assert_int_equal(rename_to(0, "a", "a/b/c"), -EINVAL);
    assert_int_equal(rename_to(0, "a", "a/c"), -EINVAL);
    assert_int_equal(rename_to(0, "a", "g"), -ENOTDIR);
    assert_int_equal(rename_to(0, "g", "a"), -EISDIR);
    assert_int_equal(rename_to(0, "g", "h/"), -ENOTDIR);
    assert_int_equal(rename_to(1, "g", "a/b/f"), -EEXIST);
    assert_int_equal(rename_to(2, "g", "x"), -EINVAL);
    assert_int_equal(rename_to(0, "g", "g"), 6);
    assert_int_equal(toy.forgotten, 0);
    fake_close(user, A);
    assert_int_equal(rename_to(0, "g", "a/b/f"), 10);
    assert_int_equal(toy.forgotten, 1);
    assert_int_equal(rename_to(0, "a/b", "b"), 8);
    assert_int_equal(rename_to(0, "a", "b"), -ENOTEMPTY);
    fake_open(user, ROOT, "b", C, UXRT_READ, 0);
    assert_int_equal(fake_names(user, C, ATTR_RENAME, ROOT, &length, "ffx", NULL),
        -EBADF);
    length = 1;
    assert_int_equal(fake_names(user, C, ATTR_RENAME, C, &length, "fe", NULL), 6);
    assert_int_equal(fake_names(user, C, ATTR_RENAME, D, &length, "ef", NULL), -EBADF);
    assert_int_equal(fake_open(user, ROOT, "b/e", D, UXRT_READ, 0), 7);
}

static void paths_after_renames(void **state)
{
    (void)state;
    check_mkdir(user, ROOT, "a", 0755);
    check_mkdir(user, ROOT, "a/b", 0755);
    check_mkdir(user, ROOT, "c", 0755);
    fake_open(user, ROOT, "a/b", A, UXRT_READ, 0);
    assert_int_equal(rename_to(0, "a/b", "c/new"), 12);
    assert_int_equal(fake_get(user, A, ATTR_PATH, 0, 100), 5);
    assert_got("c/new");
    assert_int_equal(rename_to(0, "c", "deeper"), 11);
    fake_open(user, A, "file", B, MAKE, 0644);
    assert_int_equal(fake_get(user, A, ATTR_PATH, 0, 100), 10);
    assert_got("deeper/new");
    assert_int_equal(fake_get(user, A, ATTR_PATH, 0, 9), -ERANGE);
    fake.identities[1].roots[1] = check_stat(user, A).node;
    fake.identities[1].root_count = 2;
    check_mkdir(user, ROOT + 1, "in", 0755);
    fake_open(user, ROOT + 1, "in", C, UXRT_READ, 0);
    assert_int_equal(fake_get(user, ROOT + 1, ATTR_PATH, 0, 9), 0);
    assert_int_equal(rename_to(0, "deeper/new/in", "deeper/new/out"), 31);
    assert_int_equal(fake_get(user, C, ATTR_PATH, 0, 9), 3);
    assert_got("out");
    assert_int_equal(rename_to(0, "deeper/new/out", "away"), 22);
    assert_int_equal(fake_get(user, C, ATTR_PATH, 0, 9), -ENOENT);
}

static void hard_links(void **state)
{
    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    fake_open(user, ROOT, "", B, UXRT_READ, 0);
    assert_int_equal(fake_names(user, ROOT, ATTR_HARDLINK, A, NULL, "g", NULL), 1);
    assert_int_equal(fake_names(user, ROOT, ATTR_HARDLINK, A, NULL, "g", NULL), -EEXIST);
    assert_int_equal(fake_names(user, ROOT, ATTR_HARDLINK, B, NULL, "h", NULL), -EPERM);
    assert_int_equal(fake_names(user, ROOT, ATTR_HARDLINK, C, NULL, "h", NULL), -EBADF);
    assert_int_equal(check_stat(user, A).links, 2);
    assert_int_equal(rename_to(0, "f", "g"), 6);
    remove_name(user, "f", false);
    remove_name(user, "g", false);
    assert_int_equal(fake_names(user, ROOT, ATTR_HARDLINK, A, NULL, "h", NULL), -ENOENT);
}

/* Reads a directory in records of `size` bytes; returns the number of entries. */
static unsigned list(uint32_t file, size_t size)
{
    unsigned count = 0;
    uint64_t cookie = 0;
    int64_t got;

    while ((got = fake_get(user, file, ATTR_READDIR, cookie, size)) > 0) {
        for (int64_t at = 0; at < got; count++) {
            struct uxrt_entry entry;

            memcpy(&entry, fake.memory + at, offsetof(struct uxrt_entry, name));
            assert_true(entry.length % 8 == 0 && entry.length >= 24);
            assert_int_equal(entry.type, S_IFREG >> 12);
            at += entry.length;
            assert_true(at <= got);
            cookie = entry.next;
        }
    }
    assert_int_equal(got, 0);
    return count;
}

static void lists(void **state)
{
    char name[20];

    (void)state;
    fake_open(user, ROOT, "", A, UXRT_READ, 0);
    assert_int_equal(list(A, 1000), 0);
    for (unsigned i = 0; i < 50; i++) {
        snprintf(name, sizeof(name), "file-%u", i);
        fake_open(user, ROOT, name, B, MAKE, 0644);
        fake_close(user, B);
    }
    assert_int_equal(list(A, 40), 50);
    assert_int_equal(list(A, 1000), 50);
    assert_int_equal(list(A, 100000), 50);
    assert_int_equal(fake_get(user, A, ATTR_READDIR, 0, 16), -EINVAL);
    assert_int_equal(fake_get(user, ROOT, ATTR_READDIR, 0, 100), -EBADF);
    fake_open(user, ROOT, name, B, UXRT_READ, 0);
    assert_int_equal(fake_get(user, B, ATTR_READDIR, 0, 100), -ENOTDIR);
}

static void roots_and_paths(void **state)
{
    uint64_t number;

    (void)state;
    check_mkdir(user, ROOT, "a", 0755);
    fake_open(user, ROOT, "a/f", A, MAKE, 0644);
    fake_open(user, ROOT, "/a/", B, UXRT_READ, 0);
    number = check_stat(user, B).node;
    fake.identities[1].roots[1] = number;
    fake.identities[1].roots[2] = 12345;
    fake.identities[1].root_count = 3;
    assert_int_equal(check_stat(user, ROOT + 1).node, number);
    assert_int_equal(fake_open(user, ROOT + 1, "f", C, UXRT_READ, 0), 5);
    assert_int_equal(fake_open(user, ROOT + 2, "f", D, UXRT_READ, 0), -ENOENT);
    assert_int_equal(fake_get(user, A, ATTR_PATH, 0, 100), 3);
    assert_got("a/f");
    assert_int_equal(fake_get(user, A, ATTR_PATH, 0, 2), -ERANGE);
    assert_int_equal(fake_get(user, ROOT, ATTR_PATH, 0, 2), 0);
    fake_open(user, B, "f", D, UXRT_READ, 0);
    assert_int_equal(fake_get(user, D, ATTR_PATH, 0, 100), 3);
    assert_got("a/f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK(walks), CHECK(malformed), CHECK(permissions), CHECK(groups), CHECK(changes),
        CHECK(links),
        CHECK(stats), CHECK(services), CHECK(removals), CHECK(renames), CHECK(paths_after_renames),
        CHECK(hard_links), CHECK(lists),
        CHECK(roots_and_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
