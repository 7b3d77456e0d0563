/* SPDX-License-Identifier: BSD-2-Clause */
/* The time at boot, and how far the counter has gone since. */
#include <program/time.h>
#include <transport/layout.h>

enum { SECOND = 1000000000 };

int64_t program_time(void)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    uint64_t hz = page->tsc_hz, ticks = __builtin_ia32_rdtsc() - page->boot_tsc;

    if (hz == 0)
        return page->boot_time;
    return page->boot_time + (int64_t)(ticks / hz * SECOND + ticks % hz * SECOND / hz);
}
