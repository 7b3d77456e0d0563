/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the process server, made by the system library only. Each is a write on the
 * control file (CONTROL_FILE) of connection SLOT_PROC, of form MESSAGE, to attribute
 * ATTR_PROC + call; the argument is the number of the calling thread. The data are the
 * call's arguments as words, then bytes if it takes some. The status comes back; results
 * are put in the calling thread's page (thread_page.result).
 *
 * A process can harm only itself by nonsense here: everything is checked.
 * "Errors" names those beyond EINVAL (nonsense) and ENOMEM.
 */
#pragma once

#include <transport/protocol.h>

enum proc_call {
    /* Connections. */
    PROC_CONNECT,       /* service -> slot, badge. Connects, or finds the connection that
                           there is. ENOENT: no such service; EDEADLK: one's own;
                           ENFILE: no slot */
    PROC_LOOKUP,        /* bytes: name in /srv -> service number. ENOENT */
    PROC_BUFFER,        /* slot, size (0: BUFFER_FIRST) -> place of a buffer in the buffer
                           area, size. One for each thread and connection, which grows
                           where it is. ENOBUFS: there are too many; EOPNOTSUPP: of the
                           process server */

    /* Serving. */
    PROC_SERVE,         /* reply objects wanted, notification wanted(0/1), bytes: name in /srv
                           -> index n of SLOT_ENDPOINT + n, service number, first reply
                           object. The calling thread's notification is bound to it, so
                           receiving sees signals. EEXIST: the name is taken; EMFILE:
                           the process has too many services or reply objects; ENFILE: the
                           system has */
    PROC_UNSERVE,       /* index n: ends the service; its clients get EIO */
    PROC_REPLIES,       /* count -> first of that many new reply objects in a row (for one
                           more serving thread) */
    PROC_WAKE,          /* badge, files: files of the connection became ready, whose ids
                           modulo 64 these bits are (thread_page.woken): wakes the
                           threads of that process. Only by the service of the badge */
    PROC_DONE,          /* badge: the ENDING connection is cleaned up */

    /* Memory. Addresses and sizes are multiples of 4096. */
    PROC_MAP,           /* address (0: choose), size, protection, flags, source, offset
                           -> address. source: PROC_SOURCE_ below | its number */
    PROC_UNMAP,         /* address, size */
    PROC_PROTECT,       /* address, size, protection */
    PROC_OBJECT,        /* size -> handle of a new memory object, zero-filled on demand */
    PROC_RESIZE,        /* handle, size: what is beyond is dropped */
    PROC_DISCARD,       /* handle, offset, size: makes it zero and gives the memory back */
    PROC_DROP,          /* handle: closes it; mappings keep the object alive */
    PROC_SHARE,         /* handle, badge, protection -> one-use token with which the process
                           of the connection can map the object. Only by its service */

    /* Threads and processes. */
    PROC_THREAD,        /* entry, stack pointer, argument (rdi), FS base -> thread number,
                           tid. EAGAIN: no more threads. The thread begins in the library */
    PROC_THREAD_EXIT,   /* (status): ends the calling thread; the last one ends the process
                           with that, or 0 */
    PROC_FORK,          /* entry, stack pointer, PROC_FORK_ flags, count, then count pairs
                           (slot, token from ATTR_FORK) -> pid. The child has this thread
                           only, as thread 0's block if it is 0, begins at entry in the
                           library, and has connections only to the services named, in the
                           same slots */
    PROC_EXEC,          /* address, size: fresh space with a pristine library, into which
                           these pages are moved at the same address; thread 0 begins at the
                           library's entry with rdi = address, rsi = size. Connections stay.
                           Does not return. E2BIG: more than START_BYTES_MAX */
    PROC_EXIT,          /* status as for wait: code << 8, or a signal */
    PROC_WAIT,          /* pid (-1: any child, 0: of the own group, -n: of group n), options
                           (PROC_WAIT_) -> pid, status as of wait, uid, microseconds of
                           processor time that it and its children used.
                           ECHILD. With nothing to report: ERROR_WAIT (EVENT_CHILD comes),
                           or pid 0 with option 1 */
    PROC_KILL,          /* pid (0: own group, -1: all, -n: group n), signal (0: only
                           tests). ESRCH, EPERM */
    PROC_TLS,           /* FS base of the calling thread */
    PROC_ALARM,         /* nanoseconds since boot: EVENT_TIMER comes to the calling thread
                           then, once; a new one replaces the old one; 0: none */

