/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request's data in the form that the server likes, whatever the client's form is:
 * <uxrt/server.h>. Shared buffers are copied with fix-ups, as is the server's own memory.
 */
#include <abi/invocation.h>
#include <kcall/syscall.h>
#include <transport/copy.h>
#include <transport/data.h>
#include <transport/table.h>
#include <uxrt/server.h>
#include <util/string.h>

/* Copies between the client's window and memory of the server: all, or -EFAULT if pages
 * are missing in the window. Missing pages of the server are touched here. */
static int64_t window_copy(struct uxrt_thread *t, const struct uxrt_request *r,
    uint64_t offset, void *memory, size_t count, enum window_direction direction)
{
    size_t done = 0;
    bool touched = false;

    data_counted(t, count);
    while (done < count) {
        char *at = (char *)memory + done;
        uint64_t mr[4] = {offset + done, (uint64_t)at, count - done, direction};
        uint64_t info = kc_call(r->reply,
            message_info(INVOKE_REPLY_WINDOW_COPY, 0, 0, 4), mr);

        if (message_label(info) != ERROR_NONE) {
            return -EFAULT;
        }
        if (mr[0] == 0) {
            if (touched || !copy_touch(at, 1, direction == WINDOW_READ)) {
                return -EFAULT;
            }
        }
        touched = mr[0] == 0;
        done += mr[0];
    }
    return (int64_t)count;
}

/* Cuts a count to what the request has from an offset on. */
static size_t within(const struct uxrt_request *r, uint64_t offset, size_t count)
{
    if (offset >= r->count) {
        return 0;
    }
    return count < r->count - offset ? count : (size_t)(r->count - offset);
}

int64_t library_request_get(struct uxrt_thread *t, int service,
    const struct uxrt_request *request, uint64_t from, void *data, size_t count)
{
    size_t bytes = within(request, from, count);

    (void)service;
    if (bytes == 0) {
        return 0;
    }
    if (!request->data) {
        return window_copy(t, request, from, data, bytes, WINDOW_READ);
    }
    data_counted(t, bytes);
    return copy_in(data, (const char *)request->data + from, bytes) ? (int64_t)bytes
                                                                    : -EFAULT;
}

/* Where a read's bytes are put: a short one's into the registers of the thread that
 * answers, which need not be the one that received. */
static char *room(const struct uxrt_thread *t, const struct uxrt_request *r)
{
    if (r->form == 0 && (!r->data || r->data != t->stand_in)) {
        return (char *)t->ipc->msg;
    }
    return r->data;
}

int64_t library_request_put(struct uxrt_thread *t, int service,
    const struct uxrt_request *request, uint64_t to, const void *data, size_t count)
{
    size_t bytes = within(request, to, count);
    char *into = room(t, request);

    (void)service;
    if (bytes == 0) {
        return 0;
    }
    if (!into) {
        return window_copy(t, request, to, (void *)data, bytes, WINDOW_WRITE);
    }
    data_counted(t, bytes);
    return copy_out(into + to, data, bytes) ? (int64_t)bytes : -EFAULT;
}

void *library_request_registers(struct uxrt_thread *t, int service,
    struct uxrt_request *request)
{
    uint32_t limit = request->write ? SHORT_WRITE_MAX : SHORT_READ_MAX;

    if (request->count > limit) {
        request->count = limit;
    }
    if (request->write && request->form != 0) {
        if (library_request_get(t, service, request, 0, &t->ipc->msg[1], request->count)
            < 0) {
            return NULL;
        }
    }
    if (!request->write && request->form != 0) {
        thread_unusual(t, UNUSUAL_STAND_IN);
    }
    request->data = request->write ? &t->ipc->msg[1] : &t->ipc->msg[0];
    return request->data;
}

/* Room of the service's own. The message registers are kept over the call. */
static void *stand_in(struct uxrt_thread *t, size_t size)
{
    uint64_t saved[8], words[6] = {0, (size + 4095) & ~UINT64_C(4095),
                                   PROC_READ | PROC_WRITE, 0, PROC_SOURCE_NONE, 0};

    if (t->stand_in_size >= size) {
        return t->stand_in;
    }
    memcpy(saved, t->ipc->msg, sizeof(saved));
    if (t->stand_in) {
        uint64_t old[2] = {(uint64_t)t->stand_in, t->stand_in_size};

        client_proc(t, PROC_UNMAP, old, 2, NULL, 0);
        t->stand_in = NULL;
        t->stand_in_size = 0;
    }
    if (client_proc(t, PROC_MAP, words, 6, NULL, 0) >= 0) {
        t->stand_in = (void *)t->shared->result[0];
        t->stand_in_size = words[1];
    }
    memcpy(t->ipc->msg, saved, sizeof(saved));
    return t->stand_in;
}

void *library_request_buffer(struct uxrt_thread *t, int service,
    struct uxrt_request *request)
{
    void *memory;

    if (request->form == FORM_BUFFER) {
        return request->data = (char *)BUFFER_AREA + request->place;
    }
    if (request->count > BUFFER_STRIDE) {
        request->count = BUFFER_STRIDE;
    }
    memory = stand_in(t, request->count ? request->count : 1);
    if (!memory) {
        return NULL;
    }
    if (request->write
        && library_request_get(t, service, request, 0, memory, request->count) < 0) {
        return NULL;
    }
    if (!request->write) {
        thread_unusual(t, UNUSUAL_STAND_IN);
    }
    return request->data = memory;
}
