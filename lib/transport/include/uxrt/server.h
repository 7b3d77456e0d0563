/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport for servers, which may use the same three forms. Most servers want
 * <server/server.h> instead, which keeps open files, permissions and names on top of this.
 *
 * A server receives a request, does what it says, and answers it exactly once: at once, or
 * later and in any order. Any number of threads may serve one service; each has its own
 * reply objects and receives for itself. Returns are as in <uxrt/transport.h>.
 */
#pragma once

#include <stdbool.h>

#include <uxrt/transport.h>

/* A request that waits for its answer. The fields are checked: the badge is vouched for by
 * the process server; count and place fit the data. */
struct uxrt_request {
    uint64_t badge;         /* connection: identity and generation */
    uint64_t offset;        /* or an attribute address; meaningless if `current` */
    uint64_t words : 7;     /* of the message (these fields are together as it has them) */
    uint64_t : 5;
    uint64_t count : 28;    /* bytes given or wanted */
    uint64_t file : 20;     /* id within the connection */
    uint64_t write : 1;     /* a write, else a read */
    uint64_t form : 2;      /* how the client sent it: 0 short, 1 long, 2 plain */
    uint64_t current : 1;   /* at the open file's own position */
    uint64_t place;         /* the transport's: of the bytes in the buffer area */
    void *data;             /* the client's bytes: in the registers (valid until the next
                               receive or copy) or in the shared buffer; plain: null */
    uint64_t reply;         /* capability of the reply object that holds the client */
};

/* The name below the file that a read of an attribute is of, and its length; null: it is of
 * the file. It is in the registers, as `data` is, so copy it. */
static inline const char *uxrt_request_name(const struct uxrt_request *request,
    size_t *length)
{
    const uint64_t *words = (const uint64_t *)request->data;
    uint64_t last;

    if (request->write || request->form != 0 || request->words < 2) {
        return NULL;
    }
    last = words[request->words - 1];
    *length = (request->words - 1) * sizeof(last)
              - (last ? (unsigned)__builtin_clzll(last) / 8 : sizeof(last));
    return (const char *)&words[1];
}

/* What uxrt_receive returns beside 0. */
enum { UXRT_NOTIFIED = 1 };  /* no request: request->badge says why (layout.h) */

/* Creates a service with a name in /srv (null: none) and reply objects for the calling
 * thread: `parked` + 1, so that many answers can be outstanding. Returns its descriptor. */
int uxrt_serve(const char *name, unsigned parked);
/* The calling thread, which is not the one that called uxrt_serve, will serve too. */
int uxrt_serve_also(int service, unsigned parked);
int uxrt_unserve(int service);

/* One more service, with this name, whose requests come to the descriptor of another one;
 * struct identity says which of them a connection leads to. Returns its number. */
int64_t uxrt_serve_name(int service, const char *name);
int uxrt_unserve_name(uint32_t number);

/* Waits for a request. ENOBUFS: every reply object of this thread is taken. EBADF: not a
 * service, or no longer, as another thread has ended it. */
int uxrt_receive(int service, struct uxrt_request *request);

/*
 * Answers: `result` is the count done, or a negative error number; `end` marks the end of
 * the file. A read's bytes must be where the form wants them: see below.
 * -ERROR_LINK, -ERROR_MOUNT and -ERROR_FILE have data, though the request may be a write of
 * any form: the server makes the request a short read first (write = false, form = 0, count =
 * bytes), and puts struct name_turn where uxrt_request_registers() says.
 */
int uxrt_answer(int service, const struct uxrt_request *request, int64_t result, bool end);

/* The same with the bytes of a short read in `data`. The calling thread's message registers
 * stay as they are, for another request that is at hand. */
int uxrt_answer_from(int service, const struct uxrt_request *request, const void *data,
    int64_t result, bool end);

/* The same for *request, then waits for the next one, in a single kernel call. */
int uxrt_answer_and_receive(int service, struct uxrt_request *request, int64_t result,
    bool end);

/* Keeps the request for a later answer; the next receive uses another reply object.
 * ENOBUFS: it would be the last. The request's data must have been copied. */
int uxrt_park(int service, const struct uxrt_request *request);