    /* Names. */
    PROC_MOUNT,         /* service, root node, flags, bytes: prefix; perhaps then a NUL, the
                           index of a root, and the node's path below that root, to be
                           told in /proc/PID/ns. EEXIST, ENOSPC; EPERM: without /srv,
                           only roots that are mounted already */
    PROC_UNMOUNT,       /* bytes: prefix. ENOENT */
    PROC_UNSHARE,       /* the calling process gets a copy of its namespace */

    /* Drivers. Needs uid 0. */
    PROC_PORTS,         /* first, last, n -> ports in SLOT_DEVICE + n. EPERM, EBUSY */
    PROC_INTERRUPT,     /* I/O APIC pin, n -> handler in SLOT_DEVICE + n; it signals the
                           calling thread's notification with bit BADGE_INTERRUPT */

    PROC_LOG,           /* bytes: written to the kernel's serial port, for early messages.
                           Needs uid 0 */
    PROC_SHUTDOWN,      /* status: ends the machine. Needs uid 0 */
    /* Process groups, sessions, identity. */
    PROC_SETPGID,       /* pid (0: own), group (0: the pid). EPERM, ESRCH */
    PROC_SETSID,        /* -> session. EPERM */
    PROC_GROUP,         /* pid (0: own) -> group, session. ESRCH */
    PROC_IDS,           /* 0: umask, 1: users, 2: groups; real, effective, saved (-1: as it
                           is). EPERM */
    PROC_GROUPS,        /* bytes: 32-bit numbers of groups, at most 16. EPERM */

    /* Signals. */
    PROC_ACTION,        /* signal, PROC_HANDLED, PROC_IGNORED, PROC_NO_STOPS (of children),
                           PROC_NO_ZOMBIES (children leave no status) */
    PROC_SIGNAL,        /* set (0: all that are not blocked) -> signal or 0, code, pid, uid,
                           status, address or value, trap | error << 32.
                           ERROR_WAIT: the process is stopped */
    PROC_TKILL,         /* pid (0: any), tid, signal: to one thread. ESRCH, EPERM */
    PROC_TIMER,         /* nanoseconds from now (0: none, -1: only tell), interval, which
                           (proc_timer) -> what was left of the one before, its interval.
                           Sends SIGALRM, SIGVTALRM or SIGPROF to the process */
    PROC_THREAD_WAKE,   /* bits: EVENT_WAKE comes to these threads of the process (bit n: n) */
    PROC_UNKNOWN,       /* number of a system call that there is not: counted */

    /* What is used, and may be used. */
    PROC_USAGE,         /* PROC_USAGE_ -> microseconds of processor time, pages */
    PROC_SYSTEM,        /* -> pages of memory, free ones, live processes */
    PROC_LIMIT,         /* pid (0: own), number, change (0/1), soft, hard -> soft, hard
                           before. ESRCH, EPERM */
    PROC_NICE,          /* 0 process, 1 group, 2 user; whose (0: own); new value, or
                           PROC_NICE_ASK -> the lowest of theirs. ESRCH, EPERM, EACCES */
    PROC_CORES,         /* tid (0: own), cores it may run on (bit n: n; 0: only ask)
                           -> cores. ESRCH, EPERM */

    /* Serving, more. */
    PROC_SERVE_NAME,    /* index n, bytes: name in /srv -> service number: one more service,
                           whose requests come to endpoint n. EEXIST, EMFILE, ENFILE */
    PROC_UNSERVE_NAME,  /* its number: ends it, as PROC_UNSERVE does */

    /* Terminals. */
    PROC_TERMINAL,      /* UXRT_TERMINAL_, device number, badge (0: nobody's), argument, bytes:
                           name -> session, foreground group: of a terminal that the caller
                           serves. Needs uid 0. See uxrt_terminal(3) */
    /* Files on their way from one process to another. */
    PROC_HOLD,          /* service, token of ATTR_EXPORT, badge: this process keeps the file
                           alive from now on (HOLD_OWN), or no longer (HOLD_NONE), or the
                           process of this connection to the caller does. EEXIST, ENOENT,
                           ENOSPC: too many */
    PROC_HELD,          /* token -> 1: somebody keeps this file of the caller's services */
    PROC_RELEASED,      /* -> token of a file of the caller's services that is kept no
                           longer; each is told once. ENOENT: none */

