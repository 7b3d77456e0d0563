/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library and the process server say about /proc/PID/life: proc(5). */
#pragma once

/* ATTR_CONTROL with this argument: R uint32_t, the pid. ESRCH: it is gone. */
enum { LIFE_PID = 1 };
