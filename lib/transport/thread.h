/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the library keeps for each thread, in the private page of its block, and how code
 * finds it. The library has no thread-local variables: FS and GS are the program's. Every
 * function gets the thread as its first argument; programs get it once (table.h, attach)
 * and the entry of foreign system calls by masking its stack pointer.
 */
#pragma once

#include <stdbool.h>

#include <transport/layout.h>
#include <uxrt/transport.h>

enum { TURN_NAME = 44 };    /* bytes; longer ones are not kept */

/* The last name that led to a service (turn.h). */
struct turn {
    uint32_t service;       /* to which it led */
    uint32_t sequence;      /* of the mount table, before */
    uint16_t root;          /* of the process server, at which the name began */
    uint8_t length;         /* 0: none */
    char name[TURN_NAME];
};

struct uxrt_thread {
    struct ipc_buffer *ipc;         /* BLOCK_IPC of this block; null: not prepared yet */
    struct thread_page *shared;     /* BLOCK_SHARED of this block */
    uint32_t number;
    uint32_t tid;
    struct uxrt_counts counts;
    uint64_t unusual;               /* keeps it off the fastest paths: UNUSUAL_ bits, and
                                       the reasons (BADGE_) of notifications that came
                                       while it waited as a client, for its next
                                       receive */
    int64_t small_offset;           /* of the small request under way (small.c) */
    int small_descriptor;
    int64_t wait_end;               /* of a wait that a server has limited; 0: none is */
    /* As a client: its buffer with the server of each connection slot: place in the
       buffer area, and bytes (0: there is none). */
    uint32_t buffer_place[SLOTS];   /* / PAGE, so that it fits: place >> 12 */
    uint32_t buffer_size[SLOTS];
    /* As a server: its reply objects (SLOT_REPLY + first, count), which are free (bit n:
       first + n), and memory for long data that a client gave in another form (mapped at
       first use). */
    int service;                    /* descriptor that it received from last; -1: none,
                                       or something is unusual */
    const struct identity *identities;  /* IDENTITY_TABLE */
    uint64_t endpoint;              /* of that */
    struct turn turn;
    /* Signals (lib/unix). */
    bool mask_saved;                /* the mask is a temporary one, instead of: */
    uint64_t mask;
    uint64_t alternate, alternate_size;     /* sigaltstack; size 0: none */
    uint8_t reply_first, reply_count;
    uint64_t reply_free;
    void *stand_in;
    uint64_t stand_in_size;
};
_Static_assert(sizeof(struct uxrt_thread) <= 4096, "it has one page");

#define UNUSUAL_STAND_IN (UINT64_C(1) << 62)   /* a read has its room elsewhere */
#define UNUSUAL_TRACE    (UINT64_C(1) << 61)   /* its requests are recorded (trace.h) */
#define UNUSUAL_REASONS  (UNUSUAL_TRACE - 1)

static inline void thread_unusual(struct uxrt_thread *t, uint64_t bits)
{
    t->unusual |= bits;
    t->service = -1;
}

/* The thread on whose library stack this runs. */
static inline struct uxrt_thread *thread_by_stack(void)
{
    uint64_t block = (uint64_t)__builtin_frame_address(0) & ~(BLOCK_SIZE - 1);

    return (struct uxrt_thread *)(block + BLOCK_PRIVATE);
}

static inline struct uxrt_thread *thread_numbered(unsigned number)
{
    return (struct uxrt_thread *)(thread_block(number) + BLOCK_PRIVATE);
}

/* The thread of this number, prepared: before its first call. Whoever begins a thread, or
 * goes on in a child of fork, calls it; its page is zero or that of the parent's
 * thread. */
struct uxrt_thread *thread_prepare(unsigned number);
