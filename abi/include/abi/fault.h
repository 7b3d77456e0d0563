/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault messages: the label is the fault type, the words are laid out as below.
 * A reply to a fault restarts the thread if its label is 0; its words, as many
 * as it carries, replace the registers in the order of the fault's own message
 * (for a timeout: in the order TIMEOUT_REPLY_...).
 */
#pragma once

enum fault_type {
    FAULT_NULL = 0,
    FAULT_CAP = 1,
    FAULT_UNKNOWN_SYSCALL = 2,
    FAULT_USER_EXCEPTION = 3,
    FAULT_TIMEOUT = 5, /* 4 belongs to the debug interface, which is not offered */
    FAULT_VM = 6
};

enum cap_fault_word {
    CAP_FAULT_IP,
    CAP_FAULT_ADDRESS,       /* the capability address that did not resolve */
    CAP_FAULT_IN_RECEIVE,    /* 1: while receiving, 0: while sending */
    CAP_FAULT_LOOKUP,        /* enum lookup_failure; decides what follows */
    CAP_FAULT_BITS_LEFT,
    CAP_FAULT_DEPTH_BITS_FOUND,
    CAP_FAULT_GUARD_FOUND = CAP_FAULT_DEPTH_BITS_FOUND,
    CAP_FAULT_GUARD_BITS_FOUND,
    CAP_FAULT_LENGTH
};

enum unknown_syscall_word {
    UNKNOWN_SYSCALL_RAX,
    UNKNOWN_SYSCALL_RBX,
    UNKNOWN_SYSCALL_RCX,
    UNKNOWN_SYSCALL_RDX,
    UNKNOWN_SYSCALL_RSI,
    UNKNOWN_SYSCALL_RDI,
    UNKNOWN_SYSCALL_RBP,
    UNKNOWN_SYSCALL_R8,
    UNKNOWN_SYSCALL_R9,
    UNKNOWN_SYSCALL_R10,
    UNKNOWN_SYSCALL_R11,
    UNKNOWN_SYSCALL_R12,
    UNKNOWN_SYSCALL_R13,
    UNKNOWN_SYSCALL_R14,
    UNKNOWN_SYSCALL_R15,
    UNKNOWN_SYSCALL_IP,
    UNKNOWN_SYSCALL_SP,
    UNKNOWN_SYSCALL_FLAGS,
    UNKNOWN_SYSCALL_NUMBER,
    UNKNOWN_SYSCALL_LENGTH
};

enum user_exception_word {
    USER_EXCEPTION_IP,
    USER_EXCEPTION_SP,
    USER_EXCEPTION_FLAGS,
    USER_EXCEPTION_NUMBER, /* the processor's vector */
    USER_EXCEPTION_CODE,   /* the processor's error code */
    USER_EXCEPTION_LENGTH
};

enum timeout_word {
    TIMEOUT_DATA,     /* badge of the scheduling context */
    TIMEOUT_CONSUMED, /* time used since it was last asked for, in microseconds */
    TIMEOUT_LENGTH
};

enum timeout_reply_word {
    TIMEOUT_REPLY_IP,
    TIMEOUT_REPLY_SP,
    TIMEOUT_REPLY_FLAGS,
    TIMEOUT_REPLY_RAX,
    TIMEOUT_REPLY_RBX,
    TIMEOUT_REPLY_RCX,
    TIMEOUT_REPLY_RDX,
    TIMEOUT_REPLY_RSI,
    TIMEOUT_REPLY_RDI,
    TIMEOUT_REPLY_RBP,
    TIMEOUT_REPLY_R8,
    TIMEOUT_REPLY_R9,
    TIMEOUT_REPLY_R10,
    TIMEOUT_REPLY_R11,
    TIMEOUT_REPLY_R12,
    TIMEOUT_REPLY_R13,
    TIMEOUT_REPLY_R14,
    TIMEOUT_REPLY_R15,
    TIMEOUT_REPLY_TLS_BASE,
    TIMEOUT_REPLY_LENGTH
};

enum vm_fault_word {
    VM_FAULT_IP,
    VM_FAULT_ADDRESS,
    VM_FAULT_IS_INSTRUCTION, /* 1: instruction fetch, 0: data access */
    VM_FAULT_STATUS,         /* the processor's page fault error code */
    VM_FAULT_LENGTH
};
