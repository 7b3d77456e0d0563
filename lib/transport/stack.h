/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack that a program begins with: strings at the top, below them the argument
 * count, the arguments, the environment and the auxiliary vector. Made in two steps,
 * because the bytes that the strings come from go before the program is mapped.
 */
#pragma once

#include <transport/program.h>
#include <transport/start.h>

#define STACK_TOP   (PROGRAM_END - UINT64_C(0x10000))
#define STACK_SIZE  (UINT64_C(8) << 20)
/* Where exec likes to put struct start. */
#define START_PLACE (STACK_TOP - STACK_SIZE - 2 * START_BYTES_MAX)

struct stack_content {
    uint64_t entry;         /* of the program */
    uint64_t start;         /* where the process begins: its interpreter's, or the same */
    uint64_t headers;       /* address of the program headers */
    uint64_t header_count;
    uint64_t base;          /* of the interpreter, or 0 */
    uint64_t strings;       /* address of the name; arguments and environment follow */
    uint64_t random;        /* of 16 bytes */
    uint32_t arguments, variables;
};

/* Maps a stack and copies the strings; returns the stack pointer, or 0. */
uint64_t stack_reserve(struct uxrt_thread *t, const struct start_view *view,
    const struct program *program, struct stack_content *content);
/* Writes the rest. */
void stack_finish(const struct stack_content *content, uint64_t stack);

/* Begins the program: enter.S. */
void program_enter(uint64_t start, uint64_t stack) __attribute__((noreturn));
