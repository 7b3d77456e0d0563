/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport as lib/server sees it: the functions of <uxrt/server.h>, for the process
 * server's own service. `service` means nothing; requests are answered when lib/server
 * returns.
 */
#include <files/message.h>

#include <kcall/invoke.h>
#include <process/hold.h>
#include <server/server.h>
#include <util/errno.h>
#include <util/string.h>

void *uxrt_request_registers(int service, struct uxrt_request *request)
{
    size_t most = request->write ? SHORT_WRITE_MAX : SHORT_READ_MAX;

    (void)service;
    if (request->count > most) {
        request->count = (uint32_t)most;
    }
    if (request->write && message_now()->form != FORM_MESSAGE) {
        int64_t got = uxrt_request_get(service, request, 0, message_now()->words,
            request->count);

        request->count = got > 0 ? (uint32_t)got : 0;
    }
    return message_now()->words;
}

/* Copies by the reply window, part by part. */
static int64_t copy_window(uint64_t from, void *data, size_t count,
    enum window_direction direction)
{
    uint64_t all = 0, done = 1;

    while (all < count && done) {
        if (kc_reply_window_copy(message_now()->reply, from + all, (uint64_t)data + all,
            count - all, direction, &done)) {
            break;
        }
        all += done;
    }
    return all || !count ? (int64_t)all : -EFAULT;
}

static size_t part_of(const struct uxrt_request *request, uint64_t from, size_t count)
{
    if (from >= request->count) {
        return 0;
    }
    return count < request->count - from ? count : (size_t)(request->count - from);
}

static struct space *client_space(void)
{
    return connection_process(message_now()->badge)->space;
}

/* Never asked for: requests with a buffer look plain. */
void *uxrt_request_buffer(int service, struct uxrt_request *request)
{
    (void)service;
    (void)request;
    return NULL;
}

int64_t uxrt_request_get(int service, const struct uxrt_request *request, uint64_t from,
    void *data, size_t count)
{
    (void)service;
    count = part_of(request, from, count);
    switch (message_now()->form) {
    case FORM_MESSAGE:
        memmove(data, (const char *)message_now()->words + from, count);
        return (int64_t)count;
    case FORM_BUFFER:
        return space_read(client_space(), message_now()->place + from, data, count);
    default:
        return copy_window(from, data, count, WINDOW_READ);
    }
}

int64_t uxrt_request_put(int service, const struct uxrt_request *request, uint64_t to,
    const void *data, size_t count)
{
    (void)service;
    count = part_of(request, to, count);
    switch (message_now()->form) {
    case FORM_MESSAGE:
        memmove((char *)message_now()->words + to, data, count);
        return (int64_t)count;
    case FORM_BUFFER:
        return space_write(client_space(), message_now()->place + to, data, count);
    default:
        return copy_window(to, (void *)(uintptr_t)data, count, WINDOW_WRITE);
    }
}

const struct identity *uxrt_identity(uint64_t badge)
{
    return connection_find(badge) ? connection_identity(BADGE_INDEX(badge)) : NULL;
}

const struct identity *server_identity(uint32_t index)
{
    return index < IDENTITY_MAX ? connection_identity(index) : NULL;
}

int64_t server_time(void)
{
    const struct process *init = process_find(1);

    return (int64_t)timer_uptime() + (init && init->page ? init->page->boot_time : 0);
}

bool server_held(uint64_t token)
{
    return hold_held(service_find(SERVICE_PROC), token);
}

int uxrt_wake(uint64_t badge, uint64_t files)
{
    struct process *process = connection_process(badge);

    if (process) {
        process_wake_files(process, files);
    }
    return process ? 0 : -EINVAL;
}

/* The process server has freed the connection itself. */
int uxrt_done(uint64_t badge)
{
    (void)badge;
    return 0;
}

/* Requests are answered at once, so none is parked or answered later. */
int uxrt_park(int service, const struct uxrt_request *request)
{
    (void)service;
    (void)request;
    return -ENOBUFS;
}

int uxrt_answer_from(int service, const struct uxrt_request *request, const void *data,
    int64_t result, bool end)
{
    (void)service;
    (void)request;
    (void)data;
    (void)result;
    (void)end;
    return -EINVAL;
}
