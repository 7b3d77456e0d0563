/* SPDX-License-Identifier: BSD-2-Clause */
/* What servers of terminals ask of the process server: sessions, and an alarm. */
#include <transport/client.h>
#include <transport/clock.h>
#include <transport/table.h>
#include <util/string.h>

int library_alarm(struct uxrt_thread *t, int64_t nanoseconds)
{
    const uint64_t when = nanoseconds > 0 ? (uint64_t)(clock_uptime() + nanoseconds) : 0;

    return (int)client_proc(t, PROC_ALARM, &when, 1, NULL, 0);
}

int library_terminal(struct uxrt_thread *t, unsigned what, struct uxrt_terminal *terminal)
{
    const uint64_t words[] = {what, terminal->device, terminal->badge, terminal->argument};
    const char *name = terminal->name ? terminal->name : "";
    int64_t result = client_proc(t, PROC_TERMINAL, words, 4, name, strlen(name));

    terminal->session = (uint32_t)t->shared->result[0];
    terminal->foreground = (uint32_t)t->shared->result[1];
    return (int)result;
}
