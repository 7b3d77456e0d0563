/* SPDX-License-Identifier: BSD-2-Clause */
/* Segment, task and interrupt descriptors; every core loads its own set. */
#pragma once

struct core;

/* Boot core, once: the interrupt table. */
void descriptors_init(void);
/* This core: load its tables; GS points at `core` from then on. */
void descriptors_load(struct core *core);
