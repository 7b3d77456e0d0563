/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things are in every process: addresses, capabilities, and the pages shared with the
 * process server. Used by the system library and the process server. Programs own what is
 * below PROGRAM_END.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <abi/message.h>
#include <transport/protocol.h>

/* Addresses. What is the system's lies in one GiB, and most of it in 2 MiB, so that a process
 * has few page tables for it. */
#define PROGRAM_BASE     UINT64_C(0x000000010000)
#define PROGRAM_END      UINT64_C(0x7a4000000000)
#define LIBRARY_BASE     UINT64_C(0x7a4000000000) /* the system library: text, then data */
#define PROCESS_PAGE     UINT64_C(0x7a4000100000) /* struct process_page, read-only */
#define MOUNT_TABLE      UINT64_C(0x7a4000104000) /* struct mount_table, read-only */
#define THREAD_AREA      UINT64_C(0x7a4000110000) /* thread blocks */
#define BUFFER_TABLE     UINT64_C(0x7a4000800000) /* struct buffer_entry[], servers, read-only */
#define IDENTITY_TABLE   UINT64_C(0x7a4000810000) /* struct identity[], the same */
#define BUFFER_AREA      UINT64_C(0x7a4020000000) /* shared buffers */

/* Buffer n is at BUFFER_AREA + n * BUFFER_STRIDE, in the client and in the server. */
#define BUFFER_STRIDE    UINT64_C(0x100000)
#define BUFFER_FIRST     UINT64_C(0x4000)         /* bytes of a new buffer */
#define BUFFERS_MAX      4096

/*
 * Thread block n is at THREAD_AREA + n * BLOCK_SIZE, so that the block is found by masking
 * the stack pointer. From its start: a guard page, the library's stack (it ends at
 * BLOCK_PRIVATE), a page for the library alone, the page shared with the process server,
 * and the page of the IPC buffer. None of them is ever copy-on-write.
 */
#define BLOCK_SIZE       UINT64_C(0x10000)
#define BLOCK_STACK      UINT64_C(0x1000)
#define BLOCK_PRIVATE    UINT64_C(0xd000)
#define BLOCK_SHARED     UINT64_C(0xe000)         /* struct thread_page */
#define BLOCK_IPC        UINT64_C(0xf000)         /* struct ipc_buffer */
#define THREADS_MAX      64                       /* in one process */

static inline uint64_t thread_block(unsigned thread)
{
    return THREAD_AREA + thread * BLOCK_SIZE;
}

/*
 * Capabilities: slot n of the process's only CNode has the address CAP_BASE + n. The guard
 * makes small integers, and everything else, resolve to nothing.
 */
#define CSPACE_BITS      8
#define CSPACE_GUARD     UINT64_C(0xca5e0000000000) /* 64 - CSPACE_BITS bits */
#define CAP_BASE         (CSPACE_GUARD << CSPACE_BITS)

enum process_slot {
    SLOT_PROC = 1,                                 /* connection to the process server */
    SLOT_ENDPOINT = 2,                             /* of service n of this process: + n */
    SLOT_NOTIFY = 16,                              /* of thread n: + n; wait only */
    SLOT_REPLY = SLOT_NOTIFY + THREADS_MAX,        /* reply object n: + n */
    SLOT_CONNECTION = SLOT_REPLY + 64,             /* the others, in order of use */
    SLOTS = 1 << CSPACE_BITS,
    SERVICES_MAX = 4,                              /* that one process serves */
    REPLIES_MAX = 64,
    SLOT_DEVICE = SLOT_ENDPOINT + SERVICES_MAX,    /* drivers: ports, interrupt: + 0 to 7 */
};

static inline uint64_t cap_at(unsigned slot)
{
    return CAP_BASE + slot;
}

/* A badge: 0 in bit 63, generation in bits 20 to 51, index in bits 0 to 19. Notifications
 * have bit 63 set, and then these reasons. */
#define BADGE_INDEX_BITS        20
#define BADGE_INDEX(badge)      ((uint32_t)(badge) & 0xfffff)
#define BADGE_GENERATION(badge) ((uint32_t)((badge) >> BADGE_INDEX_BITS))
#define BADGE_NOTIFY            (UINT64_C(1) << 63)

static inline uint64_t badge_of(uint32_t index, uint32_t generation)
{
    return index | (uint64_t)generation << BADGE_INDEX_BITS;
}

enum { GROUPS_MAX = 16 };       /* supplementary groups of a process */

enum identity_state { IDENTITY_FREE, IDENTITY_LIVE, IDENTITY_ENDING };

/*
 * Who a connection is. Written by the process server alone; servers read entry
 * BADGE_INDEX(badge) and believe it if the generation agrees. Fields change one by one,
 * state last. ENDING: no request will come any more; the server finishes, closes all files
 * of the connection once, and says PROC_DONE.
 * Entry 0 is no connection: its `cancel` counts the connections, of any service, that have
 * become ENDING, so that servers know when to look at all.
 */
