/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads and objects that random tests play with, and one step of such a test:
 * some core makes a system call, faults, is interrupted, or goes on in the kernel. All
 * decisions come from choice.h.
 */
#pragma once

#include <core/types.h>

/* Slots of the root CNode whose capabilities the steps use. */
enum {
    WORLD_NOTIFICATION = 120,   /* the root task waits here for more to do */
    WORLD_HANDLER = 121,        /* interrupt WORLD_IRQ wakes it */
    WORLD_FIRST = 128,
    WORLD_SLOTS = 128,
    WORLD_IRQ = 5
};

/* After machine_reset(): the root task makes a fresh world. */
void world_make(void);
/* The slot of the untyped capability that all of it is made from. */
word world_memory(void);
/* One step; false when nothing can happen any more. */
bool world_step(void);
/* Steps until all cores have left the kernel: then invariants hold. */
void world_settle(void);
