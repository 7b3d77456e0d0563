/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the ACPI tables: RSDP, RSDT or XSDT, MADT (processors, I/O APICs) and FADT
 * (timer). Without tables the machine is taken to have one core and no I/O APIC.
 * (ACPI specification, "ACPI Software Programming Model".)
 */
#include <core/arch.h>
#include <core/print.h>
#include <plat/pc/acpi.h>

#define EBDA_POINTER    0x40eul     /* segment of the extended BIOS data area */
#define BIOS_START      0xe0000ul
#define BIOS_END        0x100000ul

struct rsdp {
    char signature[8];              /* "RSD PTR " */
    uint8_t checksum;
    char oem[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;                /* from revision 2 on */
    uint64_t xsdt;
    uint8_t extended_checksum, reserved[3];
} __attribute__((packed));

#define RSDP_LENGTH_1   20

struct table {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem[6], oem_table[8];
    uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

struct madt {
    struct table table;
    uint32_t apic_base, flags;
    uint8_t entries[];
} __attribute__((packed));

struct madt_entry {
    uint8_t type, length;
    union {
        struct { uint8_t uid, id; uint32_t flags; } __attribute__((packed)) apic;
        struct { uint8_t id, reserved; uint32_t base, first; }
            __attribute__((packed)) ioapic;
        struct { uint16_t reserved; uint32_t id, flags, uid; }
            __attribute__((packed)) x2apic;
    };
} __attribute__((packed));

enum { MADT_APIC = 0, MADT_IOAPIC = 1, MADT_X2APIC = 9 };
#define APIC_USABLE          1

#define FADT_TIMER_OFFSET    76     /* PM_TMR_BLK */
#define FADT_TIMER_LENGTH    91     /* PM_TMR_LEN: 4 if it exists */

struct acpi_info acpi;

static bool sum_is_zero(const void *data, word length)
{
    const uint8_t *bytes = data;
    uint8_t sum = 0;

    while (length--)
        sum = (uint8_t)(sum + *bytes++);
    return sum == 0;
}

static const struct rsdp *scan(paddr start, paddr end)
{
    for (paddr at = ALIGN_UP(start, 4); at + sizeof(struct rsdp) <= end; at += 16) {
        const struct rsdp *r = phys_to_virt(at);
        if (__builtin_memcmp(r->signature, "RSD PTR ", 8) == 0
            && sum_is_zero(r, RSDP_LENGTH_1))
            return r;
    }
    return NULL;
}

static const struct rsdp *find_rsdp(void)
{
    paddr ebda = (paddr)*(const uint16_t *)phys_to_virt(EBDA_POINTER) << 4;
    const struct rsdp *r = NULL;

    if (ebda >= 0x400 && ebda < BIOS_START)
        r = scan(ebda, ebda + 1024);
    return r ? r : scan(BIOS_START, BIOS_END);
}

static const struct table *table_at(paddr at)
{
    const struct table *t = phys_to_virt(at);

    if (at == 0 || at + sizeof(*t) > memory_top || at + t->length > memory_top
        || t->length < sizeof(*t) || !sum_is_zero(t, t->length))
        return NULL;
    return t;
}

static void add_core(uint32_t id, uint32_t flags)
{
    if ((flags & APIC_USABLE) && acpi.core_count < CONFIG_MAX_CORES)
        acpi.apic_ids[acpi.core_count++] = id;
}

static void read_madt(const struct madt *madt)
{
    const uint8_t *at = madt->entries, *end = (const uint8_t *)madt + madt->table.length;

    while (end - at >= 2 && at[1] >= 2 && at[1] <= end - at) {
        const struct madt_entry *e = (const struct madt_entry *)at;
        at += e->length;
        switch (e->type) {
        case MADT_APIC:
            add_core(e->apic.id, e->apic.flags);
            break;
        case MADT_X2APIC:
            add_core(e->x2apic.id, e->x2apic.flags);
            break;
        case MADT_IOAPIC:
            if (acpi.ioapic_count < ACPI_MAX_IOAPICS)
                acpi.ioapics[acpi.ioapic_count++] = e->ioapic.base;
            break;
        }
    }
}

static void read_fadt(const struct table *fadt)
{
    const uint8_t *bytes = (const uint8_t *)fadt;

    if (fadt->length > FADT_TIMER_LENGTH && bytes[FADT_TIMER_LENGTH] == 4)
        acpi.timer_port = (uint16_t)(bytes[FADT_TIMER_OFFSET]
                                     | bytes[FADT_TIMER_OFFSET + 1] << 8);
}

static void read_table(const struct table *t)
{
    if (!t)
        return;
    if (__builtin_memcmp(t->signature, "APIC", 4) == 0)
        read_madt((const struct madt *)t);
    else if (__builtin_memcmp(t->signature, "FACP", 4) == 0)
        read_fadt(t);
}

/* The root table lists the others by addresses of 4 (RSDT) or 8 bytes (XSDT). */
static void read_root(const struct table *root, unsigned size)
{
    const uint8_t *entries = (const uint8_t *)(root + 1);

    for (word at = 0; at + size <= root->length - sizeof(*root); at += size) {
        paddr address = 0;
        __builtin_memcpy(&address, entries + at, size);
        read_table(table_at(address));
    }
}

void acpi_init(const void *given)
{
    const struct rsdp *rsdp = given ? given : find_rsdp();

    if (!rsdp) {
        kprintf("ACPI: no tables in low memory; one core, no I/O APIC\n");
        return;
    }
    acpi.rsdp = rsdp;
    acpi.rsdp_length = sizeof(*rsdp);
    const struct table *xsdt = rsdp->revision >= 2 ? table_at(rsdp->xsdt) : NULL;
    const struct table *rsdt = table_at(rsdp->rsdt);
    if (xsdt)
        read_root(xsdt, 8);
    else if (rsdt)
        read_root(rsdt, 4);
    kprintf("ACPI: %u cores, %u I/O APICs\n", acpi.core_count, acpi.ioapic_count);
}
