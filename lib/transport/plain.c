/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serving by read() and write(); see plain.h. Requests that were read and not yet
 * answered are kept by reply object. Of a connection that has ended the server reads a
 * message that wants no answer.
 */
#include <transport/plain.h>

#include <stddef.h>

#include <transport/cold.h>
#include <transport/copy.h>
#include <transport/data.h>
#include <transport/table.h>

enum { TAG_REPLY_BITS = 8 };

COLD_DATA static struct pending {
    struct uxrt_request request;
    uint64_t tag;               /* 0: none */
} pending[REPLIES_MAX];
static uint64_t last_tag;

/* The descriptor under which the serving functions know the service. */
static int descriptor_of(const struct file *service)
{
    for (int i = 0; i < descriptor_limit(); i++) {
        if (descriptor_file(i) == service) {
            return i;
        }
    }
    return -1;
}

/* Endings of connections (layout.h: entry 0) that each service has looked for. */
static uint32_t endings[SERVICES_MAX];

/* A connection of this service that has ended and is let go now: its badge, or 0. */
static uint64_t find_ended(struct uxrt_thread *t, const struct file *service)
{
    const struct identity *table = (const struct identity *)IDENTITY_TABLE;
    uint32_t *seen = &endings[service->slot % SERVICES_MAX];
    uint32_t now = __atomic_load_n(&table[0].cancel, __ATOMIC_ACQUIRE);

    if (now == __atomic_load_n(seen, __ATOMIC_RELAXED)) {
        return 0;
    }
    for (uint32_t i = 1; i < table->used_end; i++) {
        uint64_t badge = badge_of(i, table[i].generation);

        if (__atomic_load_n(&table[i].state, __ATOMIC_ACQUIRE) == IDENTITY_ENDING
            && table[i].service == service->cookie && library_done(t, badge) == 0) {
            return badge;
        }
    }
    __atomic_store_n(seen, now, __ATOMIC_RELAXED);
    return 0;
}

/* Receives until there is a request: 0; or UXRT_NOTIFIED: the connection of the request's
 * badge has ended. */
static int receive(struct uxrt_thread *t, const struct file *service, int descriptor,
    struct uxrt_request *request)
{
    for (;;) {
        request->badge = find_ended(t, service);
        if (request->badge) {
            return UXRT_NOTIFIED;
        }
        int result = library_receive(t, descriptor, request);

        if (result != UXRT_NOTIFIED) {
            return result;
        }
        if (client_signalled(t)) {
            return -EINTR;
        }
    }
}

/* The piece of memory that begins with this byte of the row; false: there is none. */
static bool piece_at(const struct uxrt_iovec *v, int count, size_t from,
    struct uxrt_iovec *piece)
{
    for (int i = 0; i < count && copy_in(piece, v + i, sizeof(*piece)); i++) {
        if (from < piece->length) {
            piece->base = (char *)piece->base + from;
            piece->length -= from;
            return true;
        }
        from -= piece->length;
    }
    return false;
}

/* Room behind the structure, all of it made writable if asked; or a negative error. */
static int64_t room_of(const struct uxrt_iovec *v, int count, bool write)
{
    struct uxrt_iovec piece = {0};
    int64_t room = 0;

    if (!piece_at(v, count, 0, &piece) || piece.length < sizeof(struct uxrt_message)) {
        return -EMSGSIZE;
    }
    for (size_t at = 0; piece_at(v, count, at, &piece); at += piece.length) {
        if (write && !copy_touch(piece.base, piece.length, true)) {
            return -EFAULT;
        }
        room += (int64_t)piece.length;
    }
    return room - (int64_t)sizeof(struct uxrt_message);
}

/* Moves a request's bytes from or to what is behind the structure: how many, or a negative
 * error if there were none. */
static int64_t move(struct uxrt_thread *t, int descriptor, const struct uxrt_request *r,
    const struct uxrt_iovec *v, int count, size_t bytes)
{
    struct uxrt_iovec piece;
    size_t done = 0;
    int64_t got = 0;

    while (done < bytes
           && piece_at(v, count, sizeof(struct uxrt_message) + done, &piece)) {
        size_t part = piece.length < bytes - done ? piece.length : bytes - done;

        got = r->write ? library_request_get(t, descriptor, r, done, piece.base, part)
                       : library_request_put(t, descriptor, r, done, piece.base, part);
        done += got > 0 ? (size_t)got : 0;
        if (got < (int64_t)part) {
            break;
        }
    }
    return got < 0 && !done ? got : (int64_t)done;
}

/* Takes the name that goes along with a read: its length, 0 if there is none, or a negative
 * error. A name that does not fit is opened instead. */
