/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How others find what is in the system library: the header at LIBRARY_BASE, for the
 * process server; and the function table (AT_UXRT), for libuxrt.a.
 * A function NAME of <uxrt/transport.h> or <uxrt/server.h> is library_NAME here, with the
 * calling thread in front of its arguments; the list below makes prototypes and table.
 */
#pragma once

#include <transport/thread.h>
#include <uxrt/driver.h>
#include <uxrt/server.h>

#define LIBRARY_MAGIC UINT64_C(0x30424c5452585500) /* "\0UXRTLB0" */

/* An instruction of the library that uses a program's memory, and where to go on if that
 * faults (page fault without a page to map, or general protection). */
struct library_fixup {
    uint64_t instruction, target;
};

/* The first bytes of the library. All addresses are absolute. */
struct library_header {
    uint64_t magic;
    uint32_t version, size;         /* size of this structure */
    uint64_t start;                 /* a process begins here (rdi, rsi: PROC_EXEC);
                                       the stack is thread 0's, set here */
    uint64_t foreign;               /* entry of foreign calls: range LIBRARY_BASE to
                                       text_end, stack: thread_block(n) + BLOCK_PRIVATE */
    uint64_t text_end;
    uint64_t table;                 /* struct uxrt_table */
    uint64_t fixups, fixups_end;    /* struct library_fixup[] */
    /* Of the entry (entry.S), for signals: */
    uint64_t signal;                /* where an interrupted thread goes on */
    uint64_t entered;               /* up to here from `foreign`, it is not quite inside */
    uint64_t leave, leave_end;      /* the way out, which can be begun again */
    uint64_t leave_again;
    uint64_t sleep, sleep_end;      /* where threads wait for their notifications */
    /* What the process server shows of a process in /proc, and reads out of its memory
     * then, as it shows its memory itself: none of it is believed. */
    uint64_t descriptors;           /* descriptor_words[] */
    uint64_t files;                 /* descriptor_files[] */
    uint64_t directory;             /* struct current_directory */
    uint64_t program;               /* struct program_place */
    uint64_t numbers;               /* descriptor_numbers[] */
};

/* In rax of a foreign system call: returns the calling thread's struct uxrt_thread. */
enum { ATTACH_NUMBER = 0x55585254 };

/* UXRT_FUNCTION(return type, name, (parameters), (their names)) */
#define UXRT_DATA_FUNCTIONS \
    UXRT_FUNCTION(int64_t, readv, (int file, const struct uxrt_iovec *v, int count), \
        (file, v, count)) \
    UXRT_FUNCTION(int64_t, writev, (int file, const struct uxrt_iovec *v, int count), \
        (file, v, count)) \
    UXRT_FUNCTION(int64_t, preadv, \
        (int file, const struct uxrt_iovec *v, int count, int64_t offset), \
        (file, v, count, offset)) \
    UXRT_FUNCTION(int64_t, pwritev, \
        (int file, const struct uxrt_iovec *v, int count, int64_t offset), \
        (file, v, count, offset)) \
    UXRT_FUNCTION(int64_t, read_long, \
        (int file, size_t place, size_t count, int64_t offset), \
        (file, place, count, offset)) \
    UXRT_FUNCTION(int64_t, write_long, \
        (int file, size_t place, size_t count, int64_t offset), \
        (file, place, count, offset))

