/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap of a native program (<util/heap.h>): on new memory of the process server. */
#pragma once

/* At the start of main, before the first allocation; calling it again does no harm. */
void program_heap(void);
