/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of lib/terminal: what is typed, what can be read, and what the screen gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <terminal/terminal.h>

static struct terminal terminal;
static char screen[1 << 16];
static size_t shown;
static int signalled;
static bool flushed;

static void show(void *context, const char *bytes, size_t count)
{
    (void)context;
    assert_true(shown + count < sizeof(screen));
    memcpy(screen + shown, bytes, count);
    shown += count;
    screen[shown] = 0;
}

static void signal(void *context, int number)
{
    (void)context;
    signalled = number;
}

static void flush(void *context)
{
    (void)context;
    flushed = true;
}

static const struct terminal_hooks hooks = {
    .echo = show, .signal = signal, .flush = flush};

static int begin(void **state)
{
    (void)state;
    terminal_init(&terminal, &hooks, NULL);
    shown = 0;
    screen[0] = 0;
    signalled = 0;
    return 0;
}

static void type(const char *keys)
{
    while (*keys)
        terminal_input(&terminal, (unsigned char)*keys++);
}

/* What the screen has got since the last time. */
static void expect_screen(const char *expected)
{
    assert_string_equal(screen, expected);
    shown = 0;
    screen[0] = 0;
}

static void expect_read(size_t count, const char *expected)
{
    char data[8192] = "";

    assert_true(terminal_readable(&terminal, count));
    assert_int_equal(terminal_read(&terminal, data, count), strlen(expected));
    assert_memory_equal(data, expected, strlen(expected));
}

static void set_local(uint32_t clear, uint32_t set)
{
    struct terminal_settings settings = terminal.settings;

    settings.local = (settings.local & ~clear) | set;
    terminal_set(&terminal, &settings, false);
}

static void test_lines(void **state)
{
    (void)state;
    type("ab");
    assert_false(terminal_readable(&terminal, 1));
    type("c\rd\r");
    expect_screen("abc\r\nd\r\n");
    expect_read(100, "abc\n");
    expect_read(1, "d");
    expect_read(100, "\n");
    assert_false(terminal_readable(&terminal, 1));
}

static void test_erase(void **state)
{
    (void)state;
    type("ab\177\177\177x\177y\r");
    expect_screen("ab\b \b\b \bx\b \by\r\n");
    expect_read(100, "y\n");
    type("a\t\177b\r");
    expect_screen("a\t\b \b\b \b\b \b\b \b\b \b\b \b\b \bb\r\n");
    expect_read(100, "ab\n");
    type("\1\177c\r");
    expect_screen("^A\b \b\b \bc\r\n");
    expect_read(100, "c\n");
    type("\303\244\177e\r");
    expect_screen("\303\244\b \be\r\n");
    expect_read(100, "e\n");
}

static void test_words(void **state)
{
    (void)state;
    type("one two_3 \27x\r");
    expect_read(100, "one x\n");
    type("gone\25new\r");
    expect_read(100, "new\n");
    expect_screen("one two_3 \b \b\b \b\b \b\b \b\b \b\b \bx\r\n"
                  "gone\b \b\b \b\b \b\b \bnew\r\n");
}

static void test_end_of_file(void **state)
{
    (void)state;
    type("\4");
    expect_read(100, "");
    type("abc\4");
    expect_read(3, "abc");
    assert_false(terminal_readable(&terminal, 1));
    type("abc\4\4");
    expect_read(100, "abc");
    expect_read(100, "");
    type("x\r\4");
    expect_read(2, "x\n");
    expect_read(2, "");
}

static void test_literal(void **state)
{
    (void)state;
    type("a\26\3b\26\177\r");
    expect_screen("a^Cb^?\r\n");
    expect_read(100, "a\3b\177\n");
    assert_int_equal(signalled, 0);
}

static void test_signals(void **state)
{
    (void)state;
    type("lost\3");
    assert_int_equal(signalled, 2);
    assert_true(flushed);
    expect_screen("lost^C");
    type("x\r");
    expect_read(100, "x\n");
    type("\34");
    assert_int_equal(signalled, 3);
    type("\32");
    assert_int_equal(signalled, 20);
    signalled = 0;
    set_local(ISIG, 0);
    type("\3\r");
    expect_read(100, "\3\n");
    assert_int_equal(signalled, 0);
    set_local(0, ISIG | NOFLSH);
    type("kept\3\r");
    expect_read(100, "kept\n");
}

static void test_raw(void **state)
{
    struct terminal_settings settings = terminal.settings;

    (void)state;
    type("begun");
    settings.local &= ~(uint32_t)(ICANON | ECHO | ISIG);
    settings.input &= ~(uint32_t)(ICRNL | IXON);
    settings.characters[VMIN] = 2;
    terminal_set(&terminal, &settings, false);
    expect_read(100, "begun");
    expect_screen("begun");
    type("\3");
    assert_false(terminal_readable(&terminal, 100));
    assert_true(terminal_readable(&terminal, 1));
    type("\r\23\4\177");
    expect_read(100, "\3\r\23\4\177");
    expect_screen("");
    settings.characters[VMIN] = 0;
    terminal_set(&terminal, &settings, false);
    expect_read(100, "");
}

static void test_full(void **state)
{
    char line[8192];

    (void)state;
    for (unsigned i = 0; i < 5000; i++)
        type("x");
    type("\r");
    assert_int_equal(terminal_read(&terminal, line, sizeof(line)), TERMINAL_INPUT);
    assert_int_equal(line[TERMINAL_INPUT - 1], '\n');
    assert_non_null(strchr(screen, '\a'));
    type("y\r");
    expect_read(100, "y\n");
}

static void test_flow(void **state)
{
    (void)state;
    type("\23");
    assert_true(terminal.stopped);
    type("\21a\r");
    assert_false(terminal.stopped);
    expect_read(100, "a\n");
}

static void test_output(void **state)
{
    char device[64];
    size_t used;

    (void)state;
    assert_int_equal(terminal_output(&terminal, "a\nb", 3, device, 64, &used), 4);
    assert_memory_equal(device, "a\r\nb", 4);
    terminal.settings.output |= TABS;
    assert_int_equal(terminal_output(&terminal, "\tc", 2, device, 64, &used), 8);
    assert_memory_equal(device, "       c", 8);
    assert_int_equal(terminal_output(&terminal, "abcdef", 6, device, 9, &used), 2);
    assert_int_equal(used, 2);
    terminal.settings.output = 0;
    assert_int_equal(terminal_output(&terminal, "\n\t", 2, device, 64, &used), 2);
}

/* Nothing that is typed or set makes it read or write beyond its memory. */
static void test_random(void **state)
{
    char data[100];

    (void)state;
    srandom(1);
    for (unsigned i = 0; i < 300000; i++) {
        struct terminal_settings settings = terminal.settings;

        terminal_input(&terminal, (unsigned char)(random() % (random() % 2 ? 256 : 32)));
        shown = 0;
        if (random() % 50 == 0 && terminal_readable(&terminal, sizeof(data)))
            assert_true(terminal_read(&terminal, data, sizeof(data)) <= sizeof(data));
        assert_true(terminal_pending(&terminal) <= TERMINAL_INPUT);
        if (random() % 1000 == 0) {
            settings.local = (uint32_t)random();
            settings.input = (uint32_t)random();
            settings.output = (uint32_t)random();
            terminal_set(&terminal, &settings, random() % 10 == 0);
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        TEST(test_lines), TEST(test_erase), TEST(test_words), TEST(test_end_of_file),
        TEST(test_literal), TEST(test_signals), TEST(test_raw), TEST(test_full),
        TEST(test_flow), TEST(test_output), TEST(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
