/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * script: the text adapter. It serves /srv/.serve, a directory in which each process that
 * opens NAME serves files under /srv/NAME, by reading requests and writing answers that
 * are lines of text. Manual: script(4).
 */
#include <program/heap.h>
#include <program/time.h>

#include <transport/layout.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/string.h>

#include "script.h"

/* Whose request it is: the control tree's, or a script's. Null: of a service that has
 * ended since. */
static struct server *server_for(struct server *control, uint64_t badge)
{
    const struct identity *identity = uxrt_identity(badge);
    static uint32_t own;
    struct script *script;

    if (!identity)
        return NULL;
    script = script_numbered(identity->service);
    if (script)
        return script->server;
    if (!own)
        own = identity->service;
    return identity->service == own ? control : NULL;
}

/* Before names are given: those of processes that have ended are free. The calls for that
 * use the registers, which have the request's bytes, or its name. */
static void look_before(struct server *control, const struct uxrt_request *request)
{
    uint64_t kept[UXRT_SHORT_READ / 8];
    uint64_t *registers = (uint64_t *)request->data - request->write;
    size_t size = request->form ? 0 : request->words * sizeof(*kept);

    memcpy(kept, registers, size);
    server_notified(control, BADGE_SERVICE);
    scripts_look();
    memcpy(registers, kept, size);
}

static void handle(struct server *control, int service, struct uxrt_request *request)
{
    struct server *server = server_for(control, request->badge);
    struct script *script = server ? script_of(server) : NULL;
    int64_t result = -EIO;
    bool end = false, answer = true;

    script_clock++;
    if (script) {
        script->current = script->asked = NULL;
        script->opening = NULL;
        script->began = script_clock;
    } else if (request->offset >> 63 && !request->current) {
        look_before(control, request);
    }
    if (server)
        answer = server_handle(server, request, &result, &end);
    if (answer)
        uxrt_answer(service, request, result, end);
}

static void notified(struct server *control, uint64_t reasons)
{
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->server)
            server_notified(script->server, reasons);
    }
    server_notified(control, reasons);
    if (reasons & BADGE_EVENT)
        asks_expire();
    scripts_look();
}

static int serve(struct server *control, int service)
{
    struct uxrt_request request;
    int status;

    for (;;) {
        status = uxrt_receive(service, &request);
        if (status == 0)
            handle(control, service, &request);
        else if (status == UXRT_NOTIFIED)
            notified(control, request.badge);
        else
            return status;
        asks_settle();
    }
}

int main(void)
{
    struct server *control;
    int service;

    program_heap();
    service = uxrt_serve(".serve", PARKED);
    if (service < 0)
        return 1;
    channel_root.accessed = channel_root.modified = channel_root.changed = program_time();
    control = server_create(&channel_operations, &channel_root, service);
    if (!control)
        return 1;
    channel_begin(control, service);
    return serve(control, service) < 0;
}
