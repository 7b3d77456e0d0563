/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: any message and any tables, as a hostile client or server could make them
 * (badges are the process server's: of the connection, of one that ended, or
 * notifications). What passes the checks must have its bytes within its own bounds.
 */
#include <stdlib.h>
#include <string.h>

#include <transport/reply.h>

#include "world.h"

struct input {
    uint64_t info, badge, words[4];
    struct buffer_entry entry;
    uint64_t request, reply;
    int64_t result;
    uint32_t from, count;
};

static char memory[4096];

static void require(bool good)
{
    if (!good) {
        abort();
    }
}

/* The bytes of a good request. */
static void check_place(const struct uxrt_thread *t, const struct uxrt_request *r)
{
    const char *data = r->data, *own = world_buffer();

    require(r->badge == world_badge());
    if (r->form == FORM_MESSAGE) {
        const char *first = (const char *)&t->ipc->msg[r->write];

        require(data == first && r->count <= (r->write ? 952 : 960));
    } else if (r->form == FORM_BUFFER) {
        require(data >= own && r->count <= BUFFER_STRIDE
                && data + r->count <= own + BUFFER_STRIDE);
    } else {
        require(r->form == FORM_WINDOW && !data);
    }
}

static void try_request(const struct input *in)
{
    struct uxrt_thread *t = world_begin();
    struct uxrt_request r = {.reply = cap_at(SLOT_REPLY)}, again = r;
    uint64_t badge = in->badge >> 63 ? in->badge : world_badge() ^ (in->badge & 15) << 20;

    *world_buffer_entry(WORLD_BUFFER) = in->entry;
    memcpy(t->ipc->msg, in->words, sizeof(in->words));
    world_window.length = in->count % sizeof(world_window.memory);
    world_window.step = in->from % 5000 + 1;
    world_window.missing = in->from % 20000;
    size_t length = 0;
    enum request_check check = request_decode(t, &r, in->info, badge);
    bool is_fast = request_decode_fast(t, &again, in->info, badge, in->words);

    const char *name = check == REQUEST_GOOD ? uxrt_request_name(&r, &length) : NULL;

    require(is_fast == (check == REQUEST_GOOD && r.form != FORM_BUFFER && !name
                        && !(r.form == FORM_MESSAGE && !r.write && r.count >= 512)));
    require(!name || (length <= SHORT_NAME_MAX && !r.write && !name[length]
                      && name == (const char *)&t->ipc->msg[1]));
    require((check == REQUEST_NOTIFICATION) == in->badge >> 63);
    if (check != REQUEST_GOOD) {
        return;
    }
    check_place(t, &r);
    size_t count = in->count % sizeof(memory);
    int64_t done = r.write ? library_request_get(t, 0, &r, in->from, memory, count)
                           : library_request_put(t, 0, &r, in->from, memory, count);

    require(done <= (int64_t)count && done <= (int64_t)r.count);
    uint64_t info = request_answer(t, &r, in->result, false);

    require(message_length(info) <= MESSAGE_MAX_LENGTH && !message_extra_caps(info));
    require(message_label(info) & REPLY_SERVED);
}

static void try_reply(const struct input *in)
{
    uint64_t request = in->request & (2 * REQUEST_NAMED - 1);
    uint64_t reply = reply_checked(request, in->reply);
    int64_t result = reply_result(reply);

    require(reply & REPLY_SERVED);
    require(result > -4096 && result <= (int64_t)REPLY_COUNT(request));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {
        .info = world_request(false, 0, 8, 1), .badge = 0,
        .entry = {world_badge(), WORLD_SIZE},
    };

    memcpy(&in, data, size < sizeof(in) ? size : sizeof(in));
    try_request(&in);
    try_reply(&in);
    return 0;
}
