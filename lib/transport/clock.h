/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock that needs no call: the time-stamp counter and the process page. */
#pragma once

#include <transport/layout.h>
#include <util/scale.h>

/* Nanoseconds since boot. */
static inline int64_t clock_uptime(void)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (int64_t)scale(((uint64_t)high << 32 | low) - page->boot_tsc, 1000000000,
        page->tsc_hz);
}