#define UXRT_FILE_FUNCTIONS \
    UXRT_FUNCTION(int, open, (const char *name, unsigned flags, unsigned mode), \
        (name, flags, mode)) \
    UXRT_FUNCTION(int, openat, \
        (int directory, const char *name, unsigned flags, unsigned mode), \
        (directory, name, flags, mode)) \
    UXRT_FUNCTION(int, close, (int file), (file)) \
    UXRT_FUNCTION(int, dup, (int file), (file)) \
    UXRT_FUNCTION(int, dup_to, (int file, int number), (file, number)) \
    UXRT_FUNCTION(int, pipe, (int *files, unsigned flags), (files, flags)) \
    UXRT_FUNCTION(int64_t, seek, (int file, int64_t offset, int whence), \
        (file, offset, whence)) \
    UXRT_FUNCTION(int, stat, (const char *name, struct uxrt_stat *stat), (name, stat)) \
    UXRT_FUNCTION(int, lstat, (const char *name, struct uxrt_stat *stat), (name, stat)) \
    UXRT_FUNCTION(int, fstat, (int file, struct uxrt_stat *stat), (file, stat)) \
    UXRT_FUNCTION(int, change, (int file, const struct uxrt_change *change), \
        (file, change)) \
    UXRT_FUNCTION(int64_t, readdir, \
        (int directory, void *data, size_t count, uint64_t cookie), \
        (directory, data, count, cookie)) \
    UXRT_FUNCTION(int, mkdir, (const char *name, unsigned mode), (name, mode)) \
    UXRT_FUNCTION(int, rmdir, (const char *name), (name)) \
    UXRT_FUNCTION(int, remove, (const char *name), (name)) \
    UXRT_FUNCTION(int, rename, (const char *from, const char *to), (from, to)) \
    UXRT_FUNCTION(int, link, (const char *old, const char *new), (old, new)) \
    UXRT_FUNCTION(int, symlink, (const char *target, const char *name), (target, name)) \
    UXRT_FUNCTION(int64_t, readlink, (const char *name, char *target, size_t size), \
        (name, target, size)) \
    UXRT_FUNCTION(int, chdir, (const char *name), (name)) \
    UXRT_FUNCTION(int64_t, get, \
        (int file, unsigned attribute, uint64_t argument, void *data, size_t count), \
        (file, attribute, argument, data, count)) \
    UXRT_FUNCTION(int64_t, set, \
        (int file, unsigned attribute, uint64_t argument, const void *data, \
         size_t count), \
        (file, attribute, argument, data, count)) \
    UXRT_FUNCTION(int64_t, rpc, \
        (int file, const void *request, size_t count, void *answer, size_t size), \
        (file, request, count, answer, size)) \
    UXRT_FUNCTION(int, poll, (struct uxrt_poll *files, unsigned count, int wait), \
        (files, count, wait)) \
    UXRT_FUNCTION(int, mount, (const char *service, const char *where, unsigned flags), \
        (service, where, flags)) \
    UXRT_FUNCTION(int, bind, (const char *directory, const char *where, unsigned flags), \
        (directory, where, flags)) \
    UXRT_FUNCTION(int, unmount, (const char *where), (where)) \
    UXRT_FUNCTION0(int, unshare)

#define UXRT_PROCESS_FUNCTIONS \
    UXRT_FUNCTION(void *, map, \
        (void *address, size_t size, unsigned protection, unsigned flags, int file, \
         uint64_t offset), \
        (address, size, protection, flags, file, offset)) \
    UXRT_FUNCTION(int, unmap, (void *address, size_t size), (address, size)) \
    UXRT_FUNCTION(int, protect, (void *address, size_t size, unsigned protection), \
        (address, size, protection)) \
    UXRT_FUNCTION(int, object, (size_t size), (size)) \
    UXRT_FUNCTION(void *, map_object, \
        (void *address, int handle, size_t size, uint64_t offset), \
        (address, handle, size, offset)) \
    UXRT_FUNCTION(int, resize, (int handle, size_t size), (handle, size)) \
    UXRT_FUNCTION(int, discard, (int handle, uint64_t offset, size_t size), \
        (handle, offset, size)) \
    UXRT_FUNCTION(int, drop, (int handle), (handle)) \
    UXRT_FUNCTION0(int, fork) \
    UXRT_FUNCTION(int, exec, \
        (const char *name, char *const argv[], char *const envp[]), \
        (name, argv, envp)) \
    UXRT_FUNCTION(int, spawn, \
        (const char *name, char *const argv[], char *const envp[], const int *files, \
         unsigned count), \
        (name, argv, envp, files, count)) \
    UXRT_FUNCTION(int, wait, (int pid, int *status, int options), \
        (pid, status, options)) \
    UXRT_FUNCTION(int, kill, (int pid, int signal), (pid, signal)) \
    UXRT_FUNCTION0(int, getpid) \
    UXRT_FUNCTION(int, shutdown, (int status), (status)) \
    UXRT_FUNCTION(int, trace, (int file), (file))

