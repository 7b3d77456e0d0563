/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot of a PC, on the first core, in this order: console, processor features, memory,
 * ACPI, this core, interrupt controllers, clock, the other cores, the root task; then
 * all cores schedule. boot.S calls boot_main().
 */
#include <abi/bootinfo.h>
#include <abi/object.h>
#include <arch/apic.h>
#include <arch/descriptors.h>
#include <arch/feature.h>
#include <arch/ioapic.h>
#include <arch/memory.h>
#include <arch/smp.h>
#include <arch/timer.h>
#include <arch/vspace.h>
#include <core/boot.h>
#include <core/print.h>
#include <core/sched.h>
#include <plat/pc/acpi.h>
#include <plat/pc/clock.h>
#include <plat/pc/loader.h>
#include <plat/pc/pic.h>

#define LOW_MEMORY_END  0x100000ul

extern char kernel_end[];

_Noreturn void boot_main(uint32_t magic, uint32_t info);

/* --- boot information of the PC -------------------------------------------------- */

static word put_rsdp(char *at)
{
    struct boot_info_header header = {
        BOOT_INFO_X86_ACPI_RSDP, sizeof(header) + acpi.rsdp_length,
    };

    if (!acpi.rsdp)
        return 0;
    if (at) {
        __builtin_memcpy(at, &header, sizeof(header));
        __builtin_memcpy(at + sizeof(header), acpi.rsdp, acpi.rsdp_length);
    }
    return header.length;
}

static word put_frequency(char *at)
{
    struct boot_info_tsc_freq chunk = {
        {BOOT_INFO_X86_TSC_FREQ, sizeof(chunk)}, (uint32_t)arch_ticks_per_us,
    };

    if (at)
        __builtin_memcpy(at, &chunk, sizeof(chunk));
    return sizeof(chunk);
}

word arch_boot_chunks(void *buffer)
{
    char *at = buffer;
    word length = loader_graphics_chunks(at);

    length += put_rsdp(at ? at + length : NULL);
    length += loader_map_chunk(at ? at + length : NULL);
    length += put_frequency(at ? at + length : NULL);
    return length;
}

/* --- the steps --------------------------------------------------------------------- */

static void init_memory(uint32_t magic, uint32_t info)
{
    loader_read(magic, info);
    boot_memory_reserve((struct region){LOW_MEMORY_END, virt_to_phys(kernel_end)});
    for (unsigned i = 0; boot_memory_ram(i); i++)
        memory_map(boot_memory_ram(i)->start, boot_memory_ram(i)->end);
}

static void init_interrupts(void)
{
    pic_disable();
    for (unsigned i = 0; i < acpi.ioapic_count; i++) {
        memory_map_device(acpi.ioapics[i]);
        ioapic_add(acpi.ioapics[i]);
        boot_memory_exclude_device(
            (struct region){acpi.ioapics[i], acpi.ioapics[i] + BIT(PAGE_BITS)});
    }
}

static void init_apic(void)
{
    apic_detect();
    paddr base = apic_base();
    if (base) {
        memory_map_device(base);
        boot_memory_exclude_device((struct region){base, base + BIT(PAGE_BITS)});
    }
}

static paddr device_top(void)
{
    return BIT(cpu.phys_bits < UNTYPED_MAX_BITS ? cpu.phys_bits : UNTYPED_MAX_BITS);
}

_Noreturn void boot_main(uint32_t magic, uint32_t info)
{
    console_init();
    kprintf("\nUX/RT kernel%s\n", CONFIG_DEBUG ? ", debug build" : "");
    cpu_detect();
    init_memory(magic, info);
    acpi_init(loader_rsdp());
    if (acpi.timer_port)
        clock_use_acpi(acpi.timer_port);
    init_apic();
    descriptors_init();
    core_setup(0);
    init_interrupts();
    timer_calibrate();
    timer_enable(&cores[0]);
    smp_start(acpi.apic_ids, acpi.core_count);
    memory_protect_image();
    memory_flush();
    kprintf("cores: %u\n", core_count);
    boot_root_task(&cores[0], loader_module(), device_top());
    smp_release();
    core_start(&cores[0]);
}
