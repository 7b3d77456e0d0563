/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that the process server serves itself, as service SERVICE_PROC: boot files,
 * names of services, and processes (proc(5)). The main loop hands it every request that
 * is not a call of the process server (process.h: attribute ATTR_PROC and above of
 * CONTROL_FILE). Nothing here waits for anybody.
 */
#pragma once

#include <process/namespace.h>

/* Node numbers of directories that namespaces are made of: roots of SERVICE_PROC. */
enum { PROC_ROOT = 1, PROC_ROOT_BOOT = 2, PROC_ROOT_SRV = 3, PROC_ROOT_PROC = 4 };

/* Makes the tree; once, after connection_init() and before any process runs. */
void files_init(void);

/* Mounts /boot, /srv and /proc: for the namespace of the first process. 0 or an error. */
int files_mount(struct namespace *namespace);

/*
 * Does one request: `info` is the message's, `mr` its first four words, the others are in
 * the IPC buffer, `reply` is the reply object that holds the client. The badge is one of
 * SERVICE_PROC's connections. Returns the message info of the answer, whose words are
 * left in `mr` and the IPC buffer; it is to be sent at once.
 */
uint64_t files_request(cptr reply, uint64_t badge, uint64_t info, uint64_t mr[4]);

/* A connection to SERVICE_PROC has ended: its open files are closed. For
 * connection_end(), before the index can be used again. */
void files_ended(uint64_t badge);
/* A process has ended: who waits for that is woken (its file `life`). */
void files_process_ended(uint32_t pid);
/* A file of SERVICE_PROC that was exported is kept no longer. */
void files_released(uint64_t token);

/* Is this request a call of the process server, for call_handle()? */
static inline bool files_is_call(uint64_t info, uint64_t first)
{
    uint64_t label = message_label(info);

    return !(label >> REQUEST_FILE_SHIFT & LAST_FILE) && label & REQUEST_WRITE
           && first & ATTRIBUTE && ATTRIBUTE_OF(first) >= ATTR_PROC;
}
