/* SPDX-License-Identifier: BSD-2-Clause */
/* What is left to be taken apart: see reclaim.h. */
#include <memory/reclaim.h>

#include <memory/space.h>

static struct list left = {&left, &left};

void reclaim_start(struct reclaim *reclaim, bool (*step)(struct reclaim *, size_t))
{
    reclaim->step = step;
    if (!step(reclaim, RECLAIM_STEP)) {
        list_append(&left, &reclaim->link);
    }
}

/* A step may free the structure, so the link is taken out before. */
bool memory_reclaim(void)
{
    struct reclaim *reclaim;

    if (list_empty(&left)) {
        return false;
    }
    reclaim = list_entry(left.next, struct reclaim, link);
    list_remove(&reclaim->link);
    if (!reclaim->step(reclaim, RECLAIM_STEP)) {
        list_append(&left, &reclaim->link);
    }
    return true;
}

bool memory_find(void)
{
    return memory_reclaim() || space_drop_spare();
}

bool memory_reclaiming(void)
{
    return !list_empty(&left);
}
