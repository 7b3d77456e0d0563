/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the library and lib/server say to each other about watched files: attribute(7),
 * ATTR_QUEUE and ATTR_WATCH. Events are the bits and records of inotify(7).
 */
#pragma once

#include <stdint.h>

enum watch_event {
    WATCH_ACCESS = 0x1, WATCH_MODIFY = 0x2, WATCH_ATTRIBUTES = 0x4,
    WATCH_CLOSE_WRITE = 0x8, WATCH_CLOSE = 0x10, WATCH_OPEN = 0x20,
    WATCH_MOVED_FROM = 0x40, WATCH_MOVED_TO = 0x80, WATCH_CREATE = 0x100,
    WATCH_DELETE = 0x200, WATCH_DELETE_SELF = 0x400, WATCH_MOVE_SELF = 0x800,
    WATCH_EVENTS = 0xfff,
    /* In records alone: events were lost; the watch has ended; it is about a directory. */
    WATCH_OVERFLOW = 0x4000, WATCH_IGNORED = 0x8000, WATCH_DIRECTORY = 0x40000000,
};

/* Beside the events in what is asked for: only the first one; no more of what has lost its
 * name; these events too, if it is watched already; only if it is not: EEXIST. */
enum watch_how {
    WATCH_ONCE = 0x10000, WATCH_NAMED = 0x20000, WATCH_ADD = 0x40000, WATCH_NEW = 0x80000,
};

/* Of one server: events that wait in a queue, queues, watches. */
enum { WATCH_EVENTS_MAX = 4096, WATCH_QUEUES_MAX = 128, WATCHES_MAX = 8192 };

/* What is read from a queue: whole records, one after the other. */
struct watch_record {
    int32_t watch;              /* its number; -1 with OVERFLOW */
    uint32_t mask, cookie;      /* cookie: the same for both names of a rename */
    uint32_t length;            /* of the name with NULs, a multiple of 16; or 0 */
    char name[];
};
