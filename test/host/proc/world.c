/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rest of the process server would say to its files, made up. */
#include "world.h"

#include <boot/archive.h>
#include <boot/boot.h>
#include <memory/source.h>
#include <memory/slot.h>
#include <process/namespace.h>
#include <process/image.h>
#include <process/limit.h>
#include <process/signal.h>
#include <process/thread.h>
#include <process/tty.h>
#include <process/usage.h>
#include <util/heap.h>

enum { PIDS = 16, REGIONS = 4 };

struct space {
    struct region_info regions[REGIONS];
    char memory[REGIONS][REGION];
};

struct object {
    size_t pages;
};

static struct process processes[PIDS];
static struct process_page pages[PIDS];
static struct space spaces[PIDS];
static struct identity identities[IDENTITY_MAX] = {{.used_end = IDENTITY_MAX}};
static struct connection connections[PIDS];
static struct service services[2];
static struct object objects[2];
static struct ipc_buffer ipc;

__thread struct ipc_buffer *kc_ipc_buffer_ptr = &ipc;
int world_blocks;
uint32_t world_killed;
int world_signal;

/* The library's tables are in DATA. */
static const struct library_header header = {
    .descriptors = WORLD_DESCRIPTORS, .files = WORLD_FILES, .directory = WORLD_DIRECTORY,
    .program = WORLD_PROGRAM,
};
static struct thread threads[PIDS];
static struct thread_page thread_pages[PIDS];

static void make_thread(struct process *process)
{
    struct thread *thread = &threads[process->pid];

    *thread = (struct thread){
        .process = process, .tid = process->pid, .page = &thread_pages[process->pid],
        .used = 2500000,
    };
    memcpy(thread->page->name, process->name, THREAD_NAME - 1);
    process->threads[0] = thread;
}

static void make_process(uint32_t pid, uint32_t uid)
{
    static const uint64_t starts[REGIONS] = {TEXT, DATA, SHARED, SYSTEM};
    struct space *space = &spaces[pid];

    pages[pid] = (struct process_page){.pid = pid, .uid = uid, .euid = uid, .suid = uid};
    processes[pid] = (struct process){
        .pid = pid, .space = space, .page = &pages[pid], .name = "pro gram",
        .thread_count = 1,
    };
    for (unsigned i = 0; i < REGIONS; i++) {
        space->regions[i] = (struct region_info){
            .start = starts[i], .end = starts[i] + REGION,
            .protection = PROC_READ | (i ? PROC_WRITE : PROC_EXECUTE),
            .flags = i == 2 ? REGION_SHARED : i == 3 ? REGION_SYSTEM : 0,
            .object = i == 2 ? &objects[0] : NULL,
        };
    }
    identities[pid] = (struct identity){
        .generation = 1, .state = IDENTITY_LIVE, .pid = pid, .uid = uid, .root_count = 4,
        .roots = {0, PROC_ROOT_BOOT, PROC_ROOT_SRV, PROC_ROOT_PROC},
    };
    connections[pid].process = &processes[pid];
    connections[pid].service = &services[1];
    processes[pid].connections[3] = pid;
    make_thread(&processes[pid]);
}

void world_begin(void)
{
    memset(spaces, 0, sizeof(spaces));
    make_process(ROOT_PID, 0);
    make_process(USER_PID, 1000);
    make_process(FRIEND_PID, 1000);
    make_process(OTHER_PID, 2000);
    processes[ZOMBIE_PID] = (struct process){.pid = ZOMBIE_PID, .zombie = true};
    services[0] = (struct service){
        .number = 5, .process = &processes[USER_PID], .live = true, .name = "console"};
    services[1] = (struct service){
        .number = 6, .process = &processes[ROOT_PID], .live = true, .name = "ramfs"};
}

char *world_memory(uint32_t pid, uint64_t address)
{
    for (unsigned i = 0; i < REGIONS; i++) {
        const struct region_info *region = &spaces[pid].regions[i];

        if (address >= region->start && address < region->end) {
            return &spaces[pid].memory[i][address - region->start];
        }
    }
    return NULL;
}

char *world_buffer(uint32_t pid)
{
    return world_memory(pid, SYSTEM);
}

void world_end(uint32_t pid)
{
    files_ended(badge_of(pid, 1));
    connections[pid].process = NULL;
    identities[pid].state = IDENTITY_FREE;
    processes[pid].pid = 0;
}

struct process *process_find(uint32_t pid)
{
    return pid && pid < PIDS && processes[pid].pid ? &processes[pid] : NULL;
}

struct process *process_next(uint32_t after)
{
    for (uint64_t pid = (uint64_t)after + 1; pid < PIDS; pid++) {
        if (processes[pid].pid) {
            return &processes[pid];
        }
    }
    return NULL;
}

