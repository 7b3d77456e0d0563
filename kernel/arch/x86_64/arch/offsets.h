/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that entry.S needs of C structures; offsets.c checks them. */
#pragma once

#define CORE_SELF           0
#define CORE_CURRENT        8
#define CORE_KERNEL_STACK   16
#define CORE_SCRATCH        24
#define CORE_ENTRY_STACK    40      /* arch.tss.rsp0 */

#define CONTEXT_R15         24
#define CONTEXT_RDX         112
#define CONTEXT_RAX         136
#define CONTEXT_ENTRY       144
#define CONTEXT_RIP         152
#define CONTEXT_RFLAGS      168
#define CONTEXT_RSP         176

#define TCB_FOREIGN_START   192
#define TCB_FOREIGN_LENGTH  200
#define TCB_FOREIGN_ENTRY   208
#define TCB_FOREIGN_STACK   216

#define CONTEXT_IS_SYSCALL  -1
#define USER_CODE           0x23
#define USER_DATA           0x1b

#define NUMBER_CALL         -1
#define NUMBER_REPLY_RECV   -2
#define NUMBER_SEND         -5
#define NUMBER_RECV         -7
#define NUMBER_CALL_WINDOW  -64
