/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes of files: forms, positions, appending, open modes, seeking, ids, odd offsets. */
#include "check.h"

static void bytes(void **state)
{
    (void)state;
    for (fake.form = FORM_MESSAGE; fake.form <= FORM_WINDOW; fake.form++) {
        assert_int_equal(fake_open(user, ROOT, "file", A, MAKE | UXRT_TRUNCATE, 0644), 8);
        assert_int_equal(fake_write(user, A, "hello world", 0), 11);
        assert_int_equal(fake_read(user, A, 5, 6), 5);
        assert_got("world");
        assert_int_equal(fake_read(user, A, 100, 3), 8);
        assert_true(fake.end);
        assert_int_equal(fake_read(user, A, 100, 11), 0);
        assert_int_equal(fake_close(user, A), 0);
        assert_int_equal(fake_read(user, A, 1, 0), -EBADF);
    }
}

static void positions(void **state)
{
    int64_t position;

    (void)state;
    fake_open(user, ROOT, "file", A, MAKE, 0644);
    assert_int_equal(fake_write(user, A, "abc", UXRT_CURRENT), 3);
    assert_int_equal(fake_write(user, A, "def", UXRT_CURRENT), 3);
    assert_int_equal(fake_read(user, A, 9, 0), 6);
    assert_got("abcdef");
    assert_int_equal(fake_set(user, A, ATTR_POSITION, 0,
        &(struct uxrt_seek){ -2, 2 }, sizeof(struct uxrt_seek)),
            sizeof(struct uxrt_seek));
    assert_int_equal(fake_read(user, A, 1, UXRT_CURRENT), 1);
    assert_got("e");
    assert_int_equal(fake_get(user, A, ATTR_POSITION, 0, 8), 8);
    memcpy(&position, fake.memory, 8);
    assert_int_equal(position, 5);
    assert_int_equal(fake_set(user, A, ATTR_CLONE, B, NULL, 0), 0);
    assert_int_equal(fake_read(user, B, 5, UXRT_CURRENT), 1);
    assert_got("f");
}

static int64_t seek(uint32_t file, int64_t offset, uint64_t whence)
{
    struct uxrt_seek seek = { offset, whence };

    return fake_set(user, file, ATTR_POSITION, 0, &seek, sizeof(seek));
}

static void seeks(void **state)
{
    (void)state;
    fake_open(user, ROOT, "file", A, MAKE, 0644);
    assert_int_equal(seek(A, -1, 0), -EINVAL);
    assert_int_equal(seek(A, 0, 3), -EINVAL);
    assert_int_equal(seek(A, INT64_MAX, 0), sizeof(struct uxrt_seek));
    assert_int_equal(seek(A, 1, 1), -EOVERFLOW);
    assert_int_equal(seek(A, INT64_MIN, 1), -EINVAL);
    assert_int_equal(fake_read(user, A, 10, UXRT_CURRENT), 0);
    assert_int_equal(fake_write(user, A, "x", UXRT_CURRENT), -EFBIG);
    fake_open(user, ROOT, "fifo", B, MAKE, S_IFIFO | 0600);
    assert_int_equal(seek(B, 0, 0), -ESPIPE);
    assert_int_equal(fake_get(user, B, ATTR_POSITION, 0, 8), -ESPIPE);
}

static void appends(void **state)
{
    uint32_t flags = 0;

    (void)state;
    fake_open(user, ROOT, "file", A, MAKE | UXRT_APPEND, 0644);
    fake_open(user, ROOT, "file", B, RW, 0);
    assert_int_equal(fake_write(user, B, "12345", 0), 5);
    assert_int_equal(fake_write(user, A, "67", UXRT_CURRENT), 2);
    assert_int_equal(fake_write(user, A, "8", 0), 1);
    assert_int_equal(fake_read(user, B, 99, 0), 8);
    assert_got("12345678");
    assert_int_equal(fake_get(user, A, ATTR_FLAGS, 0, 4), 4);
    memcpy(&flags, fake.memory, 4);
    assert_int_equal(flags, RW | UXRT_APPEND);
    flags = UXRT_NONBLOCK | UXRT_PATH;
    assert_int_equal(fake_set(user, A, ATTR_FLAGS, 0, &flags, 4), 4);
    assert_int_equal(fake_write(user, A, "X", 0), 1);
    assert_int_equal(fake_read(user, A, 2, 0), 2);
    assert_got("X2");
}

