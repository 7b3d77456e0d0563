/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lasts longer than a request: forks, exported files, ends of connections, parked
 * and cancelled requests, readiness, locks, answers of RPC.
 */
#include "check.h"

static uint64_t get_token(uint64_t badge, unsigned attribute, uint64_t argument)
{
    uint64_t token;

    assert_int_equal(fake_get(badge, CONTROL_FILE, attribute, argument, 8), 8);
    memcpy(&token, fake.memory, 8);
    return token;
}

static void forks(void **state)
{
    uint64_t child, token;

    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    fake_write(user, A, "abc", 0);
    token = get_token(user, ATTR_FORK, 0);
    fake_open(user, ROOT, "f", B, MAKE, 0644);
    child = fake_child(3, user, token);
    assert_int_equal(fake_read(child, A, 1, UXRT_CURRENT), 1);
    assert_int_equal(fake_read(user, A, 5, UXRT_CURRENT), 2);
    assert_got("bc");
    assert_int_equal(fake_read(child, B, 1, 0), -EBADF);
    fake_end(user);
    assert_int_equal(toy.closed, 1);
    assert_int_equal(fake_read(child, A, 3, 0), 3);
    fake_end(child);
    assert_int_equal(toy.closed, 2);
}

/* The parent ends before the child is seen; a child that never comes; tokens of
 * others. */
static void odd_forks(void **state)
{
    uint64_t child, other, token;

    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    fake_write(user, A, "abc", 0);
    token = get_token(user, ATTR_FORK, 0);
    other = fake_child(4, admin, token);
    assert_int_equal(fake_read(other, A, 1, 0), -EBADF);
    child = fake_child(3, user, token);
    fake_end(user);
    assert_int_equal(toy.closed, 0);
    assert_int_equal(fake_read(child, A, 3, 0), 3);
    token = get_token(child, ATTR_FORK, 0);
    fake_end(fake_child(5, child, token));
    fake_end(child);
    assert_int_equal(toy.closed, 1);
    assert_int_equal(fake.done, 3);
}

static void many_forks(void **state)
{
    uint64_t first;

    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    first = get_token(user, ATTR_FORK, 0);
    for (unsigned i = 0; i < 100; i++)
        get_token(user, ATTR_FORK, 0);
    assert_int_equal(fake_read(fake_child(3, user, first), A, 1, 0), -EBADF);
    fake_end(user);
    assert_int_equal(toy.closed, 1);
}

/* What a fork that failed would have had is let go. */
static void failed_forks(void **state)
{
    uint64_t token;

    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    token = get_token(user, ATTR_FORK, 0);
    fake_set(user, A, ATTR_CLOSE, 0, NULL, 0);
    assert_int_equal(toy.closed, 0);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_FORK, 0, &token, 8), -ENOENT);
    assert_int_equal(fake_set(user, CONTROL_FILE, ATTR_FORK, 0, &token, 8), 8);
    assert_int_equal(toy.closed, 1);
    assert_int_equal(fake_set(user, CONTROL_FILE, ATTR_FORK, 0, &token, 8), -ENOENT);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_FORK, 0, 4), -EINVAL);
    assert_int_equal(fake_get(user, A, ATTR_FORK, 0, 8), -EBADF);
}

static void exports(void **state)
{
    uint64_t token, wrong;

    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0600);
    token = get_token(user, ATTR_EXPORT, A);
    wrong = token + 1;
    fake_close(user, A);
    assert_int_equal(toy.closed, 0);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_IMPORT, B, &wrong, 8), -ENOENT);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_IMPORT, B, &token, 7), -EINVAL);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_IMPORT, B, &token, 8), 8);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_IMPORT, C, &token, 8), -ENOENT);
    assert_int_equal(fake_write(admin, B, "x", 0), 1);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_EXPORT, A, 8), -EBADF);
    fake_close(admin, B);
    assert_int_equal(toy.closed, 1);
    fake_open(user, ROOT, "f", A, MAKE, 0600);
    for (unsigned i = 0; i < 256; i++)
        token = get_token(user, ATTR_EXPORT, A);
    assert_int_equal(fake_get(user, CONTROL_FILE, ATTR_EXPORT, A, 8), -EMFILE);
    fake.held = token;
    fake_end(user);
    assert_int_equal(toy.closed, 1);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_IMPORT, C, &token, 8), 8);
    assert_int_equal(fake_write(admin, C, "x", 0), 1);
    assert_int_equal(fake_set(admin, CONTROL_FILE, ATTR_IMPORT, D, &token, 8), -ENOENT);
    token = get_token(admin, ATTR_EXPORT, C);
    fake.held = token;
    fake_end(admin);
    server_released(fake.server, token);
    assert_int_equal(toy.closed, 2);
}

