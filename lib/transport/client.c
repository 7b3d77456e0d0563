/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests as a client; see client.h. What a reply says is checked here, once.
 */
#include <transport/client.h>

#include <stddef.h>

#include <kcall/syscall.h>
#include <transport/clock.h>
#include <transport/copy.h>
#include <transport/data.h>
#include <transport/reply.h>
#include <transport/trace.h>

/* A server that always wants more pages touched does not keep its client for ever. */
enum { TOUCHES_MAX = 8 };

/* What a call brought: the reply's words go where its bytes are looked for. */
static uint64_t replied(struct uxrt_thread *t, uint64_t label, uint64_t info,
    const uint64_t mr[4])
{
    t->counts.calls++;
    t->counts.general++;
    if (message_length(info)) {     /* else keep what was sent, for another try */
        for (unsigned i = 0; i < 4; i++) {
            t->ipc->msg[i] = mr[i];
        }
    }
    return reply_checked(label, info);
}

static __attribute__((noinline)) uint64_t traced_call(struct uxrt_thread *t, unsigned slot,
    uint64_t label, uint64_t first, uint64_t second, unsigned length)
{
    struct uxrt_trace record = trace_before(t, slot, label, first);

    return trace_after(t, &record, client_call(t, slot, label, first, second, length));
}

uint64_t client_call(struct uxrt_thread *t, unsigned slot, uint64_t label, uint64_t first,
    uint64_t second, unsigned length)
{
    uint64_t *msg = t->ipc->msg;
    uint64_t mr[4] = {first, msg[1], msg[2], msg[3]};

    if (!LIKELY(!(t->unusual & UNUSUAL_TRACE))) {
        return traced_call(t, slot, label, first, second, length);
    }
    if ((label >> REQUEST_FORM_SHIFT & 3) == FORM_BUFFER) {
        mr[1] = second;
    }
    return replied(t, label, kc_call(cap_at(slot), message_info(label, 0, 0, length), mr),
        mr);
}

/* One try with the data in the window. */
static uint64_t try_window(struct uxrt_thread *t, unsigned slot, uint64_t label,
    uint64_t first, const void *data, size_t count)
{
    uint64_t mr[4] = {first, (uint64_t)data, count,
                      label & REQUEST_WRITE ? WINDOW_READ : WINDOW_WRITE};
    uint64_t info;

    if (!LIKELY(!(t->unusual & UNUSUAL_TRACE))) {
        struct uxrt_trace record = trace_before(t, slot, label, first);

        return trace_after(t, &record, try_window(t, slot, label, first, data, count));
    }
    info = kc_call_window(cap_at(slot), message_info(label, 0, 0, 1), mr);
    return replied(t, label, info, mr);
}

/* One round trip with the data in the window. */
static int64_t call_window(struct uxrt_thread *t, unsigned slot, uint64_t label,
    uint64_t first, const void *data, size_t count)
{
    for (unsigned i = 0; i < TOUCHES_MAX; i++) {
        uint64_t reply = try_window(t, slot, label, first, data, count);

        if (!(reply & REPLY_TOUCH)) {
            return reply_result(reply);
        }
        if (!copy_touch(data, count, !(label & REQUEST_WRITE))) {
            return -EFAULT;
        }
    }
    return -EFAULT;
}

int64_t client_read(struct uxrt_thread *t, unsigned slot, uint32_t file, void *data,
    size_t count, int64_t offset)
{
    size_t bytes = count < REQUEST_COUNT_MAX ? count : REQUEST_COUNT_MAX;
    enum request_form form = bytes > SHORT_READ_MAX ? FORM_WINDOW : FORM_MESSAGE;
    uint64_t label = request_label(false, form, file, bytes);
    uint64_t first = data_place(offset, &label);
    int64_t result;

    if (form == FORM_WINDOW) {
        return call_window(t, slot, label, first, data, bytes);
    }
    result = reply_result(client_call(t, slot, label, first, 0, 1));
    if (result > 0) {
        data_counted(t, (size_t)result);
        return copy_out(data, t->ipc->msg, (size_t)result) ? result : -EFAULT;
    }
    return result;
}

