/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and their threads. A process is found by its pid or by the index of one of its
 * connections. It ends in steps that never wait for anybody: its threads are stopped, its
 * services and connections ended, its memory freed; what is left is its status until its
 * parent asks (a zombie).
 */
#pragma once

#include <memory/space.h>
#include <transport/layout.h>
#include <transport/process.h>

struct namespace;
struct process;
struct service;

struct thread {
    struct process *process;
    uint32_t number;            /* in the process */
    uint32_t tid;               /* in the system; the first one's is the pid */
    cptr tcb, sc, notification;
    struct thread_page *page;   /* shared with it, in our memory */
    bool live;
};

enum { HANDLES_MAX = 4096 };

struct process {
    uint32_t pid;
    struct process *parent, *children, *sibling;    /* sibling: next child of parent */
    struct space *space;
    cptr cspace;                /* CNode of CSPACE_BITS */
    struct process_page *page;  /* in our memory */
    struct namespace *namespace;
    struct thread *threads[THREADS_MAX];
    unsigned thread_count;
    uint32_t connections[SLOTS];        /* slot -> connection index, or 0 */
    struct service *services[SERVICES_MAX];
    uint32_t groups[16];
    uint32_t group_count;
    struct object **handles;    /* of PROC_OBJECT; grows */
    uint32_t handle_count;
    cptr replies[REPLIES_MAX];  /* our capabilities to its reply objects, or 0 */
    int status;                 /* when it is a zombie */
    bool zombie;
    char name[32];              /* last component of the program */
};

/* The process with this pid, or null; the next one after a pid, to list them. */
struct process *process_find(uint32_t pid);
struct process *process_next(uint32_t after);

/* The first process: uid 0, empty namespace; starts the library's loader with `blob`. */
struct process *process_start_first(const void *blob, size_t bytes);

/* Ends it now, whatever its threads do; `status` as for PROC_EXIT. */
void process_kill(struct process *process, int status);

/* Sets event bits of all its threads and wakes them. */
void process_wake(struct process *process, uint32_t events);

/* Takes a fault message of a thread; true if the thread shall go on (reply to it). */
bool process_fault(struct thread *thread, uint64_t label, const uint64_t mr[4]);
