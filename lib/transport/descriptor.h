/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors: small integers of a process, each naming an open file of this table, which
 * is a connection slot and the file's id at that server. Several descriptors can name one
 * (dup). A file's id is FIRST_FILE + its index in the table of files, so it is unique in
 * the process; an id is taken before the server is asked, and given back after it has
 * closed.
 */
#pragma once

#include <stdbool.h>

#include <transport/thread.h>

enum { DESCRIPTORS_MAX = 4096, FILES_MAX = 4096 };
/* SET and SIGNALS are files of the library's own: epoll and signalfd. */
enum file_kind { FILE_NONE, FILE_CONNECTION, FILE_SERVICE, FILE_SET, FILE_SIGNALS };
/* In the flags of a file, beside UXRT_: what it is, known since it was made. */
enum { FILE_SOCKET = 0x1000, FILE_STREAM = 0x2000, FILE_WATCHED = 0x4000,
       FILE_QUEUE = 0x8000 };

struct file {
    uint8_t kind;
    uint8_t slot;           /* FILE_CONNECTION: connection; FILE_SERVICE: index n of
                               SLOT_ENDPOINT + n */
    uint16_t flags;         /* UXRT_READ, UXRT_WRITE, UXRT_PATH, ... as opened */
    uint32_t id;
    uint32_t references;    /* descriptors */
    uint16_t root;          /* of the connection: where its name began */
    uint16_t next;          /* of the next directory of a union: index + 1; or 0 */
    uint64_t cookie;        /* of a directory: where getdents64 goes on; of a service: its
                               number; of SIGNALS: which */
};

/* The open file of a descriptor, or null (EBADF). Lock-free: for the data path. */
struct file *descriptor_file(int descriptor);

/*
 * For the fastest path, what requests on a descriptor's file need, in one word: the file
 * id where a message info has it, a bit for the kind, and the slot. 0: there is no such
 * file.
 */
#define DESCRIPTOR_FILE_SHIFT (12 + REQUEST_FILE_SHIFT)
#define DESCRIPTOR_CONNECTION UINT64_C(0x100)
#define DESCRIPTOR_SERVICE    UINT64_C(0x200)
#define DESCRIPTOR_LOCAL      UINT64_C(0x400)
#define DESCRIPTOR_SLOT       UINT64_C(0xff)
extern uint64_t descriptor_words[DESCRIPTORS_MAX];
/* Number of the file + 1, and whether it is closed on exec. */
extern uint16_t descriptor_numbers[DESCRIPTORS_MAX];
/* The table of files: that with id FIRST_FILE + n is number n. */
extern struct file descriptor_files[FILES_MAX];

static inline uint64_t descriptor_word(int descriptor)
{
    if ((unsigned)descriptor >= DESCRIPTORS_MAX) {
        return 0;
    }
    return __atomic_load_n(&descriptor_words[(unsigned)descriptor], __ATOMIC_ACQUIRE);
}

/* A new file with a fresh id, no descriptor yet; null: too many. */
struct file *file_create(uint8_t kind, uint8_t slot, uint16_t flags);
/* The file with this id, made if it does not exist; null: impossible id. Of a process
 * that begins. */
struct file *file_inherit(uint32_t id, uint8_t slot, uint16_t flags);
/* Forgets it without telling the server. */
void file_forget(struct file *file);
/* Adds a file to the end of a union; the next one of a union, or null. They close with
 * the first. */
void file_join(struct file *first, struct file *file);
struct file *file_next(const struct file *file);
/* Requests on descriptors take no fast path from now on, or do again: they are traced. */
void descriptor_slow(bool now);
/* The open file of a descriptor, with a reference that is never given back; or null. */
struct file *descriptor_hold(int descriptor);
/* Tells the server that a file without descriptors is closed, and forgets it. */
int file_close(struct uxrt_thread *t, struct file *file);

/* The lowest free descriptor from `from` on; takes a reference. -EMFILE. */
int descriptor_create(struct file *file, int from, bool close_on_exec);
/* This descriptor, whatever it was before: that is closed. -EBADF. */
int descriptor_place(struct uxrt_thread *t, struct file *file, int descriptor,
    bool close_on_exec);
/* From now on closing a descriptor of a file that has others ends the process's locks of
 * that file's bytes. */
void descriptor_locks(void);
/* Removes it; the file is closed at its server with the last one. */
int descriptor_close(struct uxrt_thread *t, int descriptor);
/* A second descriptor for the same file, from `from` on. -EBADF, -EMFILE. */
int descriptor_copy(int descriptor, int from, bool close_on_exec);

/* FD_CLOEXEC: 0, 1 or -EBADF. */
int descriptor_close_on_exec(int descriptor);
int descriptor_set_close_on_exec(int descriptor, bool close_on_exec);
/* The highest descriptor in use + 1. */
int descriptor_limit(void);

/* Around a fork, so that the child has tables in order; services are not the child's. */
void descriptor_before_fork(void);
void descriptor_after_fork(bool child);
