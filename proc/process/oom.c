/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory used up: a process has to go, so that others, the servers among them, do not
 * meet the end of memory one by one. It is the one that holds most; those that serve
 * come last.
 */
#include <process/oom.h>

#include <stddef.h>

#include <boot/log.h>
#include <process/call.h>
#include <process/signal.h>

static bool serves(const struct process *process)
{
    for (unsigned i = 0; i < SERVICES_MAX; i++) {
        if (process->services[i]) {
            return true;
        }
    }
    return false;
}

static size_t pages_held(struct process *process)
{
    size_t pages = space_held(process->space);

    for (unsigned handle = 0, left = process->handle_count; left > 0; handle++) {
        const struct object *object = handle_object(process, handle);

        pages += object ? object_resident(object) : 0;
        left -= object != NULL;
    }
    return pages;
}

static struct process *find_victim(void)
{
    struct process *victim = NULL;
    bool victim_serves = false;
    size_t most = 0;

    for (struct process *p = process_next(1); p; p = process_next(p->pid)) {
        size_t pages = p->zombie ? 0 : pages_held(p);
        bool better = victim && victim_serves != serves(p) ? victim_serves : pages > most;

        if (pages > 0 && better) {
            victim = p;
            victim_serves = serves(p);
            most = pages;
        }
    }
    return victim;
}

bool oom_kill(void)
{
    struct process *victim = find_victim();

    if (!victim) {
        return false;
    }
    log_line("process %u (%s): memory is used up, and it holds most", victim->pid,
        victim->name);
    process_kill(victim, SIGNAL_KILL);
    return true;
}
