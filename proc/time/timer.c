/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue of timers, earliest first, and the interval timer that stands for its head. */
#include <time/timer.h>

#include <stddef.h>

#include <boot/boot.h>
#include <memory/slot.h>
#include <transport/layout.h>
#include <transport/process.h>
#include <util/scale.h>

/* The 8254: ports, its clock, and the command "channel 0, both bytes, once" (mode 0). */
enum { PIT_COUNTER = 0x40, PIT_COMMAND = 0x43, PIT_ONCE = 0x30, PIT_PIN = 2,
       PIT_COUNT_MAX = 0xffff };
#define PIT_HZ UINT64_C(1193182)

/* From the timers that have expired to the next interrupt, at least: nanoseconds. */
enum { REST_LEAST = 50000 };

static struct timer *queue;
static cptr ports, handler;
static bool expiring;           /* timers are: what is set now expires later */
static uint64_t looked;         /* those that were due by then have, or do so now */
static uint64_t rest;           /* until then requests have their turn */

uint64_t timer_now(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

uint64_t timer_uptime(void)
{
    return scale(timer_now() - boot()->boot_tsc, 1000000000, boot()->tsc_hz);
}

uint64_t timer_at(uint64_t nanoseconds)
{
    uint64_t ticks = scale(nanoseconds, boot()->tsc_hz, 1000000000);

    return ticks < UINT64_MAX - boot()->boot_tsc ? boot()->boot_tsc + ticks : UINT64_MAX;
}

/* Programs the interrupt for the head of the queue, or as far ahead as it reaches. */
static void program(void)
{
    uint64_t now = timer_now(), count = 1, next;

    if (!queue) {
        return;
    }
    next = queue->deadline > rest ? queue->deadline : rest;
    if (next > now) {
        count = scale(next - now, PIT_HZ, boot()->tsc_hz);
        count = count >= PIT_COUNT_MAX ? PIT_COUNT_MAX : count + 1;
    }
    (void)kc_ioport_out8(ports, PIT_COMMAND, PIT_ONCE);
    (void)kc_ioport_out8(ports, PIT_COUNTER, count & 0xff);
    (void)kc_ioport_out8(ports, PIT_COUNTER, count >> 8);
}

void timer_set(struct timer *timer, uint64_t deadline)
{
    struct timer **at = &queue;

    timer_cancel(timer);
    deadline = deadline > looked ? deadline : looked + 1;
    while (*at && (*at)->deadline <= deadline) {
        at = &(*at)->next;
    }
    timer->deadline = deadline;
    timer->next = *at;
    timer->set = true;
    *at = timer;
    if (queue == timer && !expiring) {
        program();
    }
}

void timer_cancel(struct timer *timer)
{
    struct timer **at = &queue;

    if (!timer->set) {
        return;
    }
    while (*at != timer) {
        at = &(*at)->next;
    }
    *at = timer->next;
    timer->set = false;
}

/* A timer that is set again and due at once waits for the next interrupt, and requests have as
 * much time before that as all this took: a program cannot keep everyone from being heard. */
void timer_interrupt(void)
{
    uint64_t least = scale(REST_LEAST, boot()->tsc_hz, 1000000000), now;

    expiring = true;
    looked = timer_now();
    while (queue && queue->deadline <= looked) {
        struct timer *timer = queue;

        queue = timer->next;
        timer->set = false;
        timer->expired(timer);
    }
    expiring = false;
    now = timer_now();
    rest = now + (now - looked > least ? now - looked : least);
    (void)kc_irq_ack(handler);
    program();
}

/* Its interrupt signals a notification that is bound to our thread. */
static bool bind(void)
{
    cptr notification = pool_take(POOL_NOTIFICATION), signal = slot_alloc();

    return notification && signal
           && kc_cnode_mint(slot_cnode, signal, SLOT_DEPTH, slot_cnode, notification,
                  SLOT_DEPTH, RIGHT_WRITE, BADGE_NOTIFY | BADGE_INTERRUPT) == ERROR_NONE
           && kc_irq_set_handler(handler, signal) == ERROR_NONE
           && kc_tcb_bind_notification(ROOT_SLOT_TCB, notification) == ERROR_NONE
           && kc_irq_ack(handler) == ERROR_NONE;
}

bool timer_init(void)
{
    ports = slot_alloc();
    handler = slot_alloc();
    return ports && handler && boot_ports(PIT_COUNTER, PIT_COMMAND, ports) == 0
           && kc_irq_issue_handler_ioapic(ROOT_SLOT_IRQ_CONTROL, slot_cnode, handler,
                  SLOT_DEPTH, 0, PIT_PIN, 0, 0, PIT_PIN) == ERROR_NONE
           && bind();
}
