/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A clock of known rate, to measure others and to wait during boot: the ACPI power
 * management timer if there is one, else channel 2 of the 8254. Spans are short: at
 * most 50 ms.
 */
#pragma once

#include <core/types.h>

struct clock_span {
    uint32_t last;              /* reading of the counter */
    word counts;                /* seen so far */
};

/* Boot: use the timer at this port, 24 bits wide (ACPI). */
void clock_use_acpi(uint16_t port);

struct clock_span clock_begin(void);
/* Wait until the span is this long. Call clock_elapsed_ns() for its exact length. */
void clock_wait(struct clock_span *span, word microseconds);
word clock_elapsed_ns(const struct clock_span *span);
/* Wait for at least this time; at most 50 ms. */
void clock_delay(word microseconds);
