/* SPDX-License-Identifier: BSD-2-Clause */
/* How names are resolved: mounts, links, "..", unions, and servers with wrong answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <transport/names.h>
#include <transport/table.h>
#include <util/errno.h>

#include "fake.h"

static const char *const root_paths[] = {
    "/a/", "/a/b/", "/a/b/c", "/file", "/to-b>/a/b", "/a/up>../file", "/loop>loop",
    "/deep>to-b/./", "/dev/", "/long>" "x/y", "/turn@3", "/a/etc>/dev/null", NULL,
};
static const char *const device_paths[] = {"/null", "/pts/", "/pts/0", NULL};
static const char *const turned_paths[] = {"/key", "/dir/", "/dir/x", "/home>..", NULL};
static const char *const upper_paths[] = {"/only-upper", "/both", NULL};
static const char *const lower_paths[] = {"/only-lower", "/both", "/sub/", NULL};

static int prepare(void **state)
{
    (void)state;
    fake_reset();
    fake_services[1].paths = root_paths;
    fake_services[2].paths = device_paths;
    fake_services[3].paths = turned_paths;
    fake_services[4].paths = upper_paths;
    fake_services[5].paths = lower_paths;
    fake_mount("", 1, 0, 0);
    fake_mount("/dev", 2, 1, 0);
    return 0;
}

/* Opens and closes: the error, or 0 and in `fake` what the server was asked for. */
static int open_name(const char *name, unsigned flags)
{
    struct uxrt_thread *t = fake_thread();
    int result = library_open(t, name, flags, 0);
    struct fake_request last = fake;

    if (result < 0) {
        assert_int_equal(fake.open, 0);
        return result;
    }
    assert_int_equal(library_close(t, result), 0);
    assert_int_equal(fake.open, 0);
    fake = last;
    fake.open = 0;
    return 0;
}

static void check(const char *name, unsigned service, const char *rest)
{
    fake.calls = 0;
    assert_int_equal(open_name(name, UXRT_READ), 0);
    assert_int_equal(fake.slot, FAKE_SLOT + service);
    assert_string_equal(fake.name, rest);
}

static void plain(void **state)
{
    (void)state;
    check("/a/b/c", 1, "a/b/c");
    assert_int_equal(fake.calls, 1);
    assert_int_equal(fake.file, ROOT_FILE);
    check("//a///./b/./c", 1, "a/b/c");
    check("/", 1, "");
    check("/dev", 2, "");
    check("/dev/null", 2, "null");
    assert_int_equal(fake.file, ROOT_FILE + 1);
    assert_int_equal(open_name("/device", UXRT_READ), -ENOENT);
    assert_int_equal(fake.slot, FAKE_SLOT + 1);
    assert_int_equal(open_name("", UXRT_READ), -ENOENT);
    assert_int_equal(open_name(NULL, UXRT_READ), -EFAULT);
    assert_int_equal(open_name("/file/", UXRT_READ), -ENOTDIR);
    assert_int_equal(open_name("/a/b/", UXRT_READ), 0);
}

static void links(void **state)
{
    (void)state;
    check("/to-b/c", 1, "a/b/c");
    check("/to-b", 1, "a/b");
    check("/deep/c", 1, "a/b/c");
    check("/a/etc", 2, "null");
    check("/a/up", 1, "file");
    assert_int_equal(open_name("/loop", UXRT_READ), -ELOOP);
    assert_int_equal(open_name("/loop", UXRT_PATH | UXRT_NOFOLLOW), 0);
    assert_int_equal(open_name("/to-b/", UXRT_PATH | UXRT_NOFOLLOW), 0);
    assert_string_equal(fake.name, "a/b");
    assert_int_equal(open_name("/long", UXRT_READ), -ENOENT);
}

static void parents(void **state)
{
    (void)state;
    check("/a/../file", 1, "file");
    assert_int_equal(fake.calls, 3);
    check("/..", 1, "");
    check("/../../a/b", 1, "a/b");
    check("/a/b/../..", 1, "");
    check("/to-b/../b/c", 1, "a/b/c");
    check("/dev/..", 1, "");
    check("/dev/pts/../null", 2, "null");
    assert_int_equal(open_name("/file/..", UXRT_READ), -ENOTDIR);
    assert_int_equal(open_name("/missing/../file", UXRT_READ), -ENOENT);
    assert_int_equal(open_name("/loop/../file", UXRT_READ), -ELOOP);
}

static void current(void **state)
{
    struct uxrt_thread *t = fake_thread();
    char text[TEXT_SIZE];

    (void)state;
    check("file", 1, "file");
    assert_int_equal(library_chdir(t, "to-b"), 0);
    assert_int_equal(current_get(text), 4);
    assert_memory_equal(text, "/a/b", 4);
    check("c", 1, "a/b/c");
    check("../../file", 1, "file");
    assert_int_equal(library_chdir(t, "c"), -ENOTDIR);
    assert_int_equal(library_chdir(t, "/dev"), 0);
    check("null", 2, "null");
}

