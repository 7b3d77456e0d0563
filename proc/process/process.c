/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of processes, and how one is put together. */
#include <process/process.h>

#include <stddef.h>

#include <boot/boot.h>
#include <files/files.h>
#include <memory/reclaim.h>
#include <memory/slot.h>
#include <memory/untyped.h>
#include <process/connection.h>
#include <process/image.h>
#include <process/limit.h>
#include <process/namespace.h>
#include <process/signal.h>
#include <process/thread.h>
#include <util/errno.h>
#include <util/string.h>

enum { HASH = 512, FIRST_PID = 1, SPARE_SHARE = 64, SPARE_SHARE_USERS = 16 };

/* Where the first process's blob is: it ends here. */
#define BLOB_END PROGRAM_END

static struct process *processes[HASH];
static struct process *first, *last;    /* by pid */
static unsigned process_count;

struct process *process_find(uint32_t pid)
{
    struct process *process = processes[pid % HASH];

    while (process && process->pid != pid) {
        process = process->next;
    }
    return process;
}

struct process *process_next(uint32_t after)
{
    struct process *next = process_find(after);

    if (next) {
        return next->after;
    }
    for (next = first; next && next->pid <= after; next = next->after) {
    }
    return next;
}

unsigned process_total(void)
{
    return process_count;
}

/* Pids grow, so the place is nearly always the last one. */
static void insert_by_pid(struct process *process)
{
    struct process *before = last;

    while (before && before->pid > process->pid) {
        before = before->before;
    }
    process->before = before;
    process->after = before ? before->after : first;
    *(before ? &before->after : &first) = process;
    *(process->after ? &process->after->before : &last) = process;
}

static void insert(struct process *process, struct process *parent)
{
    struct process **bucket = &processes[process->pid % HASH];

    process->next = *bucket;
    *bucket = process;
    insert_by_pid(process);
    process_count++;
    process->parent = parent;
    if (parent) {
        process->sibling = parent->children;
        parent->children = process;
    }
}

/* The page that the process can read about itself. Each child of the first
 * process begins a session. */
static bool make_page(struct process *process, const struct process *parent)
{
    uint32_t frame;

    process->page_object = object_create(1);
    frame = process->page_object ? object_frame(process->page_object, 0, true) : 0;
    if (!frame) {
        return false;
    }
    process->page = frame_memory(frame);
    if (parent) {
        *process->page = *parent->page;
        process->page->ppid = parent->pid;
    } else {
        process->page->pgid = process->page->sid = process->pid;
        process->page->umask = 022;
        process->page->cores = boot()->cores;
        process->page->tsc_hz = boot()->tsc_hz;
        process->page->boot_tsc = boot()->boot_tsc;
        process->page->boot_time = clock_boot_time() * INT64_C(1000000000);
        limit_begin(process->page);
    }
    process->page->pid = process->pid;
    if (parent && !parent->parent) {
        process->page->pgid = process->page->sid = process->pid;
    }
    return true;
}

static bool make_parts(struct process *process, struct process *parent)
{
    if (!make_page(process, parent)) {
        return false;
    }
    process->cspace = pool_take(POOL_CSPACE);
    if (!process->cspace) {
        return false;
    }
    if (parent) {
        memcpy(process->groups, parent->groups, sizeof(process->groups));
        process->group_count = parent->group_count;
        memcpy(process->name, parent->name, sizeof(process->name));
        process->no_tty = parent->no_tty;
        signal_fork(process, parent);
        process->namespace = parent->namespace;
        namespace_get(process->namespace);
    } else {
        process->namespace = namespace_create();
        if (process->namespace && files_mount(process->namespace) < 0) {
            return false;
        }
    }
    return process->namespace != NULL;
}

/* Whoever is there already shall still get pages and tables when no one else can come. Of the
 * memory that has never been used a sixteenth is for tables (untyped.c): what users need has to
 * be well below that, or none of them could fork any more once pages have taken the rest. */
static bool enough_memory(unsigned share)
{
    size_t spare = boot()->memory / PAGE_SIZE / share;
    size_t frames = frame_unused() + untyped_room(USE_FRAMES) / PAGE_SIZE;
    size_t tables = pool_unused(POOL_PAGE_TABLE) + untyped_room(USE_OBJECTS) / PAGE_SIZE;

    return frames >= spare && tables >= spare / 4;
}

/* What has been given up but is not free yet, counts. */
static bool find_memory(unsigned share)
{
    bool enough = enough_memory(share);

    while (!enough && memory_find()) {
        enough = enough_memory(share);
    }
    return enough;
}

