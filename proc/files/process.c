/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc: a directory for each process, and what is told about one in text. */
#include <files/node.h>

#include <process/connection.h>
#include <process/counts.h>
#include <process/namespace.h>
#include <process/tty.h>
#include <process/usage.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

/* Directory /proc. */

static int find_process(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node)
{
    uint64_t pid;

    (void)directory;
    if (!parse_number(name, length, 10, &pid) || name[0] == '0' || pid > UINT32_MAX
        || !process_find((uint32_t)pid)) {
        return -ENOENT;
    }
    *node = tree_get(&kind_process, (uint32_t)pid, 0, 0);
    return *node ? 0 : -ENOMEM;
}

/* Cookies: the pid before. */
static int next_process(struct tree_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    struct process *process = cookie < UINT32_MAX ? process_next((uint32_t)cookie) : NULL;
    char digits[16];
    size_t length;

    (void)directory;
    if (!process) {
        return 0;
    }
    length = print(digits, sizeof(digits), "%u", process->pid);
    return entry_fill(entry, name, &kind_process,
        tree_number(&kind_process, process->pid, 0), process->pid, digits, length);
}

static int64_t read_self(struct tree_node *node, char *target, size_t size)
{
    char digits[16];
    size_t length = print(digits, sizeof(digits), "%u", files_caller()->pid);

    (void)node;
    length = length < size ? length : size;
    memcpy(target, digits, length);
    return (int64_t)length;
}

const struct node_kind kind_self = {
    .name = "self", .code = 6, .mode = S_IFLNK | 0777, .readlink = read_self,
};

const struct node_kind kind_processes = {
    .name = "proc", .code = 4, .mode = S_IFDIR | 0555,
    .children = linux_files, .lookup = find_process, .entry = next_process,
};

/* Files of one process; tree_process() is not null in what follows. */

static unsigned count_connections(const struct process *process)
{
    unsigned count = 0;

    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        count++;
    }
    return count;
}

static void list_services(const struct process *process, struct text *text)
{
    for (unsigned i = 0; i < SERVICES_MAX; i++) {
        if (process->services[i]) {
            text_print(text, " %u", process->services[i]->number);
        }
    }
    text_add(text, "\n", 1);
}

static unsigned count_replies(const struct process *process)
{
    unsigned count = 0;

    for (unsigned i = 0; i < REPLIES_MAX; i++) {
        count += process->replies[i] != 0;
    }
    return count;
}

static void name_of(const struct process *process, struct text *text)
{
    char name[THREAD_NAME];

    process_command(process, name);
    text_name(text, name, strlen(name));
}

static uint64_t pending(const struct process *process)
{
    uint64_t pending = process->signals.pending;

    for (unsigned i = 0; i < THREADS_MAX; i++) {
        pending |= process->threads[i] ? process->threads[i]->pending : 0;
    }
    return pending;
}

static void list_groups(const struct process_page *page, struct text *text)
{
    text_print(text, "Groups:\t");
    for (unsigned i = 0; i < page->group_count && i < GROUPS_MAX; i++) {
        text_print(text, "%u ", page->groups[i]);
    }
    text_add(text, "\n", 1);
}

static void signals_of(struct tree_node *node, struct text *text)
{
    const struct process *process = tree_process(node);
    const struct thread *thread = tree_thread(node);

    text_print(text, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
        thread ? (unsigned long)thread->pending : 0, (unsigned long)pending(process),
        thread && thread->page ? (unsigned long)thread->page->blocked : 0);
    text_print(text, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n",
        (unsigned long)process->signals.ignored, (unsigned long)process->signals.handled);
}

static void live_status(const struct process *process, struct text *text)
{
    size_t resident = space_resident(process->space) * (PAGE_SIZE / 1024);

    text_print(text, "VmSize:\t%8lu kB\n", (unsigned long)usage_bytes(process) / 1024);
    text_print(text, "VmRSS:\t%8zu kB\nThreads:\t%u\nMemory:\t%zu kB\n", resident,
        process->thread_count, resident);
    text_print(text, "Connections:\t%u\nHandles:\t%u\n",
        count_connections(process), process->handle_count);
    text_print(text, "Replies:\t%u\nServices:\t", count_replies(process));
    list_services(process, text);
}

