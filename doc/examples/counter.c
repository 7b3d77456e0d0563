/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter: a complete file server. It serves /srv/counter, a file that holds a number: each
 * time that it is read from its beginning it is one higher, and what is written is the new
 * number. All clients share it.
 *
 *     $ counter &
 *     $ cat /srv/counter
 *     1
 *     $ echo 41 >/srv/counter; cat /srv/counter
 *     42
 */
#include <server/server.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

static uint64_t number;

/* The only node: a file that is no ordinary one, as its size says nothing. */
static struct server_node counter = {
    .number = 1, .mode = S_IFCHR | 0666, .links = 1,
};

/* Puts the part of the text that was asked for. Whoever begins counts. */
static int64_t counter_read(struct server_request *request)
{
    char text[24];
    size_t length;

    if (request->offset == 0)
        number++;
    length = print(text, sizeof(text), "%lu\n", (unsigned long)number);
    if (request->offset >= length) {
        request->end = true;
        return 0;
    }
    length -= request->offset;
    if (length > request->count)
        length = request->count;
    return server_put(request, 0, text + request->offset, length);
}

/* Takes a number in digits. Nothing is changed before all has been checked. */
static int64_t counter_write(struct server_request *request)
{
    char text[24];
    uint64_t value = 0;
    int64_t length;

    if (request->count > sizeof(text))
        return -EINVAL;
    length = server_get(request, 0, text, request->count);
    if (length < 0)
        return length;
    for (int64_t i = 0; i < length && text[i] != '\n'; i++) {
        if (text[i] < '0' || text[i] > '9'
            || __builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return -EINVAL;
    }
    number = value;
    return length;
}

static const struct server_operations operations = {
    .read = counter_read,
    .write = counter_write,
};

int main(void)
{
    return server_run("counter", &operations, &counter) < 0;
}
