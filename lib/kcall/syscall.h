/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls from user level, for this kernel and for stock seL4 alike. Manual
 * pages bear the names of the functions; kcall(7) explains messages. Where a
 * function takes mr, it holds message words 0 to 3 and receives those of the
 * message that comes back; the words from 4 on are in the IPC buffer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <abi/error.h>
#include <abi/message.h>
#include <abi/syscall.h>
#include <kcall/trap.h>

/* Set by whoever starts a thread, before it uses message words from 4 on. */
extern __thread struct ipc_buffer *kc_ipc_buffer_ptr;

static inline struct ipc_buffer *kc_ipc_buffer(void)
{
    return kc_ipc_buffer_ptr;
}

static inline void kc_set_word(unsigned index, uint64_t value)
{
    kc_ipc_buffer()->msg[index] = value;
}

static inline uint64_t kc_word(unsigned index)
{
    return kc_ipc_buffer()->msg[index];
}

static inline void kc_set_cap(unsigned index, cptr cap)
{
    kc_ipc_buffer()->caps_or_badges[index] = cap;
}

/* Where a capability that comes with a message is put. */
static inline void kc_set_receive_slot(cptr root, uint64_t index, uint64_t depth)
{
    kc_ipc_buffer()->receive_cnode = root;
    kc_ipc_buffer()->receive_index = index;
    kc_ipc_buffer()->receive_depth = depth;
}

static inline uint64_t kc_call(cptr dest, uint64_t info, uint64_t mr[4])
{
    return kc_trap(SYSCALL_CALL, &dest, info, mr);
}

/* The same, and mr[1] to mr[3] are address, length and direction (enum window_direction)
 * of what whoever answers may copy meanwhile: window(7). */
static inline uint64_t kc_call_window(cptr dest, uint64_t info, uint64_t mr[4])
{
    return kc_trap(SYSCALL_CALL_WINDOW, &dest, info, mr);
}

static inline void kc_send(cptr dest, uint64_t info, const uint64_t mr[4])
{
    uint64_t words[4] = {mr[0], mr[1], mr[2], mr[3]};

    kc_trap(SYSCALL_SEND, &dest, info, words);
}

static inline void kc_nbsend(cptr dest, uint64_t info, const uint64_t mr[4])
{
    uint64_t words[4] = {mr[0], mr[1], mr[2], mr[3]};

    kc_trap(SYSCALL_NBSEND, &dest, info, words);
}

/* Signals a notification; never blocks. */
static inline void kc_signal(cptr notification)
{
    uint64_t words[4] = {0};

    kc_trap(SYSCALL_SEND, &notification, 0, words);
}

static inline uint64_t kc_recv(cptr src, cptr reply, uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_RECV, badge, 0, mr, reply, 0);
}

static inline uint64_t kc_nbrecv(cptr src, cptr reply, uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_NBRECV, badge, 0, mr, reply, 0);
}

static inline uint64_t kc_wait(cptr src, uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_WAIT, badge, 0, mr, 0, 0);
}

static inline uint64_t kc_nbwait(cptr src, uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_NBWAIT, badge, 0, mr, 0, 0);
}

static inline uint64_t kc_reply_recv(cptr src, cptr reply, uint64_t info,
    uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_REPLY_RECV, badge, info, mr, reply, 0);
}

static inline uint64_t kc_nbsend_recv(cptr dest, cptr src, cptr reply, uint64_t info,
    uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_NBSEND_RECV, badge, info, mr, reply, dest);
}

/* The kernel takes the capability to send to from the reply register here. */
static inline uint64_t kc_nbsend_wait(cptr dest, cptr src, uint64_t info,
    uint64_t *badge, uint64_t mr[4])
{
    *badge = src;
    return kc_trap_reply(SYSCALL_NBSEND_WAIT, badge, info, mr, dest, 0);
}

static inline void kc_yield(void)
{
    kc_trap_null(SYSCALL_YIELD);
}

/* Puts the words that explain an error into the IPC buffer, if there is one. */
void kc_keep_error(const uint64_t mr[4]);

/*
 * Invokes an object: the body of every stub in kcall/invoke.h. After an error,
 * kc_word(0) and on explain it (kcall(7)).
 */
static inline enum error_code kc_invoke(cptr object, uint64_t info, uint64_t mr[4])
{
    uint64_t label = message_label(kc_call(object, info, mr));

    if (label != ERROR_NONE) {
        kc_keep_error(mr);
    }
    return (enum error_code)label;
}

/* Appends the first count registers to a message that has used words so far. */
void kc_put_context(uint64_t mr[4], unsigned used, const struct user_context *regs,
    uint64_t count);

/* Takes the first count registers from a message that holds nothing else. */
void kc_get_context(const uint64_t mr[4], struct user_context *regs, uint64_t count);
