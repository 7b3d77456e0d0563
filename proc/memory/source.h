/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages for the process server's own heap (util/heap.h). */
#pragma once

#include <stddef.h>

/* Lets the heap begin. */
void source_init(void);
/* Pages that the heap has. */
size_t source_pages(void);
