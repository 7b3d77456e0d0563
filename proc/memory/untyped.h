/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's memory as boot handed it over: untyped capabilities that are used up from
 * their beginning and never come back. A part is kept for kernel objects, so that page
 * tables can still be made when programs have taken all frames.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <abi/object.h>
#include <kcall/invoke.h>

/* Adds memory of 2^bits bytes, of which the first `used` are taken. */
void untyped_add(cptr cap, unsigned bits, uint64_t used);

/* What is made of it. */
enum untyped_use { USE_OBJECTS, USE_FRAMES };

/* Makes `count` (at most RETYPE_MAX_OBJECTS) objects of 2^bits bytes each in a row of empty
 * slots; size_bits as for kc_untyped_retype. All or none. */
bool untyped_retype(enum untyped_use use, enum object_type type, unsigned size_bits,
    unsigned bits, cptr first, unsigned count);

/* Bytes that are left. */
uint64_t untyped_left(void);
/* Bytes that can still be had for this use. */
uint64_t untyped_room(enum untyped_use use);