static int64_t take_name(const struct uxrt_request *r, const struct uxrt_iovec *v,
    int count, size_t room)
{
    struct uxrt_iovec piece;
    size_t length = 0, done = 0;
    const char *name = uxrt_request_name(r, &length);

    if (length > room) {
        return -EMSGSIZE;
    }
    while (name && done < length
           && piece_at(v, count, sizeof(struct uxrt_message) + done, &piece)) {
        size_t part = piece.length < length - done ? piece.length : length - done;

        if (!copy_out(piece.base, name + done, part)) {
            return -EFAULT;
        }
        done += part;
    }
    return (int64_t)done;
}

/* Takes a write's bytes, as far as there is room: how many, or a negative error. */
static int64_t take_data(struct uxrt_thread *t, int descriptor, struct uxrt_request *r,
    const struct uxrt_iovec *v, int count, size_t room)
{
    int64_t bytes;

    if (r->count > room) {
        r->count = (uint32_t)room;
    }
    bytes = move(t, descriptor, r, v, count, r->count);
    if (bytes >= 0) {
        r->count = (uint32_t)bytes;
    }
    return bytes;
}

/* Receives, and takes what comes along: 0 and *bytes of that, UXRT_NOTIFIED or a negative
 * error. A client whose pages are missing is sent back for them. */
static int receive_data(struct uxrt_thread *t, const struct file *service,
    struct uxrt_request *request, const struct uxrt_iovec *v, int count, size_t room,
    int64_t *bytes)
{
    int descriptor = descriptor_of(service);

    for (;;) {
        int result = receive(t, service, descriptor, request);

        if (result) {
            return result;
        }
        *bytes = request->write ? take_data(t, descriptor, request, v, count, room)
                                : take_name(request, v, count, room);
        if (*bytes >= 0) {
            return 0;
        }
        library_answer(t, descriptor, request, *bytes, false);
    }
}

/* Keeps the request; returns its tag. */
static uint64_t keep(const struct uxrt_request *r)
{
    unsigned number = (unsigned)(r->reply - cap_at(SLOT_REPLY)) % REPLIES_MAX;
    uint64_t tag = __atomic_add_fetch(&last_tag, 1, __ATOMIC_RELAXED) << TAG_REPLY_BITS
                   | number;

    pending[number].request = *r;
    __atomic_store_n(&pending[number].tag, tag, __ATOMIC_RELEASE);
    return tag;
}

int64_t plain_receive(struct uxrt_thread *t, const struct file *service,
    const struct uxrt_iovec *v, int count)
{
    int64_t room = room_of(v, count, true), bytes = 0;
    struct uxrt_request r;
    struct uxrt_message message = {.end = 1};
    struct uxrt_iovec first;
    int result = room < 0 ? (int)room
                          : receive_data(t, service, &r, v, count, (size_t)room,
                                         &bytes);

    if (result < 0) {
        return result;
    }
    message.badge = r.badge;
    if (result == 0) {
        message = (struct uxrt_message){
            .tag = keep(&r), .badge = r.badge, .offset = r.offset, .file = r.file,
            .count = r.count, .write = r.write, .current = r.current,
        };
    }
    if (!piece_at(v, count, 0, &first)
        || !copy_out(first.base, &message, sizeof(message))) {
        return -EFAULT;         /* it was there: the server takes its own memory away */
    }
    return (int64_t)sizeof(message) + bytes;
}

/* Takes the request of a tag away; false: none waits for that answer. */
static bool take(uint64_t tag, struct uxrt_request *request)
{
    struct pending *p = &pending[tag % (1 << TAG_REPLY_BITS) % REPLIES_MAX];

    *request = p->request;
    return tag && __atomic_compare_exchange_n(&p->tag, &tag, 0, false, __ATOMIC_ACQ_REL,
                                              __ATOMIC_RELAXED);
}

int64_t plain_answer(struct uxrt_thread *t, const struct file *service,
    const struct uxrt_iovec *v, int count)
{
    int descriptor = descriptor_of(service);
    int64_t room = room_of(v, count, false), result;
    struct uxrt_message message;
    struct uxrt_iovec first;
    struct uxrt_request r;

    if (room < 0) {
        return room;
    }
    if (!piece_at(v, count, 0, &first)
        || !copy_in(&message, first.base, sizeof(message))) {
        return -EFAULT;
    }
    if (!take(message.tag, &r)) {
        return -EINVAL;
    }
    result = message.result;
    if (!r.write && result > 0) {
        result = move(t, descriptor, &r, v, count,
            (size_t)(result < room ? result : room));
    }
    library_answer(t, descriptor, &r, result, message.end);
    if (result == -EFAULT && message.result > 0) {
        return -EAGAIN;         /* the client brings its pages, and asks again */
    }
    return (int64_t)sizeof(message) + room;
}
