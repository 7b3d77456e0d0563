/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the library and srv/socket say to each other, beside reads and writes: the
 * attribute ATTR_SOCKET of a socket, whose argument is an operation, and for some a number
 * above it. See socket(4).
 *
 * Bytes are received and sent by reads and writes. At the file's own position they are
 * those of read() and write(); at SOCKET_AT with flags they are those of recvmsg() and
 * sendmsg(), where a tag (the thread's number) joins what belongs to one message: PREPARE,
 * then the write; the read, then MESSAGE. Other offsets: ESPIPE.
 */
#pragma once

#include <stdint.h>

enum socket_operation {
    SOCKET_BIND,        /* W struct socket_address: gives it this name. EADDRINUSE */
    SOCKET_KEY,         /* R uint64_t: of the bound name, for the node of that name */
    SOCKET_LISTEN,      /* W uint32_t: how many connections may wait */
    SOCKET_CONNECT,     /* W struct socket_address */
    SOCKET_SHUTDOWN,    /* W uint32_t: 0 reading, 1 writing, 2 both */
    SOCKET_NAME,        /* R struct socket_address: own name */
    SOCKET_PEER,        /* R struct socket_address: name of the other side. ENOTCONN */
    SOCKET_OPTION,      /* R W uint32_t, or struct socket_user; number: of the option. Of
                           times: uint64_t, nanoseconds that a request waits; 0: no limit */
    SOCKET_PREPARE,     /* W struct socket_message; number: tag. One with nothing in it
                           takes the last one back */
    SOCKET_MESSAGE,     /* R struct socket_message; number: tag. Once */
    SOCKET_UNBIND,      /* W struct socket_address: it has no name after all */
};
enum { SOCKET_NUMBER_SHIFT = 8 };       /* of the number in the argument */

/* Options, with Linux's numbers. */
enum socket_option {
    OPTION_TYPE = 3, OPTION_ERROR = 4, OPTION_SEND_BUFFER = 7, OPTION_RECEIVE_BUFFER = 8,
    OPTION_PASS_USER = 16, OPTION_PEER_USER = 17, OPTION_LISTENS = 30,
    OPTION_RECEIVE_TIME = 20, OPTION_SEND_TIME = 21,
};

#define SOCKET_AT          (INT64_C(1) << 62)
#define SOCKET_FLAGS_SHIFT 32                   /* SOCKET_ flags below, 16 bits */
#define SOCKET_TAG_SHIFT   48                   /* 6 bits */
enum socket_flags {
    SOCKET_PEEK = 1,    /* the bytes stay */
    SOCKET_NOW = 2,     /* do not wait: EAGAIN */
    SOCKET_TELL = 4,    /* keep struct socket_message for SOCKET_MESSAGE */
    SOCKET_PREPARED = 8,    /* send what was prepared along */
};

/* Bytes of a name; those of a path have the NUL, an abstract name begins with one. */
enum { SOCKET_NAME_MAX = 108 };
struct socket_address {
    uint64_t key;               /* of the node that a path leads to */
    uint32_t length;            /* 0: no name */
    char name[SOCKET_NAME_MAX];
};

struct socket_user {
    uint32_t pid, uid, gid;
};

/* A file that goes along: its service, and the token of ATTR_EXPORT. */
struct socket_file {
    uint32_t service;
    uint32_t flags;             /* the sender's library's: as it was opened */
    uint64_t token;
};
enum { SOCKET_FILES_MAX = 253 };

/* What belongs to a message beside its bytes. */
struct socket_message {
    struct socket_address address;      /* where it goes, or who sent it */
    struct socket_user user;            /* who sent it */
    uint32_t length;                    /* of the whole message */
    uint32_t flags;                     /* MESSAGE_ */
    uint32_t file_count;
    struct socket_file files[];
};
enum { MESSAGE_CUT = 1,                 /* it was longer than the room for it */
       MESSAGE_END = 2,                 /* a record ends here */
       MESSAGE_USER = 4,                /* the receiver wants to know the user */
       MESSAGE_FILES_CUT = 8 };         /* there were more files than room */
