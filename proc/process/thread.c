/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread is a TCB on its own scheduling context, which goes to whatever core is free,
 * and serves on its callers' time (lend(7)). Its faults come to the process server with
 * its tid as the badge.
 */
#include <process/counts.h>
#include <process/thread.h>

#include <boot/boot.h>
#include <kcall/invoke.h>
#include <process/connection.h>
#include <process/futex.h>
#include <process/image.h>
#include <process/main.h>
#include <process/pending.h>
#include <process/usage.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

enum { HASH = 1024, BLOCK_PAGES = (BLOCK_SIZE - BLOCK_STACK) / PAGE_SIZE,
       TID_MAX = 4 * 1024 * 1024 };
/* Pages of a new block that are there when the thread begins: of the stack, and with those
 * behind it. */
enum { STACK_SHOWN = 4,
       BLOCK_SHOWN = STACK_SHOWN + (BLOCK_SIZE - BLOCK_PRIVATE) / PAGE_SIZE };

static struct thread *threads[HASH];

struct thread *thread_find(uint32_t tid)
{
    struct thread *thread = threads[tid % HASH];

    while (thread && thread->tid != tid) {
        thread = thread->next;
    }
    return thread;
}

/* A process keeps its pid when its first thread has gone. */
uint32_t thread_new_tid(void)
{
    static uint32_t last;

    do {
        last = last < TID_MAX ? last + 1 : 2;
    } while (thread_find(last) || process_find(last));
    return last;
}

static void insert(struct thread *thread)
{
    struct thread **bucket = &threads[thread->tid % HASH];

    thread->next = *bucket;
    *bucket = thread;
    thread->process->threads[thread->number] = thread;
    thread->process->thread_count++;
    thread->live = true;
}

static void withdraw(struct thread *thread)
{
    struct thread **link = &threads[thread->tid % HASH];

    while (*link != thread) {
        link = &(*link)->next;
    }
    *link = thread->next;
    thread->process->threads[thread->number] = NULL;
    thread->process->thread_count--;
    thread->live = false;
}

int thread_free_number(const struct process *process)
{
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (!process->threads[i]) {
            return (int)i;
        }
    }
    return -EAGAIN;
}

/* Each new context begins on the next core; an idle core takes it over when it likes. */
static bool make_context(struct thread *thread)
{
    uint64_t cores = boot()->cores;
    cptr control = boot_sched_control((unsigned)(thread->tid % cores));

    thread->cores = (UINT64_C(1) << cores) - 1;
    thread->sc = pool_take(POOL_SCHED_CONTEXT);
    return thread->sc
           && kc_sched_control_configure_flags(control, thread->sc, SLICE_US, SLICE_US, 0,
                  0, 0) == ERROR_NONE
           && kc_sched_control_roam(control, thread->sc, thread->cores) == ERROR_NONE;
}

static bool make_notification(struct thread *thread)
{
    cptr event = slot_alloc();

    thread->notification = pool_take(POOL_NOTIFICATION);
    if (!event || !thread->notification
        || kc_cnode_mint(slot_cnode, event, SLOT_DEPTH, slot_cnode, thread->notification,
               SLOT_DEPTH, RIGHT_WRITE, BADGE_NOTIFY | BADGE_EVENT) != ERROR_NONE) {
        if (event) {
            slot_free(event);
        }
        return false;
    }
    thread->event = event;
    return kc_cnode_copy(thread->process->cspace, SLOT_NOTIFY + thread->number,
               CSPACE_BITS, slot_cnode, thread->notification, SLOT_DEPTH, RIGHT_READ)
           == ERROR_NONE;
}

/* The capability of the block's page with the IPC buffer. */
static bool make_block(struct thread *thread, cptr *ipc)
{
    struct space *space = thread->process->space;
    uint64_t block = thread_block(thread->number);
    struct region_info info;
    uint32_t frame;

    if (!(space_next_region(space, block + BLOCK_STACK, &info)
            && info.start < block + BLOCK_SIZE)) {
        if (space_map(space, block + BLOCK_STACK, BLOCK_PAGES, PROC_READ | PROC_WRITE,
                REGION_SYSTEM | REGION_FORK_COPY, NULL, 0, false) < 0) {
            return false;
        }
        space_show(space,
            &(const struct space_range){block + BLOCK_PRIVATE - STACK_SHOWN * PAGE_SIZE,
                BLOCK_SHOWN, PROC_WRITE, true}, 1);
    }
    if (space_page(space, block + BLOCK_SHARED, PROC_WRITE, &frame, ipc) < 0) {
        return false;
    }
    thread->page = frame_memory(frame);
    thread->page->events = 0;
    thread->page->tid = thread->tid;
    thread->page->pending = 0;
    thread->page->hold = 0;
    thread->page->in_lib = 1;
    thread->page->death_signal = 0;
    if (!thread->page->name[0]) {
        memcpy(thread->page->name, thread->process->name, THREAD_NAME - 1);
    }
    return space_page(space, block + BLOCK_IPC, PROC_WRITE, &frame, ipc) == 0;
}

