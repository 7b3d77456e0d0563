/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel learns from the ACPI tables: processors, I/O APICs, a timer. */
#pragma once

#include <core/types.h>

#define ACPI_MAX_IOAPICS  8

struct acpi_info {
    const void *rsdp;               /* null: no tables found */
    unsigned rsdp_length;
    unsigned core_count;            /* processors in the tables, up to the maximum */
    uint32_t apic_ids[CONFIG_MAX_CORES];
    unsigned ioapic_count;
    paddr ioapics[ACPI_MAX_IOAPICS];
    uint16_t timer_port;            /* 0: none */
};

extern struct acpi_info acpi;

/* Boot: read the tables; they must be in the map of physical memory. rsdp: the root
 * pointer, or null to look for it in low memory. */
void acpi_init(const void *rsdp);