static void long_names(void **state)
{
    static char name[3 * TEXT_SIZE];

    (void)state;
    memset(name, 'x', NAME_COMPONENT + 2);
    name[0] = '/';
    assert_int_equal(open_name(name, UXRT_READ), -ENAMETOOLONG);
    name[NAME_COMPONENT + 1] = 0;
    assert_int_equal(open_name(name, UXRT_READ), -ENOENT);
    for (size_t i = 0; i < sizeof(name) - 1; i += 2) {
        memcpy(name + i, "/x", 2);
    }
    assert_int_equal(open_name(name, UXRT_READ), -ENAMETOOLONG);
    name[2000] = 0;         /* it does not fit in a message, but in a window */
    assert_int_equal(open_name(name, UXRT_READ), -ENOENT);
    assert_int_equal(fake.attribute, ATTR_OPEN);
    /* Every length of a first component, so that one fills the text to its last byte. */
    for (size_t first = 1; first < 40; first++) {
        memset(name, 'x', sizeof(name) - 1);
        name[sizeof(name) - 1] = 0;
        name[0] = '/';
        for (size_t i = first + 1; i < sizeof(name) - 1; i += 37) {
            name[i] = '/';
        }
        assert_int_equal(open_name(name, UXRT_READ), -ENAMETOOLONG);
    }
    memset(name, '/', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    check(name, 1, "");
}

static void other_services(void **state)
{
    (void)state;
    check("/turn/key", 3, "key");
    check("/turn", 3, "");
    assert_int_equal(open_name("/turn/dir/none", UXRT_READ), -ENOENT);
    check("/turn/dir/../key", 3, "key");
    check("/turn/home/file", 1, "file");
}

/* How many requests an open took. */
static unsigned cost_of(const char *name, unsigned service, const char *rest)
{
    fake.calls = 0;
    check(name, service, rest);
    return fake.calls;
}

/* The process server is asked for a service once, until something changes. */
static void known_services(void **state)
{
    static const char *const first[] = {"/one@3", "/two@4", NULL};
    static const char *const second[] = {"/one@5", "/two@4", NULL};
    struct uxrt_stat stat;

    (void)state;
    fake_mount("/srv", SERVICE_PROC, 0, 0);
    fake_services[SERVICE_PROC].paths = first;
    assert_int_equal(cost_of("/srv/one/key", 3, "key"), 2);
    assert_int_equal(cost_of("/srv/one/key", 3, "key"), 1);
    assert_int_equal(cost_of("/srv/one", 3, ""), 1);
    assert_int_equal(cost_of("/srv/one/", 3, ""), 1);
    assert_int_equal(library_stat(fake_thread(), "/srv/one", &stat), 0);
    assert_int_equal(fake.slot, FAKE_SLOT + 3);
    assert_int_equal(open_name("/srv/on", UXRT_READ), -ENOENT);
    assert_int_equal(open_name("/srv/oneone", UXRT_READ), -ENOENT);
    assert_int_equal(cost_of("/srv/two/both", 4, "both"), 2);
    assert_int_equal(cost_of("/srv/two/both", 4, "both"), 1);
    assert_int_equal(cost_of("/srv/one/key", 3, "key"), 2);
    fake.calls = 0;
    assert_int_equal(library_lstat(fake_thread(), "/srv/one", &stat), 0);
    assert_int_equal(fake.calls, 2);    /* it may mean the name itself */
    fake_services[SERVICE_PROC].paths = second;
    fake_changed();
    assert_int_equal(cost_of("/srv/one/sub", 5, "sub"), 2);
    assert_int_equal(cost_of("/srv/one/sub", 5, "sub"), 1);
}

static void unions(void **state)
{
    struct uxrt_thread *t = fake_thread();

    (void)state;
    fake_mount("/u", 4, 0, 0);
    fake_mount("/u", 5, 0, UXRT_MOUNT_CREATE);
    check("/u/both", 4, "both");
    check("/u/only-upper", 4, "only-upper");
    check("/u/only-lower", 5, "only-lower");
    assert_int_equal(open_name("/u/none", UXRT_READ), -ENOENT);
    assert_int_equal(library_mkdir(t, "/u/new", 0755), 0);
    assert_string_equal(fake.made, "5:/new");
    assert_int_equal(open_name("/u/made", UXRT_WRITE | UXRT_CREATE), 0);
    assert_string_equal(fake.made, "5:/made");
    fake.made[0] = 0;
    assert_int_equal(open_name("/u/only-upper", UXRT_WRITE | UXRT_CREATE), 0);
    assert_string_equal(fake.made, "");
    assert_int_equal(open_name("/u/only-lower",
        UXRT_WRITE | UXRT_CREATE | UXRT_EXCLUSIVE), -EEXIST);
}

static void two_names(void **state)
{
    struct uxrt_thread *t = fake_thread();

    (void)state;
    assert_int_equal(library_rename(t, "/a/b/c", "/a/d"), 0);
    assert_int_equal(fake.open, 0);
    assert_int_equal(library_rename(t, "/a/b/c", "/dev/c"), -EXDEV);
    assert_int_equal(library_rename(t, "/dev", "/a/dev"), -EBUSY);
    assert_int_equal(library_rename(t, "/a/..", "/x"), -EBUSY);
    assert_int_equal(library_rename(t, "/", "/x"), -EBUSY);
    assert_int_equal(library_link(t, "/file", "/a/file"), 0);
    assert_string_equal(fake.made, "1:/a/file");
    assert_int_equal(library_link(t, "/file", "/dev/file"), -EXDEV);
    assert_int_equal(fake.open, 0);
    assert_int_equal(library_symlink(t, "anything", "/a/new"), 0);
    assert_int_equal(fake.attribute, ATTR_SYMLINK);
    assert_memory_equal(fake.name, "\5\0\0\0a/newanything", 17);
    assert_int_equal(library_symlink(t, "", "/a/new"), -ENOENT);
}

static void removal(void **state)
{
    struct uxrt_thread *t = fake_thread();

    (void)state;
    assert_int_equal(library_rmdir(t, "/a/b/"), 0);
    assert_string_equal(fake.made, "1:/a/b");
    assert_int_equal(library_rmdir(t, "/a/."), -EINVAL);
    assert_int_equal(library_rmdir(t, "/a/.."), -ENOTEMPTY);
    assert_int_equal(library_rmdir(t, "/dev"), -EBUSY);
    assert_int_equal(library_remove(t, "/"), -EBUSY);
    assert_int_equal(library_remove(t, "/file/"), -ENOTDIR);
    assert_int_equal(library_remove(t, "/file"), 0);
}

static void stat_costs_one(void **state)
{
    struct uxrt_stat stat;
    char name[1100] = "/a/b/";

    (void)state;
    fake.calls = 0;
    assert_int_equal(library_stat(fake_thread(), "/a/b/c", &stat), 0);
    assert_int_equal(fake.calls, 1);
    assert_int_equal(fake.attribute, ATTR_STAT);
    assert_int_equal(library_stat(fake_thread(), "/a/b/c/", &stat), -ENOTDIR);
    assert_int_equal(library_stat(fake_thread(), "/a/b/", &stat), 0);
    assert_int_equal(fake.argument, (uint64_t)UXRT_DIRECTORY << REQUEST_FILE_BITS);
    assert_int_equal(library_stat(fake_thread(), "/to-b/c", &stat), 0);
    assert_int_equal(library_lstat(fake_thread(), "/to-b", &stat), 0);
    assert_int_equal(library_lstat(fake_thread(), "/loop", &stat), 0);
    assert_int_equal(library_stat(fake_thread(), "/loop", &stat), -ELOOP);
    for (size_t i = strlen(name); i < sizeof(name) - 1; i++) {
        name[i] = i % 100 ? 'x' : '/';
    }
    assert_int_equal(library_stat(fake_thread(), name, &stat), -ENOENT);
    assert_int_equal(fake.attribute, ATTR_OPEN);        /* too long for a message */
    assert_int_equal(fake.open, 0);
}

/* Whatever a server says, the walk ends, with an error. */
static void nonsense(void **state)
{
    union {
        struct name_turn turn;
        char bytes[64];
    } answer;
    static const uint32_t used[] = {0, 1, 2, 5, 6, 100, UINT32_MAX};
    static const uint32_t length[] = {0, 1, 8, LINK_TARGET_MAX + 1, UINT32_MAX};

    (void)state;
    fake_turn = &answer.turn;
    for (unsigned i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
        for (unsigned k = 0; k < sizeof(length) / sizeof(length[0]); k++) {
            memset(&answer, 'z', sizeof(answer));
            answer.turn.used = used[i];
            answer.turn.length = length[k];
            fake_error = ERROR_LINK;
            assert_true(open_name("/a/b/c", UXRT_READ) < 0);
            fake_error = ERROR_MOUNT;
            assert_true(open_name("/a/b/c", UXRT_READ) < 0);
        }
    }
    memset(&answer, 0, sizeof(answer));
    answer.turn.used = 1;
    answer.turn.length = 4;
    fake_error = ERROR_LINK;
    assert_int_equal(open_name("/a", UXRT_READ), -EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(plain, prepare),
        cmocka_unit_test_setup(links, prepare),
        cmocka_unit_test_setup(parents, prepare),
        cmocka_unit_test_setup(current, prepare),
        cmocka_unit_test_setup(long_names, prepare),
        cmocka_unit_test_setup(other_services, prepare),
        cmocka_unit_test_setup(known_services, prepare),
        cmocka_unit_test_setup(unions, prepare),
        cmocka_unit_test_setup(two_names, prepare),
        cmocka_unit_test_setup(removal, prepare),
        cmocka_unit_test_setup(stat_costs_one, prepare),
        cmocka_unit_test_setup(nonsense, prepare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