struct identity {
    uint32_t generation;
    uint32_t state;             /* enum identity_state */
    uint32_t service;           /* number of the service it leads to */
    uint32_t cancel;            /* counts cancellations: when it changes, every parked
                                   request of the connection is answered, or with EINTR */
    uint32_t pid, pgid, sid;
    uint32_t uid, gid, umask;   /* effective user and group */
    uint64_t parent;            /* badge of the connection it was forked from, or 0 */
    uint64_t fork_token;        /* what ATTR_FORK gave for that */
    uint32_t root_count;
    uint32_t group_count;
    uint64_t roots[ROOTS_MAX];  /* file ROOT_FILE + n: this node of the service; 0 = "/" */
    uint32_t groups[GROUPS_MAX];
    uint32_t interrupt;         /* it has a signal to take: park nothing for it */
    uint32_t ignored;           /* signals 1 to 32 that it ignores, as bits */
    uint32_t used_end;          /* of entry 0 alone: none from here on was ever used */
    uint32_t reserved[13];
};
_Static_assert(sizeof(struct identity) == 256, "16 entries in a page");
#define IDENTITY_MAX    4096

/* Shared buffers, by number. Servers check that the caller's connection owns one. */
struct buffer_entry {
    uint64_t badge;             /* connection, or 0: no such buffer */
    uint64_t size;              /* bytes */
};

/* Limits of a process by the numbers of setrlimit(2). */
enum { LIMIT_FILE_SIZE = 1, LIMIT_DATA = 2, LIMIT_STACK = 3, LIMIT_PROCESSES = 6,
       LIMIT_FILES = 7, LIMIT_MEMORY = 9, LIMIT_SIGNALS = 11, LIMITS = 16 };
#define LIMIT_NONE UINT64_MAX

struct process_limit {
    uint64_t soft, hard;        /* LIMIT_NONE: none */
};

/* Of each process, read-only to it. */
struct process_page {
    uint32_t pid, ppid, pgid, sid;
    uint32_t uid, euid, suid, gid, egid, sgid;
    uint32_t umask;
    uint32_t cores;
    uint64_t tsc_hz;            /* time-stamp counter's frequency */
    uint64_t boot_tsc;          /* its value at boot */
    int64_t boot_time;          /* nanoseconds since 1970 then */
    uint64_t ignored;           /* signals that are ignored: bit n - 1 */
    int32_t nice;               /* -20 to 19, of setpriority(2) */
    uint32_t group_count;       /* supplementary groups */
    uint32_t groups[GROUPS_MAX];
    struct process_limit limits[LIMITS];
};

/* Bits of thread_page.events. */
enum thread_event { EVENT_WAKE = 1, EVENT_SIGNAL = 2, EVENT_TIMER = 4, EVENT_CHILD = 8,
                    EVENT_FUTEX = 16, EVENT_FORK = 32 };

/* Places in thread_page, and bytes of struct foreign_frame, which a foreign call puts on
 * top of the library's stack. */
enum { PAGE_PENDING = 72, PAGE_BLOCKED = 80, PAGE_IN_LIB = 88, PAGE_HOLD = 92,
       FRAME_BYTES = 176 };

enum { THREAD_NAME = 16 };

/* Of each thread, written by the library and the process server. */
struct thread_page {
    uint32_t events;            /* set by the process server, which then signals the
                                   thread's notification; cleared by the library */
    uint32_t tid;
    uint64_t result[8];         /* of the thread's last call of the process server */
    /* Signals; bit n - 1 is signal n. */
    uint64_t pending;           /* by the process server: what there is */
    uint64_t blocked;           /* by the library: the mask */
    uint32_t in_lib;            /* 1: in a foreign call; see entry.S */
    uint32_t hold;              /* by the process server: do not enter any further */
    struct user_context interrupted;    /* at the library's signal entry: where it was */
    uint64_t waited;            /* by the library: signals that end a wait though blocked */
    char name[THREAD_NAME];     /* by the library: of the thread, as /proc shows it */
    uint32_t death_signal;      /* by the library: wanted when the parent ends */
    uint64_t robust;            /* by the library: list of the mutexes that it holds and that
                                   shall not be lost with it; 0: none */
    uint64_t woken;             /* with EVENT_WAKE: bit n: a file whose id is n modulo 64
                                   may have become ready; cleared by the library */
};
_Static_assert(offsetof(struct thread_page, pending) == PAGE_PENDING
                   && offsetof(struct thread_page, blocked) == PAGE_BLOCKED
                   && offsetof(struct thread_page, in_lib) == PAGE_IN_LIB
                   && offsetof(struct thread_page, hold) == PAGE_HOLD,
    "entry.S has these");

/*
 * A namespace. Entries in the order in which they are tried: longest prefix first, and
 * within one prefix the first of a union first. Readers repeat if `sequence` was odd or has
 * changed meanwhile.
 */
enum { MOUNTS_MAX = 60, MOUNT_PREFIX = 239 };

struct mount_entry {
    uint32_t service;
    uint16_t root;              /* index in identity.roots of connections to the service */
    uint16_t flags;             /* UXRT_MOUNT_ */
    uint8_t length;             /* bytes of the prefix */
    char prefix[MOUNT_PREFIX];  /* absolute, no slash at its end; "/" has length 0 */
    uint64_t padding;
};

struct mount_table {
    uint32_t sequence;
    uint32_t count;
    struct mount_entry entries[MOUNTS_MAX];
};
