/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * example: starts the example server (doc/examples/counter.c) and reads its file in the
 * three forms: short, long and plain. Each answer is one higher than the last one.
 *   ./uxrt run -- example
 */
#include <stdbool.h>

#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

enum { ANSWER_MAX = 24 };

static void say(const char *form, const void *text, int64_t length)
{
    char line[100];
    size_t bytes;

    if (length < 0)
        bytes = print(line, sizeof(line), "%s: error %d\n", form, (int)-length);
    else
        bytes = print(line, sizeof(line), "%s: %.*s", form, (int)length,
            (const char *)text);
    uxrt_write(1, line, bytes);
}

static int64_t read_short(int file)
{
    int64_t length = uxrt_read_short(file, ANSWER_MAX, 0);

    say("short", uxrt_registers_in(), length);
    return length;
}

static int64_t read_long(int file)
{
    const char *buffer = uxrt_buffer(file, 0);
    int64_t length = buffer ? uxrt_read_long(file, 0, ANSWER_MAX, 0) : -1;

    say("long", buffer, length);
    return length;
}

static int64_t read_plain(int file)
{
    char text[ANSWER_MAX];
    int64_t length = uxrt_pread(file, text, sizeof(text), 0);

    say("plain", text, length);
    return length;
}

/* Waits until the server has its name, or is gone. */
static int open_counter(int server)
{
    int status, file = uxrt_open("/srv/counter", UXRT_READ, 0);

    while (file < 0 && uxrt_wait(server, &status, 1) == 0) {
        uxrt_yield();
        file = uxrt_open("/srv/counter", UXRT_READ, 0);
    }
    return file;
}

int main(void)
{
    char *const argv[] = {"counter", NULL};
    int status, server = uxrt_spawn("/boot/example/counter", argv, NULL, NULL, 0);
    int file = server < 0 ? server : open_counter(server);
    bool read;

    if (file < 0) {
        say("the server", NULL, file);
        return 1;
    }
    read = read_short(file) > 0 && read_long(file) > 0 && read_plain(file) > 0;
    uxrt_kill(server, 15);
    uxrt_wait(server, &status, 0);
    return !read;
}
