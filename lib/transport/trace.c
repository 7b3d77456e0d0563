/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing; see trace.h. A record is written when its request is done, by a request that is
 * not traced; message registers and events are afterwards as they were.
 */
#include <transport/trace.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/clock.h>
#include <transport/connection.h>
#include <transport/reply.h>
#include <transport/table.h>
#include <util/string.h>

static struct file *file;

const struct file *trace_file(void)
{
    return file;
}

void trace_begin(struct file *to)
{
    file = to;
    descriptor_slow(to != NULL);
}

void trace_thread(struct uxrt_thread *t)
{
    if (file) {
        thread_unusual(t, UNUSUAL_TRACE);
    }
}

/* Nobody wants records any more. */
static void stop(struct uxrt_thread *t)
{
    t->unusual &= ~UNUSUAL_TRACE;
}

enum { WORDS = 1 + sizeof(struct uxrt_trace) / 8 };
_Static_assert(sizeof(struct uxrt_trace) % 8 == 0, "it is words");

/* What comes meanwhile stays for whoever waits for it. */
static bool put(struct uxrt_thread *t, const struct uxrt_trace *record)
{
    uint64_t label = request_label(true, FORM_MESSAGE, file->id, sizeof(*record))
                     | REQUEST_CURRENT;
    uint32_t events = 0;
    int64_t result;

    do {
        memcpy(&t->ipc->msg[1], record, sizeof(*record));
        result = reply_result(client_call(t, file->slot, label, 0, 0, WORDS));
        if (result == -ERROR_WAIT) {
            client_sleep(t);
            events |= __atomic_exchange_n(&t->shared->events, 0, __ATOMIC_ACQ_REL);
        }
    } while (result == -ERROR_WAIT || result == -EINTR);
    if (events) {
        __atomic_fetch_or(&t->shared->events, events, __ATOMIC_ACQ_REL);
    }
    return result == (int64_t)sizeof(*record);
}

/* Bytes that are in message registers. */
static void take_data(struct uxrt_trace *record, const uint64_t *words, uint64_t count)
{
    record->length = (uint32_t)(count < sizeof(record->data) ? count
                                                              : sizeof(record->data));
    memcpy(record->data, words, record->length);
}

static bool in_message(uint64_t label)
{
    return (label >> REQUEST_FORM_SHIFT & 3) == FORM_MESSAGE;
}

struct uxrt_trace trace_before(struct uxrt_thread *t, unsigned slot, uint64_t label,
    uint64_t first)
{
    struct uxrt_trace record = {
        .pid = ((const struct process_page *)PROCESS_PAGE)->pid, .tid = t->tid,
        .service = connection_service(slot), .label = label, .place = first,
    };

    if (in_message(label) && label & REQUEST_WRITE) {
        take_data(&record, &t->ipc->msg[1], REPLY_COUNT(label));
    }
    if (label & REQUEST_NAMED) {
        take_data(&record, &t->ipc->msg[1],
            strnlen((char *)&t->ipc->msg[1], SHORT_NAME_MAX));
    }
    stop(t);
    record.start = (uint64_t)clock_uptime();
    return record;
}

uint64_t trace_after(struct uxrt_thread *t, struct uxrt_trace *record, uint64_t reply)
{
    uint64_t kept[WORDS];

    record->end = (uint64_t)clock_uptime();
    record->reply = reply;
    memcpy(kept, t->ipc->msg, sizeof(kept));
    if (in_message(record->label) && !(record->label & (REQUEST_WRITE | REQUEST_NAMED))
        && reply_result(reply) > 0) {
        take_data(record, kept, REPLY_COUNT(reply));
    }
    if (put(t, record)) {
        thread_unusual(t, UNUSUAL_TRACE);
    }
    memcpy(t->ipc->msg, kept, sizeof(kept));
    return reply;
}

int library_trace(struct uxrt_thread *t, int descriptor)
{
    struct file *to = descriptor < 0 ? NULL : descriptor_hold(descriptor);

    if (descriptor >= 0 && (!to || to->kind != FILE_CONNECTION)) {
        return -EBADF;
    }
    stop(t);
    trace_begin(to);
    trace_thread(t);
    return 0;
}
