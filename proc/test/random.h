/* SPDX-License-Identifier: BSD-2-Clause */
/* Random operations on spaces, compared with a simple model. */
#pragma once

void test_random(void);
