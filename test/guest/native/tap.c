/* SPDX-License-Identifier: BSD-2-Clause */
/* Results, patterns and helpers of native tests. One thread only. */
#include <native/tap.h>

#include <uxrt/transport.h>
#include <util/print.h>

static unsigned results, failures;

static size_t add(char *line, size_t used, size_t size, const char *text, va_list list)
{
    size_t length = used + print_list(line + used, size - used, text, list);

    return length < size ? length : size - 1;
}

static void put(char *line, size_t length)
{
    line[length++] = '\n';
    uxrt_log(line, length);
}

static bool result(bool good, const char *name, va_list list)
{
    char line[240];
    size_t used = print(line, sizeof(line), "    %sok %u - ", good ? "" : "not ",
        ++results);

    failures += !good;
    put(line, add(line, used, sizeof(line) - 1, name, list));
    return good;
}

bool tap_ok(bool good, const char *name, ...)
{
    va_list list;

    va_start(list, name);
    result(good, name, list);
    va_end(list);
    return good;
}

bool tap_is(int64_t got, int64_t expected, const char *name, ...)
{
    va_list list;

    va_start(list, name);
    result(got == expected, name, list);
    va_end(list);
    if (got != expected)
        tap_say("got %ld, expected %ld", (long)got, (long)expected);
    return got == expected;
}

void tap_say(const char *text, ...)
{
    char line[240] = "    # ";
    va_list list;

    va_start(list, text);
    put(line, add(line, 6, sizeof(line) - 1, text, list));
    va_end(list);
}

int tap_end(void)
{
    char line[40];
    size_t used = print(line, sizeof(line), "    1..%u", results);

    put(line, used);
    return failures || !results;
}

static uint8_t pattern(uint32_t seed, size_t place)
{
    uint64_t mixed = (place + seed * UINT64_C(0x10001)) * UINT64_C(0x9e3779b97f4a7c15);

    return (uint8_t)(mixed >> 40);
}

void tap_fill(void *data, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++)
        ((uint8_t *)data)[i] = pattern(seed, i);
}

int64_t tap_check(const void *data, size_t count, uint32_t seed, size_t from)
{
    for (size_t i = 0; i < count; i++) {
        if (((const uint8_t *)data)[i] != pattern(seed, from + i))
            return (int64_t)i;
    }
    return -1;
}

int tap_spawn(char *const arguments[])
{
    static const int files[] = {0, 1, 2};
    static char *const none[] = {NULL};
    struct uxrt_stat stat;
    unsigned count = 0;

    while (count < 3 && uxrt_fstat(files[count], &stat) == 0)
        count++;
    return uxrt_spawn(arguments[0], arguments, none, files, count);
}

bool tap_await(const char *service, int pid)
{
    struct uxrt_stat stat;
    char name[80];
    int status;

    print(name, sizeof(name), "/srv/%s", service);
    while (pid > 0 && uxrt_lstat(name, &stat) < 0) {
        if (uxrt_wait(pid, &status, 1) == pid)
            return false;
        uxrt_yield();
    }
    return pid > 0;
}

int tap_kill(int pid)
{
    int status = -1;

    if (uxrt_kill(pid, 9) < 0 || uxrt_wait(pid, &status, 0) < 0)
        return -1;
    return status;
}
