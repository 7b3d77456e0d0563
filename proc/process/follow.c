/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounts follow a name: when a service with a name has ended and its user makes one of
 * that name again, all mounts of the old one's root lead to the new one, in every
 * namespace. Mounts of other directories do not: their numbers may mean others now. Nor do
 * those of names that one process serves for others, whose users are not known here.
 * Users cannot push out what is kept for uid 0.
 */
#include <process/mount.h>

#include <process/connection.h>
#include <util/string.h>

enum { KEPT = 32 };     /* names of uid 0, and as many of all others */

static struct lost {
    uint32_t number;        /* of the service; 0: none */
    uint32_t uid;
    char name[SERVICE_NAME];
} lost[2][KEPT];
static unsigned oldest[2];

static uint32_t user_of(const struct service *service)
{
    return service->process->page->euid;
}

static struct lost *find(uint32_t uid, const char *name)
{
    for (struct lost *l = lost[uid != 0]; l < lost[uid != 0] + KEPT; l++) {
        if (l->number && l->uid == uid && !strcmp(l->name, name)) {
            return l;
        }
    }
    return NULL;
}

void mounts_lost(const struct service *service)
{
    uint32_t uid = user_of(service);
    struct lost *kept = find(uid, service->name);

    if (!service->name[0] || service->main) {
        return;
    }
    if (!kept) {
        kept = &lost[uid != 0][oldest[uid != 0]++ % KEPT];
    }
    kept->number = service->number;
    kept->uid = uid;
    memcpy(kept->name, service->name, sizeof(kept->name));
}

void mounts_found(const struct service *service)
{
    struct lost *kept = find(user_of(service), service->name);

    if (!kept || !service->name[0]) {
        return;
    }
    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        if (process->namespace) {
            namespace_follow(process->namespace, kept->number, service->number);
        }
    }
    kept->number = 0;
}