void signal_send(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info)
{
    (void)thread, (void)info;
    world_killed = process->pid;
    world_signal = (int)signal;
}

void process_wake(struct process *process, uint32_t events)
{
    (void)process;
    (void)events;
}

bool space_next_region(const struct space *space, uint64_t address,
    struct region_info *region)
{
    for (unsigned i = 0; i < REGIONS; i++) {
        if (space->regions[i].end > address) {
            *region = space->regions[i];
            return true;
        }
    }
    return false;
}

static int64_t copy(struct space *space, uint64_t address, void *data, size_t bytes,
    bool write)
{
    char *memory = world_memory((uint32_t)(space - spaces), address);
    size_t most = REGION - address % REGION;

    if (!memory) {
        return -EFAULT;
    }
    bytes = bytes < most ? bytes : most;
    memcpy(write ? memory : data, write ? data : memory, bytes);
    return (int64_t)bytes;
}

int64_t space_read(struct space *space, uint64_t address, void *data, size_t bytes)
{
    return copy(space, address, data, bytes, false);
}

int64_t space_write(struct space *space, uint64_t address, const void *data, size_t bytes)
{
    return copy(space, address, (void *)(uintptr_t)data, bytes, true);
}

int space_protect(struct space *space, uint64_t address, size_t count,
    unsigned protection)
{
    (void)space;
    (void)address;
    (void)count;
    (void)protection;
    return 0;
}

int64_t space_map(struct space *space, uint64_t address, size_t count,
    unsigned protection, unsigned flags, struct object *object, size_t offset,
    bool replace)
{
    assert_true(replace && flags & REGION_FORK_COPY && !offset && count && protection);
    for (unsigned i = 0; i < REGIONS; i++) {
        if (space->regions[i].start == address) {
            assert_false(space->regions[i].flags & REGION_SYSTEM);
            space->regions[i].flags = flags;
            space->regions[i].object = object;
        }
    }
    return (int64_t)address;
}

size_t space_resident(const struct space *space)
{
    return space ? 3 : 0;
}

struct object *object_create(size_t count)
{
    objects[0].pages = count;
    return &objects[0];
}

struct object *object_create_from(const void *data, size_t bytes)
{
    return data && bytes ? &objects[0] : NULL;
}

void object_put(struct object *object)
{
    assert_non_null(object);
}

/* Of the table of buffers. */
int64_t object_read(struct object *object, uint64_t offset, void *data, size_t bytes)
{
    uint64_t index = offset / sizeof(struct buffer_entry);
    struct buffer_entry entry = {0};

    assert_ptr_equal(object, &objects[1]);
    assert_int_equal(bytes, sizeof(entry));
    if (!index) {
        entry = (struct buffer_entry){badge_of(USER_PID, 1), REGION};
    }
    memcpy(data, &entry, sizeof(entry));
    return sizeof(entry);
}

int64_t object_write(struct object *object, uint64_t offset, const void *data,
    size_t bytes)
{
    assert_true(object && data);
    assert_in_range(offset, 0, object->pages * PAGE_SIZE - bytes);
    return (int64_t)bytes;
}

struct object *connection_buffers(void)
{
    return &objects[1];
}

struct identity *connection_identity(uint32_t index)
{
    assert_in_range(index, 0, IDENTITY_MAX - 1);
    return &identities[index];
}

struct connection *connection_find(uint64_t badge)
{
    uint32_t index = BADGE_INDEX(badge);

    return index < PIDS && badge == badge_of(index, 1) && connections[index].process
           ? &connections[index] : NULL;
}

struct process *connection_process(uint64_t badge)
{
    struct connection *connection = connection_find(badge);

    return connection ? connection->process : NULL;
}

int64_t connection_share(uint64_t badge, struct object *object, unsigned protection)
{
    assert_true(connection_find(badge) && object && !(protection & ~7u));
    return TOKEN;
}

struct service *service_find(uint32_t number)
{
    return number == 5 || number == 6 ? &services[number - 5] : NULL;
}

struct service *service_named(const char *name, size_t length)
{
    for (unsigned i = 0; i < 2; i++) {
        if (length && strlen(services[i].name) == length
            && !memcmp(services[i].name, name, length)) {
            return &services[i];
        }
    }
    return NULL;
}

void service_remove_name(struct service *service)
{
    service->name[0] = '\0';
}

struct service *service_next(uint32_t after)
{
    return after < 5 ? &services[0] : after < 6 ? &services[1] : NULL;
}

int namespace_mount(struct namespace *namespace, uint32_t service, uint64_t root,
    unsigned flags, const char *prefix, size_t length)
{
    assert_true(!namespace && !service && root && !flags && prefix && length);
    return 0;
}

