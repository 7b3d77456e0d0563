/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc: a directory for each process, and what is told about one in text. */
#include <files/node.h>

#include <process/connection.h>
#include <process/namespace.h>
#include <process/tty.h>
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
    .children = (const struct node_kind *const[]){&kind_self, &kind_system, NULL},
    .lookup = find_process, .entry = next_process,
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
    text_name(text, process->name, strnlen(process->name, sizeof(process->name)));
}

static void live_status(const struct process *process, struct text *text)
{
    text_print(text, "Threads:\t%u\nMemory:\t%zu kB\nConnections:\t%u\nHandles:\t%u\n",
        process->thread_count, space_resident(process->space) * (PAGE_SIZE / 1024),
        count_connections(process), process->handle_count);
    text_print(text, "Replies:\t%u\nServices:\t", count_replies(process));
    list_services(process, text);
}

static void status(struct tree_node *node, struct text *text)
{
    const struct process *process = tree_process(node);
    const struct process_page *page = process->page;

    text_print(text, "Name:\t");
    name_of(process, text);
    text_print(text, "\nState:\t%s\nPid:\t%u\nPPid:\t%u\n",
        process->zombie ? "Z (zombie)" : "R (running)", process->pid,
        process->parent ? process->parent->pid : 0);
    if (process->zombie || !page) {
        return;
    }
    text_print(text, "Pgid:\t%u\nSid:\t%u\nUid:\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\n",
        page->pgid, page->sid, page->uid, page->euid, page->suid, page->gid, page->egid,
        page->sgid);
    text_print(text, "Umask:\t%03o\n", page->umask);
    live_status(process, text);
}

static void cmdline(struct tree_node *node, struct text *text)
{
    const struct process *process = tree_process(node);

    text_add(text, process->name, strnlen(process->name, sizeof(process->name)));
    text_add(text, "", 1);
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

/* A line for each mount: service, root node, order in a union, prefix. */
static void mounts(struct tree_node *node, struct text *text)
{
    struct namespace *namespace = tree_process(node)->namespace;
    struct mount_entry entry;

    for (unsigned i = 0; namespace && namespace_entry(namespace, i, &entry); i++) {
        text_print(text, "%u %lu %s%s ", entry.service,
            (unsigned long)namespace_node(namespace, &entry),
            entry.flags & UXRT_MOUNT_BEFORE ? "before"
            : entry.flags & UXRT_MOUNT_AFTER ? "after" : "replace",
            entry.flags & UXRT_MOUNT_CREATE ? ",create" : "");
        text_name(text, entry.length ? entry.prefix : "/",
            entry.length ? entry.length : 1);
        text_add(text, "\n", 1);
    }
}

/* "kill N": as PROC_KILL. */
static int64_t control(struct tree_node *node, struct server_request *request)
{
    struct process *process = tree_process(node);
    char line[32];
    size_t length = request->count;
    uint64_t signal;
    int64_t done;

    if (length > sizeof(line)) {
        return -EINVAL;
    }
    done = server_get(request, 0, line, length);
    if (done < 0) {
        return done;
    }
    length -= length && line[length - 1] == '\n';
    if ((size_t)done != request->count || length < 6 || memcmp(line, "kill ", 5)
        || !parse_number(line + 5, length - 5, 10, &signal) || signal > 64) {
        return -EINVAL;
    }
    if (!files_may_control(process)) {
        return -EPERM;
    }
    if (signal) {
        files_kill_later(process->pid, (int)signal);
    }
    return done;
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

#define PROCESS_FILE(number, word, bits, ...) \
    (&(const struct node_kind){ \
        .name = (word), .code = (number), .mode = S_IFREG | (bits), .of_process = true, \
        __VA_ARGS__})

static const struct node_kind *const process_files[] = {
    PROCESS_FILE(1, "status", 0444, .text = status),
    PROCESS_FILE(2, "cmdline", 0444, .text = cmdline),
    PROCESS_FILE(3, "maps", 0400, .text = maps),
    PROCESS_FILE(4, "ns", 0444, .text = mounts),
    PROCESS_FILE(5, "ctl", 0200, .write = control),
    &kind_memory,
    &kind_map,
    &kind_tty,
    NULL,
};

const struct node_kind kind_process = {
    .code = 0, .mode = S_IFDIR | 0555, .of_process = true, .children = process_files,
};
