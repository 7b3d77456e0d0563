/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spaces and objects that nobody uses any more, and that are too large to be taken apart at
 * once. Whoever serves does it bit by bit while there is no request; so does an allocation
 * that finds nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <util/list.h>

/* Pages that one step takes apart. */
enum { RECLAIM_STEP = 256 };

/* Something to be taken apart: `step` does up to so many pages, and returns true when it has
 * finished, and the link and what it is in are gone. */
struct reclaim {
    struct list link;
    bool (*step)(struct reclaim *reclaim, size_t pages);
};

/* Does one step at once, and if that is not all, leaves the rest for later. */
void reclaim_start(struct reclaim *reclaim, bool (*step)(struct reclaim *, size_t));

/* Does a step. False: nothing is left to do. */
bool memory_reclaim(void);
/* The same; if nothing is left, gives up something that is kept to be used again. */
bool memory_find(void);
/* True if something is left to do. */
bool memory_reclaiming(void);