int64_t client_write(struct uxrt_thread *t, unsigned slot, uint32_t file,
    const void *data, size_t count, int64_t offset)
{
    size_t bytes = count < REQUEST_COUNT_MAX ? count : REQUEST_COUNT_MAX;
    enum request_form form = bytes > SHORT_WRITE_MAX ? FORM_WINDOW : FORM_MESSAGE;
    uint64_t label = request_label(true, form, file, bytes);
    uint64_t first = data_place(offset, &label);

    if (form == FORM_WINDOW) {
        return call_window(t, slot, label, first, data, bytes);
    }
    if (bytes) {
        data_counted(t, bytes);
        t->ipc->msg[words_of(bytes)] = 0;       /* nothing else goes along */
        if (!copy_in(&t->ipc->msg[1], data, bytes)) {
            return -EFAULT;
        }
    }
    return reply_result(client_call(t, slot, label, first, 0,
                                    1 + (unsigned)words_of(bytes)));
}

int64_t client_write_two(struct uxrt_thread *t, unsigned slot, uint32_t file,
    int64_t offset, const void *head, size_t head_count, const void *tail,
    size_t tail_count)
{
    char *message = (char *)&t->ipc->msg[1];
    size_t bytes = head_count + tail_count;

    if (head_count > SHORT_WRITE_MAX || tail_count > SHORT_WRITE_MAX - head_count) {
        return -EMSGSIZE;
    }
    if (slot != SLOT_PROC) {
        data_counted(t, bytes);
    }
    t->ipc->msg[words_of(bytes)] = 0;           /* nothing else goes along */
    if (!copy_in(message, head, head_count)
        || !copy_in(message + head_count, tail, tail_count)) {
        return -EFAULT;
    }
    return reply_result(client_call(t, slot,
        request_label(true, FORM_MESSAGE, file, bytes), (uint64_t)offset, 0,
        1 + (unsigned)words_of(bytes)));
}

int64_t client_read_named(struct uxrt_thread *t, unsigned slot, uint32_t file,
    int64_t address, const char *name, size_t length, void *data, size_t count)
{
    uint64_t label = request_label(false, FORM_MESSAGE, file, count) | REQUEST_NAMED;
    unsigned words = (unsigned)words_of(length + 1);
    int64_t result;

    if (length > SHORT_NAME_MAX || count > SHORT_READ_MAX) {
        return -EMSGSIZE;
    }
    t->ipc->msg[words] = 0;
    if (!copy_in(&t->ipc->msg[1], name, length)) {
        return -EFAULT;
    }
    result = reply_result(client_call(t, slot, label, (uint64_t)address, 0, 1 + words));
    if (result > 0) {
        data_counted(t, (size_t)result);
        return copy_out(data, t->ipc->msg, (size_t)result) ? result : -EFAULT;
    }
    return result;
}

int64_t client_proc(struct uxrt_thread *t, enum proc_call call, const uint64_t *words,
    unsigned count, const void *bytes, size_t byte_count)
{
    return client_write_two(t, SLOT_PROC, CONTROL_FILE,
        (int64_t)attribute_address(ATTR_PROC + (unsigned)call, t->number), words,
        count * sizeof(*words), bytes, byte_count);
}

__attribute__((section(".text.sleep"), noinline))
void client_sleep(struct uxrt_thread *t)
{
    uint64_t mr[4] = {0}, badge;

    kc_wait(cap_at(SLOT_NOTIFY + t->number), &badge, mr);
    badge &= ~(BADGE_NOTIFY | BADGE_EVENT) & UNUSUAL_REASONS;
    if (badge) {
        thread_unusual(t, badge);
    }
}

uint32_t client_wait(struct uxrt_thread *t)
{
    for (;;) {
        uint32_t events = __atomic_exchange_n(&t->shared->events, 0, __ATOMIC_ACQ_REL);

        if (client_signalled(t)) {
            return events | EVENT_SIGNAL;
        }
        if (events) {
            return events & ~(uint32_t)EVENT_SIGNAL;
        }
        client_sleep(t);
    }
}

static void limit_wait(struct uxrt_thread *t, int64_t end)
{
    const uint64_t word = (uint64_t)end;

    t->wait_end = end;
    client_proc(t, PROC_ALARM, &word, 1, NULL, 0);
}

/* The limit counts from the first answer; it is over with whatever else the answer is. */
bool client_again_limited(struct uxrt_thread *t, int64_t *result)
{
    int64_t now = clock_uptime();

    if (*result == -ERROR_TIMED && !t->wait_end) {
        uint64_t most = t->ipc->msg[0];

        limit_wait(t, most < (uint64_t)(INT64_MAX - now) ? now + (int64_t)most : INT64_MAX);
    }
    if (*result == -ERROR_TIMED && !client_signalled(t) && now < t->wait_end) {
        client_wait(t);
        return true;
    }
    if (*result == -ERROR_TIMED) {
        *result = client_signalled(t) ? -EINTR : -EAGAIN;
    }
    limit_wait(t, 0);
    return false;
}
