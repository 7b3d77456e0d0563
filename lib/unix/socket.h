/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files about sockets share: Linux's numbers, addresses, operations. */
#pragma once

#include <transport/socket.h>
#include <unix/unix.h>

enum { AF_UNSPEC = 0, AF_UNIX = 1, SOL_SOCKET = 1 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOCK_TYPE = 15,
       SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000 };

struct linux_sockaddr {
    uint16_t family;
    char name[SOCKET_NAME_MAX];
};

/* Is it a socket? 0, -EBADF, -ENOTSOCK. */
int64_t socket_check(int fd);

/* Does an operation of ATTR_SOCKET; `number` goes above it in the argument. */
int64_t socket_read_record(struct uxrt_thread *t, int fd, uint64_t operation,
    uint64_t number, void *record, size_t size);
int64_t socket_write_record(struct uxrt_thread *t, int fd, uint64_t operation,
    uint64_t number, const void *record, size_t size);

/* An address of the program, as the server wants it. A path is made to end with a NUL, and
 * its key is looked up if `find`. */
int64_t address_in(struct uxrt_thread *t, struct socket_address *address,
    const void *user, uint64_t length, bool find);
/* Gives an address to the program: as much as *length, which becomes its length. */
int64_t address_out(const struct socket_address *address, void *user, void *length);
/* The same, with the room for it known; its length. */
int64_t address_give(const struct socket_address *address, void *user, uint32_t room);

/* rights.c: files that go along with messages. Fills the records with what the descriptors
 * are exported as; -EBADF, -EINVAL: they cannot be passed. */
int64_t rights_export(struct uxrt_thread *t, const int *descriptors, uint32_t count,
    struct socket_file *files);
/* Takes back what was exported and is not wanted. */
void rights_drop(struct uxrt_thread *t, const struct socket_file *files, uint32_t count);
/* A new descriptor for one that has come. */
int rights_import(struct uxrt_thread *t, const struct socket_file *file,
    bool close_on_exec);
