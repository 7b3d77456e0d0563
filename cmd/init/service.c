/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept running: servers, and programs without a service. One that ends is started
 * again unless it has been too often, so that a crash loop comes to rest.
 */
#include <program/time.h>
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/print.h>

#include "init.h"

#define SECOND INT64_C(1000000000)

static struct kept {
    int pid;                /* 0: it does not run */
    const char *name;       /* in /srv; null: none */
    char **arguments;       /* null: not in use */
    struct respawn respawn;
    unsigned times;         /* started again since: */
    int64_t since;
} services[SERVICES_KEPT];

/* Waits until the service is there; the server may end before. */
static int await(const char *name, int pid)
{
    struct uxrt_stat stat;
    char path[80];
    int status;

    print(path, sizeof(path), "/srv/%s", name);
    while (uxrt_lstat(path, &stat) < 0) {
        if (uxrt_wait(pid, &status, 1) == pid)
            return -ECHILD;
        uxrt_yield();
    }
    return 0;
}

static int start(struct kept *service)
{
    int pid = child_start(service->arguments);
    int error = pid >= 0 && service->name ? await(service->name, pid) : 0;

    if (pid < 0 || error)
        return pid < 0 ? pid : error;
    service->pid = pid;
    return 0;
}

/* May it be started once more? */
static bool allowed(struct kept *service)
{
    int64_t now = program_time();

    if (now - service->since > (int64_t)service->respawn.seconds * SECOND) {
        service->since = now;
        service->times = 0;
    }
    return service->times++ < service->respawn.times;
}

int service_start(const char *name, char **arguments, struct respawn respawn)
{
    struct kept *service = services;

    while (service < services + SERVICES_KEPT && service->arguments)
        service++;
    if (service == services + SERVICES_KEPT)
        return -ENOMEM;
    *service = (struct kept){.name = name, .arguments = arguments, .respawn = respawn,
        .since = program_time()};
    int error = start(service);

    if (error)
        service->arguments = NULL;
    return error;
}

static void start_again(struct kept *service)
{
    const char *name = service->name ? service->name : service->arguments[0];
    int error = -EAGAIN;

    while (error && allowed(service)) {
        error = start(service);
        if (error)
            init_say("cannot start", name, error);
    }
    if (error) {
        init_say("given up:", name, 0);
        return;
    }
    console_check();
    if (service->name)
        table_again();
}

void service_ended(int pid, int status)
{
    for (struct kept *s = services; s < services + SERVICES_KEPT; s++) {
        if (!s->arguments || s->pid != pid)
            continue;
        init_say("ended:", s->name ? s->name : s->arguments[0], status);
        s->pid = 0;
        start_again(s);
    }
}

void service_stop(void)
{
    int status;

    for (struct kept *s = services; s < services + SERVICES_KEPT; s++) {
        if (s->pid) {
            (void)uxrt_kill(s->pid, 9);
            (void)uxrt_wait(s->pid, &status, 0);
        }
    }
}