static void parking(void **state)
{
    unsigned first, second;

    (void)state;
    fake_open(user, ROOT, "fifo", A, MAKE, S_IFIFO | 0666);
    fake_open(admin, ROOT, "fifo", A, RW, 0);
    assert_int_equal(fake_read(user, A, 3, 0), FAKE_PARKED);
    first = fake.reply;
    fake_close(user, A);
    assert_int_equal(toy.closed, 0);
    assert_int_equal(fake_write(admin, A, "hello", 0), 5);
    assert_false(fake_waits(first));
    assert_int_equal(fake_take(first), 3);
    assert_got("hel");
    assert_int_equal(toy.closed, 1);
    fake.form = FORM_WINDOW;
    assert_int_equal(fake_read(admin, A, 9, 0), 2);
    assert_int_equal(fake_read(admin, A, 9, 0), FAKE_PARKED);
    second = fake.reply;
    fake_cancel(user);
    assert_true(fake_waits(second));
    fake_cancel(admin);
    assert_int_equal(fake_take(second), -EINTR);
    assert_int_equal(fake_read(admin, A, 9, 0), FAKE_PARKED);
    fake_end(admin);
    assert_int_equal(toy.closed, 2);
}

/* Bytes in registers stay right when others are woken or answered meanwhile. */
static void registers_kept(void **state)
{
    char text[257];
    unsigned reader;

    (void)state;
    fake_open(user, ROOT, "fifo", A, MAKE, S_IFIFO | 0666);
    fake_open(admin, ROOT, "fifo", A, RW, 0);
    assert_int_equal(fake_read(user, A, 4, 0), FAKE_PARKED);
    reader = fake.reply;
    assert_int_equal(fake_write(admin, A, "one two", 0), 7);
    assert_int_equal(fake_take(reader), 4);
    assert_got("one ");
    memset(text, 'x', 256);
    text[253] = 0;
    assert_int_equal(fake_write(admin, A, text, 0), 253);
    assert_int_equal(fake_write(admin, A, "y", 0), -ERROR_WAIT);
    assert_int_equal(fake_read(user, A, 4, 0), 4);
    assert_got("twox");
    assert_int_equal(fake.woken, 1);
}

static void parking_limits(void **state)
{
    unsigned count = 0;

    (void)state;
    fake_open(user, ROOT, "fifo", A, MAKE, S_IFIFO | 0666);
    fake_open(admin, ROOT, "fifo", A, RW, 0);
    while (fake_read(user, A, 1, 0) == FAKE_PARKED)
        count++;
    assert_int_equal(count, 8);
    assert_int_equal(fake_read(user, A, 1, 0), -ERROR_WAIT);
    while (fake_read(admin, A, 1, 0) == FAKE_PARKED)
        count++;
    assert_true(count < FAKE_REPLIES);
    assert_int_equal(fake_read(admin, A, 1, 0), -ERROR_WAIT);
    fake_cancel(admin);
    fake_cancel(user);
    assert_int_equal(fake_write(admin, A, "x", 0), 1);
    assert_int_equal(fake.woken, 2);
}

static void readiness(void **state)
{
    uint32_t bits, flags = UXRT_NONBLOCK;

    (void)state;
    toy.park = false;
    fake_open(user, ROOT, "fifo", A, MAKE, S_IFIFO | 0666);
    fake_open(admin, ROOT, "fifo", A, RW, 0);
    assert_int_equal(fake_read(user, A, 3, 0), -ERROR_WAIT);
    assert_int_equal(fake_read(user, A, 3, 0), -ERROR_WAIT);
    fake_write(admin, A, "x", 0);
    assert_int_equal(fake.woken, 1);
    assert_true(fake.woken_badge == user && fake.woken_files);
    fake_write(admin, A, "y", 0);
    assert_int_equal(fake.woken, 1);
    assert_int_equal(fake_read(user, A, 3, 0), 2);
    fake_set(user, A, ATTR_FLAGS, 0, &flags, 4);
    assert_int_equal(fake_read(user, A, 3, 0), -EAGAIN);
    assert_int_equal(fake_get(user, A, ATTR_READY, UXRT_READY_READ, 4), 4);
    memcpy(&bits, fake.memory, 4);
    assert_int_equal(bits, UXRT_READY_WRITE);
    fake_write(admin, A, "z", 0);
    assert_int_equal(fake.woken, 2);
    assert_int_equal(fake_get(user, A, ATTR_READY, UXRT_READY_READ, 4), 4);
    fake_write(admin, A, "z", 0);
    assert_int_equal(fake.woken, 2);
    assert_int_equal(fake_get(user, A, ATTR_READY, 1 << 20, 4), -EINVAL);
    fake_read(user, A, 9, 0);
    fake_get(user, A, ATTR_READY, UXRT_READY_READ, 4);
    fake_close(user, A);
    assert_int_equal(fake.woken, 3);
}

static int64_t lock(uint64_t badge, uint32_t file, uint32_t kind)
{
    struct uxrt_lock lock = { .kind = kind };

    return fake_set(badge, file, ATTR_LOCK, 0, &lock, sizeof(lock));
}

