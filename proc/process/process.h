/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and their threads. A process is found by its pid or by the index of one of
 * its connections. It ends in steps that never wait for anybody: its threads are
 * stopped, its services and connections ended, its memory freed; what is left is its
 * status until its parent asks (a zombie).
 */
#pragma once

#include <memory/space.h>
#include <time/timer.h>
#include <transport/layout.h>
#include <transport/process.h>
#include <uxrt/transport.h>

struct namespace;
struct process;
struct service;
struct buffer;

/* A word of shared memory that a thread waits for: futex.c. */
struct futex_wait {
    const struct object *object;        /* null: it waits for none */
    uint64_t place;                     /* byte of the object */
    struct thread *next;
};

struct thread {
    struct process *process;
    uint32_t number;            /* in the process */
    uint32_t tid;               /* in the system; the first one's is the pid */
    cptr tcb, sc, notification;
    cptr event;                 /* the notification, with the badge of events */
    struct thread_page *page;   /* shared with it, in our memory */
    struct timer alarm;         /* of PROC_ALARM */
    struct futex_wait futex;
    uint64_t pending;           /* signals for this thread alone */
    uint64_t used;              /* processor time, microseconds (usage.h) */
    uint64_t cores;             /* where it may run: bit n for core n */
    struct process *child;      /* whose exec or end it is to be told of, or null */
    bool suspended;             /* because its process is stopped */
    bool live;
    bool bound;                 /* receives its notification with its requests */
    struct thread *next;        /* of those with the same hash */
};

enum {
    PROCESSES_MAX = 1000,
    HANDLES_MAX = 16384,
    HANDLES_PER_FRAME = PAGE_SIZE / sizeof(struct object *),
    DEVICES_MAX = 8,            /* slots SLOT_DEVICE + n */
};

/* What is told of a signal. */
struct signal_info {
    int32_t code, status;
    uint32_t pid, uid;
    uint64_t address;           /* or the value that was queued with it */
    uint32_t trap, error;       /* of a fault: the processor's */
};

/* An interval timer: PROC_TIMER. */
struct interval {
    struct timer timer;         /* first */
    uint64_t deadline, every;   /* nanoseconds of its clock; deadline 0: it is not set */
    unsigned which;             /* PROC_TIMER_ */
};

struct signals {
    uint64_t pending, ignored, handled;     /* bit n - 1: signal n */
    bool stopped, report_stop, report_continue;
    bool no_stops;              /* stopped children are no news */
    bool no_zombies;            /* nor are those that have ended: they just go */
    uint8_t stop_signal;
    struct interval intervals[PROC_TIMERS];
    struct queued *queue;       /* pending.c */
    uint64_t queue_count;
    struct posix_timer *timers; /* posix_timer.c */
    struct process *next_posted;    /* signal.c: of those whose threads have yet to look */
    bool posted;
};

struct process {
    uint32_t pid;
    uint32_t frame;             /* where this is */
    struct process *parent, *children, *sibling;    /* sibling: next child of parent */
    struct thread *maker;       /* is to be told when this execs or ends, or null */
    struct process *next;       /* of those with the same hash */
    struct process *before, *after;     /* of all, by pid */
    struct space *space;
    cptr cspace;                /* CNode of CSPACE_BITS */
    struct object *page_object;
    struct process_page *page;  /* in our memory */
    struct namespace *namespace;
    struct thread *threads[THREADS_MAX];
    unsigned thread_count;
    uint32_t connections[SLOTS];        /* slot -> connection index, or 0 */
    unsigned next_slot;                 /* where to look for a free one */
    unsigned slots_end;                 /* none is used from here on */
    unsigned buffer_count;
    struct buffer *left_buffers;        /* of servers that have died */
    struct service *services[SERVICES_MAX];
    uint32_t groups[GROUPS_MAX];
    uint32_t group_count;
    uint64_t begun;             /* nanoseconds since boot */
    uint64_t used, children_used;   /* microseconds: of threads and children that ended */
    struct uxrt_counts counts;      /* of threads that ended (counts.h) */
    uint32_t handles[HANDLES_MAX / HANDLES_PER_FRAME]; /* frames of struct object * */
    uint32_t handle_count, free_handle; /* open; none below this is free */
    cptr replies[REPLIES_MAX];  /* our capabilities to its reply objects, or 0 */
    cptr devices[DEVICES_MAX];  /* and to its ports and interrupts */
    struct signals signals;
    int status;                 /* when it is a zombie */
    struct process *next_ending;    /* of those that process_kill() has yet to end */
    bool zombie;
    bool executed;              /* it has begun another program: its group is its own matter */
    bool no_tty;                /* it has given up its session's terminal */
    char name[32];              /* last component of the program */
};
_Static_assert(sizeof(struct process) <= PAGE_SIZE, "it has one page");

/* The process with this pid, or null; the next one after a pid, to list them. */
struct process *process_find(uint32_t pid);
struct process *process_next(uint32_t after);
/* How many there are, zombies too. */
unsigned process_total(void);

/* A new process without threads and memory, as a child of `parent` (null: the first one),
 * whose ids, groups and namespace it shares; null: no memory, or too many processes. */
struct process *process_create(struct process *parent);
/* A zombie that nobody asks about: it goes when the message at hand is done. */
void process_discard(struct process *process);
void process_free_discarded(void);
/* Takes it out of the table and frees what is left. */
void process_free(struct process *process);
/* Maps what each space holds that is not inherited: its page and its namespace. */
bool process_map_pages(struct process *process, struct space *space);
/* A new process's first connection, to the process server. */
bool process_connect(struct process *process);

/* The first process: uid 0; starts the library's loader with `blob`. */
struct process *process_start_first(const void *blob, size_t bytes);

/* Names it after the program in these bytes of its space (struct start). */
void process_take_name(struct process *process, uint64_t address, size_t bytes);

/* Ends it now, whatever its threads do; `status` as for PROC_EXIT. */
void process_kill(struct process *process, int status);
/* For a child that could not be made complete: it goes without a trace. */
void process_abandon(struct process *process);
/* Ends all threads but one (or null), services and what belongs to them, drops handles. */
void process_strip(struct process *process, const struct thread *kept);
/* It has exec'd or ended: whoever waits for that after a fork goes on. */
void fork_done(struct process *child);
/* Sets event bits of all its threads and wakes them. */
void process_wake(struct process *process, uint32_t events);
/* With EVENT_WAKE: bits of files (thread_page.woken). */
void process_wake_files(struct process *process, uint64_t files);

/* Takes a fault message of a thread; true if the thread shall go on (reply to it). */
bool process_fault(struct thread *thread, uint64_t label, const uint64_t mr[4]);
