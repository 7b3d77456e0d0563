/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: brk, mmap and what changes mappings. The break is behind the program and grows
 * by whole chunks so that most calls of brk need nobody.
 */
#include <transport/fork.h>
#include <transport/lock.h>
#include <transport/program.h>
#include <unix/thread.h>
#include <unix/open.h>

#define PAGE        UINT64_C(4096)
#define BREAK_MAX   UINT64_C(0x010000000000)
#define BREAK_CHUNK UINT64_C(0x100000)

enum {
    MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_SHARED_VALIDATE = 3, MAP_TYPE = 15,
    MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_FIXED_NOREPLACE = 0x100000,
    MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2,
    MADV_DONTNEED = 4, MADV_FREE = 8,
};

/* Flags that Linux has had from the beginning, which all kinds of mappings take. */
#define MAP_KNOWN UINT64_C(0x1ff93f)

/* The break, where it began, and up to where its memory is mapped. */
static uint64_t program_break, break_base, break_mapped;
static uint32_t break_lock;

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) & ~(unit - 1);
}

static bool is_error(const void *address)
{
    return (uint64_t)address >= (uint64_t)-4095;
}

static bool break_grow(struct uxrt_thread *t, uint64_t to)
{
    uint64_t end = round_up(to, BREAK_CHUNK);

    if (to <= break_mapped)
        return true;
    void *at = library_map(t, (void *)break_mapped, end - break_mapped,
        PROC_READ | PROC_WRITE, PROC_MAP_FIXED | PROC_MAP_NOREPLACE, -1, 0);
    if (is_error(at))
        return false;
    break_mapped = end;
    return true;
}

/* What is given back has to be zero when it comes again. */
static void break_shrink(struct uxrt_thread *t, uint64_t to)
{
    uint64_t end = round_up(to, PAGE);

    if (end < break_mapped && !library_unmap(t, (void *)end, break_mapped - end))
        break_mapped = end;
}

/* It begins behind the program, so that it needs few page tables of its own. */
static void break_begin(void)
{
    if (!break_base)
        program_break = break_base = break_mapped = round_up(program_end(), PAGE);
}

/* Where it is, the library of the process knows that has the memory: a process that has its
 * parent's cannot move it, and gets more memory by mmap. */
UNIX_HANDLER(brk)
{
    uint64_t to = argument(frame, 0), now;

    lock_take(&break_lock);
    break_begin();
    if (to >= break_base && to <= break_base + BREAK_MAX && !fork_program_shared()) {
        if (to < program_break)
            break_shrink(t, to);
        if (break_grow(t, to))
            program_break = to;
    }
    now = program_break;
    lock_release(&break_lock);
    return (int64_t)now;
}

static unsigned map_flags(uint64_t flags)
{
    unsigned ours = (flags & MAP_TYPE) != MAP_PRIVATE ? PROC_MAP_SHARED : 0;

    if (flags & MAP_FIXED)
        ours |= PROC_MAP_FIXED;
    if (flags & MAP_FIXED_NOREPLACE)
        ours |= PROC_MAP_FIXED | PROC_MAP_NOREPLACE;
    return ours;
}

UNIX_HANDLER(mmap)
{
    uint64_t size = argument(frame, 1), flags = argument(frame, 3);
    uint64_t offset = argument(frame, 5), type = flags & MAP_TYPE;

    if (offset % PAGE)
        return -EINVAL;
    if (!(flags & MAP_ANONYMOUS) && !opened_file(argument_int(frame, 4)))
        return -EBADF;
    if (size == 0 || type < MAP_SHARED || type > MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (size > PROGRAM_END)
        return -ENOMEM;
    if (type == MAP_SHARED_VALIDATE && flags & ~MAP_KNOWN)
        return -EOPNOTSUPP;
    if (type != MAP_PRIVATE)
        futex_memory_is_shared();
    /* A hint is not taken: the process server knows a free place. */
    void *place = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) ? argument_pointer(frame, 0)
                                                            : NULL;
    return (int64_t)library_map(t, place, round_up(size, PAGE),
        argument(frame, 2) & 7, map_flags(flags),
        flags & MAP_ANONYMOUS ? -1 : argument_int(frame, 4), offset);
}

UNIX_HANDLER(munmap)
{
    uint64_t size = argument(frame, 1);

    if (size == 0 || argument(frame, 0) % PAGE || size > PROGRAM_END)
        return -EINVAL;
    return library_unmap(t, argument_pointer(frame, 0), round_up(size, PAGE));
}

UNIX_HANDLER(mprotect)
{
    uint64_t size = argument(frame, 1);

    if (argument(frame, 0) % PAGE)
        return -EINVAL;
    if (size > PROGRAM_END || (size && argument(frame, 0) < PROGRAM_BASE))
        return -ENOMEM;
    return size ? library_protect(t, argument_pointer(frame, 0), round_up(size, PAGE),
                      argument(frame, 2) & 7)
                : 0;
}

_Static_assert(MREMAP_MAYMOVE == (int)PROC_REMAP_MOVE
                   && MREMAP_FIXED == (int)PROC_REMAP_FIXED,
    "the process server has Linux's flags");

UNIX_HANDLER(mremap)
{
    uint64_t size = argument(frame, 1), wanted = argument(frame, 2);
    uint64_t flags = argument(frame, 3);

    if (argument(frame, 0) % PAGE || !size || !wanted || size > PROGRAM_END)
        return -EINVAL;
    if (argument(frame, 0) < PROGRAM_BASE || argument(frame, 0) >= PROGRAM_END)
        return -EFAULT;
    if (wanted > PROGRAM_END)
        return -ENOMEM;

    const uint64_t words[] = {argument(frame, 0), round_up(size, PAGE), argument(frame, 4),
        round_up(wanted, PAGE), flags};
    int64_t error = client_proc(t, PROC_REMAP, words, 5, NULL, 0);

    return error < 0 ? error : (int64_t)t->shared->result[0];
}

/* Advice may be ignored, but what is thrown away has to read as it did at first. */
UNIX_HANDLER(madvise)
{
    uint64_t size = argument(frame, 1);

    if (argument(frame, 0) % PAGE)
        return -EINVAL;
    if (argument(frame, 2) != MADV_DONTNEED || !size)
        return 0;
    if (size > PROGRAM_END || argument(frame, 0) < PROGRAM_BASE)
        return -ENOMEM;

    const uint64_t words[] = {argument(frame, 0), round_up(size, PAGE)};

    return client_proc(t, PROC_EMPTY, words, 2, NULL, 0);
}

UNIX_HANDLER(msync)
{
    return argument(frame, 0) % PAGE ? -EINVAL : 0;
}
