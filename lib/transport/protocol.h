/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client and a server say to each other: the label of a request, the label of a
 * reply, and attribute addresses (doc/design/transport.md, "Messages"). Used by the system
 * library and lib/server; programs see it through <uxrt/transport.h> and <uxrt/server.h>.
 *
 * A request is a Call on a connection. Message register 0 is the offset or an attribute
 * address. In form MESSAGE a write's bytes follow from register 1 on; in form BUFFER
 * register 1 is the place of the bytes in the buffer area (layout.h); in form WINDOW they
 * are in the caller's reply window. A reply's bytes, in form MESSAGE, begin at register 0.
 * A read of an attribute, in form MESSAGE, may be of a name below the file: the name, ended
 * and padded by NULs, follows from register 1 on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <abi/message.h>

/* Request label. */
#define REQUEST_COUNT_BITS   28
#define REQUEST_COUNT_MAX    ((UINT64_C(1) << REQUEST_COUNT_BITS) - 1)
#define REQUEST_FILE_SHIFT   28
#define REQUEST_FILE_BITS    20
#define REQUEST_WRITE        (UINT64_C(1) << 48)
#define REQUEST_FORM_SHIFT   49
#define REQUEST_CURRENT      (UINT64_C(1) << 51) /* at the file's own position */
#define REQUEST_NAMED        (UINT64_C(1) << 52) /* beyond the label, so never sent: the
                                                    client's own note that a name goes along */

enum request_form { FORM_MESSAGE, FORM_BUFFER, FORM_WINDOW };

/* File 0 is the connection's control file; ids from ROOT_FILE on are the roots that the
 * connection was given (identity.roots), in their order; clients choose ids from
 * FIRST_FILE on. */
enum { CONTROL_FILE = 0, ROOT_FILE = 1, ROOTS_MAX = 8, FIRST_FILE = 16,
       LAST_FILE = (1 << REQUEST_FILE_BITS) - 1 };

/* Most bytes of a message: a write's follow register 0, a read's do not. */
#define SHORT_WRITE_MAX ((MESSAGE_MAX_LENGTH - 1) * 8)
#define SHORT_READ_MAX  (MESSAGE_MAX_LENGTH * 8)
/* Most bytes of the name of a read: its NUL goes along. */
#define SHORT_NAME_MAX  (SHORT_WRITE_MAX - 1)

/* Reply label. */
#define REPLY_COUNT(label)  ((label) & REQUEST_COUNT_MAX)
#define REPLY_END           (UINT64_C(1) << 48) /* end of file, or last part */
#define REPLY_TOUCH         (UINT64_C(1) << 49) /* touch the window's pages, then repeat */
#define REPLY_SERVED        (UINT64_C(1) << 50) /* always set: a server spoke */
#define REPLY_ERROR         (UINT64_C(1) << 51) /* the count is an error number */

/* Errors that the library handles; programs never see them. The reply has data. */
enum {
    ERROR_WAIT = 4001,  /* nothing yet; readiness is armed: wait for a wake-up, repeat */
    ERROR_LINK = 4002,  /* a symbolic link on the way: struct name_turn */
    ERROR_MOUNT = 4003, /* another service on the way: struct name_turn */
    ERROR_FILE = 4004,  /* an open file of a process: struct name_turn, file_turn */
    ERROR_TIMED = 4005, /* as WAIT, but not longer than so many nanoseconds, uint64_t in all:
                           EAGAIN then */
};

/* Data of a reply with ERROR_LINK or ERROR_MOUNT to an operation on a name. */
struct name_turn {
    uint32_t used;      /* bytes of the name up to and with the component in question */
    union {
        uint32_t service;   /* ERROR_MOUNT: its number; the rest begins at its root */
        uint32_t length;    /* ERROR_LINK: bytes of the target */
    };
    char target[];      /* ERROR_LINK: target, not terminated */
};
enum { LINK_TARGET_MAX = SHORT_READ_MAX - 8 };   /* longer ones: ENAMETOOLONG */

/* In place of a target, with ERROR_FILE: the open file that the name stands for. The client
 * takes it over by ATTR_ADOPT, and goes on from there. */
struct file_turn {
    uint64_t badge;     /* connection, */
    uint32_t service;   /* its service, */
    uint32_t file;      /* and id of the open file */
    uint16_t root;      /* of the connection: where the file's name began */
    char name[30];      /* of the service, in /srv; may be cut */
};

/* Attribute address: instead of an offset. */
#define ATTRIBUTE            (UINT64_C(1) << 63)
#define ATTRIBUTE_SHIFT      48
#define ATTRIBUTE_ARGUMENT   ((UINT64_C(1) << 48) - 1)
#define ATTRIBUTE_OF(offset) ((unsigned)((offset) >> ATTRIBUTE_SHIFT & 0x7fff))

