/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a request meets: a thread of a server, the tables that the process server shares
 * with it, shared buffers, and the kernel's copies through a window. For tests and
 * fuzzer.
 */
#pragma once

#include <transport/data.h>
#include <transport/request.h>
#include <transport/table.h>

enum { WORLD_CONNECTION = 5, WORLD_GENERATION = 77, WORLD_BUFFER = 3,
       WORLD_SIZE = 0x4000 };

/* A fresh world: one connection, with one buffer of WORLD_SIZE bytes. */
struct uxrt_thread *world_begin(void);
uint64_t world_badge(void);
struct buffer_entry *world_buffer_entry(unsigned number);
char *world_buffer(void);

/* The client's window, how much the kernel copies at once, and where a page is
 * missing. */
extern struct world_window {
    char memory[16384];
    size_t length, step, missing;
    unsigned calls;
} world_window;

/* Message info of a request. */
static inline uint64_t world_request(bool write, unsigned form, uint64_t count,
    unsigned length)
{
    return message_info(request_label(write, (enum request_form)form, 9, count), 0, 0,
                        length);
}
