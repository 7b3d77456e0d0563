/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library and servers of pipes say to each other: pipe(4). */
#pragma once

/* Arguments of ATTR_CONTROL. _SIZE: R W uint32_t, bytes that the pipe takes. _PEEK: R bytes
 * that are there, and stay; above it, how many to leave out. */
enum { PIPE_SIZE = 1, PIPE_PEEK = 2, PIPE_SKIP_SHIFT = 8 };
