/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability slots of the root CNode and objects for tests. Two pools of memory: what
 * begins with keep_ lasts, everything else is destroyed by alloc_reset. A function that
 * cannot do its work fails the test.
 */
#pragma once

#include <stdbool.h>

#include <abi/bootinfo.h>
#include <abi/object.h>
#include <kcall/invoke.h>

/* The boot information, from alloc_slots on. */
extern const struct boot_info *boot;

/* Depth of addresses in the root CNode, and the root CNode's address. */
enum { DEPTH = 64, ROOT = ROOT_SLOT_CNODE };

/* Begins with the slots; then takes the largest memory for tests and another for what
   lasts. */
void alloc_slots(const struct boot_info *info);
void alloc_pools(void);

/* The untyped capability that tests take their memory from. */
cptr alloc_untyped(void);

/* The untyped capability that what lasts comes from. */
cptr alloc_keep_untyped(void);

/* Destroys what tests have made and empties their slots. Returns the error code. */
enum error_code alloc_reset(void);

/* An empty slot; count of them in a row. */
cptr slot(void);
cptr slots(unsigned count);

/* A new object. The size matters for CNodes, untyped memory and contexts. */
cptr object(enum object_type type, unsigned size_bits);
cptr keep_object(enum object_type type, unsigned size_bits);
cptr keep_slot(void);
cptr objects(enum object_type type, unsigned size_bits, unsigned count);

/* Objects without a size. */
static inline cptr make(enum object_type type)
{
    return object(type, 0);
}

/* Copies of a capability with some rights, with a badge or CNode guard. */
cptr copy(cptr source, uint64_t rights);
cptr mint(cptr source, uint64_t rights, uint64_t badge);

/* Delete and revoke in the root CNode; the error codes. */
enum error_code drop(cptr cap);
enum error_code revoke(cptr cap);

/* True if the slot holds no capability. */
bool is_empty(cptr cap);

/* Word n of the answer to the caller's last invocation, which failed. */
uint64_t error_word(unsigned n);

/* The chunk of extra boot information with this number, or 0. */
const void *boot_chunk(uint64_t id);
