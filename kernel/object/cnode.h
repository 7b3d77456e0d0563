/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CNodes, the derivation list and the look-up of capability addresses. The list and
 * all changes of slots are protected by the derivation lock (inside the gate) or by
 * exclusion; removal and movement of capabilities need exclusion.
 */
#pragma once

#include <api/invocation.h>
#include <core/cap.h>

/* `radix` field of a zombie that was a thread. */
#define ZOMBIE_TCB  63

extern struct spinlock derivation_lock;

/*
 * Look up `address` in the CSpace rooted at `root`, resolving `depth` bits (1-64).
 * *slot is the slot found, *left the bits that remain when a capability that is no
 * CNode stops the walk. On failure fills core->error->lookup and returns null.
 */
struct slot *cspace_resolve(struct cap root, word address, word depth, word *left);
/* All 64 bits of an address in the caller's own CSpace; null (lookup error set) on failure. */
struct slot *cspace_lookup(struct tcb *t, word address);

/* Find the slot for an invocation's (root, index, depth) triple: refuses with
 * ERROR_FAILED_LOOKUP or ERROR_RANGE. *slot is set on OUTCOME_DONE. */
enum outcome cspace_target_slot(struct cap root, word index, word depth, bool source,
                                struct slot **slot);

/* Derive a capability for copying: ERROR_NONE and *out (possibly null), or an error. */
word cap_derive(struct slot *slot, struct cap cap, struct cap *out);
struct cap cap_mask_rights(struct cap cap, word rights);

/* Put `cap` into the empty slot `dest` as a copy of (or child made from) `source`.
 * Caller holds the derivation lock or excludes. */
void slot_insert(struct slot *dest, struct cap cap, struct slot *source);
/* Same for a capability to a fresh object, child of `parent`. */
void slot_insert_new(struct slot *parent, struct slot *dest, struct cap cap);
/* Boot only: a capability with no parent. */
void slot_write_initial(struct slot *slot, struct cap cap);

bool slot_has_children(const struct slot *slot);
/* Is this the only capability to its object? */
bool slot_is_final(const struct slot *slot);

/* Under exclusion. Delete a capability, destroying its object if it was the last.
 * OUTCOME_DONE or OUTCOME_PREEMPTED. */
enum outcome slot_delete(struct slot *slot);
/* Under exclusion. Delete all capabilities derived from it. */
enum outcome slot_revoke(struct slot *slot);
/* Under exclusion: delete without preemption points a capability that is not the last
 * one to a CNode or thread. */
void slot_delete_one(struct slot *slot);
/* Under exclusion: take a capability out of the list and empty its slot. */
void slot_unlink(struct slot *slot);
/* Under exclusion: exchange two capabilities with their places in the list. */
void slot_swap(struct slot *a, struct slot *b);
/* Under exclusion: move a capability, optionally changed. */
void slot_move(struct slot *from, struct slot *to, struct cap cap);

/* A CNode capability with the guard packed in `data` (abi/message.h); null: impossible. */
struct cap cap_with_guard(struct cap cap, word data);
enum outcome cnode_decode(struct invocation *inv);
