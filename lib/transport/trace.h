/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing: a record of each request goes to a file (struct uxrt_trace, uxrt_trace(3)). The
 * file has no descriptor; children and programs that are executed inherit it. The
 * descriptors of a traced process take no fast path, so these do not test for it.
 */
#pragma once

#include <transport/descriptor.h>

/* The file, or null. */
const struct file *trace_file(void);
/* The process begins with this file, or null. */
void trace_begin(struct file *file);
/* A thread begins. */
void trace_thread(struct uxrt_thread *t);

/* Before and after a request of a traced thread: its record is begun, then written. The
 * requests between them are not traced. Returns the reply's label. */
struct uxrt_trace trace_before(struct uxrt_thread *t, unsigned slot, uint64_t label,
    uint64_t first);
uint64_t trace_after(struct uxrt_thread *t, struct uxrt_trace *record, uint64_t reply);
