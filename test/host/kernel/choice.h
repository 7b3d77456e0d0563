/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the decisions of a random test come from: a seed, or the bytes of a fuzzer's
 * input (when they are used up every choice is 0).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void choices_from_seed(uint64_t seed);
void choices_from_bytes(const uint8_t *data, size_t size);
bool choices_left(void);

/* A number below `count`, which is at least 1. */
unsigned choose(unsigned count);
/* True about `percent` times in a hundred. */
bool chance(unsigned percent);
/* Any 64-bit number, often one with few bits. */
uint64_t choose_word(void);
