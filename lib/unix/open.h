/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files about descriptors share: flags of open(2) in both forms, fcntl's locks. */
#pragma once

#include <unix/unix.h>

/* UXRT_ flags for those of open(2), and back. */
unsigned flags_of_open(unsigned theirs);
/* The file of a descriptor that does not only name it (O_PATH), or null. */
struct file *opened_file(int fd);
unsigned flags_for_open(unsigned ours);

/* Descriptors are below this. */
uint64_t files_most(void);

/* lock.c: F_GETLK, F_SETLK, F_SETLKW and those of open files. */
enum { F_GETLK = 5, F_SETLK = 6, F_SETLKW = 7, F_OFD_GETLK = 36, F_OFD_SETLK = 37,
       F_OFD_SETLKW = 38 };
int64_t lock_control(struct uxrt_thread *t, int fd, int command, void *user);

/* fcntl.c: sets or clears UXRT_NONBLOCK alone. */
int64_t set_nonblock(struct uxrt_thread *t, int fd, bool nonblock);
