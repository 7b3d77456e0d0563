/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stand-in for <uxrt/server.h> under lib/server: an identity table in memory, requests
 * in any of the three forms, and a record of answers. Every answer is checked: one for
 * each request, not more done than asked.
 */
#pragma once

#include <server/server.h>
#include <transport/layout.h>
#include <transport/process.h>

enum { FAKE_REPLIES = 16, FAKE_ROOM = 1 << 17 };

/* What fake_call returns if there is no answer yet; the reply's number is in
 * fake.reply. */
#define FAKE_PARKED INT64_MIN

struct fake_reply {
    bool taken, parked, answered;
    bool write;
    uint8_t form;
    uint64_t badge;
    int64_t result;
    bool end;
    uint32_t count;
    unsigned char *memory;      /* of the client: `room` bytes */
    size_t room;
};

struct fake {
    struct server *server;
    unsigned form;              /* of the next requests; long if need be */
    bool fault;                 /* pages of windows are missing */
    bool full;                  /* heap_alloc finds nothing */
    unsigned reply;             /* of the last request */
    bool end;
    uint64_t answered, received;
    uint64_t woken;             /* calls of uxrt_wake */
    uint64_t woken_badge;
    uint64_t woken_files;
    uint64_t held;              /* token that somebody keeps (uxrt_hold) */
    uint64_t done;              /* calls of uxrt_done */
    size_t blocks;              /* of the heap, in use */
    struct fake_reply replies[FAKE_REPLIES];
    unsigned char memory[FAKE_ROOM];    /* bytes that a read got, or a turn */
    struct identity identities[IDENTITY_MAX];
};
extern struct fake fake;

/* A connection of this user; index 1 and up. Returns its badge. */
uint64_t fake_connect(uint32_t index, uint32_t uid, uint32_t gid);
/* The child of a fork. */
uint64_t fake_child(uint32_t index, uint64_t parent, uint64_t token);
/* Ends it as the process server does, and tells the server. */
void fake_end(uint64_t badge);
void fake_cancel(uint64_t badge);

/* One request. `data` is what is written, or the name that a read is of, if it is a short
 * one; bytes read are in fake.memory afterwards. */
int64_t fake_call(uint64_t badge, uint32_t file, bool write, uint64_t offset,
    bool current, const void *data, size_t count);

/* Shorter: bytes at an offset (UXRT_CURRENT: the position), and attributes. */
int64_t fake_read(uint64_t badge, uint32_t file, size_t count, int64_t offset);
int64_t fake_write(uint64_t badge, uint32_t file, const char *text, int64_t offset);
int64_t fake_get(uint64_t badge, uint32_t file, unsigned attribute, uint64_t argument,
    size_t count);
int64_t fake_set(uint64_t badge, uint32_t file, unsigned attribute, uint64_t argument,
    const void *data, size_t count);
int64_t fake_stat(uint64_t badge, uint32_t base, const char *name, uint32_t flags);
int64_t fake_open(uint64_t badge, uint32_t base, const char *name, uint32_t id,
    uint32_t flags, uint32_t mode);
int64_t fake_close(uint64_t badge, uint32_t id);

/* A write of an attribute whose record is a number and one or two names. */
int64_t fake_names(uint64_t badge, uint32_t base, unsigned attribute, uint64_t argument,
    const uint32_t *head, const char *first, const char *second);

/* The result of a parked request that has been answered, which is forgotten then. */
int64_t fake_take(unsigned reply);
bool fake_waits(unsigned reply);
