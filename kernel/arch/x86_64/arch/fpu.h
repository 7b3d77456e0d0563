/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point state. A thread's first use is exception #NM; from then on its state is
 * loaded whenever it runs (unless it is still there, core.arch.fpu_owner), and no thread
 * that uses it ever runs over the state of another. The state of one that has stopped stays
 * in the processor until somebody needs the room.
 */
#pragma once

#include <core/types.h>

struct fpu_state {
    _Alignas(64) uint8_t area[CONFIG_FPU_AREA];
};

struct tcb;
struct core;
/* This core saves the live state into its owner's TCB and forgets it. */
void fpu_leave(struct core *core);
/* The state of `t` comes into this core. */
void fpu_load(struct core *core, struct tcb *t);
/* switch.c: what other cores hold of t's state comes into its TCB. */
void fetch_state(struct core *self, const struct tcb *t);
