/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library counts; see counts.h. */
#include <process/counts.h>

#include <transport/thread.h>

static struct uxrt_counts ended;

static void add(struct uxrt_counts *sum, const struct uxrt_counts *more)
{
    sum->calls += more->calls;
    sum->served += more->served;
    sum->copies += more->copies;
    sum->copied += more->copied;
    sum->general += more->general;
}

/* Its page, as the thread left it; false: it has not begun. */
static bool read(const struct thread *thread, struct uxrt_thread *page)
{
    const uint64_t place = thread_block(thread->number) + BLOCK_PRIVATE;

    return thread->process->space
           && space_read(thread->process->space, place, page, sizeof(*page))
                  == (int64_t)sizeof(*page);
}

static unsigned count_held(const struct uxrt_thread *page)
{
    uint64_t all = page->reply_count < 64 ? (UINT64_C(1) << page->reply_count) - 1
                                          : UINT64_MAX;
    unsigned held = 0;

    for (uint64_t bits = all & ~page->reply_free; bits; bits &= bits - 1) {
        held++;
    }
    return held ? held - 1 : 0;
}

struct uxrt_counts counts_of(struct process *process, unsigned *held)
{
    static struct uxrt_thread page;
    struct uxrt_counts sum = process->counts;

    *held = 0;
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (process->threads[i] && read(process->threads[i], &page)) {
            add(&sum, &page.counts);
            *held += count_held(&page);
        }
    }
    return sum;
}

struct uxrt_counts counts_of_all(void)
{
    struct uxrt_counts sum = ended;

    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        unsigned held;
        struct uxrt_counts own = counts_of(process, &held);

        add(&sum, &own);
        /* What is in `ended` already. */
        sum.calls -= process->counts.calls;
        sum.served -= process->counts.served;
        sum.copies -= process->counts.copies;
        sum.copied -= process->counts.copied;
        sum.general -= process->counts.general;
    }
    return sum;
}

void counts_end(const struct thread *thread)
{
    struct uxrt_counts own;
    const uint64_t place = thread_block(thread->number) + BLOCK_PRIVATE
                           + offsetof(struct uxrt_thread, counts);

    if (thread->process->space
        && space_read(thread->process->space, place, &own, sizeof(own))
               == (int64_t)sizeof(own)) {
        add(&thread->process->counts, &own);
        add(&ended, &own);
    }
}
