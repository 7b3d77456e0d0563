/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for kcall/trap.h in host tests: calls arrive at a function of the test. */
#pragma once

#include <stdint.h>

typedef uint64_t cptr;

uint64_t kc_trap(int64_t number, uint64_t *cap_badge, uint64_t info, uint64_t mr[4]);
uint64_t kc_trap_reply(int64_t number, uint64_t *cap_badge, uint64_t info,
    uint64_t mr[4], cptr reply, cptr dest);
void kc_trap_null(int64_t number);
