/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random requests: capabilities picked by type from the slots of the world (world.h),
 * and invocations built of them. Used by operation.c and repair.c.
 */
#pragma once

#include <core/cap.h>

#include "user.h"

/* --- pick.c ----------------------------------------------------------------------- */

/* A slot of the world with such a capability; any slot if there is none. */
word pick(enum cap_type type);
/* How many such slots there are. */
unsigned pick_count(enum cap_type type);
/* One whose capability is of this kind; any of the type if there is none. */
word pick_if(enum cap_type type, bool (*wanted)(struct cap cap));
/* Any capability. */
word pick_any(void);
/* Of an endpoint capability: are senders queued there? */
bool senders_wait(struct cap cap);
/* Of a reply capability: does a caller wait for it? */
bool is_awaited(struct cap cap);

/* A slot in the root CNode or in a small one, by what names it in invocations. */
struct place {
    word root, index, depth;
};
struct place place_full(void);
struct place place_empty(void);

struct request invocation(word cap, word label);
/* Now and then something else is added. */
void add_word(struct request *r, word value);
void add_cap(struct request *r, word cap);
void add_place(struct request *r, struct place p);

/* --- ask_caps.c -------------------------------------------------------------------- */

struct request ask_retype(void);
struct request ask_copy(void);
struct request ask_rotate(void);
struct request ask_destroy(void);
struct request ask_interrupt(void);
struct request ask_page(void);
struct request ask_domain(void);

/* --- ask_threads.c ----------------------------------------------------------------- */

struct request ask_thread(void);
struct request ask_configure(void);
/* `t` is the thread that will ask. */
struct request ask_context(const struct tcb *t);
