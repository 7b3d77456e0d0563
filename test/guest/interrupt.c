/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of interrupts, with the periodic one of a PC's clock (MC146818): it raises pin 8
 * of the first I/O APIC until its register C is read.
 */
#include <test/test.h>

enum {
    CMOS = 0x70,
    REGISTER_A = 0x0a, RATE_1024_HZ = 0x26,
    REGISTER_B = 0x0b, PERIODIC_24_HOURS = 0x42, QUIET_24_HOURS = 0x02,
    REGISTER_C = 0x0c,
    PIN = 8, VECTOR = 30,
    EDGE = 0, LEVEL = 1, HIGH = 0
};

static cptr ports, handler, wanted;

static void clock_write(uint8_t reg, uint8_t value)
{
    CHECK_OK(kc_ioport_out8(ports, CMOS, reg));
    CHECK_OK(kc_ioport_out8(ports, CMOS + 1, value));
}

/* Lets the clock raise its line again. */
static void clock_rearm(void)
{
    uint8_t value;

    CHECK_OK(kc_ioport_out8(ports, CMOS, REGISTER_C));
    CHECK_OK(kc_ioport_in8(ports, CMOS + 1, &value));
}

static enum error_code get_pin(cptr to, uint64_t ioapic, uint64_t pin, uint64_t level,
                               uint64_t low, uint64_t vector)
{
    return kc_irq_issue_handler_ioapic(ROOT_SLOT_IRQ_CONTROL, ROOT, to, DEPTH, ioapic,
                                       pin, level, low, vector);
}

/* The handler signals `wanted` with badge 5 by the capability returned. */
static cptr start_clock(void)
{
    ports = slot();
    handler = slot();
    wanted = make(OBJECT_NOTIFICATION);
    cptr signal = mint(wanted, RIGHTS_ALL, 5);
    CHECK_OK(kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, CMOS, CMOS + 1, ROOT,
                                     ports, DEPTH));
    CHECK_OK(get_pin(handler, 0, PIN, EDGE, HIGH, VECTOR));
    CHECK_OK(kc_irq_set_handler(handler, signal));
    clock_write(REGISTER_A, RATE_1024_HZ);
    clock_write(REGISTER_B, PERIODIC_24_HOURS);
    clock_rearm();
    return signal;
}

static void stop_clock(void)
{
    clock_write(REGISTER_B, QUIET_24_HOURS);
    clock_rearm();
    if (!is_empty(handler))
        CHECK_OK(drop(handler));
    CHECK_OK(drop(ports));
}

/* The badge that arrives within some ticks of the clock, or 0. */
static uint64_t next_signal(void)
{
    clock_rearm();
    for (unsigned i = 0; i < 10; i++) {
        sleep_ms(2);
        uint64_t badge = ipc_nbwait(wanted).badge;
        if (badge)
            return badge;
    }
    return 0;
}

TEST("interrupt: it signals the notification, once for each acknowledgement")
{
    start_clock();
    CHECK_EQ(next_signal(), 5);
    CHECK_EQ(next_signal(), 0);
    CHECK_OK(kc_irq_ack(handler));
    CHECK_EQ(next_signal(), 5);
    stop_clock();
}

TEST("interrupt: cleared, it signals nobody until set and acknowledged again")
{
    cptr signal = start_clock();
    CHECK_EQ(next_signal(), 5);
    CHECK_OK(kc_irq_clear_handler(handler));
    CHECK_OK(kc_irq_clear_handler(handler));
    CHECK_OK(kc_irq_ack(handler));
    CHECK_EQ(next_signal(), 0);
    CHECK_OK(kc_irq_set_handler(handler, signal));
    CHECK_EQ(next_signal(), 0);
    CHECK_OK(kc_irq_ack(handler));
    CHECK_EQ(next_signal(), 5);
    stop_clock();
}

TEST("interrupt: it keeps a capability of its own, which a revocation takes")
{
    cptr signal = start_clock();
    CHECK_OK(drop(signal));
    CHECK_EQ(next_signal(), 5);
    CHECK_OK(revoke(wanted));
    CHECK_OK(kc_irq_ack(handler));
    CHECK_EQ(next_signal(), 0);
    stop_clock();
}

TEST("interrupt: without its handler it is off, and can be had again")
{
    cptr signal = start_clock();
    CHECK_OK(drop(handler));
    CHECK_EQ(next_signal(), 0);
    CHECK_OK(get_pin(handler, 0, PIN, EDGE, HIGH, VECTOR + 1));
    CHECK_OK(kc_irq_set_handler(handler, signal));
    CHECK_EQ(next_signal(), 5);
    CHECK_OK(revoke(ROOT_SLOT_IRQ_CONTROL));
    CHECK(is_empty(handler));
    stop_clock();
}

TEST("interrupt: wrong requests are refused")
{
    cptr to = slot(), full = make(OBJECT_ENDPOINT);

    CHECK_ERR(kc_irq_issue_handler(ROOT_SLOT_IRQ_CONTROL, 5, ROOT, to, DEPTH),
              ERROR_ILLEGAL_OPERATION);
    CHECK_RANGE(get_pin(full, 9, 99, 2, 2, 110), 0, 107);
    CHECK_ERR(get_pin(full, 9, 99, 2, 2, VECTOR), ERROR_DELETE_FIRST);
    CHECK_RANGE(get_pin(to, 9, 99, 2, 2, VECTOR), 0, 0);
    CHECK_RANGE(get_pin(to, 0, 24, 2, 2, VECTOR), 0, 23);
    CHECK_RANGE(get_pin(to, 0, PIN, 2, 0, VECTOR), 0, 1);
    CHECK_RANGE(get_pin(to, 0, PIN, LEVEL, 2, VECTOR), 0, 1);
    CHECK_OK(get_pin(to, 0, PIN, EDGE, HIGH, VECTOR));
    CHECK_ERR(get_pin(full, 9, 99, 2, 2, VECTOR), ERROR_REVOKE_FIRST);
    CHECK_ERR1(kc_irq_set_handler(to, full), ERROR_INVALID_CAPABILITY, 0);
    CHECK_ERR1(kc_irq_set_handler(to, copy(make(OBJECT_NOTIFICATION), RIGHT_READ)),
               ERROR_INVALID_CAPABILITY, 0);
    CHECK_OK(drop(to));
}

TEST("interrupt: a message-signalled one is issued for a vector")
{
    cptr to = slot();

    CHECK_RANGE(kc_irq_issue_handler_msi(ROOT_SLOT_IRQ_CONTROL, ROOT, to, DEPTH, 256, 32,
                                         8, 0, VECTOR), 0, 255);
    CHECK_RANGE(kc_irq_issue_handler_msi(ROOT_SLOT_IRQ_CONTROL, ROOT, to, DEPTH, 255, 32,
                                         8, 0, VECTOR), 0, 31);
    CHECK_RANGE(kc_irq_issue_handler_msi(ROOT_SLOT_IRQ_CONTROL, ROOT, to, DEPTH, 255, 31,
                                         8, 0, VECTOR), 0, 7);
    CHECK_OK(kc_irq_issue_handler_msi(ROOT_SLOT_IRQ_CONTROL, ROOT, to, DEPTH, 255, 31, 7,
                                      0, VECTOR));
    CHECK_OK(kc_irq_ack(to));
    CHECK_OK(drop(to));
}
