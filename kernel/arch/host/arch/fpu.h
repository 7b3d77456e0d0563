/* SPDX-License-Identifier: BSD-2-Clause */
/* The dummy CPU has no floating point; the thread's area only takes its place. */
#pragma once

#include <core/types.h>

struct fpu_state {
    _Alignas(64) uint8_t area[CONFIG_FPU_AREA];
};
