/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What crosses the boundary with a system call: the message info word, the IPC
 * buffer, and the packed words used as arguments of invocations.
 */
#pragma once

#include <stdint.h>

#define MESSAGE_MAX_LENGTH 120     /* words */
#define MESSAGE_MAX_EXTRA_CAPS 3
#define MESSAGE_FAST_REGISTERS 4   /* words carried in processor registers */
#define MESSAGE_LABEL_BITS 52

/*
 * The message info word, from the high bits to the low ones:
 * label (52), which received capabilities were unwrapped (3), number of extra
 * capabilities (2), number of message words (7). Fields are cut to their width.
 */
static inline uint64_t message_info(uint64_t label, uint64_t unwrapped,
                                    uint64_t extra_caps, uint64_t length)
{
    return label << 12 | (unwrapped & 7) << 9 | (extra_caps & 3) << 7 | (length & 0x7f);
}

static inline uint64_t message_label(uint64_t info)
{
    return info >> 12;
}

/* Bit n set: extra capability n was not transferred; its badge was. */
static inline uint64_t message_unwrapped(uint64_t info)
{
    return info >> 9 & 7;
}

static inline uint64_t message_extra_caps(uint64_t info)
{
    return info >> 7 & 3;
}

static inline uint64_t message_length(uint64_t info)
{
    return info & 0x7f;
}

/*
 * Shared by a thread and the kernel. The first MESSAGE_FAST_REGISTERS words of
 * a message travel in registers and are absent here during a system call.
 * The sender fills caps_or_badges with capability addresses; the receiver finds
 * badges of unwrapped ones there. The receive fields name the slot for a
 * capability that is transferred; they belong to the receiver.
 */
struct ipc_buffer {
    uint64_t tag;
    uint64_t msg[MESSAGE_MAX_LENGTH];
    uint64_t user_data;
    uint64_t caps_or_badges[MESSAGE_MAX_EXTRA_CAPS];
    uint64_t receive_cnode;
    uint64_t receive_index;
    uint64_t receive_depth;
} __attribute__((aligned(1024)));

/* Rights of a capability, as a word in copy, mint and page map. */
enum cap_right {
    RIGHT_WRITE = 1,
    RIGHT_READ = 2,
    RIGHT_GRANT = 4,
    RIGHT_GRANT_REPLY = 8,
    RIGHTS_READ_WRITE = 3,
    RIGHTS_ALL = 15
};

/* Guard of a CNode capability, as the "badge" of mint, mutate and rotate. */
#define CNODE_GUARD_MAX_BITS 58

static inline uint64_t cnode_guard(uint64_t guard, uint64_t size)
{
    return guard << 6 | (size & 0x3f);
}

static inline uint64_t cnode_guard_value(uint64_t data)
{
    return data >> 6;
}

static inline uint64_t cnode_guard_size(uint64_t data)
{
    return data & 0x3f;
}

/* Registers of a thread, in the order of read and write registers. */
struct user_context {
    uint64_t rip;
    uint64_t rsp;
    uint64_t rflags;
    uint64_t rax;
    uint64_t rbx;
    uint64_t rcx;
    uint64_t rdx;
    uint64_t rsi;
    uint64_t rdi;
    uint64_t rbp;
    uint64_t r8;
    uint64_t r9;
    uint64_t r10;
    uint64_t r11;
    uint64_t r12;
    uint64_t r13;
    uint64_t r14;
    uint64_t r15;
    uint64_t fs_base;
    uint64_t gs_base;
};

#define USER_CONTEXT_WORDS 20

/* Argument "attr" of the map invocations. */
enum vm_attribute {
    VM_DEFAULT = 0,
    VM_WRITE_BACK = 0,
    VM_WRITE_THROUGH = 1,
    VM_CACHE_DISABLED = 2,
    VM_UNCACHEABLE = 3,
    VM_WRITE_COMBINING = 4
};

/* Flags of a thread; from bit 16 on they are this kernel's extensions. */
enum tcb_flag {
    TCB_FLAG_NONE = 0,
    TCB_FLAG_FPU_DISABLED = 1,
    TCB_FLAG_LEND = 1 << 16 /* serves calls on the caller's time */
};

/* Flags of a scheduling context. */
enum sched_context_flag {
    SCHED_CONTEXT_NO_FLAG = 0,
    SCHED_CONTEXT_SPORADIC = 1
};

/* Direction of a reply window, seen from the client's memory. */
enum window_direction {
    WINDOW_NONE = 0,
    WINDOW_READ = 1,  /* the server may read the client's memory */
    WINDOW_WRITE = 2, /* the server may write the client's memory */
    WINDOW_READ_WRITE = 3
};
