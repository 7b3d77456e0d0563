/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A world for the process server's files: a few processes with memory, services, and
 * connections, all of them made up. Heap and kernel are the host's.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <files/files.h>
#include <process/connection.h>
#include <util/errno.h>
#include <uxrt/transport.h>

/* Processes: 1 has uid 0; 7 and 8 have uid 1000; 9 has uid 2000 and has a zombie, 10.
 * The badge of a process's connection is badge_of(pid, 1). */
enum { ROOT_PID = 1, USER_PID = 7, FRIEND_PID = 8, OTHER_PID = 9, ZOMBIE_PID = 10 };

/* Memory of each process: at DATA, private, read-write; at TEXT, private, read-only; at
 * SHARED, an object; at SYSTEM, the system's. Each is REGION bytes. */
#define DATA    UINT64_C(0x500000)
#define TEXT    UINT64_C(0x400000)
#define SHARED  UINT64_C(0x600000)
#define SYSTEM  BUFFER_AREA
enum { REGION = 0x2000, TOKEN = 77 };

/* In DATA: what the library of each process tells. */
#define WORLD_PROGRAM     (DATA + 0x100)
#define WORLD_DIRECTORY   (DATA + 0x200)
#define WORLD_FILES       (DATA + 0x300)
#define WORLD_DESCRIPTORS (DATA + 0x1000)

void world_begin(void);
/* Blocks of the heap that are in use. */
extern int world_blocks;
/* The process that was killed last, and how. */
extern uint32_t world_killed;
extern int world_signal;

char *world_memory(uint32_t pid, uint64_t address);
/* A buffer of REGION bytes at place 0 of the buffer area; only USER_PID has one. */
char *world_buffer(uint32_t pid);
/* A process ends. */
void world_end(uint32_t pid);
