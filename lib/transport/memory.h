/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings, for the other parts of the library. */
#pragma once

#include <transport/client.h>
#include <transport/descriptor.h>

/* PROC_MAP: the address, or a negative error. */
int64_t memory_map(struct uxrt_thread *t, uint64_t address, size_t size,
    unsigned protection, unsigned flags, uint64_t source, uint64_t offset);
int memory_unmap(struct uxrt_thread *t, uint64_t address, size_t size);
int memory_protect(struct uxrt_thread *t, uint64_t address, size_t size,
    unsigned protection);

/* Maps `bytes` of a file, from an offset that is a multiple of the page size on. Of a
 * server without memory objects, private mappings are made by copying. */
int64_t memory_map_file(struct uxrt_thread *t, uint64_t address, size_t bytes,
    unsigned protection, unsigned flags, const struct file *file, uint64_t offset);
