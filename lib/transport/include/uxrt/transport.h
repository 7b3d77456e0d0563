/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport for programs: every call is a read or a write of a count of bytes at an
 * offset of a file that some process serves. Three forms of the two operations, which may
 * be mixed freely: short (message registers), long (a buffer shared with the server), plain
 * (any memory). Link with libuxrt.a; on Linux every call answers -ENOSYS.
 *
 * Functions return a count or another value from 0 on, or a negative error number of
 * <errno.h>. Any thread may call any of them. Manual: transport(7) and a page for each.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Offset that stands for the file's own position, which the call uses and advances. */
#define UXRT_CURRENT INT64_C(-1)

enum { UXRT_SHORT_WRITE = 952, UXRT_SHORT_READ = 960 };

/* Plain: any memory, any length; as the POSIX functions of these names. */
struct uxrt_iovec {
    void *base;
    size_t length;
};
int64_t uxrt_read(int file, void *data, size_t count);
int64_t uxrt_write(int file, const void *data, size_t count);
int64_t uxrt_pread(int file, void *data, size_t count, int64_t offset);
int64_t uxrt_pwrite(int file, const void *data, size_t count, int64_t offset);
int64_t uxrt_readv(int file, const struct uxrt_iovec *v, int count);
int64_t uxrt_writev(int file, const struct uxrt_iovec *v, int count);
int64_t uxrt_preadv(int file, const struct uxrt_iovec *v, int count, int64_t offset);
int64_t uxrt_pwritev(int file, const struct uxrt_iovec *v, int count, int64_t offset);

/*
 * Short: the bytes are in this thread's message registers. uxrt_registers_out() is where a
 * write's bytes are put before it (UXRT_SHORT_WRITE), uxrt_registers_in() where a read's are
 * found after it (UXRT_SHORT_READ). They overlap, and any other call changes both. Up to 24
 * bytes written and 32 read stay in processor registers on their way. EMSGSIZE: too many.
 * In place of an offset, short and long calls take the address of an attribute, too
 * (attribute(7): as a number it is negative).
 */
void *uxrt_registers_out(void);
const void *uxrt_registers_in(void);
int64_t uxrt_read_short(int file, size_t count, int64_t offset);
int64_t uxrt_write_short(int file, size_t count, int64_t offset);

/*
 * Long: the bytes are in a buffer that this thread shares with the file's server, and stay
 * where they are. uxrt_buffer() returns its address, made at first use with at least
 * `size` bytes (0: what there is, or 16 KiB; at most 1 MiB). All files of one server have
 * the same. `place` is the first byte's distance from its start. EMSGSIZE: beyond its end.
 */
void *uxrt_buffer(int file, size_t size);
int64_t uxrt_read_long(int file, size_t place, size_t count, int64_t offset);
int64_t uxrt_write_long(int file, size_t place, size_t count, int64_t offset);

/* Files. Names are absolute or relative to the current directory. */
enum {
    UXRT_READ = 1, UXRT_WRITE = 2, UXRT_EXECUTE = 4,    /* what it is opened for */
    UXRT_CREATE = 8, UXRT_EXCLUSIVE = 16, UXRT_TRUNCATE = 32, UXRT_APPEND = 64,
    UXRT_NONBLOCK = 128, UXRT_DIRECTORY = 256,          /* ENOTDIR unless it is one */
    UXRT_NOFOLLOW = 512,                                /* ELOOP if it is a link */
    UXRT_PATH = 1024,                                   /* only to name it, links too */
    UXRT_CLOSE_ON_EXEC = 2048,
    UXRT_NO_TERMINAL = 4096,                            /* not as controlling terminal */
};
/* In place of a directory's descriptor: the current one. */
enum { UXRT_AT_CURRENT = -100 };
int uxrt_open(const char *name, unsigned flags, unsigned mode);
int uxrt_openat(int directory, const char *name, unsigned flags, unsigned mode);
int uxrt_close(int file);
int uxrt_dup(int file);
int uxrt_dup_to(int file, int number);
/* The reading and the writing end of a new pipe; flags: UXRT_NONBLOCK, _CLOSE_ON_EXEC. */
int uxrt_pipe(int *files, unsigned flags);
int64_t uxrt_seek(int file, int64_t offset, int whence);  /* 0 start, 1 position, 2 end */