    /* Signals, more. */
    PROC_QUEUE,         /* pid, tid (0: the process), signal, code, pid and uid as told, value:
                           as sigqueue(3). ESRCH, EPERM, EAGAIN */
    PROC_TIMER_CREATE,  /* signal (0: none), tid (0: the process), value -> id. EAGAIN */
    PROC_TIMER_SET,     /* id, nanoseconds from now (0: stop, -1: only tell), interval -> what
                           was left, interval, overrun of the signal taken last */
    PROC_TIMER_DELETE,  /* id */
    /* Words of memory that processes share. */
    PROC_FUTEX_WAIT,    /* address: EVENT_FUTEX comes to the calling thread when the word is
                           woken. EINVAL: its memory is not shared */
    PROC_FUTEX_LEAVE,   /* -> 1 if the thread still waited; not any more */
    PROC_FUTEX_WAKE,    /* address, count -> how many threads, of all processes, were woken.
                           EINVAL: its memory is not shared */
    PROC_REMAP,         /* address, size, place, new size, PROC_REMAP_ flags -> address:
                           a mapping grows, shrinks or moves. EFAULT: not all is mapped */
    PROC_EMPTY,         /* address, size: private pages are as if nobody had written them.
                           ENOMEM: not all is mapped */
    PROC_FUTEX_REQUEUE, /* address, another, count, second count -> how many threads were woken
                           that waited for the first word, how many wait for the other one
                           from now on. EINVAL: the memory of one is not shared */
    PROC_CALLS
};

/* Of real time, of processor time of the program, and of that with the system's. */
enum proc_timer { PROC_TIMER_REAL, PROC_TIMER_VIRTUAL, PROC_TIMER_PROFILE, PROC_TIMERS };
enum proc_usage { PROC_USAGE_SELF, PROC_USAGE_CHILDREN, PROC_USAGE_THREAD };
enum { PROC_NICE_ASK = 100, PROC_NICE_LEAST = -20, PROC_NICE_MOST = 19 };

enum proc_wait {
    PROC_WAIT_NOT = 1, PROC_WAIT_STOPPED = 2, PROC_WAIT_CONTINUED = 8,
    PROC_WAIT_NOT_ENDED = 0x100, PROC_WAIT_KEEP = 0x1000000,    /* ask again later */
};
/* Of PROC_REMAP: it may move; it goes to the place, and replaces what is there. */
enum proc_remap { PROC_REMAP_MOVE = 1, PROC_REMAP_FIXED = 2 };
/* The child has the program's memory of its parent, not a copy, until it execs; EVENT_FORK
 * comes to the calling thread when the child has exec'd or ended. */
enum proc_fork { PROC_FORK_SHARE = 1, PROC_FORK_TELL = 2 };
/* Badges of PROC_HOLD. */
#define HOLD_OWN  UINT64_C(0)
#define HOLD_NONE UINT64_MAX

enum proc_action { PROC_HANDLED = 1, PROC_IGNORED = 2, PROC_NO_STOPS = 4,
                   PROC_NO_ZOMBIES = 8 };

enum proc_protection { PROC_READ = 1, PROC_WRITE = 2, PROC_EXECUTE = 4 };

enum proc_map_flag {
    PROC_MAP_SHARED = 1,    /* else private: copy on write */
    PROC_MAP_FIXED = 2,     /* at this address, replacing what is there */
    PROC_MAP_NOREPLACE = 4, /* at this address: EEXIST if something is there */
};

/* Kinds of source of PROC_MAP, in its upper 8 bits. */
#define PROC_SOURCE_NONE    UINT64_C(0)             /* new zero-filled memory */
#define PROC_SOURCE_HANDLE  (UINT64_C(1) << 56)     /* handle from PROC_OBJECT */
#define PROC_SOURCE_TOKEN   (UINT64_C(2) << 56)     /* token from ATTR_OBJECT */
#define PROC_SOURCE_KIND    (UINT64_C(0xff) << 56)

/* Notification bits (with BADGE_NOTIFY): why a receive or wait ended. */
#define BADGE_EVENT     UINT64_C(1)     /* look at thread_page.events */
#define BADGE_SERVICE   UINT64_C(2)     /* look at the identity table: endings, cancels */
#define BADGE_INTERRUPT UINT64_C(4)     /* the driver's interrupt */

/* Number of the process server's own service; the boot files are its node PROC_ROOT_BOOT. */
enum { SERVICE_PROC = 0 };

/* Auxiliary vector entry: address of the library's function table (table.h). */
#define AT_UXRT 0x55585254
