/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: what a server makes of requests, what a client makes of replies, and that the
 * short ways of both agree with the general ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <transport/small.h>

#include "world.h"

enum { ROUNDS = 200000 };

static struct uxrt_thread *t;

static enum request_check decode(struct uxrt_request *r, uint64_t info)
{
    return request_decode(t, r, info, world_badge());
}

static void check(uint64_t info, enum request_check wanted)
{
    struct uxrt_request r;

    assert_int_equal(decode(&r, info), wanted);
}

static void good_requests(void **state)
{
    struct uxrt_request r;

    (void)state;
    t = world_begin();
    t->ipc->msg[0] = 1234;
    assert_int_equal(decode(&r, world_request(true, FORM_MESSAGE, 17, 4)), REQUEST_GOOD);
    assert_true(r.write && !r.current && r.form == FORM_MESSAGE);
    assert_int_equal(r.count, 17);
    assert_int_equal(r.file, 9);
    assert_int_equal(r.offset, 1234);
    assert_int_equal(r.badge, world_badge());
    assert_ptr_equal(r.data, &t->ipc->msg[1]);
    assert_int_equal(decode(&r, world_request(false, FORM_MESSAGE, 960, 1)),
                     REQUEST_GOOD);
    assert_ptr_equal(r.data, &t->ipc->msg[0]);
    assert_int_equal(decode(&r, world_request(false, FORM_WINDOW, REQUEST_COUNT_MAX, 1)),
                     REQUEST_GOOD);
    assert_null(r.data);
    t->ipc->msg[1] = WORLD_BUFFER * BUFFER_STRIDE + 16;
    assert_int_equal(decode(&r, world_request(true, FORM_BUFFER, WORLD_SIZE - 16, 2)),
                     REQUEST_GOOD);
    assert_ptr_equal(r.data, world_buffer() + 16);
    assert_int_equal(request_decode(t, &r, 0, BADGE_NOTIFY | 3), REQUEST_NOTIFICATION);
}

/* A name may go along with a read of an attribute; it ends with a NUL. */
static void names(void **state)
{
    struct uxrt_request r;
    uint64_t info = world_request(false, FORM_MESSAGE, 100, 3);
    size_t length = 0;

    (void)state;
    t = world_begin();
    memcpy(&t->ipc->msg[1], "what/name", 10);
    check(info, REQUEST_BAD);                   /* no attribute */
    t->ipc->msg[0] = attribute_address(ATTR_STAT, 0);
    assert_int_equal(decode(&r, info), REQUEST_GOOD);
    assert_string_equal(uxrt_request_name(&r, &length), "what/name");
    assert_int_equal(length, 9);
    check(world_request(false, FORM_MESSAGE, 960, 120), REQUEST_GOOD);
    check(world_request(false, FORM_MESSAGE, 8, 121), REQUEST_BAD);
    assert_int_equal(decode(&r, world_request(false, FORM_MESSAGE, 8, 1)), REQUEST_GOOD);
    assert_null(uxrt_request_name(&r, &length));
    check(info | REQUEST_CURRENT << 12, REQUEST_BAD);
    check(world_request(false, FORM_WINDOW, 8, 3), REQUEST_BAD);
    check(world_request(false, FORM_MESSAGE, 8, 2), REQUEST_BAD);   /* "what/nam" */
    t->ipc->msg[1] = 0;
    assert_int_equal(decode(&r, world_request(false, FORM_MESSAGE, 8, 2)), REQUEST_GOOD);
    assert_string_equal(uxrt_request_name(&r, &length), "");
    assert_int_equal(length, 0);
}

static void bad_messages(void **state)
{
    (void)state;
    t = world_begin();
    check(world_request(false, 3, 1, 1), REQUEST_BAD);
    check(world_request(false, FORM_MESSAGE, 961, 1), REQUEST_BAD);
    check(world_request(false, FORM_MESSAGE, 8, 0), REQUEST_BAD);
    check(world_request(false, FORM_MESSAGE, 8, 2), REQUEST_BAD);
    check(world_request(true, FORM_MESSAGE, 8, 1), REQUEST_BAD);
    check(world_request(true, FORM_MESSAGE, 8, 3), REQUEST_BAD);
    check(world_request(true, FORM_MESSAGE, 9, 2), REQUEST_BAD);
    check(world_request(true, FORM_MESSAGE, REQUEST_COUNT_MAX, 120), REQUEST_BAD);
    check(world_request(false, FORM_WINDOW, 8, 2), REQUEST_BAD);
    check(world_request(false, FORM_MESSAGE, 8, 1) | 1 << 7, REQUEST_BAD);
    check(world_request(false, FORM_MESSAGE, 8, 1) | 1 << 9, REQUEST_BAD);
}