/* How many a user has, with those that have ended but not been waited for. */
static unsigned count_of_user(uint32_t uid)
{
    unsigned count = 0;

    for (const struct process *p = first; p; p = p->after) {
        count += p->page->uid == uid;
    }
    return count;
}

/* The superuser can always start a process to make room again. */
static bool room_for_child(const struct process *parent)
{
    bool super = !parent || parent->page->uid == 0 || parent->page->euid == 0;

    if (process_count >= PROCESSES_MAX) {
        return false;
    }
    if (super) {
        return find_memory(SPARE_SHARE);
    }
    return count_of_user(parent->page->uid) < parent->page->limits[LIMIT_PROCESSES].soft
           && find_memory(SPARE_SHARE_USERS);
}

struct process *process_create(struct process *parent)
{
    uint32_t frame = room_for_child(parent) ? frame_alloc(true) : 0;
    struct process *process;

    if (!frame) {
        return NULL;
    }
    process = frame_memory(frame);
    process->frame = frame;
    process->pid = parent ? thread_new_tid() : FIRST_PID;
    process->next_slot = SLOT_CONNECTION;
    process->begun = timer_uptime();
    insert(process, parent);
    if (!make_parts(process, parent)) {
        process_abandon(process);
        return NULL;
    }
    return process;
}

static void leave_parent(struct process *process)
{
    struct process **link;

    if (!process->parent) {
        return;
    }
    for (link = &process->parent->children; *link != process;) {
        link = &(*link)->sibling;
    }
    *link = process->sibling;
}

void process_free(struct process *process)
{
    struct process **link = &processes[process->pid % HASH];

    while (*link != process) {
        link = &(*link)->next;
    }
    *link = process->next;
    *(process->before ? &process->before->after : &first) = process->after;
    *(process->after ? &process->after->before : &last) = process->before;
    process_count--;
    leave_parent(process);
    if (process->page_object) {
        object_put(process->page_object);
    }
    frame_put(process->frame);
}

/* Until the end of the message, callers may look at it. */
static struct process *discarded;

void process_discard(struct process *process)
{
    leave_parent(process);
    process->parent = NULL;
    process->sibling = discarded;
    discarded = process;
}

void process_free_discarded(void)
{
    while (discarded) {
        struct process *process = discarded;

        discarded = process->sibling;
        process_free(process);
    }
}

bool process_map_pages(struct process *process, struct space *space)
{
    struct object *mounts = namespace_object(process->namespace);
    unsigned flags = REGION_SYSTEM | REGION_SHARED | REGION_NO_FORK;

    return space_map(space, PROCESS_PAGE, 1, PROC_READ, flags, process->page_object, 0,
               false) >= 0
           && space_map(space, MOUNT_TABLE, object_pages(mounts), PROC_READ, flags,
                  mounts, 0, false) >= 0;
}

bool process_connect(struct process *process)
{
    return connection_open(process, service_find(SERVICE_PROC), SLOT_PROC) == SLOT_PROC;
}

/* The blob is in pages of its own below the end of program memory. */
static bool run_first(struct process *process, const void *blob, size_t bytes)
{
    size_t pages = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
    uint64_t address = BLOB_END - pages * PAGE_SIZE;
    struct thread *thread;
    struct user_context regs = {
        .rip = image_header()->start, .rsp = thread_block(0) + BLOCK_PRIVATE,
        .rdi = address, .rsi = bytes,
    };

    process->space = space_create();
    if (!process->space || !process_map_pages(process, process->space)
        || !image_map(process->space) || !process_connect(process)
        || space_map(process->space, address, pages, PROC_READ | PROC_WRITE, 0, NULL, 0,
               false) < 0
        || space_write(process->space, address, blob, bytes) != (int64_t)bytes) {
        return false;
    }
    process_take_name(process, address, bytes);
    thread = thread_create(process, 0, process->pid);
    return thread && thread_start(thread, &regs);
}

struct process *process_start_first(const void *blob, size_t bytes)
{
    struct process *process = process_create(NULL);

    return process && run_first(process, blob, bytes) ? process : NULL;
}

void process_wake(struct process *process, uint32_t events)
{
    for (unsigned i = 0, left = process->thread_count; left > 0; i++) {
        if (process->threads[i]) {
            thread_wake(process->threads[i], events);
            left--;
        }
    }
}

void process_wake_files(struct process *process, uint64_t files)
{
    for (unsigned i = 0, left = process->thread_count; left > 0; i++) {
        struct thread *thread = process->threads[i];

        if (thread) {
            __atomic_fetch_or(&thread->page->woken, files, __ATOMIC_RELAXED);
            thread_wake(thread, EVENT_WAKE);
            left--;
        }
    }
}
