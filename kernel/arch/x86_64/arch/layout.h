/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and sizes that C, assembler and the linker script share: plain numbers. */
#pragma once

#define PHYSMAP_BASE       0xffff800000000000   /* maps physical address 0 on */
#define KERNEL_BASE        0xffffffff80000000   /* physical address 0 of the image */
#define KERNEL_STACK_SIZE  16384
