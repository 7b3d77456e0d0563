/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services, connections to them, and the identity table in which servers read who calls.
 * A connection is named by its index in the table. A service is named by a number that is
 * never used again. The process server's own service is SERVICE_PROC.
 */
#pragma once

#include <process/process.h>

struct service {
    uint32_t number;
    struct process *process;    /* null: the process server's own */
    unsigned index;             /* SLOT_ENDPOINT + index in that process */
    cptr endpoint;              /* with all rights */
    cptr notification;          /* of the serving thread; 0: none wanted */
    char name[64];              /* in /srv; empty: none */
};

void connection_init(void);

/* The identity table's and the buffer table's memory, to map in servers. */
struct object *connection_identities(void);
struct object *connection_buffers(void);
struct identity *connection_identity(uint32_t index);

/* The live process that a badge stands for, or null. */
struct process *connection_process(uint64_t badge);

/* Connects a process to a service, in this slot or (0) a free one; returns the slot or
 * -ENFILE, -ENOMEM, -EDEADLK. If there is a connection already, its slot. */
int connection_open(struct process *process, struct service *service, unsigned slot);

/* Ends a connection: capability gone, table entry ENDING, service told. Entries of the
 * process server's own service and of dead services are freed at once. */
void connection_end(uint32_t index);
/* The server is done with an ENDING connection: buffers unmapped, index free again. */
int connection_done(struct service *service, uint64_t badge);

/* Parked calls of the connection are to be answered now. */
void connection_cancel(uint32_t index);

/* Credentials, groups, roots or ids of a process have changed. */
void connection_update(struct process *process);

/* A shared buffer for a thread's use of a connection: its place in the buffer area. */
int64_t connection_buffer(struct thread *thread, unsigned slot, uint64_t *size);
/* The thread ends: its buffers leave the client; servers keep theirs until `done`. */
void connection_drop_buffers(struct thread *thread);

struct service *service_find(uint32_t number);
struct service *service_named(const char *name, size_t length);
struct service *service_next(uint32_t after);
struct service *service_create(struct process *process, const char *name, size_t length,
    int *error);
/* Ends it: whoever waits for an answer or calls later gets the kernel's error. */
void service_end(struct service *service);
