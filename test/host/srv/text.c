/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of srv/script: what is quoted comes back, answers are the same however they
 * are cut into pieces, and random bytes do no harm.
 *   text [SEED STEPS]
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <script/text.h>
#include <util/errno.h>
#include <util/heap.h>

#include "text_check.h"

static size_t heap_most = SIZE_MAX;     /* larger blocks there are not */

void *heap_resize(void *block, size_t size)
{
    return size <= heap_most ? realloc(block, size) : NULL;
}

void heap_free(void *block)
{
    free(block);
}

static unsigned below(unsigned count)
{
    return (unsigned)rand() % count;
}

/* Any bytes, as a word and back. */
static void check_quoting(void)
{
    struct bytes line = {0};
    unsigned char data[300];
    size_t count = below(sizeof(data)), length;
    char *at, *word;

    for (size_t i = 0; i < count; i++)
        data[i] = (unsigned char)below(256);
    assert(text_add(&line, " ") && text_quote(&line, data, count));
    assert(!memchr(line.data, '\n', line.used) && !memchr(line.data, 0, line.used));
    at = line.data;
    assert(text_word(&at, line.data + line.used, &word, &length) == (count > 0));
    assert(length == count && !memcmp(word, data, count));
    assert(text_word(&at, line.data + line.used, &word, &length) == 0);
    bytes_free(&line);
}

/* Takes a text in pieces; what was told, as text. */
static void told(const char *text, size_t count, size_t piece, char *told, size_t room)
{
    struct text_input input = {0};
    struct text_event event;
    size_t used = 0;

    told[0] = 0;
    for (size_t at = 0; at < count;) {
        size_t part = count - at < piece ? count - at : piece;

        do {
            size_t taken = text_take(&input, text + at, part, &event);

            at += taken;
            part -= taken;
            if (event.kind != TEXT_NONE)
                used += (size_t)snprintf(told + used, room - used, "%d:%u:%d:%.*s;",
                    event.kind, event.tag, event.error,
                    event.kind == TEXT_FAULT ? 0 : (int)event.count,
                    event.data ? event.data : "");
        } while (part);
    }
    bytes_free(&input.line);
}

static void check_answers(void)
{
    static const struct {
        const char *text, *told;
    } answers[] = {
        {"1 ok\n", "2:1:0:;"},
        {"12 ok a b\n", "2:12:0:a b;"},
        {"1 err ENOENT\n", "3:1:2:ENOENT;"},
        {"1 err EWHAT\n", "3:1:5:EWHAT;"},
        {"7 text hello there\n", "4:7:0:hello there\n;"},
        {"7 text\n", "4:7:0:\n;"},
        {"7 raw 3\na\nb8 ok\n", "4:7:0:a\nb;2:8:0:;"},
        {"7 raw 0\n8 ok\n", "4:7:0:;2:8:0:;"},
        {"hello read tags\n", "1:0:0: read tags;"},
        {"ready a b\n8 ok\n", "6:0:0: a b;2:8:0:;"},
        {"readya\n", "5:0:0:;"},
        {"1 err EAGAIN\n", "3:1:11:EAGAIN;"},
        {"ok\n", "5:0:0:;"},
        {"\n", "5:0:0:;"},
        {"1\n", "5:0:0:;"},
        {"1 okay\n", "5:1:0:;"},
        {"1 raw x\n", "5:1:0:;"},
        {"1 raw 65537\n", "5:1:0:;"},
        {"1234567890 ok\n", "5:0:0:;"},
        {"1 ok", ""},
    };

    for (unsigned i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        size_t count = strlen(answers[i].text);

        for (size_t piece = 1; piece <= count; piece++) {
            char got[200];

            told(answers[i].text, count, piece, got, sizeof(got));
            if (strcmp(got, answers[i].told)) {
                printf("%s in pieces of %zu: %s\n", answers[i].text, piece, got);
                abort();
            }
        }
    }
}

static void check_words(void)
{
    static const char *const bad[] = {"\\", "\\0", "\\012", "\\0400", "\\0189", "a\\b"};

    for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char text[16], *at = text, *word;
        size_t length;

        strcpy(text, bad[i]);
        assert(text_word(&at, text + strlen(text), &word, &length) == -EINVAL);
    }
}

/* A line that is too long is one fault, and the next is right again. */
static void check_long(void)
{
    struct text_input input = {0};
    struct text_event event;
    char piece[1000];
    unsigned faults = 0;

    memset(piece, 'x', sizeof(piece));
    memcpy(piece, "5 ok ", 5);
    for (size_t i = 0; i < 2 * TEXT_LINE / sizeof(piece); i++) {
        assert(text_take(&input, piece, sizeof(piece), &event) == sizeof(piece));
        faults += event.kind == TEXT_FAULT && event.tag == 5;
        assert(input.line.room <= 2 * TEXT_LINE);
    }
    assert(faults == 1);
    assert(text_take(&input, "\n6 ok\n", 6, &event) == 6 && event.kind == TEXT_OK);
    assert(event.tag == 6);
    bytes_free(&input.line);
}

/* Raw bytes for which there is no memory are one fault, and are not taken for lines. */
static void check_raw_without_memory(void)
{
    static const char answers[] = "5 raw 1000\n", next[] = "6 ok\n";
    size_t count = sizeof(answers) - 1 + 1000 + sizeof(next) - 1;
    char text[1100], got[100];

    memcpy(text, answers, sizeof(answers) - 1);
    memset(text + sizeof(answers) - 1, '\n', 1000);
    memcpy(text + count - (sizeof(next) - 1), next, sizeof(next) - 1);
    heap_most = 512;
    for (size_t piece = 1; piece <= count; piece += piece < 20 ? 1 : 97) {
        told(text, count, piece, got, sizeof(got));
        assert(!strcmp(got, "5:5:0:;2:6:0:;"));
    }
    heap_most = SIZE_MAX;
}

int main(int argc, char **argv)
{
    unsigned steps = argc > 2 ? (unsigned)atoi(argv[2]) : 2000;

    srand(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
    check_answers();
    check_words();
    check_long();
    check_raw_without_memory();
    for (unsigned i = 0; i < steps; i++) {
        static const char letters[] = "0123456789 \nokraw textherl\\0";
        unsigned char data[400];
        size_t count = below(sizeof(data));

        check_quoting();
        for (size_t j = 0; j < count; j++)
            data[j] = below(8) ? (unsigned char)letters[below(sizeof(letters) - 1)]
                               : (unsigned char)below(256);
        text_check(data, count);
    }
    return 0;
}
