/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serving by read() and write(); see plain.h. Requests that were read and not yet
 * answered are kept by reply object. Connections that end are cleaned up here, since a
 * server of this kind has no files of theirs.
 */
#include <transport/plain.h>

#include <stddef.h>

#include <transport/copy.h>
#include <transport/data.h>
#include <transport/table.h>

enum { TAG_REPLY_BITS = 8 };

static struct pending {
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

/* Lets connections of this service go that have ended. */
static void end_connections(struct uxrt_thread *t)
{
    const struct identity *table = (const struct identity *)IDENTITY_TABLE;

    for (uint32_t i = 0; i < table->used_end; i++) {
        if (__atomic_load_n(&table[i].state, __ATOMIC_ACQUIRE) == IDENTITY_ENDING) {
            library_done(t, badge_of(i, table[i].generation));  /* refused if not ours */
        }
    }
}

/* Receives until there is a request. */
static int receive(struct uxrt_thread *t, int descriptor, struct uxrt_request *request)
{
    for (;;) {
        int result = library_receive(t, descriptor, request);

        if (result != UXRT_NOTIFIED) {
            return result;
        }
        if (request->badge & BADGE_SERVICE) {
            end_connections(t);
        }
        if (client_signalled(t)) {
            return -EINTR;
        }
    }
}

/* The same, and a write's data, as far as there is room; their count, or a negative
 * error. A client whose pages are missing is sent back for them. */
static int64_t receive_data(struct uxrt_thread *t, int descriptor,
    struct uxrt_request *request, void *data, size_t size)
{
    for (;;) {
        int64_t bytes = receive(t, descriptor, request);

        if (bytes < 0 || !request->write) {
            return bytes;
        }
        if (request->count > size) {
            request->count = (uint32_t)size;
        }
        bytes = library_request_get(t, descriptor, request, 0, data, request->count);
        if (bytes >= 0) {
            return bytes;
        }
        library_answer(t, descriptor, request, bytes, false);
    }
}

int64_t plain_receive(struct uxrt_thread *t, const struct file *service, void *data,
    size_t count)
{
    int descriptor = descriptor_of(service);
    int64_t result;
    struct uxrt_request r;
    struct uxrt_message message;

    if (count < sizeof(message)) {
        return -EMSGSIZE;
    }
    if (!copy_touch(data, count, true)) {
        return -EFAULT;
    }
    result = receive_data(t, descriptor, &r, (char *)data + sizeof(message),
        count - sizeof(message));
    if (result < 0) {
        return result;
    }
    unsigned number = (unsigned)(r.reply - cap_at(SLOT_REPLY)) % REPLIES_MAX;

    message = (struct uxrt_message){
        .tag = (__atomic_add_fetch(&last_tag, 1, __ATOMIC_RELAXED) << TAG_REPLY_BITS)
               | number,
        .badge = r.badge, .offset = r.offset, .file = r.file, .count = r.count,
        .write = r.write, .current = r.current,
    };
    if (!copy_out(data, &message, sizeof(message))) {
        library_answer(t, descriptor, &r, -EIO, false);
        return -EFAULT;
    }
    pending[number].request = r;
    __atomic_store_n(&pending[number].tag, message.tag, __ATOMIC_RELEASE);
    return (int64_t)sizeof(message) + result;
}

/* Takes the request of a tag away; false: none waits for that answer. */
static bool take(uint64_t tag, struct uxrt_request *request)
{
    struct pending *p = &pending[tag % (1 << TAG_REPLY_BITS) % REPLIES_MAX];

    *request = p->request;
    return tag && __atomic_compare_exchange_n(&p->tag, &tag, 0, false, __ATOMIC_ACQ_REL,
                                              __ATOMIC_RELAXED);
}

int64_t plain_answer(struct uxrt_thread *t, const struct file *service, const void *data,
    size_t count)
{
    int descriptor = descriptor_of(service);
    struct uxrt_message message;
    struct uxrt_request r;

    if (count < sizeof(message)) {
        return -EMSGSIZE;
    }
    if (!copy_in(&message, data, sizeof(message))) {
        return -EFAULT;
    }
    if (!take(message.tag, &r)) {
        return -EINVAL;
    }
    if (!r.write && message.result > (int64_t)(count - sizeof(message))) {
        message.result = (int64_t)(count - sizeof(message));
    }
    if (!r.write && message.result > 0) {
        message.result = library_request_put(t, descriptor, &r, 0,
            (const char *)data + sizeof(message), (size_t)message.result);
    }
    library_answer(t, descriptor, &r, message.result, message.end);
    return (int64_t)count;
}