struct uxrt_seek {
    int64_t offset;
    uint64_t whence;
};

struct uxrt_stat {
    uint64_t device, node;
    uint32_t mode, links;       /* mode: type and permission bits as in <sys/stat.h> */
    uint32_t uid, gid;
    uint64_t special;           /* device number of a device file */
    uint64_t size, blocks;      /* bytes; blocks of 512 bytes */
    int64_t accessed, modified, changed;    /* nanoseconds since 1970 */
};
int uxrt_stat(const char *name, struct uxrt_stat *stat);
int uxrt_lstat(const char *name, struct uxrt_stat *stat);
int uxrt_fstat(int file, struct uxrt_stat *stat);

enum { UXRT_SET_MODE = 1, UXRT_SET_UID = 2, UXRT_SET_GID = 4, UXRT_SET_SIZE = 8,
       UXRT_SET_ACCESSED = 16, UXRT_SET_MODIFIED = 32 };
struct uxrt_change {
    uint32_t what;              /* bits UXRT_SET_ */
    uint32_t mode, uid, gid;
    uint64_t size;
    int64_t accessed, modified;
};
int uxrt_change(int file, const struct uxrt_change *change);

/* Records of attributes. A lock is held by an open file, and ends with it. */
enum { UXRT_LOCK_NONE = 0, UXRT_LOCK_SHARED = 1, UXRT_LOCK_EXCLUSIVE = 2,
       UXRT_LOCK_NOWAIT = 4 };             /* EAGAIN instead of waiting */
struct uxrt_lock {
    uint32_t kind, reserved;
};
/* A lock of bytes is held by the process, and ends when that closes the file once, or with
 * _FILE by the open file. */
enum { UXRT_LOCK_FILE = 8, UXRT_LOCK_OWN = 16 /* read: it is no other's */ };
struct uxrt_range {
    uint32_t kind, pid;         /* pid: read */
    uint64_t start, end;        /* first and last byte; the last one of all is INT64_MAX */
};
struct uxrt_object {
    uint64_t token, size;       /* one use; bytes of the file */
};
struct uxrt_statfs {
    uint64_t block_size, blocks, free, files, free_files, name_max;
};
enum { UXRT_RENAME_NOREPLACE = 1, UXRT_RENAME_EXCHANGE = 2 };    /* or */

/* Directories. */
struct uxrt_entry {
    uint64_t node;
    uint64_t next;              /* cookie of the entry after this one */
    uint16_t length;            /* bytes of this record, a multiple of 8 */
    uint8_t type;               /* mode >> 12 */
    uint8_t name_length;
    char name[];                /* not terminated */
};
/* Fills data with whole entries from cookie on; returns bytes, 0 at the end. */
int64_t uxrt_readdir(int directory, void *data, size_t count, uint64_t cookie);
int uxrt_mkdir(const char *name, unsigned mode);
int uxrt_rmdir(const char *name);
int uxrt_remove(const char *name);
int uxrt_rename(const char *from, const char *to);
int uxrt_link(const char *old, const char *new);
int uxrt_symlink(const char *target, const char *name);
int64_t uxrt_readlink(const char *name, char *target, size_t size);
int uxrt_chdir(const char *name);

/* Attributes: reads and writes of records; the numbers are in transport(7). */
int64_t uxrt_get(int file, unsigned attribute, uint64_t argument, void *data, size_t count);
int64_t uxrt_set(int file, unsigned attribute, uint64_t argument, const void *data,
    size_t count);
/* A request and its answer: a write and a read that belong together. */
int64_t uxrt_rpc(int file, const void *request, size_t count, void *answer, size_t size);