static void status(struct tree_node *node, struct text *text)
{
    const struct process *process = tree_process(node);
    const struct process_page *page = process->page;
    char state = process_state(node);

    text_print(text, "Name:\t");
    name_of(process, text);
    text_print(text, "\nState:\t%c (%s)\nTgid:\t%u\nPid:\t%u\nPPid:\t%u\n", state,
        process_state_text(state), process->pid, process->pid,
        process->parent ? process->parent->pid : 0);
    if (process->zombie || !page) {
        return;
    }
    text_print(text, "Pgid:\t%u\nSid:\t%u\nUid:\t%u\t%u\t%u\t%u\n", page->pgid, page->sid,
        page->uid, page->euid, page->suid, page->euid);
    text_print(text, "Gid:\t%u\t%u\t%u\t%u\nUmask:\t%04o\n", page->gid, page->egid,
        page->sgid, page->egid, page->umask);
    list_groups(page, text);
    signals_of(node, text);
    live_status(process, text);
}

static const char *region_name(const struct region_info *region)
{
    static const struct {
        uint64_t start;
        const char *name;
    } parts[] = {
        {LIBRARY_BASE, "[library]"}, {THREAD_AREA, "[threads]"},
        {BUFFER_AREA, "[buffers]"}, {BUFFER_TABLE, "[buffer-table]"},
        {IDENTITY_TABLE, "[identities]"}, {MOUNT_TABLE, "[mounts]"},
        {PROCESS_PAGE, "[process]"},
    };

    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (region->start >= parts[i].start) {
            return parts[i].name;
        }
    }
    return region->object ? "" : "[memory]";
}

/* As Linux writes them; the last number is the pages that are present. */
static void maps(struct tree_node *node, struct text *text)
{
    const struct process *process = tree_process(node);
    struct region_info region;

    for (uint64_t at = 0; process->space && !text->cut
         && space_next_region(process->space, at, &region); at = region.end) {
        text_print(text, "%012lx-%012lx %c%c%c%c %08lx 00:00 %zu %s\n",
            (unsigned long)region.start, (unsigned long)region.end,
            region.protection & PROC_READ ? 'r' : '-',
            region.protection & PROC_WRITE ? 'w' : '-',
            region.protection & PROC_EXECUTE ? 'x' : '-',
            region.flags & REGION_SHARED ? 's' : 'p',
            (unsigned long)region.offset << PAGE_BITS, region.resident,
            region_name(&region));
    }
}

/* A line for each mount: service, root node, order in a union, prefix, path of the
 * node. */
static void mounts(struct tree_node *node, struct text *text)
{
    struct namespace *namespace = tree_process(node)->namespace;
    char path[256];
    struct mount_entry entry;

    for (unsigned i = 0; namespace && namespace_entry(namespace, i, &entry); i++) {
        text_print(text, "%u %lu %s%s ", entry.service,
            (unsigned long)namespace_node(namespace, &entry),
            entry.flags & UXRT_MOUNT_BEFORE ? "before"
            : entry.flags & UXRT_MOUNT_AFTER ? "after" : "replace",
            entry.flags & UXRT_MOUNT_CREATE ? ",create" : "");
        text_name(text, entry.length ? entry.prefix : "/",
            entry.length ? entry.length : 1);
        namespace_path(namespace, &entry, path);
        if (path[0]) {
            text_add(text, " ", 1);
            text_name(text, path, strlen(path));
        }
        text_add(text, "\n", 1);
    }
}

/* The terminal that controls its session; what opens it gets ENXIO if there is none. */
static int64_t read_tty(struct tree_node *node, char *target, size_t size)
{
    const struct tty *tty = tty_of(tree_process(node));
    size_t length = tty ? strnlen(tty->name, sizeof(tty->name)) : 0;

    if (length == 0) {
        return -ENXIO;
    }
    length = length < size ? length : size;
    memcpy(target, tty->name, length);
    return (int64_t)length;
}