static void bad_buffers(void **state)
{
    uint64_t info = world_request(true, FORM_BUFFER, 100, 2), *place;

    (void)state;
    t = world_begin();
    place = &t->ipc->msg[1];
    *place = WORLD_BUFFER * BUFFER_STRIDE + WORLD_SIZE - 100;
    check(info, REQUEST_GOOD);
    check(world_request(true, FORM_BUFFER, 100, 1), REQUEST_BAD);
    check(world_request(true, FORM_BUFFER, 100, 3), REQUEST_BAD);
    ++*place;
    check(info, REQUEST_BAD);
    *place = (WORLD_BUFFER + 1) * BUFFER_STRIDE;        /* nobody's */
    check(info, REQUEST_BAD);
    *place = BUFFERS_MAX * BUFFER_STRIDE;
    check(info, REQUEST_BAD);
    *place = ~UINT64_C(0);
    check(info, REQUEST_BAD);
    *place = WORLD_BUFFER * BUFFER_STRIDE;
    world_buffer_entry(WORLD_BUFFER)->size = ~UINT64_C(0);
    check(info, REQUEST_BAD);
    world_buffer_entry(WORLD_BUFFER)->size = WORLD_SIZE;
    world_buffer_entry(WORLD_BUFFER)->badge ^= 1;       /* another one's */
    check(info, REQUEST_BAD);
}

static void bad_connections(void **state)
{
    uint64_t info = world_request(false, FORM_MESSAGE, 8, 1);
    struct uxrt_request r;

    (void)state;
    t = world_begin();
    assert_int_equal(request_decode(t, &r, info, world_badge()), REQUEST_GOOD);
    assert_int_equal(request_decode(t, &r, info,
        badge_of(WORLD_CONNECTION, WORLD_GENERATION - 1)), REQUEST_BAD);
    assert_int_equal(request_decode(t, &r, info,
        badge_of(WORLD_CONNECTION + 1, WORLD_GENERATION)), REQUEST_BAD);
}

static uint64_t random_word(void)
{
    return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

/* A request that may be good, with one field spoilt at times. */
static uint64_t random_request(void)
{
    bool write = random() % 2;
    uint64_t count = (uint64_t)random() % 1000;
    unsigned form = random() % 4 ? FORM_MESSAGE : (unsigned)random() % 4;
    unsigned words = write && form == FORM_MESSAGE ? (unsigned)words_of(count) : 0;
    uint64_t info = world_request(write, form, count, 1 + words);

    return random() % 4 ? info : info ^ UINT64_C(1) << random() % 64;
}

static void fast_decode_agrees(void **state)
{
    unsigned good = 0;

    (void)state;
    t = world_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct uxrt_request a = {0}, b = {0};
        uint64_t info = random_request(), *msg = t->ipc->msg;
        const uint64_t words[4] = {random_word(), random_word(), random_word(), i};
        uint64_t badge = random() % 8 ? world_badge() : random_word();

        memcpy(msg, words, sizeof(words));
        enum request_check check = request_decode(t, &a, info, badge);
        memset(msg, 0xff, sizeof(words));
        bool is_fast = request_decode_fast(t, &b, info, badge, words);

        assert_int_equal(is_fast, check == REQUEST_GOOD && a.form != FORM_BUFFER
                                      && !uxrt_request_name(&a, &(size_t){0})
                                      && !(a.form == FORM_MESSAGE && !a.write
                                           && a.count >= 512));
        if (is_fast) {
            good++;
            assert_memory_equal(&a, &b, sizeof(a));
        }
        if (!is_fast || (b.write && b.form == FORM_MESSAGE)) {
            assert_memory_equal(msg, words, sizeof(words));
        }
    }
    assert_true(good > ROUNDS / 4);
}

static void short_answer_agrees(void **state)
{
    (void)state;
    t = world_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct uxrt_request r;
        uint64_t registers[120];

        t->ipc->msg[1] = WORLD_BUFFER * BUFFER_STRIDE;
        if (decode(&r, random_request()) != REQUEST_GOOD) {
            continue;
        }
        memset(t->ipc->msg, 0xaa, sizeof(t->ipc->msg));
        int64_t result = random() % 1200 - 100;
        bool end = random() % 2;
        uint64_t info = request_answer_short(t, &r, result, end);

        memcpy(registers, t->ipc->msg, sizeof(registers));
        memset(t->ipc->msg, 0xaa, sizeof(t->ipc->msg));
        if (info) {
            assert_int_equal(info, request_answer(t, &r, result, end));
            assert_memory_equal(registers, t->ipc->msg, sizeof(registers));
        } else {
            assert_true(result < 0 || result > r.count);
        }
    }
}