/* Readiness: what a file is ready for, and waiting for several. */
enum { UXRT_READY_READ = 1,
       UXRT_READY_PRIORITY = 2,             /* to read something out of the ordinary */
       UXRT_READY_WRITE = 4, UXRT_READY_ERROR = 8, UXRT_READY_HANGUP = 16,
       UXRT_READY_PEER_SHUT = 0x2000 };     /* nothing more will be written there */
/* Record of ATTR_READY, of which a reader may want the first word only. In its argument:
 * the bits to arm, and _CHANGES if that is to be done though it is ready now. */
#define UXRT_READY_CHANGES (UINT64_C(1) << 32)
struct uxrt_ready {
    uint32_t ready;
    uint32_t changes[2];        /* how often it has become ready to read, to write */
};
struct uxrt_poll {
    int file;
    uint32_t wanted, ready;
};
/* Waits until one is ready, or if !wait looks only; returns how many are. */
int uxrt_poll(struct uxrt_poll *files, unsigned count, int wait);

/* Names: puts service NAME of /srv, or a directory, at a place of this namespace. */
enum { UXRT_MOUNT_REPLACE = 0, UXRT_MOUNT_BEFORE = 1, UXRT_MOUNT_AFTER = 2,
       UXRT_MOUNT_CREATE = 4 };
int uxrt_mount(const char *service, const char *where, unsigned flags);
int uxrt_bind(const char *directory, const char *where, unsigned flags);
int uxrt_unmount(const char *where);
int uxrt_unshare(void);

/* Memory. */
void *uxrt_map(void *address, size_t size, unsigned protection, unsigned flags, int file,
    uint64_t offset);           /* file -1: new memory; error: a negative errno as pointer */
int uxrt_unmap(void *address, size_t size);
int uxrt_protect(void *address, size_t size, unsigned protection);
int uxrt_object(size_t size);   /* handle of a new memory object */
void *uxrt_map_object(void *address, int handle, size_t size, uint64_t offset);
int uxrt_resize(int handle, size_t size);
int uxrt_discard(int handle, uint64_t offset, size_t size);
int uxrt_drop(int handle);

/* Processes and threads. */
int uxrt_fork(void);
int uxrt_exec(const char *name, char *const argv[], char *const envp[]);
/* Starts a program in a new process; files[i] becomes its descriptor i. Returns its pid. */
int uxrt_spawn(const char *name, char *const argv[], char *const envp[], const int *files,
    unsigned count);
void uxrt_exit(int code) __attribute__((noreturn));
int uxrt_wait(int pid, int *status, int options);
int uxrt_kill(int pid, int signal);
int uxrt_getpid(void);
int uxrt_thread(void (*run)(void *), void *argument, void *stack_top);
void uxrt_yield(void);

/* What this thread's calls have cost: to count in tests and tools. */
struct uxrt_counts {
    uint64_t calls;             /* round trips as a client */
    uint64_t served;            /* requests received as a server */
    uint64_t copies;            /* times that the transport copied a call's data */
    uint64_t copied;            /* bytes of them */
    uint64_t general;           /* of the calls, those that took no fast path */
};
const struct uxrt_counts *uxrt_counts(void);

/* A request, as it is told to whoever traces a program: uxrt_trace(3). Labels are those of
 * message(5). */
struct uxrt_trace {
    uint32_t pid, tid;
    uint64_t start, end;        /* nanoseconds since boot */
    uint64_t label, place;      /* of the request: label; offset or attribute address */
    uint64_t reply;             /* its label */
    uint32_t service;           /* number, as in /proc/sys/services */
    uint32_t length;            /* bytes of: */
    char data[64];              /* the first bytes, if they were in the message; of a read
                                   of a name (bit 52 of its label): the name's */
};
/* From now on this thread's requests are recorded in the file, and those of threads,
 * children and programs that it begins; -1: no more. */
int uxrt_trace(int file);

/* Early messages, on the kernel's serial port; of uid 0 only. */
void uxrt_log(const char *text, size_t length);
/* Ends the machine: for the first process. */
int uxrt_shutdown(int status);