#define UXRT_SERVER_FUNCTIONS \
    UXRT_FUNCTION(int, serve, (const char *name, unsigned parked), (name, parked)) \
    UXRT_FUNCTION(int, serve_also, (int service, unsigned parked), (service, parked)) \
    UXRT_FUNCTION(int, unserve, (int service), (service)) \
    UXRT_FUNCTION(int64_t, serve_name, (int service, const char *name), \
        (service, name)) \
    UXRT_FUNCTION(int, unserve_name, (uint32_t number), (number)) \
    UXRT_FUNCTION(int, receive, (int service, struct uxrt_request *request), \
        (service, request)) \
    UXRT_FUNCTION(int, answer, \
        (int service, const struct uxrt_request *request, int64_t result, bool end), \
        (service, request, result, end)) \
    UXRT_FUNCTION(int, answer_from, \
        (int service, const struct uxrt_request *request, const void *data, \
         int64_t result, bool end), \
        (service, request, data, result, end)) \
    UXRT_FUNCTION(int, park, (int service, const struct uxrt_request *request), \
        (service, request)) \
    UXRT_FUNCTION(int64_t, request_get, \
        (int service, const struct uxrt_request *request, uint64_t from, void *data, \
         size_t count), \
        (service, request, from, data, count)) \
    UXRT_FUNCTION(int64_t, request_put, \
        (int service, const struct uxrt_request *request, uint64_t to, \
         const void *data, size_t count), \
        (service, request, to, data, count)) \
    UXRT_FUNCTION(int, wake, (uint64_t badge, uint64_t files), (badge, files)) \
    UXRT_FUNCTION(int, done, (uint64_t badge), (badge)) \
    UXRT_FUNCTION(int, hold, (uint32_t service, uint64_t token, uint64_t badge), \
        (service, token, badge)) \
    UXRT_FUNCTION(int, held, (uint64_t token), (token)) \
    UXRT_FUNCTION(int, released, (uint64_t *token), (token)) \
    UXRT_FUNCTION(int64_t, share, (int handle, uint64_t badge, unsigned protection), \
        (handle, badge, protection)) \
    UXRT_FUNCTION(int, alarm, (int64_t nanoseconds), (nanoseconds)) \
    UXRT_FUNCTION(int, terminal, (unsigned what, struct uxrt_terminal *terminal), \
        (what, terminal))

/* <uxrt/driver.h>. */
#define UXRT_DRIVER_FUNCTIONS \
    UXRT_FUNCTION(int, ports, (unsigned device, unsigned first, unsigned last), \
        (device, first, last)) \
    UXRT_FUNCTION(int64_t, port_in, (unsigned device, unsigned port, unsigned width), \
        (device, port, width)) \
    UXRT_FUNCTION(int, port_out, \
        (unsigned device, unsigned port, unsigned width, uint32_t value), \
        (device, port, width, value)) \
    UXRT_FUNCTION(int, interrupt, (unsigned device, unsigned pin), (device, pin)) \
    UXRT_FUNCTION(int, interrupt_done, (unsigned device), (device))

/* Null is their error. */
#define UXRT_POINTER_FUNCTIONS \
    UXRT_FUNCTION(void *, buffer, (int file, size_t size), (file, size)) \
    UXRT_FUNCTION(void *, request_registers, \
        (int service, struct uxrt_request *request), (service, request)) \
    UXRT_FUNCTION(void *, request_buffer, \
        (int service, struct uxrt_request *request), (service, request))

