/* SPDX-License-Identifier: BSD-2-Clause */
/* A stand-in for the memory objects of <uxrt/transport.h>: files in memory, which fault
 * beyond their ends as objects do. */
#define _GNU_SOURCE
#include "memory.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include <uxrt/server.h>
#include <util/errno.h>

struct fake_memory fake_memory;

int uxrt_object(size_t size)
{
    int handle = memfd_create("object", 0);

    assert(handle >= 0 && size % 4096 == 0);
    if (ftruncate(handle, (off_t)size) != 0)
        assert(!"no space");
    fake_memory.objects++;
    return handle;
}

void *uxrt_map_object(void *address, int handle, size_t size, uint64_t offset)
{
    void *memory = mmap(address, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
        handle, (off_t)offset);

    assert(memory != MAP_FAILED);
    fake_memory.mappings++;
    return memory;
}

int uxrt_unmap(void *address, size_t size)
{
    fake_memory.mappings--;
    return munmap(address, size);
}

int uxrt_resize(int handle, size_t size)
{
    assert(size % 4096 == 0);
    return ftruncate(handle, (off_t)size);
}

int uxrt_drop(int handle)
{
    fake_memory.objects--;
    return close(handle);
}

int64_t uxrt_share(int handle, uint64_t badge, unsigned protection)
{
    (void)badge, (void)protection;
    fake_memory.shared = handle;
    return 1 + handle;
}