/*
 * The data, whatever form the client used. Copies are done only where the forms differ.
 * What the first two functions return is for the calling thread, until its next answer:
 *  short   uxrt_request_registers(): of a write, its first bytes (at most 952) in the
 *          registers; of a read, where to put at most 960. The count is then limited.
 *  long    uxrt_request_buffer(): the whole of a write's data, or room for all of a read's.
 *          A buffer of the service's own stands in if the client has none.
 *  plain   uxrt_request_get() and uxrt_request_put() copy to and from any memory, in parts
 *          if need be. They return the bytes copied, fewer if the client's memory ends;
 *          -EFAULT: its pages are missing, and uxrt_answer with -EFAULT makes the client
 *          touch them and repeat, so change nothing before.
 */
void *uxrt_request_registers(int service, struct uxrt_request *request);
void *uxrt_request_buffer(int service, struct uxrt_request *request);
int64_t uxrt_request_get(int service, const struct uxrt_request *request, uint64_t from,
    void *data, size_t count);
int64_t uxrt_request_put(int service, const struct uxrt_request *request, uint64_t to,
    const void *data, size_t count);

/*
 * Plain on the serving side too: read() on the service's descriptor gives one request, a
 * struct uxrt_message and then a write's bytes, or the name that a read is of; write()
 * answers one, a struct uxrt_message and then a read's bytes. Only `tag`, `result` and `end`
 * matter in an answer. A message with `end` and tag 0 says that the connection has ended, and
 * wants no answer. EAGAIN from an answer: the client could not take the bytes, and asks again.
 * A program of Unix gets such a descriptor by open(2) of a new name in /srv,
 * O_RDWR | O_CREAT | O_EXCL.
 */
struct uxrt_message {
    uint64_t tag;           /* which request is answered */
    uint64_t badge;
    uint64_t offset;
    int64_t result;         /* answers: as for uxrt_answer */
    uint32_t file;
    uint32_t count;         /* bytes given (they follow) or wanted */
    uint8_t write, current, end, reserved[5];
};

/* Who the caller is: read without a call. Null if the connection has ended. */
struct identity;
const struct identity *uxrt_identity(uint64_t badge);
/* Files of this connection became ready, or its process shall look: bit n stands for ids
 * that are n modulo 64. */
int uxrt_wake(uint64_t badge, uint64_t files);
/* The connection that ended is cleaned up. */
int uxrt_done(uint64_t badge);
/* Files on their way from one process to another (ATTR_EXPORT): the calling process keeps
 * this one alive from now on (badge 0), or no longer (UINT64_MAX), or the process of this
 * connection does instead. */
int uxrt_hold(uint32_t service, uint64_t token, uint64_t badge);
/* Of the caller's own services: 1 if somebody keeps this file, else 0. */
int uxrt_held(uint64_t token);
/* The token of one that is kept no longer, each once. ENOENT: there is none. */
int uxrt_released(uint64_t *token);
/* A one-use token with which the connection's process may map a memory object. */
int64_t uxrt_share(int handle, uint64_t badge, unsigned protection);

/* The calling thread's next receive after this many nanoseconds returns UXRT_NOTIFIED; a
 * new alarm replaces the old one, 0: none. */
int uxrt_alarm(int64_t nanoseconds);

/*
 * Terminals that control sessions, for their servers (uid 0). The process server keeps the
 * session and its foreground group; it knows a terminal by its device number.
 */
enum {
    UXRT_TERMINAL_ATTACH,   /* the session that the caller leads gets this terminal;
                               argument 1: though another one has it. EPERM */
    UXRT_TERMINAL_DETACH,   /* the caller gives it up. ENOTTY */
    UXRT_TERMINAL_TELL,     /* ENOTTY: it controls none, or another session */
    UXRT_TERMINAL_CHECK,    /* argument SIGTTIN or SIGTTOU: may the caller go on? EINTR: its
                               group got the signal; EIO */
    UXRT_TERMINAL_FRONT,    /* argument: the group in the foreground. ENOTTY, EPERM, ESRCH */
    UXRT_TERMINAL_SIGNAL,   /* argument: a signal for the foreground; SIGHUP for the leader
                               as well, and the session loses the terminal */
};
struct uxrt_terminal {
    uint32_t device;        /* of the terminal */
    uint64_t badge;         /* caller: a connection of this server; 0: nobody */
    uint64_t argument;
    const char *name;       /* ATTACH: of its file; may be null */
    uint32_t session, foreground;   /* result; 0: none */
};
int uxrt_terminal(unsigned what, struct uxrt_terminal *terminal);
