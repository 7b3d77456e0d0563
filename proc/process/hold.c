/* SPDX-License-Identifier: BSD-2-Clause */
/* Holds of exported files; see hold.h. */
#include <process/call.h>
#include <process/hold.h>

#include <stddef.h>

#include <files/files.h>
#include <kcall/invoke.h>
#include <process/namespace.h>
#include <util/errno.h>

/* RESERVE: the superuser's alone. */
enum { HOLDS_MAX = 2048, HOLDS_OF_PROCESS = 64, RESERVE = 512 };

static struct hold {
    const struct service *service;      /* null: a free place */
    const struct process *process;      /* null: it has ended, the service is to know */
    uint64_t token;
} holds[HOLDS_MAX];
static unsigned limit;                  /* places from here on are free */

static struct hold *find(const struct service *service, uint64_t token)
{
    for (unsigned i = 0; i < limit; i++) {
        if (holds[i].service == service && holds[i].process && holds[i].token == token) {
            return &holds[i];
        }
    }
    return NULL;
}

/* A free place below `end`, else that of one that has ended; null: none. */
static struct hold *find_place(unsigned end)
{
    struct hold *ended = NULL;

    for (unsigned i = 0; i < limit && i < end; i++) {
        if (!holds[i].service) {
            return &holds[i];
        }
        if (!holds[i].process) {
            ended = &holds[i];
        }
    }
    return limit < end ? &holds[limit++] : ended;
}

static unsigned holds_of(const struct process *process)
{
    unsigned count = 0;

    for (unsigned i = 0; i < limit; i++) {
        count += holds[i].process == process;
    }
    return count;
}

static int begin(const struct service *service, const struct process *process,
    uint64_t token)
{
    bool user = process->page->euid != 0;
    struct hold *place = find_place(HOLDS_MAX - (user ? RESERVE : 0));

    if (!place || (user && holds_of(process) >= HOLDS_OF_PROCESS)) {
        return -ENOSPC;
    }
    *place = (struct hold){service, process, token};
    return 0;
}

static void set_free(struct hold *hold)
{
    *hold = (struct hold){0};
    while (limit > 0 && !holds[limit - 1].service) {
        limit--;
    }
}

static void end(struct hold *hold)
{
    const struct service *service = hold->service;

    if (!service->process) {
        files_released(hold->token);
        set_free(hold);
        return;
    }
    hold->process = NULL;
    if (service->signal) {
        kc_signal(service->signal);
    }
}

bool hold_reaches(const struct process *process, const struct service *service)
{
    if (namespace_reaches(process->namespace, service->number)) {
        return true;
    }
    for (unsigned i = 0; i < limit; i++) {
        if (holds[i].service == service && holds[i].process == process) {
            return true;
        }
    }
    return false;
}

/* service, token, badge: HOLD_OWN, HOLD_NONE, or of a connection to the caller */
int call_hold(struct call *call)
{
    const struct service *service = call->words[0] <= UINT32_MAX
        ? service_find((uint32_t)call->words[0]) : NULL;
    uint64_t badge = call->words[2];
    struct hold *hold = service ? find(service, call->words[1]) : NULL;
    const struct connection *to;

    if (!service) {
        return -ENOENT;
    }
    if (badge == HOLD_OWN) {
        if (!hold_reaches(call->process, service)) {
            return -ENOENT;
        }
        return hold ? -EEXIST : begin(service, call->process, call->words[1]);
    }
    if (!hold || hold->process != call->process) {
        return -ENOENT;
    }
    if (badge == HOLD_NONE) {
        end(hold);
        return 0;
    }
    to = connection_find(badge);
    if (!to || to->service->process != call->process) {
        return -EINVAL;
    }
    hold->process = to->process;
    return 0;
}

bool hold_held(const struct service *service, uint64_t token)
{
    return find(service, token) != NULL;
}

/* token -> 1: a file of the caller's services is held, else 0 */
int call_held(struct call *call)
{
    call->result[0] = 0;
    for (unsigned i = 0; i < limit; i++) {
        const struct hold *hold = &holds[i];

        if (hold->service && hold->service->process == call->process && hold->process
            && hold->token == call->words[0]) {
            call->result[0] = 1;
        }
    }
    return 0;
}

/* -> token of a hold of a file of the caller's services that has ended. ENOENT: none */
int call_released(struct call *call)
{
    for (unsigned i = 0; i < limit; i++) {
        struct hold *hold = &holds[i];

        if (hold->service && !hold->process && hold->service->process == call->process) {
            call->result[0] = hold->token;
            set_free(hold);
            return 0;
        }
    }
    return -ENOENT;
}

void hold_end_process(const struct process *process)
{
    for (unsigned i = 0; i < limit; i++) {
        if (holds[i].process == process) {
            end(&holds[i]);
        }
    }
}

void hold_end_service(const struct service *service)
{
    for (unsigned i = 0; i < limit; i++) {
        if (holds[i].service == service) {
            set_free(&holds[i]);
        }
    }
}
