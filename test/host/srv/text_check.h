/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold for any bytes that a script writes: all are taken, events lie within what
 * is kept, words can be read to their end. The first byte says how large the pieces are.
 */
#pragma once

#include <assert.h>
#include <stdint.h>

#include <script/text.h>

static inline void text_check_event(const struct text_event *event)
{
    char *at = event->data, *word;
    size_t length;

    assert(event->tag <= TEXT_TAG);
    assert(event->kind != TEXT_BYTES || event->count <= TEXT_DATA);
    if (event->kind != TEXT_OK && event->kind != TEXT_HELLO && event->kind != TEXT_READY)
        return;
    while (text_word(&at, event->data + event->count, &word, &length) > 0) {
        assert(word >= event->data && length > 0);
        assert(word + length <= event->data + event->count);
    }
}

static inline void text_check(const uint8_t *data, size_t count)
{
    struct text_input input = {0};
    struct text_event event;
    size_t piece = count ? data[0] % 16 + 1 : 1;

    for (size_t at = 0; at < count;) {
        size_t part = count - at < piece ? count - at : piece;

        do {
            size_t taken = text_take(&input, (const char *)data + at, part, &event);

            assert(taken <= part);
            at += taken;
            part -= taken;
            if (event.kind != TEXT_NONE)
                text_check_event(&event);
        } while (part);
        assert(input.line.used <= TEXT_LINE);
    }
    bytes_free(&input.line);
}