static void modes(void **state)
{
    (void)state;
    fake_open(user, ROOT, "file", A, MAKE, 0644);
    fake_open(user, ROOT, "file", B, UXRT_READ, 0);
    fake_open(user, ROOT, "file", C, UXRT_WRITE, 0);
    fake_open(user, ROOT, "file", D, UXRT_PATH, 0);
    assert_int_equal(fake_write(user, B, "x", 0), -EBADF);
    assert_int_equal(fake_read(user, C, 1, 0), -EBADF);
    assert_int_equal(fake_read(user, D, 1, 0), -EBADF);
    assert_int_equal(fake_read(user, ROOT, 1, 0), -EBADF);
    assert_int_equal(fake_read(user, CONTROL_FILE, 1, 0), -EBADF);
    assert_int_equal(check_stat(user, D).mode, S_IFREG | 0644);
    assert_int_equal(fake_open(user, ROOT, "", D + 1, UXRT_READ, 0), 4);
    assert_int_equal(fake_read(user, D + 1, 1, 0), -EISDIR);
    assert_int_equal(fake_open(user, ROOT, "", D + 2, RW, 0), -EISDIR);
}

static void ids(void **state)
{
    uint32_t many[3] = { A, 99999, C };

    (void)state;
    assert_int_equal(fake_open(user, ROOT, "f", ROOT, MAKE, 0644), -EINVAL);
    assert_int_equal(fake_open(user, ROOT, "f", LAST_FILE, MAKE, 0644), -EMFILE);
    assert_int_equal(fake_open(user, ROOT, "f", 8191, MAKE, 0644), 5);
    assert_int_equal(fake_open(user, ROOT, "f", 8191, MAKE, 0644), -EBUSY);
    assert_int_equal(fake_set(user, 8191, ATTR_CLONE, A, NULL, 0), 0);
    assert_int_equal(fake_set(user, 8191, ATTR_CLONE, A, NULL, 0), -EBUSY);
    assert_int_equal(fake_close(user, B), -EBADF);
    assert_int_equal(fake_close(user, ROOT), -EBADF);
    assert_int_equal(fake_close(user, CONTROL_FILE), -EBADF);
    assert_int_equal(fake_set(user, CONTROL_FILE, ATTR_CLOSEMANY, 0, many, 12), 12);
    assert_int_equal(fake_set(user, CONTROL_FILE, ATTR_CLOSEMANY, 0, many, 11), -EINVAL);
    assert_int_equal(fake_set(user, A, ATTR_CLOSEMANY, 0, many, 12), -EBADF);
    assert_int_equal(fake_close(user, A), -EBADF);
    assert_int_equal(toy.closed, 0);
    assert_int_equal(fake_close(user, 8191), 0);
    assert_int_equal(toy.closed, 1);
}

static void odd_offsets(void **state)
{
    (void)state;
    fake_open(user, ROOT, "file", A, MAKE, 0644);
    assert_int_equal(fake_read(user, A, 100, INT64_MAX), 0);
    assert_int_equal(fake_read(user, A, 100, INT64_MAX - 50), 0);
    assert_int_equal(fake_write(user, A, "xy", INT64_MAX - 1), -EFBIG);
    assert_int_equal(fake_write(user, A, "x", INT64_MAX - 1), -ENOSPC);
    assert_int_equal(fake_get(user, A, 0x7fff, 0, 8), -ENOTTY);
    assert_int_equal(fake_get(user, A, 0, 0, 8), -ENOTTY);
    assert_int_equal(fake_call(user, A, false, UINT64_MAX, false, NULL, 100), -ENOTTY);
    assert_int_equal(fake_call(user, A, true, UINT64_MAX, false, "xxx", 3), -ENOTTY);
}

static void faults(void **state)
{
    (void)state;
    fake_open(user, ROOT, "file", A, MAKE, 0644);
    fake_write(user, A, "abc", 0);
    fake.form = FORM_WINDOW;
    fake.fault = true;
    assert_int_equal(fake_read(user, A, 3, UXRT_CURRENT), -EFAULT);
    assert_int_equal(fake_write(user, A, "zzz", UXRT_CURRENT), -EFAULT);
    assert_int_equal(fake_open(user, ROOT, "other", B, MAKE, 0644), -EFAULT);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_FORK, 0, 8), -EFAULT);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_EXPORT, A, 8), -EFAULT);
    assert_int_equal(fake_get(user, A, ATTR_STAT, 0, sizeof(struct uxrt_stat)), -EFAULT);
    fake.fault = false;
    assert_int_equal(fake_read(user, A, 3, UXRT_CURRENT), 3);
    assert_got("abc");
}

static void no_memory(void **state)
{
    (void)state;
    fake.full = true;
    assert_int_equal(fake_open(user, ROOT, "file", A, MAKE, 0644), -ENOMEM);
    fake.full = false;
    fake_open(user, ROOT, "file", A, MAKE, 0644);
    fake.full = true;
    assert_int_equal(fake_open(user, ROOT, "file", B, RW, 0), -ENOMEM);
    assert_int_equal(fake_open(user, ROOT, "file", 5000, RW, 0), -ENOMEM);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_FORK, 0, 8), -ENOMEM);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_EXPORT, A, 8), -ENOMEM);
    fake.full = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK(bytes), CHECK(positions), CHECK(seeks), CHECK(appends), CHECK(modes),
        CHECK(ids), CHECK(odd_offsets), CHECK(faults), CHECK(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