static inline uint64_t attribute_address(unsigned attribute, uint64_t argument)
{
    return ATTRIBUTE | (uint64_t)attribute << ATTRIBUTE_SHIFT
           | (argument & ATTRIBUTE_ARGUMENT);
}

/*
 * R: read, W: write. "name" is bytes without NUL, relative to the directory that the file
 * id stands for, with no component ".." (the client resolves these) and at most NAME_BYTES.
 */
enum attribute {
    ATTR_STAT = 1,   /* R struct uxrt_stat; may be of a name: argument: open flags << 20, of
                        UXRT_NOFOLLOW and UXRT_DIRECTORY */
    ATTR_SET,        /* W struct uxrt_change: mode, owner, times, size */
    ATTR_POSITION,   /* W struct uxrt_seek; R int64_t position afterwards */
    ATTR_FLAGS,      /* R uint32_t: flags of the open file; W: UXRT_APPEND, UXRT_NONBLOCK */
    ATTR_READY,      /* R uint32_t of UXRT_READY_; argument: bits to arm, 0 for none */
    ATTR_TERMIOS,    /* R W Linux's struct termios of the kernel interface */
    ATTR_CONTROL,    /* W then R: other ioctl-like records; argument: code */
    ATTR_PATH,       /* R name of the file from the root on that it was opened from */
    ATTR_LINK,       /* R target of a symbolic link (opened with UXRT_PATH) */
    ATTR_OPEN,       /* W uint32_t mode, name; argument: new id | open flags << 20 */
    ATTR_CLONE,      /* W nothing; argument: new id, for another reference to the file */
    ATTR_CLOSE,      /* W nothing */
    ATTR_MKDIR,      /* W uint32_t mode, name */
    ATTR_REMOVE,     /* W name; argument: 1 directory, 0 anything else */
    ATTR_SYMLINK,    /* W uint32_t bytes of the name, name, target */
    ATTR_HARDLINK,   /* W name; argument: id of the file that gets another name */
    ATTR_RENAME,     /* W uint32_t bytes of the old name, old, new; argument: id of the
                        directory of the new name | UXRT_RENAME_ flags << 20 */
    ATTR_READDIR,    /* R records of struct uxrt_entry; argument: cookie, 0 = beginning */
    ATTR_RPC,        /* W request, then R answer; argument: a tag of the client's */
    ATTR_LOCK,       /* W struct uxrt_lock */
    ATTR_OBJECT,     /* R struct uxrt_object: token for PROC_MAP; argument: protection */
    ATTR_STATFS,     /* R struct uxrt_statfs */
    ATTR_SYNC,       /* W nothing */
    /* On the control file. */
    ATTR_FORK,       /* R uint64_t token: a snapshot of the connection's open files; W the
                        token: there will be no child for it */
    ATTR_CLOSEMANY,  /* W uint32_t ids to close */
    ATTR_EXPORT,     /* R uint64_t one-use token; argument: id to pass on */
    ATTR_IMPORT,     /* W uint64_t token; argument: new id */
    ATTR_ADOPT,      /* W struct adoption; argument: new id, for the same file with
                        UXRT_PATH. Of a connection of the same user, or for uid 0 */
    /* On files. */
    ATTR_SOCKET,     /* R W of a socket: transport/socket.h; argument: operation */
    ATTR_KEY,        /* R uint64_t: key of the socket that this node of type S_IFSOCK is a
                        name of, for who may write to it; W: gives it that, once */
    ATTR_RANGE,      /* W struct uxrt_range: locks bytes, or unlocks them; R records of those
                        that are locked; argument: how many to leave out */
    ATTR_QUEUE,      /* W nothing; argument: new id | UXRT_NONBLOCK << 20, for a new queue of
                        events, which is read: transport/watch.h. On any file of the server */
    ATTR_WATCH,      /* R uint32_t number: watches the file; argument: id of the queue | what
                        for << 20; W of a queue uint32_t: ends that watch */
    /* Calls of the process server, on its control file: process.h. */
    ATTR_PROC = 256,
};

struct adoption {
    uint64_t badge;     /* whose open file */
    uint32_t file, reserved;
};

enum { NAME_BYTES = 4096 - 8, NAME_COMPONENT = 255 };

static inline uint64_t request_label(bool write, enum request_form form, uint32_t file,
                                     uint64_t count)
{
    return count | (uint64_t)file << REQUEST_FILE_SHIFT | (write ? REQUEST_WRITE : 0)
           | (uint64_t)form << REQUEST_FORM_SHIFT;
}

static inline uint64_t reply_label(uint64_t count)
{
    return REPLY_SERVED | count;
}

static inline uint64_t reply_error(int error)
{
    return REPLY_SERVED | REPLY_ERROR | (uint64_t)(unsigned)error;
}

/* Words that a number of bytes takes. */
static inline uint64_t words_of(uint64_t bytes)
{
    return (bytes + 7) / 8;
}
