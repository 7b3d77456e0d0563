/* SPDX-License-Identifier: BSD-2-Clause */
/* The time since boot, as there is no other clock yet. */
#include <program/time.h>
#include <transport/layout.h>

enum { SECOND = 1000000000 };

int64_t program_time(void)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    uint64_t hz = page->tsc_hz, ticks = __builtin_ia32_rdtsc() - page->boot_tsc;

    return hz ? (int64_t)(ticks / hz * SECOND + ticks % hz * SECOND / hz) : 0;
}