static void locks(void **state)
{
    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0666);
    fake_open(user, ROOT, "f", B, RW, 0);
    fake_open(admin, ROOT, "f", A, RW, 0);
    assert_int_equal(lock(user, A, UXRT_LOCK_SHARED), 8);
    assert_int_equal(lock(user, B, UXRT_LOCK_SHARED), 8);
    assert_int_equal(lock(admin, A, UXRT_LOCK_EXCLUSIVE | UXRT_LOCK_NOWAIT), -EAGAIN);
    assert_int_equal(lock(admin, A, UXRT_LOCK_EXCLUSIVE), -ERROR_WAIT);
    assert_int_equal(lock(user, A, UXRT_LOCK_NONE), 8);
    assert_int_equal(fake.woken, 1);
    assert_int_equal(lock(admin, A, UXRT_LOCK_EXCLUSIVE), -ERROR_WAIT);
    fake_close(user, B);
    assert_int_equal(fake.woken, 2);
    assert_int_equal(lock(admin, A, UXRT_LOCK_EXCLUSIVE), 8);
    assert_int_equal(lock(user, A, UXRT_LOCK_SHARED), -ERROR_WAIT);
    assert_int_equal(lock(admin, A, UXRT_LOCK_SHARED), 8);
    assert_int_equal(lock(user, A, UXRT_LOCK_SHARED), 8);
    assert_int_equal(lock(user, A, 3), -EINVAL);
}

static void answers(void **state)
{
    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    assert_int_equal(fake_set(user, A, ATTR_RPC, 1, "ab", 2), 2);
    assert_int_equal(fake_set(user, A, ATTR_RPC, 2, "cd", 2), 2);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 1, 3), 3);
    assert_got("aba");
    assert_false(fake.end);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 1, 3), 1);
    assert_true(fake.end);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 1, 3), -ENODATA);
    assert_int_equal(fake_set(user, A, ATTR_RPC, 2, "xyz", 3), 3);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 2, 100), 6);
    assert_got("xyzxyz");
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(fake_set(user, A, ATTR_RPC, i, "q", 1), 1);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 0, 3), -ENODATA);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 99, 3), 2);
    fake_close(user, A);
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    assert_int_equal(fake_get(user, A, ATTR_RPC, 98, 3), -ENODATA);
}

static struct uxrt_stat got_stat(void)
{
    struct uxrt_stat stat;

    memcpy(&stat, fake.memory, sizeof(stat));
    return stat;
}

static void others(void **state)
{
    struct uxrt_object object;

    (void)state;
    fake_open(user, ROOT, "f", A, UXRT_CREATE | UXRT_READ, 0644);
    assert_int_equal(fake_get(user, A, ATTR_OBJECT, UXRT_READ, sizeof(object)),
        sizeof(object));
    assert_int_equal(fake_get(user, A, ATTR_OBJECT, RW, sizeof(object)), -EACCES);
    assert_int_equal(fake_get(user, A, ATTR_OBJECT, 8, sizeof(object)), -EINVAL);
    assert_int_equal(fake_get(user, A, ATTR_STATFS, 0, sizeof(struct uxrt_statfs)),
        sizeof(struct uxrt_statfs));
    assert_int_equal(fake_get(user, A, ATTR_TERMIOS, 0, 36), 36);
    assert_got("TTTT");
    assert_int_equal(fake_set(user, A, ATTR_TERMIOS, 0, "x", 1), -ENOTTY);
    assert_int_equal(fake_get(user, A, ATTR_CONTROL, 0, 4), -ENOTTY);
    assert_int_equal(fake_set(user, A, ATTR_SYNC, 0, NULL, 0), 0);
    fake_close(user, A);
    assert_int_equal(toy.closed, 1);
}

/* A request that is begun anew: its name has stayed. */
static void resumed(void **state)
{
    (void)state;
    fake_open(user, ROOT, "f", A, MAKE, 0644);
    fake_write(user, A, "123", 0);
    toy.keep = true;
    assert_int_equal(fake_stat(user, ROOT, "f", 0), FAKE_PARKED);
    unsigned reply = fake.reply;

    assert_int_equal(fake_open(user, ROOT, "f", B, UXRT_READ, 0), 5);
    server_resume(toy.kept);
    assert_int_equal(fake_take(reply), sizeof(struct uxrt_stat));
    assert_int_equal(got_stat().size, 3);
    toy.keep = true;
    assert_int_equal(fake_stat(user, ROOT, "f", 0), FAKE_PARKED);
    fake_cancel(user);
    assert_int_equal(fake_take(fake.reply), -EINTR);
}

static void strangers(void **state)
{
    (void)state;
    assert_int_equal(fake_read(badge_of(7, 1), A, 1, 0), -EIO);
    assert_int_equal(fake_read(badge_of(1, 99), A, 1, 0), -EIO);
    assert_int_equal(fake_read(badge_of(0xfffff, 1), A, 1, 0), -EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK(forks), CHECK(odd_forks), CHECK(many_forks), CHECK(failed_forks), CHECK(exports), CHECK(parking),
        CHECK(registers_kept), CHECK(parking_limits), CHECK(readiness), CHECK(locks),
        CHECK(answers), CHECK(others), CHECK(resumed), CHECK(strangers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
