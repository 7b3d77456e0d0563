/* SPDX-License-Identifier: BSD-2-Clause */
/* A server for tests; see peer.h. */
#include "peer.h"

#include <transport/layout.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/server.h>

enum kind { KIND_NONE, KIND_DATA, KIND_SILENT, KIND_LATER, KIND_WAKE, KIND_DIE,
            KIND_RECORD, KIND_STATE, KINDS };
static const char *const kind_names[KINDS] = {
    "", "data", "silent", "later", "wake", "die", "record", "state",
};

enum { FILES = 256, PARKED = 16 };

static struct peer_file {
    uint64_t badge;             /* 0: unused */
    uint32_t id;
    enum kind kind;
} files[FILES];

static struct {
    struct uxrt_request request;
    uint32_t cancel;
    bool taken;
} parked[PARKED];

static uint8_t store[PEER_SIZE], record[4096];
static size_t record_size;
static bool awake;
static uint64_t waiting;        /* who waits for "later" */
static struct peer_state state;
static enum peer_form form;
static int service;

static struct peer_file *find(uint64_t badge, uint32_t id)
{
    for (struct peer_file *file = files; file < files + FILES; file++) {
        if (file->badge == badge && file->id == id)
            return file;
    }
    return NULL;
}

/* Moves bytes between `memory` and the request as the server's form says; how many. */
static int64_t move(struct uxrt_request *r, uint8_t *memory, size_t count)
{
    void *data = NULL;

    if (form == PEER_PLAIN) {
        return r->write ? uxrt_request_get(service, r, 0, memory, count)
                        : uxrt_request_put(service, r, 0, memory, count);
    }
    data = form == PEER_SHORT ? uxrt_request_registers(service, r)
                              : uxrt_request_buffer(service, r);
    if (!data)
        return -EFAULT;
    count = count < r->count ? count : r->count;    /* the form's limit is there now */
    memcpy(r->write ? memory : data, r->write ? data : memory, count);
    return (int64_t)count;
}

static int64_t do_open(struct uxrt_request *r)
{
    struct peer_file *file = find(0, 0);
    char name[64] = {0};
    int64_t got = uxrt_request_get(service, r, 4, name, sizeof(name) - 1);

    if (got < 0 || !file)
        return got < 0 ? got : -ENFILE;
    for (enum kind kind = 1; kind < KINDS; kind++) {
        if (strcmp(name, kind_names[kind]))
            continue;
        *file = (struct peer_file){
            r->badge, (uint32_t)(r->offset & LAST_FILE), kind};
        state.opened++;
        return r->count;
    }
    return -ENOENT;
}

static int64_t do_attribute(struct uxrt_request *r)
{
    struct peer_file *file = find(r->badge, r->file);

    switch (ATTRIBUTE_OF(r->offset)) {
    case ATTR_OPEN:
        return do_open(r);
    case ATTR_CLOSE:
        if (!file)
            return -EBADF;
        state.closed++;
        *file = (struct peer_file){0};
        return 0;
    default:
        return -ENOTTY;
    }
}

static int64_t do_data(struct uxrt_request *r)
{
    uint64_t room = r->offset < PEER_SIZE ? PEER_SIZE - r->offset : 0;

    if (r->offset == PEER_COUNTS && !r->write) {
        return uxrt_request_put(service, r, 0, uxrt_counts(),
            r->count < sizeof(struct uxrt_counts) ? r->count : sizeof(struct uxrt_counts));
    }
    if (!room)
        return r->write ? -ENOSPC : 0;
    return move(r, store + r->offset, r->count < room ? r->count : room);
}

enum { NO_ANSWER = 1 << 30 };

static int64_t do_silent(struct uxrt_request *r)
{
    const struct identity *identity = uxrt_identity(r->badge);

    for (unsigned i = 0; i < PARKED && identity; i++) {
        if (parked[i].taken)
            continue;
        if (uxrt_park(service, r) < 0)
            return -ENOBUFS;
        parked[i].request = *r;
        parked[i].cancel = identity->cancel;
        parked[i].taken = true;
        state.parked++;
        return NO_ANSWER;
    }
    return -ENOBUFS;
}

static int64_t do_later(struct uxrt_request *r)
{
    uint8_t byte = 'x';

    if (!awake) {
        waiting = r->badge;
        return -ERROR_WAIT;
    }
    awake = false;
    return move(r, &byte, 1);
}

static int64_t do_wake(struct uxrt_request *r)
{
    awake = true;
    if (waiting)
        (void)uxrt_wake(waiting, UINT64_MAX);
    waiting = 0;
    return r->count;
}

static int64_t do_die(struct uxrt_request *r)
{
    (void)r;
    uxrt_exit(3);
}

static int64_t do_record(struct uxrt_request *r)
{
    if (r->write) {
        if (r->count > sizeof(record))
            return -EMSGSIZE;
        int64_t got = uxrt_request_get(service, r, 0, record, r->count);

        record_size = got < 0 ? 0 : (size_t)got;
        return got;
    }
    if (r->count < record_size)
        return -EMSGSIZE;
    return uxrt_request_put(service, r, 0, record, record_size);
}

static int64_t do_state(struct uxrt_request *r)
{
    return r->write || r->count < sizeof(state) ? -EINVAL
           : uxrt_request_put(service, r, 0, &state, sizeof(state));
}

static int64_t (*const handlers[KINDS])(struct uxrt_request *) = {
    NULL, do_data, do_silent, do_later, do_wake, do_die, do_record, do_state,
};

static int64_t handle(struct uxrt_request *r)
{
    if (r->offset & ATTRIBUTE && !r->current)
        return do_attribute(r);
    struct peer_file *file = find(r->badge, r->file);

    state.requests++;
    return file ? handlers[file->kind](r) : -EBADF;
}

/* Connections that ended, and calls that were cancelled. */
static void look(void)
{
    for (unsigned i = 0; i < PARKED; i++) {
        if (!parked[i].taken)
            continue;
        const struct identity *identity = uxrt_identity(parked[i].request.badge);
        bool live = identity && identity->state == IDENTITY_LIVE;

        if (live && identity->cancel == parked[i].cancel)
            continue;
        parked[i].taken = false;
        state.parked--;
        state.cancelled += live;
        (void)uxrt_answer(service, &parked[i].request, -EINTR, false);
    }
    for (struct peer_file *file = files; file < files + FILES; file++) {
        uint64_t badge = file->badge;
        const struct identity *identity = badge ? uxrt_identity(badge) : NULL;

        if (!badge || (identity && identity->state == IDENTITY_LIVE))
            continue;
        for (struct peer_file *own = files; own < files + FILES; own++) {
            if (own->badge == badge)
                *own = (struct peer_file){0};
        }
        state.ended++;
        (void)uxrt_done(badge);
    }
}

int main(int argc, char **argv)
{
    struct uxrt_request request;
    int got;

    if (argc < 3)
        return 2;
    form = (enum peer_form)(argv[2][0] - '0');
    service = uxrt_serve(argv[1], PARKED);
    if (service < 0)
        return 1;
    got = uxrt_receive(service, &request);
    while (got >= 0) {
        if (got == UXRT_NOTIFIED) {
            look();
            got = uxrt_receive(service, &request);
            continue;
        }
        int64_t result = handle(&request);

        got = result == NO_ANSWER ? uxrt_receive(service, &request)
              : uxrt_answer_and_receive(service, &request, result, false);
    }
    return 4;
}
