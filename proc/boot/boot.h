/* SPDX-License-Identifier: BSD-2-Clause */
/* What the process server finds out at boot, and its own capabilities. */
#pragma once

#include <abi/bootinfo.h>
#include <abi/object.h>
#include <kcall/invoke.h>

/*
 * Slots of the process server's CNode that are filled at boot. Those of enum root_slot
 * keep their places: ROOT_SLOT_TCB, _CNODE (which is slot_cnode now), _VSPACE,
 * _IRQ_CONTROL, _ASID_CONTROL, _ASID_POOL, _IOPORT_CONTROL, _SC.
 */
enum boot_slot {
    BOOT_SLOT_OLD_CNODE = ROOT_SLOT_COUNT,  /* where the kernel had put them */
    BOOT_SLOT_SERIAL,                       /* ports 0x3f8 to 0x3ff */
    BOOT_SLOT_EXIT,                         /* ports 0xf4 to 0xf7 */
    BOOT_SLOT_SCHED_CONTROL = 32,           /* of core n: + n */
    BOOT_SLOT_UNTYPED = 64,
    BOOT_SLOT_FREE = BOOT_SLOT_UNTYPED + BOOT_INFO_MAX_UNTYPED + 2,
};

struct boot {
    unsigned cores;
    uint64_t tsc_hz;            /* frequency of the time-stamp counter */
    uint64_t boot_tsc;          /* its value at the start */
    uint64_t memory;            /* bytes that there were to begin with */
    uint64_t features;          /* enum uxrt_feature */
};

const struct boot *boot(void);

static inline cptr boot_sched_control(unsigned core)
{
    return BOOT_SLOT_SCHED_CONTROL + core;
}

/* Ports as a capability in an empty slot of ours, which covers them: also those that the
 * process server uses itself. An error number: -EBUSY, -EINVAL. */
int boot_ports(uint64_t first, uint64_t last, cptr to);

/* Written elsewhere: the process server proper. It does not return unless it fails. */
int proc_main(void);