/* Those that are called most: in the table, the thread comes behind the arguments, so
 * that they can stay where they are (small_NAME, small.h). */
#define UXRT_SMALL_FUNCTIONS \
    UXRT_FUNCTION(int64_t, read, (int file, void *data, size_t count), \
        (file, data, count)) \
    UXRT_FUNCTION(int64_t, write, (int file, const void *data, size_t count), \
        (file, data, count)) \
    UXRT_FUNCTION(int64_t, pread, (int file, void *data, size_t count, int64_t offset), \
        (file, data, count, offset)) \
    UXRT_FUNCTION(int64_t, pwrite, \
        (int file, const void *data, size_t count, int64_t offset), \
        (file, data, count, offset)) \
    UXRT_FUNCTION(int64_t, read_short, (int file, size_t count, int64_t offset), \
        (file, count, offset)) \
    UXRT_FUNCTION(int64_t, write_short, (int file, size_t count, int64_t offset), \
        (file, count, offset)) \
    UXRT_FUNCTION(int, answer_and_receive, \
        (int service, struct uxrt_request *request, int64_t result, bool end), \
        (service, request, result, end))

#define UXRT_FUNCTIONS UXRT_DATA_FUNCTIONS UXRT_FILE_FUNCTIONS UXRT_PROCESS_FUNCTIONS \
    UXRT_SERVER_FUNCTIONS UXRT_DRIVER_FUNCTIONS

/* Those of which libuxrt.a does more than pass on arguments and result. tls: FS base of
 * the thread; thread: with the new one's. */
#define UXRT_SPECIAL_FUNCTIONS \
    UXRT_FUNCTION(void, exit, (int code), (code)) \
    UXRT_FUNCTION(int, thread, \
        (void (*run)(void *), void *argument, void *stack_top, uint64_t tls), \
        (run, argument, stack_top, tls)) \
    UXRT_FUNCTION(int, tls, (uint64_t base), (base)) \
    UXRT_FUNCTION0(void, yield) \
    UXRT_FUNCTION(void, log, (const char *text, size_t length), (text, length))

#define UXRT_ALL_FUNCTIONS UXRT_FUNCTIONS UXRT_POINTER_FUNCTIONS UXRT_SPECIAL_FUNCTIONS

#define UXRT_NAMES(...) __VA_ARGS__

/* The table. Functions are only ever added at its end. */
struct uxrt_table {
    uint32_t version, size;
#define UXRT_FUNCTION(type, name, parameters, names) \
    type (*name)(struct uxrt_thread *, UXRT_NAMES parameters);
#define UXRT_FUNCTION0(type, name) type (*name)(struct uxrt_thread *);
    UXRT_ALL_FUNCTIONS
#undef UXRT_FUNCTION
#undef UXRT_FUNCTION0
#define UXRT_FUNCTION(type, name, parameters, names) \
    type (*name)(UXRT_NAMES parameters, struct uxrt_thread *);
    UXRT_SMALL_FUNCTIONS
#undef UXRT_FUNCTION
};

enum { UXRT_TABLE_VERSION = 1 };

#define UXRT_FUNCTION(type, name, parameters, names) \
    type library_##name(struct uxrt_thread *, UXRT_NAMES parameters);
#define UXRT_FUNCTION0(type, name) type library_##name(struct uxrt_thread *);
UXRT_ALL_FUNCTIONS
UXRT_SMALL_FUNCTIONS
#undef UXRT_FUNCTION
#undef UXRT_FUNCTION0

#define UXRT_FUNCTION(type, name, parameters, names) \
    type small_##name(UXRT_NAMES parameters, struct uxrt_thread *);
UXRT_SMALL_FUNCTIONS
#undef UXRT_FUNCTION

extern const struct uxrt_table library_table;

/* Where a process begins, in C (loader.c). */
void loader_start(uint64_t blob, uint64_t bytes) __attribute__((noreturn));
