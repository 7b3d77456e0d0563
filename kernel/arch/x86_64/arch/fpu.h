/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point state is switched lazily: the state of core.arch.fpu_owner is live in
 * the processor; any other thread gets exception #NM at its first use.
 */
#pragma once

#include <core/types.h>

struct fpu_state {
    _Alignas(64) uint8_t area[CONFIG_FPU_AREA];
};

struct tcb;
/* #NM: give the processor's state to the current thread. False: it may not have one. */
bool fpu_claim(struct tcb *t);
struct core;
/* This core saves the live state into its owner's TCB and forgets it. */
void fpu_leave(struct core *core);
/* `t` runs on this core next: let it use the live state if that is its own. */
void fpu_switch(struct core *core, struct tcb *t);