bool namespace_entry(struct namespace *namespace, unsigned index,
    struct mount_entry *entry)
{
    (void)index;
    (void)entry;
    assert_null(namespace);
    return false;
}

void namespace_path(struct namespace *namespace, const struct mount_entry *entry,
    char *path)
{
    (void)namespace;
    (void)entry;
    path[0] = 0;
}

void namespace_set_path(struct namespace *namespace, uint32_t service, uint64_t node,
    unsigned below, const char *path, size_t length)
{
    (void)namespace;
    (void)service;
    (void)node;
    (void)below;
    (void)path;
    (void)length;
}

uint64_t namespace_node(const struct namespace *namespace,
    const struct mount_entry *entry)
{
    (void)namespace;
    (void)entry;
    return 0;
}

uint64_t untyped_left(void)
{
    return 0;
}

size_t source_pages(void)
{
    return 64;
}

size_t frame_total(void)
{
    return 100;
}

size_t frame_unused(void)
{
    return 40;
}

size_t pool_in_use(enum pool_kind kind)
{
    return kind;
}

bool archive_next(size_t *place, struct archive_file *file)
{
    static const struct archive_file archive[] = {
        {"boot", NULL, 0, 0040755},
        {"boot/init", "program", 7, 0100755},
        {"boot/root", NULL, 0, 0040755},
        {"boot/root/etc", NULL, 0, 0040755},
        {"boot/root/etc/empty", NULL, 0, 0100644},
        {"boot/root/lib", "etc", 3, 0120777},
        {"boot/lost/child", "x", 1, 0100644},
        {"elsewhere", "x", 1, 0100644},
    };

    if (*place == sizeof(archive) / sizeof(archive[0])) {
        return false;
    }
    *file = archive[(*place)++];
    return true;
}

void *heap_alloc(size_t size)
{
    world_blocks++;
    return malloc(size ? size : 1);
}

void *heap_zero(size_t count, size_t size)
{
    world_blocks++;
    return calloc(count, size);
}

void *heap_resize(void *block, size_t size)
{
    world_blocks += !block;
    return realloc(block, size);
}

void heap_free(void *block)
{
    world_blocks -= block != NULL;
    free(block);
}

size_t heap_used(void)
{
    return 0;
}

void kc_keep_error(const uint64_t mr[4])
{
    (void)mr;
}

_Noreturn void panic(const char *what, uint64_t value)
{
    (void)value;
    fail_msg("%s", what);
    abort();
}

unsigned calls_unknown(unsigned number)
{
    return number == 7 ? 2 : 0;
}

const struct tty *tty_of(const struct process *process)
{
    (void)process;
    return NULL;
}

const struct library_header *image_header(void)
{
    return &header;
}

const struct boot *boot(void)
{
    static const struct boot boot = {.cores = 2, .tsc_hz = 2000000000};

    return &boot;
}

uint64_t timer_uptime(void)
{
    return UINT64_C(100500000000);
}

uint64_t usage_of_thread(struct thread *thread)
{
    return thread->used;
}

uint64_t usage_of(struct process *process)
{
    return process->threads[0] ? process->threads[0]->used : 0;
}

uint64_t usage_bytes(const struct process *process)
{
    struct region_info region;
    uint64_t bytes = 0;

    for (uint64_t at = 0; process->space && space_next_region(process->space, at, &region)
         && region.start < PROGRAM_END; at = region.end)
        bytes += region.end - region.start;
    return bytes;
}

uint64_t usage_migrations(unsigned core)
{
    return core + 3;
}

uint64_t usage_of_all(void)
{
    return 10000000;
}

enum thread_place thread_place(const struct thread *thread)
{
    return thread->tid == ROOT_PID ? THREAD_IN_PROGRAM : THREAD_IN_CALL;
}

unsigned process_total(void)
{
    return 5;
}

void limit_set_nice(struct process *process, int64_t nice)
{
    process->page->nice = (int32_t)nice;
}

struct connection *connection_at(uint32_t index)
{
    return index < PIDS && connections[index].process ? &connections[index] : NULL;
}

uint64_t connection_badge(uint32_t index)
{
    return badge_of(index, 1);
}

void process_wake_files(struct process *process, uint64_t files)
{
    (void)files;
    process_wake(process, EVENT_WAKE);
}

bool hold_held(const struct service *service, uint64_t token)
{
    (void)service, (void)token;
    return false;
}

struct uxrt_counts counts_of(struct process *process, unsigned *held)
{
    *held = process->pid == ROOT_PID;
    return (struct uxrt_counts){.calls = 3, .general = 1};
}

struct uxrt_counts counts_of_all(void)
{
    return (struct uxrt_counts){.calls = 4};
}
