/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library and servers of pipes say to each other: pipe(4). */
#pragma once

/* ATTR_CONTROL with this argument: R W uint32_t, bytes that the pipe takes. */
enum { PIPE_SIZE = 1 };