static const struct node_kind kind_tty = {
    .name = "tty", .code = 40, .mode = S_IFLNK | 0777, .of_process = true,
    .readlink = read_tty,
};

/* What its requests were, and requests that it holds as a server. */
static void counts(struct tree_node *node, struct text *text)
{
    struct process *process = tree_process(node);
    unsigned held;
    struct uxrt_counts sum = counts_of(process, &held);

    counts_text(&sum, text);
    text_print(text, "waiting %u\nbuffers %u\ntime %lu\n", held, process->buffer_count,
        (unsigned long)usage_of(process));
}

#define PROCESS_FILE(number, word, bits, ...) \
    (&(const struct node_kind){ \
        .name = (word), .code = (number), .mode = S_IFREG | (bits), .of_process = true, \
        __VA_ARGS__})

static const struct node_kind *const process_files[] = {
    PROCESS_FILE(1, "status", 0444, .text = status),
    &kind_cmdline,
    PROCESS_FILE(3, "maps", 0400, .text = maps),
    PROCESS_FILE(4, "ns", 0444, .text = mounts),
    &kind_control,
    &kind_memory,
    &kind_map,
    &kind_tty,
    PROCESS_FILE(11, "stat", 0444, .text = linux_stat),
    PROCESS_FILE(12, "statm", 0444, .text = linux_statm),
    PROCESS_FILE(13, "comm", 0644, .text = linux_comm, .write = linux_set_comm),
    PROCESS_FILE(14, "limits", 0444, .text = linux_limits),
    PROCESS_FILE(15, "mounts", 0444, .text = linux_mounts),
    PROCESS_FILE(16, "mountinfo", 0444, .text = linux_mountinfo),
    PROCESS_FILE(41, "counts", 0444, .text = counts),
    &kind_environ,
    &kind_life,
    &kind_exe,
    &kind_current,
    &kind_process_root,
    &kind_descriptors,
    &kind_tasks,
    NULL,
};

const struct node_kind kind_process = {
    .code = 0, .mode = S_IFDIR | 0555, .of_process = true, .children = process_files,
};

/* Directory task: the threads. */

static const struct node_kind *const task_files[] = {
    PROCESS_FILE(31, "status", 0444, .text = status),
    PROCESS_FILE(32, "stat", 0444, .text = linux_stat),
    PROCESS_FILE(33, "comm", 0644, .text = linux_comm, .write = linux_set_comm),
    NULL,
};

static const struct node_kind kind_task = {
    .code = 30, .mode = S_IFDIR | 0555, .of_process = true, .children = task_files,
};

struct thread *tree_thread(const struct tree_node *node)
{
    struct process *process = tree_process(node);

    for (unsigned i = 0; process && i < THREADS_MAX; i++) {
        struct thread *thread = process->threads[i];

        if (thread && (!node->start || thread->tid == NODE_PART_NUMBER(node))) {
            return thread;
        }
    }
    return NULL;
}

static int find_task(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node)
{
    uint64_t tid;

    if (!parse_number(name, length, 10, &tid) || name[0] == '0' || tid > UINT32_MAX) {
        return -ENOENT;
    }
    *node = tree_get(&kind_task, directory->id, NODE_PART(tid), 0);
    if (!*node) {
        return -ENOMEM;
    }
    return tree_thread(*node) ? 0 : -ENOENT;
}

/* Cookies: the number of the thread's place + 1. */
static int next_task(struct tree_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    const struct process *process = tree_process(directory);

    for (; cookie < THREADS_MAX; cookie++) {
        const struct thread *thread = process->threads[cookie];
        char digits[16];

        if (thread) {
            return entry_fill(entry, name, &kind_task,
                tree_number(&kind_task, process->pid, NODE_PART(thread->tid)), cookie + 1,
                digits, print(digits, sizeof(digits), "%u", thread->tid));
        }
    }
    return 0;
}

const struct node_kind kind_tasks = {
    .name = "task", .code = 29, .mode = S_IFDIR | 0555, .of_process = true,
    .lookup = find_task, .entry = next_task,
};
