/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last name under /srv that led a thread to its service. It is asked of the process
 * server once, and again when the mount table's sequence count has changed: that counts
 * changes of the table and ends of names.
 */
#pragma once

#include <transport/resolve.h>

/* The sequence count, to be looked at before the process server is asked. */
static inline uint32_t turn_sequence(void)
{
    return __atomic_load_n(&((const struct mount_table *)MOUNT_TABLE)->sequence,
        __ATOMIC_ACQUIRE);
}

/* Where in the walk's text a name ends that begins there, below this place of the process
 * server, and is known; 0: it must be asked for. */
uint32_t turn_known(const struct turn *turn, const struct walk *walk,
    const struct mount_place *place, uint32_t begin);

/* The name from begin to end led to this service. */
void turn_keep(struct turn *turn, const struct walk *walk, uint16_t root, uint32_t begin,
    uint32_t end, uint32_t service, uint32_t sequence);
