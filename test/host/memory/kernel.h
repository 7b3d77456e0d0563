/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that is made up of the few objects that proc/memory uses: it answers system calls
 * as the real one does, and ends the program where the real one would report a mistake of
 * its caller. The process server's own pages are really there, at the addresses it chose.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <kcall/invoke.h>

enum { MEMORY_BITS = 24, MEMORY_CAP = 64, FIRST_SLOT = 128, FRAME_SLOTS = 30000,
       FRAMES = 5000 };

/* Makes the memory; MEMORY_CAP is its untyped capability. */
void kernel_begin(void);

/* The word that a thread of an address space has at an address, or null if it would raise a
 * page fault. */
uint64_t *kernel_access(cptr vspace, uint64_t address, bool write);

/* While this is on, memory is now and then not to be had. */
void kernel_run_short(bool on);
bool kernel_is_short(void);
