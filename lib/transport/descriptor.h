/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors: small integers of a process, each naming an open file of this table, which
 * is a connection slot and the file's id at that server. Several descriptors can name one
 * (dup). A file's id is FIRST_FILE + its index in the table of files, so it is unique in the
 * process; an id is taken before the server is asked, and given back after it has closed.
 */
#pragma once

#include <stdbool.h>

#include <transport/thread.h>

enum { DESCRIPTORS_MAX = 4096 };
enum file_kind { FILE_NONE, FILE_CONNECTION, FILE_SERVICE };

struct file {
    uint8_t kind;
    uint8_t slot;           /* FILE_CONNECTION: connection; FILE_SERVICE: index n of
                               SLOT_ENDPOINT + n */
    uint16_t flags;         /* UXRT_READ, UXRT_WRITE, UXRT_PATH, ... as opened */
    uint32_t id;
    uint32_t references;    /* descriptors */
};

/* The open file of a descriptor, or null (EBADF). Lock-free: for the data path. */
struct file *descriptor_file(int descriptor);

/* A new file with a fresh id, no descriptor yet; null: too many. */
struct file *file_create(uint8_t kind, uint8_t slot, uint16_t flags);
/* Forgets it without telling the server. */
void file_forget(struct file *file);

/* The lowest free descriptor from `from` on; takes a reference. -EMFILE. */
int descriptor_create(struct file *file, int from, bool close_on_exec);
/* Removes it; the file is closed at its server with the last one. */
int descriptor_close(struct uxrt_thread *t, int descriptor);
