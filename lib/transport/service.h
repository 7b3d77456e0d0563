/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of services that the library itself makes use of (pipe, socket, event), whatever
 * the namespace is: the service is found by its name in /srv, and its number is kept.
 */
#pragma once

#include <transport/connection.h>
#include <transport/descriptor.h>

struct known_service {
    const char *name;
    uint32_t number;            /* NO_SERVICE: not asked for yet */
};

/* Opens a name of the service's root, as a new descriptor; flags are UXRT_ and FILE_.
 * -ENOSYS: there is no such service. */
int service_open(struct uxrt_thread *t, struct known_service *service, const char *name,
    unsigned flags);
/* Opens an empty name relative to an open file, which its server has an idea of: the
 * other end of a pipe, the next connection of a socket. May wait. */
int service_open_at(struct uxrt_thread *t, const struct file *base, unsigned flags);
