/* SPDX-License-Identifier: BSD-2-Clause */
/* The time, for native programs, from the processor's counter: no call is made. */
#pragma once

#include <stdint.h>

/* Nanoseconds since 1970, as the process server knows it; never goes back. */
int64_t program_time(void);
