/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random use of lib/server by several connections. In steps of the world a model says
 * which open files there are and must agree with the toy server after each; raw steps are
 * any requests whatever, judged by what toy_end finds. Choices come from whoever defines
 * choose.
 */
#pragma once

#include <stdbool.h>

/* A number below `count`; and have choices come to an end? */
unsigned choose(unsigned count);
bool choose_done(void);

void world_begin(void);
void world_step(void);
void world_end(void);
void raw_step(void);
