/* SPDX-License-Identifier: BSD-2-Clause */
/* What sets the bench build of the kernel apart; the other builds have the same names. */
#ifndef CONFIG_H
#define CONFIG_H

#define CONFIG_DEBUG           0   /* assertions and the debugging system calls */
#define CONFIG_PRINTING        0   /* kernel messages and the DebugPutChar call */
#define CONFIG_BENCHMARKS      1   /* the calls that exist for measurements only */
#define CONFIG_ROOT_CNODE_BITS 15  /* slots of the root task's CNode, 2^n at least */
#define CONFIG_FPU_AREA        832 /* bytes of FPU state: 512 FXSAVE, 832 XSAVE */
#define CONFIG_TCB_BITS        12  /* size of a thread control block, as a power of two */
#define CONFIG_MAX_CORES       8   /* cores the kernel keeps data for */
#define CONFIG_DANGEROUS_MSR   1   /* user level may read and write any MSR */
#define CONFIG_FSGSBASE        1   /* programs may set their FS and GS base themselves */
#define CONFIG_BOOT_SLICE_MS   5   /* the root task's budget and period */
#define CONFIG_FANOUT_LIMIT    256 /* slots that one retype may fill */
#define CONFIG_BOOT_UNTYPEDS   230 /* untyped capabilities that boot info can list */

#endif
