/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services, connections to them, and the identity table in which servers read who calls.
 * A connection is named by its index in the table. A service is named by a number that is
 * never used again. The process server's own service is SERVICE_PROC.
 */
#pragma once

#include <process/process.h>

enum { SERVICES_TOTAL = 512, CONNECTIONS_OF_SERVICE = 2048, SERVICE_NAME = 64,
       NAMES_OF_SERVICE = 64 };

struct service {
    uint32_t number;
    struct process *process;    /* null: the process server's own */
    struct service *main;       /* whose endpoint and notification it has; null: own ones */
    unsigned names;             /* services that have this one's */
    unsigned index;             /* SLOT_ENDPOINT + index in that process */
    cptr endpoint;              /* with all rights */
    cptr signal;                /* the serving thread's notification; 0: none wanted */
    unsigned connections;       /* live and ending ones */
    bool live;
    char name[SERVICE_NAME];    /* in /srv; empty: none */
    struct service *next_named; /* of the live ones with names, in one bucket */
};

struct token;

/* What the process server alone knows of an index of the identity table. */
struct connection {
    struct process *process;    /* null: free or ending */
    struct service *service;    /* null: free */
    uint32_t generation;
    uint16_t slot;              /* in the process */
    struct buffer *buffers;
    struct token *tokens;
};

/* Makes the tables and the process server's own service with this endpoint. */
bool connection_init(cptr endpoint);

/* The identity table's and the buffer table's memory, to map in servers. */
struct object *connection_identities(void);
struct object *connection_buffers(void);
struct identity *connection_identity(uint32_t index);

/* The first slot from `slot` on in which the process has a connection, or SLOTS. */
static inline unsigned connection_slot(const struct process *process, unsigned slot)
{
    if (slot > SLOT_PROC && slot < SLOT_CONNECTION) {
        slot = SLOT_CONNECTION;
    }
    while (slot < process->slots_end && !process->connections[slot]) {
        slot++;
    }
    return slot < process->slots_end ? slot : SLOTS;
}

/* The connection with this index, or null if there is none (no longer). */
struct connection *connection_at(uint32_t index);
/* The live connection that a badge stands for, or null. */
struct connection *connection_find(uint64_t badge);
/* The live process that a badge stands for, or null. */
struct process *connection_process(uint64_t badge);
uint64_t connection_badge(uint32_t index);

/* Connects a process to a service, in this slot or (0) a free one; returns the slot or
 * -ENFILE, -ENOMEM, -EDEADLK. If there is a connection already, its slot. */
int connection_open(struct process *process, struct service *service, unsigned slot);
/* The same for the child of a fork: forked from this badge, with this token. */
int connection_inherit(struct process *process, struct service *service, unsigned slot,
    uint64_t parent, uint64_t token);

/* Ends a connection: capability gone, table entry ENDING, service told. Entries of the
 * process server's own service and of dead services are freed at once. */
void connection_end(uint32_t index);
/* The server is done with an ENDING connection: buffers unmapped, index free again. */
int connection_done(struct service *service, uint64_t badge);
/* The service ends: so do all its connections, and calls that wait return EIO. */
void connection_end_service(struct service *service);

/* Parked calls of the connection are to be answered now. */
void connection_cancel(uint32_t index);

/* Of all connections: parked calls are answered; nothing is parked from now on, or is again. */
void connection_cancel_all(const struct process *process);
void connection_interrupt(const struct process *process, bool interrupt);

/* Credentials, groups, roots or ids of a process have changed. */
void connection_update(struct process *process);

/* A shared buffer for a thread's use of a connection, in the buffer area; *size becomes
 * its bytes. -EINVAL: no such slot or size, -EIO: its service has ended, -ENOBUFS,
 * -ENOMEM. */
int64_t connection_buffer(struct thread *thread, unsigned slot, uint64_t *size);
/* The thread ends: its buffers leave the client; servers keep theirs until `done`. If the
 * thread is known to be in no call of its server (`quiet`), others can use them again. */
void connection_drop_buffers(struct thread *thread, bool quiet);
/* Buffers of a connection: the client has ended or runs another program; it has ended, and
 * they do not count for it; the connection ends. Those of a live client whose server has died
 * stay until buffer_drop_left(). */
bool buffer_init(void);
void buffer_leave_client(struct connection *connection);
void buffer_disown(struct connection *connection);
void buffer_free_all(struct connection *connection);
void buffer_drop_left(struct process *process);

/* A one-use token with which the connection's process can map the object, until the
 * connection ends; -ENOMEM, -ESTALE: no such connection. Takes its own reference. */
int64_t connection_share(uint64_t badge, struct object *object, unsigned protection);
/* Uses a token: the object, with its reference, or null. */
struct object *connection_take(struct process *process, uint64_t token,
    unsigned *protection);
void connection_drop_tokens(struct connection *connection);

struct service *service_find(uint32_t number);
struct service *service_named(const char *name, size_t length);
struct service *service_next(uint32_t after);
/* A new service of the process, with its endpoint in a slot. -EEXIST, -EMFILE: the
 * process has too many, -ENFILE: the system has, -ENOMEM, -EINVAL: not a name. */
struct service *service_create(struct process *process, const char *name, size_t length,
    int *error);
struct service *service_create_own(cptr endpoint);
/* A service whose requests come to another one of the same process, which has an endpoint
 * of its own, and which it does not outlive. Errors as above. */
struct service *service_create_name(struct service *main, const char *name, size_t length,
    int *error);
/* The service ends; the service has begun (its mounts follow: follow.c). */
void mounts_lost(const struct service *service);
void mounts_found(const struct service *service);
/* It is not found by its name any more; connections that there are go on. */
void service_remove_name(struct service *service);
/* Ends it: whoever waits for an answer or calls later gets the kernel's error. */
void service_end(struct service *service);
