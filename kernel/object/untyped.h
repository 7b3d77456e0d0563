/* SPDX-License-Identifier: BSD-2-Clause */
/* Untyped memory: the only source of kernel objects (manual, "Kernel Memory Allocation"). */
#pragma once

#include <api/invocation.h>

enum outcome untyped_decode(struct invocation *inv);
/* log2 of an object's size, 0 if there is no such type. */
word object_bits(word type, word user_bits);
