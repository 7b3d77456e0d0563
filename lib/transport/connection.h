/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections that this process has: which service is behind which slot. Servers are
 * connected to at first contact.
 */
#pragma once

#include <transport/thread.h>

/* What connection_service() says of a slot without a connection. */
#define NO_SERVICE UINT32_MAX

/* The slot of the connection to a service, made at first use. -ENOENT, -EDEADLK or
 * -ENFILE. */
int connection_slot(struct uxrt_thread *t, uint32_t service);
/* The service behind a slot, or NO_SERVICE. */
uint32_t connection_service(unsigned slot);
/* Slots from here on have no connections; nor have those below SLOT_CONNECTION, but
 * SLOT_PROC. */
unsigned connection_slots_end(void);
/* There is one already, from before this program began. */
void connection_inherit(unsigned slot, uint32_t service);
/* In the child of a fork: only these are its own. */
void connection_after_fork(const bool used[SLOTS]);
/* Every thread calls these, so that none goes on with a buffer of a service that ended.
 * It has no buffers at first, whatever its page says. */
void connection_thread_begins(struct uxrt_thread *t);
void connection_thread_ends(struct uxrt_thread *t);