static void answers_leave_nothing_behind(void **state)
{
    struct uxrt_request r;

    (void)state;
    t = world_begin();
    decode(&r, world_request(false, FORM_MESSAGE, 20, 1));
    memset(t->ipc->msg, 0xaa, 100);
    assert_int_equal(request_answer(t, &r, 11, false),
                     message_info(reply_label(11), 0, 0, 2));
    assert_int_equal(t->ipc->msg[1], 0xaaaaaa);
    assert_int_equal(request_answer(t, &r, 25, true),       /* more than asked for */
                     message_info(reply_label(20) | REPLY_END, 0, 0, 3));
    assert_int_equal(request_answer(t, &r, -2, false),
                     message_info(reply_error(2), 0, 0, 0));
    assert_int_equal(request_answer(t, &r, INT64_MIN, false),
                     message_info(reply_error(EIO), 0, 0, 0));
}

static void name_turns(void **state)
{
    struct uxrt_request r;

    (void)state;
    t = world_begin();
    decode(&r, world_request(true, FORM_WINDOW, 3000, 1));
    r.write = 0;
    r.form = FORM_MESSAGE;
    r.count = 21;
    assert_ptr_equal(library_request_registers(t, 0, &r), t->ipc->msg);
    assert_int_equal(request_answer(t, &r, -ERROR_LINK, false),
                     message_info(reply_error(ERROR_LINK), 0, 0, 3));
}

/* One label of a reply, in every way that it can be wrong. */
static void replies(void **state)
{
    uint64_t read = request_label(false, FORM_MESSAGE, 9, 20);
    uint64_t write = request_label(true, FORM_MESSAGE, 9, 20);
    uint64_t broken = reply_error(EIO);

    (void)state;
    assert_int_equal(reply_checked(read, message_info(reply_label(20), 0, 0, 3)),
                     reply_label(20));
    assert_int_equal(reply_checked(read, message_info(reply_label(20), 0, 0, 2)), broken);
    assert_int_equal(reply_checked(read, message_info(reply_label(21), 0, 0, 3)), broken);
    assert_int_equal(reply_checked(write, message_info(reply_label(20), 0, 0, 0)),
                     reply_label(20));
    assert_int_equal(reply_checked(write, message_info(reply_label(21), 0, 0, 0)),
                     broken);
    assert_int_equal(reply_checked(read, message_info(reply_error(ERROR_LINK), 0, 0, 3)),
                     broken);
    assert_int_equal(reply_checked(read | REQUEST_NAMED,
                         message_info(reply_error(ERROR_LINK), 0, 0, 3)),
                     reply_error(ERROR_LINK));
    assert_int_equal(reply_checked(read, message_info(20, 0, 0, 3)), broken);
    assert_int_equal(reply_checked(read, 0), broken);
    assert_int_equal(reply_checked(read, message_info(reply_error(0), 0, 0, 0)), broken);
    assert_int_equal(reply_checked(read, message_info(reply_error(5000), 0, 0, 0)),
                     broken);
    assert_int_equal(reply_result(reply_checked(read,
                         message_info(reply_error(11), 0, 0, 0))), -11);
}

static void small_replies_agree(void **state)
{
    unsigned done = 0;

    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        bool write = random() % 2;
        size_t count = (size_t)random() % (write ? 25 : 33);
        uint64_t words = write ? 0 : words_of(count);
        uint64_t request = small_info(DESCRIPTOR_CONNECTION | 7, write, FORM_MESSAGE,
            count, false);
        uint64_t said = random() % 4 ? count : random_word() % 40;
        uint64_t info = message_info(reply_label(said), 0, 0, words);

        if (random() % 2) {
            info ^= UINT64_C(1) << random() % 64;
        }
        if (small_done(info, count, words)) {
            assert_int_equal(reply_result(reply_checked(message_label(request), info)),
                             count);
            done++;
        }
    }
    assert_true(done > ROUNDS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_requests), cmocka_unit_test(names),
        cmocka_unit_test(bad_messages),
        cmocka_unit_test(bad_buffers), cmocka_unit_test(bad_connections),
        cmocka_unit_test(fast_decode_agrees), cmocka_unit_test(short_answer_agrees),
        cmocka_unit_test(answers_leave_nothing_behind), cmocka_unit_test(name_turns),
        cmocka_unit_test(replies), cmocka_unit_test(small_replies_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
