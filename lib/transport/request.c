/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of requests, and the label of their answers; see request.h.
 */
#include <transport/request.h>

#include <abi/message.h>
#include <transport/data.h>
#include <transport/protocol.h>
#include <transport/table.h>

/* Does the connection own the buffer with these bytes? */
static bool is_buffer_of(uint64_t badge, uint64_t place, uint64_t count)
{
    const struct buffer_entry *table = (const struct buffer_entry *)BUFFER_TABLE;
    uint64_t number = place / BUFFER_STRIDE, offset = place % BUFFER_STRIDE;

    if (number >= BUFFERS_MAX || __atomic_load_n(&table[number].badge, __ATOMIC_ACQUIRE)
                                 != badge) {
        return false;
    }
    uint64_t size = __atomic_load_n(&table[number].size, __ATOMIC_RELAXED);

    return size <= BUFFER_STRIDE && offset <= size && count <= size - offset;
}

/* Does a name go along as it should? It ends with a NUL. */
static bool is_named(const uint64_t *msg, const struct uxrt_request *request,
    uint64_t length)
{
    return !request->current && request->offset & ATTRIBUTE && length > 1
           && length <= MESSAGE_MAX_LENGTH && !(msg[length - 1] >> 56);
}

/* Where the data of a request in a message are, or null: its length is wrong. */
static void *in_message(struct uxrt_thread *t, const struct uxrt_request *request,
    uint64_t length)
{
    uint64_t *msg = t->ipc->msg;

    if (!request->write) {
        return (length == 1 || is_named(msg, request, length))
                       && request->count <= SHORT_READ_MAX ? msg : NULL;
    }
    return length == 1 + words_of(request->count) && request->count <= SHORT_WRITE_MAX
        ? &msg[1] : NULL;
}

/* The other forms. */
static bool in_memory(struct uxrt_request *request,
    uint64_t length, uint64_t place)
{
    if (request->form == FORM_WINDOW) {
        request->data = NULL;
        return length == 1;
    }
    if (request->form != FORM_BUFFER || length != 2
        || !is_buffer_of(request->badge, place, request->count)) {
        return false;
    }
    request->place = place;
    request->data = (char *)BUFFER_AREA + place;
    return true;
}

enum request_check request_decode(struct uxrt_thread *t, struct uxrt_request *request,
    uint64_t info, uint64_t badge)
{
    request->badge = badge;
    if (badge & BADGE_NOTIFY) {
        return REQUEST_NOTIFICATION;
    }
    request->offset = t->ipc->msg[0];
    request_set_fields(request, info);
    t->counts.served++;
    if (!request_is_live(t, badge) || message_extra_caps(info)
        || message_unwrapped(info)) {
        return REQUEST_BAD;
    }
    if (request->form == FORM_MESSAGE) {
        request->data = in_message(t, request, message_length(info));
        return request->data ? REQUEST_GOOD : REQUEST_BAD;
    }
    return in_memory(request, message_length(info), t->ipc->msg[1]) ? REQUEST_GOOD
                                                                    : REQUEST_BAD;
}

/* An error, with its data if it is one of those that have some. */
static uint64_t answer_error(const struct uxrt_request *request, int64_t result)
{
    uint64_t words = 0;

    if (result <= -ERROR_LINK && result >= -ERROR_TIMED) {
        words = words_of(request->count);
        words = words < MESSAGE_MAX_LENGTH ? words : MESSAGE_MAX_LENGTH;
    }
    if (result == -EFAULT && request->form == FORM_WINDOW) {
        return message_info(REPLY_SERVED | REPLY_TOUCH, 0, 0, 0);
    }
    return message_info(reply_error(result > -4096 ? (int)-result : EIO), 0, 0, words);
}

/* Is the room for a read's bytes another one than the form's own? */
static bool is_elsewhere(const struct uxrt_thread *t, const struct uxrt_request *r)
{
    switch (r->form) {
    case FORM_MESSAGE:
        return r->data == t->stand_in;
    case FORM_BUFFER:
        return r->data != (char *)BUFFER_AREA + r->place;
    default:
        return r->data != NULL;
    }
}

/* Copies the first bytes of a read from another room to where they belong. */
static int64_t deliver(struct uxrt_thread *t,
    const struct uxrt_request *request, int64_t count)
{
    struct uxrt_request own = *request;

    own.data = request->form == FORM_BUFFER ? (char *)BUFFER_AREA + request->place : NULL;
    return library_request_put(t, 0, &own, 0, request->data, (size_t)count);
}

/* Takes away what is after the bytes of a short read in the last of `words` registers: it
 * may have been another client's. */
static void clear_rest(struct uxrt_thread *t, uint64_t words, int64_t bytes)
{
    if (words && bytes % 8) {
        t->ipc->msg[words - 1] &= ~(~UINT64_C(0) << bytes % 8 * 8);
    }
}

uint64_t request_answer(struct uxrt_thread *t, const struct uxrt_request *request,
    int64_t result, bool end)
{
    uint64_t length = 0;

    t->unusual &= ~UNUSUAL_STAND_IN;
    if (result >= 0) {
        if (result > request->count) {
            result = request->count;
        }
        if (!request->write) {
            if (is_elsewhere(t, request) && result > 0) {
                result = deliver(t, request, result);
            }
            length = request->form == FORM_MESSAGE ? words_of((uint64_t)result) : 0;
            clear_rest(t, length, result);
        }
    }
    if (result < 0) {
        return answer_error(request, result);
    }
    return message_info(reply_label((uint64_t)result) | (end ? REPLY_END : 0), 0, 0,
        length);
}
