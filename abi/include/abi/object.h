/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel object types, their sizes (as a power of two, "bits"), the limits of
 * the address space and the slots that the root task finds filled at its start.
 */
#pragma once

#include <stdint.h>

/* Argument "type" of the untyped retype invocation. */
enum object_type {
    OBJECT_UNTYPED = 0,
    OBJECT_TCB,
    OBJECT_ENDPOINT,
    OBJECT_NOTIFICATION,
    OBJECT_CNODE,
    OBJECT_SCHED_CONTEXT,
    OBJECT_REPLY,
    OBJECT_PDPT,
    OBJECT_PML4,
    OBJECT_HUGE_PAGE,
    OBJECT_PAGE_4K,
    OBJECT_LARGE_PAGE,
    OBJECT_PAGE_TABLE,
    OBJECT_PAGE_DIRECTORY,
    OBJECT_TYPE_COUNT
};

enum object_bits {
    WORD_BITS = 64,
    UNTYPED_MIN_BITS = 4,
    UNTYPED_MAX_BITS = 47,
    TCB_BITS_FXSAVE = 11, /* 512 bytes of FPU state */
    TCB_BITS_XSAVE = 12,  /* 832 bytes of FPU state or more */
    ENDPOINT_BITS = 4,
    NOTIFICATION_BITS = 6,
    SLOT_BITS = 5,        /* a CNode of 2^n slots is SLOT_BITS + n bits large */
    SCHED_CONTEXT_MIN_BITS = 7,
    REPLY_BITS = 5,
    PAGE_BITS = 12,
    LARGE_PAGE_BITS = 21,
    HUGE_PAGE_BITS = 30,
    TABLE_BITS = 12,      /* page table, page directory, PDPT, PML4 */
    TABLE_INDEX_BITS = 9,
    TABLE_ENTRY_BITS = 3,
    ASID_POOL_BITS = 12,
    ASID_POOL_INDEX_BITS = 9,
    ASID_POOLS_BITS = 3,
    IPC_BUFFER_BITS = 10
};

/* Scheduling contexts: fixed part with two refills, and each refill beyond. */
#define SCHED_CONTEXT_CORE_BYTES 128
#define SCHED_CONTEXT_REFILL_BYTES 16
#define SCHED_CONTEXT_MIN_REFILLS 2

/* Extra refills that fit a scheduling context of the given size. */
static inline uint64_t sched_context_max_extra_refills(uint64_t size_bits)
{
    return ((UINT64_C(1) << size_bits) - SCHED_CONTEXT_CORE_BYTES)
           / SCHED_CONTEXT_REFILL_BYTES;
}

/* Most objects that one retype can make. */
#define RETYPE_MAX_OBJECTS 256

/* Priorities run from 0 to PRIORITY_MAX, the most urgent. */
#define PRIORITY_COUNT 256
#define PRIORITY_MAX 255

/* First virtual address that a user program cannot have mapped. */
#define USER_TOP UINT64_C(0x00007ffffffff000)

/* Vectors of the two invocations that make interrupt handlers for the IOAPIC
   and for MSI count from IRQ_OFFSET in the processor's table. */
#define IRQ_OFFSET 0x30
#define IRQ_VECTOR_MIN 0
#define IRQ_VECTOR_MAX 109
#define MSI_MIN IRQ_VECTOR_MIN
#define MSI_MAX IRQ_VECTOR_MAX

/* Slots of the root CNode that are filled (or kept empty) at boot. */
enum root_slot {
    ROOT_SLOT_NULL = 0,
    ROOT_SLOT_TCB = 1,
    ROOT_SLOT_CNODE = 2,
    ROOT_SLOT_VSPACE = 3,
    ROOT_SLOT_IRQ_CONTROL = 4,
    ROOT_SLOT_ASID_CONTROL = 5,
    ROOT_SLOT_ASID_POOL = 6,
    ROOT_SLOT_IOPORT_CONTROL = 7,
    ROOT_SLOT_IOSPACE = 8,       /* empty: no IOMMU support */
    ROOT_SLOT_BOOTINFO = 9,
    ROOT_SLOT_IPC_BUFFER = 10,
    ROOT_SLOT_DOMAIN = 11,
    ROOT_SLOT_SMMU_SID = 12,     /* empty on this processor */
    ROOT_SLOT_SMMU_CB = 13,      /* empty on this processor */
    ROOT_SLOT_SC = 14,
    ROOT_SLOT_SMC = 15,          /* empty on this processor */
    ROOT_SLOT_COUNT = 16
};
