/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three forms on the serving side: each way to get at the bytes with each form of the
 * client, and windows whose pages are missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static struct uxrt_thread *t;
static char memory[20000];

static char pattern(size_t i)
{
    return (char)(i * 7 + i / 251 + 1);
}

static void fill(char *data, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        data[i] = pattern(i);
    }
}

static bool is_pattern(const char *data, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (data[i] != pattern(from + i)) {
            return false;
        }
    }
    return true;
}

/* Where a client's bytes are, in this form. */
static char *client_bytes(unsigned form, bool write)
{
    if (form == FORM_BUFFER) {
        return world_buffer() + 8;
    }
    return form == FORM_WINDOW ? world_window.memory : (char *)&t->ipc->msg[write];
}

/* A request of this form; a write's bytes are the pattern. */
static struct uxrt_request begin(unsigned form, bool write, size_t count)
{
    unsigned length = form == FORM_BUFFER ? 2 : 1;
    struct uxrt_request r = {0};

    t = world_begin();
    world_window.length = count;
    t->ipc->msg[1] = WORLD_BUFFER * BUFFER_STRIDE + 8;
    if (form == FORM_MESSAGE && write) {
        length += (unsigned)words_of(count);
    }
    assert_int_equal(request_decode(t, &r, world_request(write, form, count, length),
                                    world_badge()), REQUEST_GOOD);
    if (write) {
        fill(client_bytes(form, true), count);
    }
    memset(memory, 0, sizeof(memory));
    return r;
}

static const size_t counts[3] = {900, 9000, 9000};

static void plain_servers(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 3; form++) {
        size_t count = counts[form];
        struct uxrt_request r = begin(form, true, count);

        assert_int_equal(library_request_get(t, 0, &r, 0, memory, sizeof(memory)), count);
        assert_true(is_pattern(memory, 0, count) && !memory[count]);
        assert_int_equal(library_request_get(t, 0, &r, 100, memory, 50), 50);
        assert_true(is_pattern(memory, 100, 50));
        assert_int_equal(library_request_get(t, 0, &r, count, memory, 1), 0);
        assert_int_equal(library_request_get(t, 0, &r, UINT64_MAX, memory, 2), 0);
        r = begin(form, false, count);
        fill(memory, count);
        assert_int_equal(library_request_put(t, 0, &r, 0, memory, sizeof(memory)), count);
        assert_int_equal(t->counts.copies, 1);
        assert_int_equal(t->counts.copied, count);
        request_answer(t, &r, (int64_t)count, false);
        assert_int_equal(t->counts.copies, 1);
        assert_true(is_pattern(client_bytes(form, false), 0, count));
    }
}

static void short_servers(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 3; form++) {
        struct uxrt_request r = begin(form, true, counts[form]);
        char *data = library_request_registers(t, 0, &r);

        assert_int_equal(r.count, form ? SHORT_WRITE_MAX : 900);
        assert_true(is_pattern(data, 0, r.count));
        assert_int_equal(t->counts.copies, form != FORM_MESSAGE);
        r = begin(form, false, counts[form]);
        data = library_request_registers(t, 0, &r);
        assert_int_equal(r.count, form ? SHORT_READ_MAX : 900);
        fill(data, r.count);
        request_answer(t, &r, r.count, false);
        assert_int_equal(t->counts.copies, form != FORM_MESSAGE);
        assert_true(is_pattern(client_bytes(form, false), 0, r.count));
    }
}

static void long_servers(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 3; form++) {
        struct uxrt_request r = begin(form, true, counts[form]);
        char *data = library_request_buffer(t, 0, &r);

        assert_int_equal(r.count, counts[form]);
        assert_true(is_pattern(data, 0, r.count));
        assert_int_equal(t->counts.copies, form != FORM_BUFFER);
        r = begin(form, false, counts[form]);
        data = library_request_buffer(t, 0, &r);
        fill(data, r.count);
        uint64_t before = t->counts.copies;
        request_answer(t, &r, r.count, false);
        assert_int_equal(t->counts.copies - before, form != FORM_BUFFER);
        assert_true(is_pattern(client_bytes(form, false), 0, r.count));
        assert_int_equal(t->unusual, 0);
    }
}

static void windows_in_parts(void **state)
{
    struct uxrt_request r = begin(FORM_WINDOW, true, 9000);

    (void)state;
    world_window.step = 1000;
    assert_int_equal(library_request_get(t, 0, &r, 0, memory, 9000), 9000);
    assert_true(is_pattern(memory, 0, 9000));
    assert_int_equal(world_window.calls, 9);
}

static void missing_pages(void **state)
{
    struct uxrt_request r = begin(FORM_WINDOW, false, 9000);

    (void)state;
    world_window.missing = 4096;
    assert_int_equal(library_request_put(t, 0, &r, 0, memory, 4096), 4096);
    assert_int_equal(library_request_put(t, 0, &r, 0, memory, 9000), -EFAULT);
    assert_int_equal(message_label(request_answer(t, &r, -EFAULT, false)),
                     REPLY_SERVED | REPLY_TOUCH);
    world_window.missing = SIZE_MAX;
    world_window.length = 100;      /* the window is not what the count says */
    assert_int_equal(library_request_put(t, 0, &r, 0, memory, 9000), -EFAULT);
}

static void no_more_than_there_is(void **state)
{
    struct uxrt_request r = begin(FORM_WINDOW, false, 9000);

    (void)state;
    r.count = REQUEST_COUNT_MAX;
    assert_non_null(library_request_buffer(t, 0, &r));
    assert_int_equal(r.count, BUFFER_STRIDE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_servers), cmocka_unit_test(short_servers),
        cmocka_unit_test(long_servers), cmocka_unit_test(windows_in_parts),
        cmocka_unit_test(missing_pages), cmocka_unit_test(no_more_than_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
