/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens that nobody can guess: numbers from a generator that time keeps stirring. */
#pragma once

#include <stdint.h>

uint64_t fs_token_make(void);
