/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls as a hostile program can make them: by a jump to a system call instruction
 * of the system library. raw_begin() finds it; false: there is none. One thread only, but
 * raw_trap and raw_call may be used by all.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <transport/process.h>
#include <transport/layout.h>

#include <abi/syscall.h>

/* Registers of a system call, as they are before it and after it. */
struct raw {
    uint64_t rdi, rsi, rdx, r8, r9, r10, r12, r15;
};

bool raw_begin(void);
void raw_trap(struct raw *raw);

/* A message on a connection: `how` is SYSCALL_CALL, _SEND or _NBSEND; words 0 to 3 go out
 * and come back. Returns the message info of the answer. */
uint64_t raw_message(enum syscall_number how, unsigned slot, uint64_t info,
    uint64_t mr[4]);

/* A call of the process server, of words and bytes: its status. Results are at
 * raw_results(). */
int raw_proc(enum proc_call call, const uint64_t *words, unsigned count,
    const char *bytes);
const uint64_t *raw_results(void);

/* The slot of a connection to this service of /srv, "" the process server's; or a
 * negative error. */
int raw_connect(const char *service);

struct ipc_buffer *raw_ipc(void);

/* A decimal number. */
unsigned raw_number(const char *text);

/* Numbers that seem to be random, for each seed others. */
uint64_t raw_random(uint64_t *seed);
/* One of them, or often a number near a limit. */
uint64_t raw_limit(uint64_t *seed);

/* Lets some random time pass, up to that of a few calls. */
void raw_pause(uint64_t random);
