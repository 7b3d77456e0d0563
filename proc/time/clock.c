/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real-time clock (MC146818), read once at boot: that it runs in UTC is assumed, as
 * emulators and servers have it. Source: the chip's data sheet; days from the civil date by
 * counting years from March on.
 */
#include <time/timer.h>

#include <boot/boot.h>
#include <memory/slot.h>

enum { RTC_INDEX = 0x70, RTC_DATA = 0x71 };
enum { RTC_SECOND = 0, RTC_MINUTE = 2, RTC_HOUR = 4, RTC_DAY = 7, RTC_MONTH = 8,
       RTC_YEAR = 9, RTC_STATUS_A = 10, RTC_STATUS_B = 11 };
enum { UPDATING = 0x80, BINARY = 4, HOURS_24 = 2, AFTERNOON = 0x80 };
enum { TRIES = 100000 };

static cptr ports;

static unsigned rtc_register(unsigned number)
{
    uint8_t value = 0;

    (void)kc_ioport_out8(ports, RTC_INDEX, number);
    (void)kc_ioport_in8(ports, RTC_DATA, &value);
    return value;
}

static unsigned from_bcd(unsigned value)
{
    return (value >> 4) * 10 + (value & 15);
}

static unsigned hour_of(unsigned value, unsigned status)
{
    bool afternoon = !(status & HOURS_24) && value & AFTERNOON;

    value &= ~(unsigned)AFTERNOON;
    if (!(status & BINARY)) {
        value = from_bcd(value);
    }
    if (!(status & HOURS_24)) {
        value %= 12;
    }
    return value + (afternoon ? 12 : 0);
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    unsigned m = month <= 2 ? month + 9 : month - 3;

    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int64_t read_clock(void)
{
    unsigned status = rtc_register(RTC_STATUS_B);
    unsigned v[10];

    for (unsigned i = 0; i < 10; i++) {
        v[i] = rtc_register(i);
        if (!(status & BINARY) && i != RTC_HOUR) {
            v[i] = from_bcd(v[i]);
        }
    }
    return days_of(2000 + v[RTC_YEAR], v[RTC_MONTH], v[RTC_DAY]) * 86400
           + hour_of(v[RTC_HOUR], status) * 3600 + v[RTC_MINUTE] * 60 + v[RTC_SECOND];
}

int64_t clock_boot_time(void)
{
    int64_t before, after = -1;

    ports = slot_alloc();
    if (!ports || boot_ports(RTC_INDEX, RTC_DATA, ports) != 0) {
        return 0;
    }
    /* Twice the same: it was not updated while it was read. */
    for (unsigned i = 0; i < TRIES; i++) {
        before = after;
        while (rtc_register(RTC_STATUS_A) & UPDATING && i < TRIES) {
            i++;
        }
        after = read_clock();
        if (before == after) {
            return after;
        }
    }
    return 0;
}
