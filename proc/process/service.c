/* SPDX-License-Identifier: BSD-2-Clause */
/* Services: the table, their names, and their endpoints. */
#include <memory/slot.h>
#include <process/connection.h>
#include <process/hold.h>
#include <process/namespace.h>

#include <stddef.h>

#include <kcall/invoke.h>
#include <util/errno.h>
#include <util/string.h>

static struct service services[SERVICES_TOTAL];
static uint32_t last_number;

/* RESERVE: services that only the superuser can make. */
enum { BUCKETS = 64, RESERVE = 128 };
static struct service *buckets[BUCKETS];

/* Of a name of at least a byte: by those that differ most. */
static struct service **bucket_of(const char *name, size_t length)
{
    unsigned first = (unsigned char)name[0], last = (unsigned char)name[length - 1];

    return &buckets[(length + 7 * first + 31 * last) % BUCKETS];
}

struct service *service_find(uint32_t number)
{
    for (unsigned i = 0; i < SERVICES_TOTAL; i++) {
        if (services[i].live && services[i].number == number) {
            return &services[i];
        }
    }
    return NULL;
}

struct service *service_named(const char *name, size_t length)
{
    if (length == 0 || length >= SERVICE_NAME) {
        return NULL;
    }
    for (struct service *service = *bucket_of(name, length); service;
         service = service->next_named) {
        if (service->name[length] == '\0' && memcmp(service->name, name, length) == 0) {
            return service;
        }
    }
    return NULL;
}

/* From now on it is found by its name, if it has one. */
static void add_name(struct service *service)
{
    size_t length = strlen(service->name);

    if (length) {
        struct service **bucket = bucket_of(service->name, length);

        service->next_named = *bucket;
        *bucket = service;
    }
}

void service_remove_name(struct service *service)
{
    size_t length = strlen(service->name);

    if (length) {
        struct service **at = bucket_of(service->name, length);

        while (*at != service) {
            at = &(*at)->next_named;
        }
        *at = service->next_named;
        service->name[0] = '\0';
        namespace_name_ended();
    }
}

struct service *service_next(uint32_t after)
{
    struct service *next = NULL;

    for (unsigned i = 0; i < SERVICES_TOTAL; i++) {
        struct service *service = &services[i];

        if (service->live && service->number > after
            && (!next || service->number < next->number)) {
            next = service;
        }
    }
    return next;
}

struct service *service_create_own(cptr endpoint)
{
    services[0] = (struct service){
        .number = SERVICE_PROC, .endpoint = endpoint, .live = true,
    };
    return &services[0];
}

/* A dead service's record is kept until its last connection has gone. */
static struct service *free_record(const struct process *process)
{
    unsigned end = SERVICES_TOTAL - (process->page->euid ? RESERVE : 0);

    for (unsigned i = 0; i < end; i++) {
        if (!services[i].live && services[i].connections == 0) {
            return &services[i];
        }
    }
    return NULL;
}

static int check_name(const char *name, size_t length)
{
    if (length == 0) {
        return 0;
    }
    if (length >= SERVICE_NAME || memchr(name, '/', length) || memchr(name, '\0', length)
        || (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))) {
        return -EINVAL;
    }
    return service_named(name, length) ? -EEXIST : 0;
}

static int free_index(const struct process *process)
{
    for (int i = 0; i < SERVICES_MAX; i++) {
        if (!process->services[i]) {
            return i;
        }
    }
    return -EMFILE;
}

static int make_endpoint(struct service *service)
{
    cptr endpoint = pool_take(POOL_ENDPOINT);

    if (!endpoint) {
        return -ENOMEM;
    }
    if (kc_cnode_copy(service->process->cspace, SLOT_ENDPOINT + service->index,
            CSPACE_BITS, slot_cnode, endpoint, SLOT_DEPTH, RIGHT_READ) != ERROR_NONE) {
        pool_return(POOL_ENDPOINT, endpoint);
        return -ENOMEM;
    }
    service->endpoint = endpoint;
    return 0;
}

struct service *service_create(struct process *process, const char *name, size_t length,
    int *error)
{
    struct service *service = free_record(process);
    int index = free_index(process);

    *error = check_name(name, length);
    if (*error == 0 && index < 0) {
        *error = index;
    }
    if (*error == 0 && !service) {
        *error = -ENFILE;
    }
    if (*error < 0) {
        return NULL;
    }
    *service = (struct service){.process = process, .index = (unsigned)index};
    *error = make_endpoint(service);
    if (*error < 0) {
        return NULL;
    }
    memcpy(service->name, name, length);
    service->number = ++last_number;
    service->live = true;
    add_name(service);
    process->services[index] = service;
    mounts_found(service);
    return service;
}

struct service *service_create_name(struct service *main, const char *name, size_t length,
    int *error)
{
    struct service *service = free_record(main->process);

    *error = length ? check_name(name, length) : -EINVAL;
    if (*error == 0 && main->names == NAMES_OF_SERVICE) {
        *error = -EMFILE;
    }
    if (*error == 0 && !service) {
        *error = -ENFILE;
    }
    if (*error < 0) {
        return NULL;
    }
    *service = (struct service){
        .number = ++last_number, .process = main->process, .main = main,
        .index = main->index, .endpoint = main->endpoint, .signal = main->signal,
        .live = true,
    };
    memcpy(service->name, name, length);
    add_name(service);
    main->names++;
    return service;
}

static void end_names(const struct service *main)
{
    for (unsigned i = 0; i < SERVICES_TOTAL && main->names > 0; i++) {
        if (services[i].live && services[i].main == main) {
            service_end(&services[i]);
        }
    }
}

/* With the endpoint go all capabilities to it; who waits in it tries again, and fails. */
static void end_endpoint(struct service *service)
{
    service->process->services[service->index] = NULL;
    pool_return(POOL_ENDPOINT, service->endpoint);
    if (service->signal) {
        slot_delete(service->signal);
    }
}

/* Who waits in an endpoint that stays is received later, as nobody. */
void service_end(struct service *service)
{
    mounts_lost(service);
    end_names(service);
    service->live = false;
    service_remove_name(service);
    if (service->main) {
        service->main->names--;
    } else {
        end_endpoint(service);
    }
    service->signal = 0;
    hold_end_service(service);
    connection_end_service(service);
}
