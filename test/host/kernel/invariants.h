/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold of the kernel's data whenever no core is in the kernel. The first
 * violation is reported on standard error and ends the program.
 *
 *   caps.c     collects slots and objects; the derivation list
 *   memory.c   objects do not overlap, untyped memory is clear
 *   links.c    threads, endpoints, notifications, replies, scheduling contexts
 *   queues.c   cores: ready and release queues, current threads, gate and locks
 */
#pragma once

#include <object/tcb.h>

#define MAX_OBJECTS  4096
#define MAX_SLOTS    16384

struct object {
    enum cap_type type;         /* what it is, if a zombie stands for it too */
    bool zombie;
    paddr base;
    word bits;
    void *pointer;
    unsigned caps, runs;        /* capabilities to it, and runs of them in the list */
    bool queued;                /* a thread that a queue of its core holds */
};

/* Everything, after each step. */
void invariants_check(void);

/* --- parts ------------------------------------------------------------------------ */

/* Find all slots and objects, and check the list. */
void caps_check(void);
/* Objects do not overlap; memory of those that are gone is filled with rubbish. */
void memory_check(void);
/* Another machine state has been loaded: do not compare with what was before. */
void memory_forget(void);
/* The objects found last. */
unsigned objects_count(void);
struct object *objects_get(unsigned i);
unsigned untypeds_count(void);
struct cap untypeds_get(unsigned i);
/* The live object of this type there; fails with `what` if there is none. */
struct object *object_at(const void *pointer, enum cap_type type, const char *what);
void links_check(void);
void queues_check(void);

/* Report and abort. */
_Noreturn void invariant_broken(const char *file, int line, const char *what,
                                const void *where);
#define CHECK(cond, where) \
    do { \
        if (!(cond)) \
            invariant_broken(__FILE__, __LINE__, #cond, where); \
    } while (0)