/* The kernel keeps copies of the capabilities. */
static bool set_space(struct thread *thread, cptr ipc)
{
    return kc_tcb_configure(thread->tcb, thread->process->cspace,
               cnode_guard(CSPACE_GUARD, WORD_BITS - CSPACE_BITS),
               space_vspace(thread->process->space), 0,
               thread_block(thread->number) + BLOCK_IPC, ipc) == ERROR_NONE;
}

/* The scratch slot is empty afterwards. */
static bool configure(struct thread *thread, cptr ipc, cptr scratch)
{
    const struct library_header *library = image_header();
    uint64_t block = thread_block(thread->number), flags;
    enum error_code error;

    if (kc_cnode_mint(slot_cnode, scratch, SLOT_DEPTH, slot_cnode, main_endpoint(),
            SLOT_DEPTH, RIGHT_WRITE | RIGHT_GRANT_REPLY, BADGE_FAULT | thread->tid)
        != ERROR_NONE) {
        return false;
    }
    error = kc_tcb_set_sched_params(thread->tcb, ROOT_SLOT_TCB, 0, PRIORITY_NORMAL,
        thread->sc, scratch);
    (void)kc_cnode_delete(slot_cnode, scratch, SLOT_DEPTH);
    return error == ERROR_NONE && set_space(thread, ipc)
           && kc_tcb_set_flags(thread->tcb, 0, TCB_FLAG_LEND, &flags) == ERROR_NONE
           && kc_tcb_set_foreign(thread->tcb, LIBRARY_BASE, library->text_end,
                  library->foreign, block + BLOCK_PRIVATE) == ERROR_NONE;
}

static bool make_objects(struct thread *thread)
{
    cptr scratch = slot_alloc(), ipc;
    bool made = scratch && (thread->tcb = pool_take(POOL_TCB)) && make_context(thread)
                && make_notification(thread) && make_block(thread, &ipc)
                && configure(thread, ipc, scratch);

    if (scratch) {
        slot_free(scratch);
    }
    return made;
}

struct thread *thread_create(struct process *process, unsigned number, uint32_t tid)
{
    struct thread *thread = heap_zero(1, sizeof(*thread));

    if (!thread) {
        return NULL;
    }
    thread->process = process;
    thread->number = number;
    thread->tid = tid;
    insert(thread);
    if (!make_objects(thread)) {
        thread_end(thread, true);
        return NULL;
    }
    return thread;
}

bool thread_start(struct thread *thread, struct user_context *regs)
{
    regs->rflags = 0x202;
    return kc_tcb_write_registers(thread->tcb, true, 0, USER_CONTEXT_WORDS, regs)
           == ERROR_NONE;
}

static void return_object(enum pool_kind kind, cptr object)
{
    if (object) {
        pool_return(kind, object);
    }
}

/* It waits for nothing any more. */
static void forget(struct thread *thread)
{
    timer_cancel(&thread->alarm);
    (void)futex_leave(thread);
    counts_end(thread);
    pending_drop_thread(thread);
    if (thread->child) {
        thread->child->maker = NULL;
        thread->child = NULL;
    }
}

void thread_leave_space(struct thread *thread)
{
    (void)kc_tcb_suspend(thread->tcb);
    forget(thread);
    thread->pending = 0;
}

/* While floating point is disabled its registers go. */
bool thread_enter_space(struct thread *thread)
{
    uint64_t flags;
    cptr ipc;

    return make_block(thread, &ipc) && set_space(thread, ipc)
           && kc_tcb_set_flags(thread->tcb, 0, TCB_FLAG_FPU_DISABLED, &flags) == ERROR_NONE
           && kc_tcb_set_flags(thread->tcb, TCB_FLAG_FPU_DISABLED, 0, &flags) == ERROR_NONE;
}

void thread_end(struct thread *thread, bool unmap)
{
    struct process *process = thread->process;

    usage_end(thread);
    forget(thread);
    return_object(POOL_TCB, thread->tcb);
    return_object(POOL_SCHED_CONTEXT, thread->sc);
    return_object(POOL_NOTIFICATION, thread->notification);
    if (thread->event) {
        slot_free(thread->event);
    }
    if (unmap) {
        (void)space_unmap(process->space, thread_block(thread->number) + BLOCK_STACK,
            BLOCK_PAGES, true);
    }
    withdraw(thread);
    heap_free(thread);
}

enum thread_place thread_place(const struct thread *thread)
{
    const struct library_header *library = image_header();
    struct user_context regs = {0};

    (void)kc_tcb_read_registers(thread->tcb, false, 0, USER_CONTEXT_WORDS, &regs);
    if (regs.rip < PROGRAM_END) {
        return THREAD_IN_PROGRAM;
    }
    return regs.rip >= library->sleep && regs.rip < library->sleep_end ? THREAD_ASLEEP
        : THREAD_IN_CALL;
}

void thread_wake(struct thread *thread, uint32_t events)
{
    __atomic_fetch_or(&thread->page->events, events, __ATOMIC_RELEASE);
    kc_signal(thread->event);
}
