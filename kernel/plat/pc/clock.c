/* SPDX-License-Identifier: BSD-2-Clause */
/* The reference clock; see clock.h. (ACPI specification, "Power Management Timer";
 * Intel 8254 data sheet.) */
#include <arch/cpu.h>
#include <plat/pc/clock.h>
#include <plat/pc/port.h>

#define ACPI_HZ          3579545
#define ACPI_MASK        0xffffffu      /* wider timers agree in these bits */

#define PIT_HZ           1193182
#define PIT_MASK         0xffffu
#define PIT_CHANNEL_2    0x42
#define PIT_COMMAND      0x43
#define PIT_ONE_SHOT     0xb0           /* channel 2, both bytes, mode 0 */
#define PIT_LATCH        0x80
#define CONTROL_PORT     0x61
#define CONTROL_GATE     0x01
#define CONTROL_SPEAKER  0x02

static uint16_t acpi_port;

void clock_use_acpi(uint16_t port)
{
    acpi_port = port;
}

static word rate(void)
{
    return acpi_port ? ACPI_HZ : PIT_HZ;
}

/* Counting upwards. */
static uint32_t read_counter(void)
{
    if (acpi_port)
        return port_read32(acpi_port) & ACPI_MASK;
    port_write8(PIT_COMMAND, PIT_LATCH);
    uint32_t low = port_read8(PIT_CHANNEL_2);
    return ~(low | (uint32_t)port_read8(PIT_CHANNEL_2) << 8) & PIT_MASK;
}

static void start_pit(void)
{
    uint8_t control = port_read8(CONTROL_PORT) & (uint8_t)~CONTROL_SPEAKER;

    port_write8(CONTROL_PORT, control | CONTROL_GATE);
    port_write8(PIT_COMMAND, PIT_ONE_SHOT);
    port_write8(PIT_CHANNEL_2, 0xff);
    port_write8(PIT_CHANNEL_2, 0xff);
}

/* A reading just after the counter moved. */
static uint32_t next_reading(void)
{
    uint32_t first = read_counter(), now;

    do
        now = read_counter();
    while (now == first);
    return now;
}

struct clock_span clock_begin(void)
{
    if (!acpi_port)
        start_pit();
    return (struct clock_span){.last = next_reading()};
}

void clock_wait(struct clock_span *span, word microseconds)
{
    word wanted = (microseconds * rate() + 999999) / 1000000;

    while (span->counts < wanted) {
        uint32_t now = next_reading();
        span->counts += (now - span->last) & (acpi_port ? ACPI_MASK : PIT_MASK);
        span->last = now;
    }
}

word clock_elapsed_ns(const struct clock_span *span)
{
    return span->counts * 1000000000 / rate();
}

void clock_delay(word microseconds)
{
    struct clock_span span = clock_begin();

    clock_wait(&span, microseconds);
}
