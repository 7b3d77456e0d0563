/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files about one process, or one thread of it, in the form that programs like ps and top
 * know. What is not counted here is 0.
 */
#include <files/node.h>

#include <process/connection.h>
#include <process/namespace.h>
#include <process/thread.h>
#include <process/tty.h>
#include <process/usage.h>
#include <util/errno.h>
#include <util/string.h>

enum { MICROSECONDS_TICK = 10000, NANOSECONDS_TICK = 10000000, FIELDS = 52,
       SIGNAL_CHILD = 17 };

/* In the program it runs. In a call it waits for a server, as far as can be seen, unless it
 * is of the process that asks: that is in the call that is being answered. */
static bool thread_runs(const struct thread *thread)
{
    enum thread_place place = thread_place(thread);

    return place == THREAD_IN_PROGRAM
           || (place == THREAD_IN_CALL && thread->process->pid == files_caller()->pid);
}

/* The thread that the node is about: of a process the first one, while that lives. */
static bool runs(const struct tree_node *node, const struct process *process)
{
    uint32_t tid = node->start ? NODE_PART_NUMBER(node) : process->pid;
    bool any = false;

    for (unsigned i = 0; i < THREADS_MAX; i++) {
        const struct thread *thread = process->threads[i];

        if (thread && thread->tid == tid) {
            return thread_runs(thread);
        }
        any = any || (thread && thread_runs(thread));
    }
    return any;
}

char process_state(const struct tree_node *node)
{
    const struct process *process = tree_process(node);

    if (process->zombie) {
        return 'Z';
    }
    return process->signals.stopped ? 'T' : runs(node, process) ? 'R' : 'S';
}

const char *process_state_text(char state)
{
    return state == 'Z' ? "zombie" : state == 'T' ? "stopped" : state == 'R' ? "running"
        : "sleeping";
}

/* What cannot be printed would spoil the line. */
static void clean(char name[THREAD_NAME])
{
    name[THREAD_NAME - 1] = 0;
    for (char *c = name; *c; c++) {
        *c = *c < ' ' || *c == 0x7f ? '?' : *c;
    }
}

void process_command(const struct process *process, char name[THREAD_NAME])
{
    const struct thread *first = NULL;

    memcpy(name, process->name, THREAD_NAME);
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        const struct thread *thread = process->threads[i];

        if (thread && thread->page && (!first || thread->tid == process->pid)) {
            first = thread;
        }
    }
    if (first) {
        memcpy(name, first->page->name, THREAD_NAME);
    }
    clean(name);
}

static void command_of(struct tree_node *node, char name[THREAD_NAME])
{
    const struct thread *thread = node->start ? tree_thread(node) : NULL;

    process_command(tree_process(node), name);
    if (thread && thread->page) {
        memcpy(name, thread->page->name, THREAD_NAME);
        clean(name);
    }
}

void linux_comm(struct tree_node *node, struct text *text)
{
    char name[THREAD_NAME];

    command_of(node, name);
    text_print(text, "%s\n", name);
}

/* Of the process's own threads only, as a name is the thread's own affair. */
int64_t linux_set_comm(struct tree_node *node, struct server_request *request)
{
    struct thread *thread = tree_thread(node);
    size_t count = request->count < THREAD_NAME - 1 ? request->count : THREAD_NAME - 1;
    char name[THREAD_NAME] = {0};
    int64_t got;

    if (!thread || !thread->page) {
        return -ESRCH;
    }
    if (files_caller()->pid != tree_process(node)->pid) {
        return -EPERM;
    }
    got = server_get(request, 0, name, count);
    if (got < 0) {
        return got;
    }
    for (size_t i = 0; i < THREAD_NAME; i++) {
        name[i] = name[i] == '\n' ? 0 : name[i];
    }
    memcpy(thread->page->name, name, THREAD_NAME);
    return request->count;
}

static uint64_t ticks_used(struct tree_node *node)
{
    struct thread *thread = node->start ? tree_thread(node) : NULL;

    return (thread ? usage_of_thread(thread) : usage_of(tree_process(node)))
           / MICROSECONDS_TICK;
}

/* From the process's parent to its controlling terminal's group. */
static void stat_family(const struct process *process, struct text *text)
{
    const struct process_page *page = process->page;
    const struct tty *tty = process->zombie ? NULL : tty_of(process);

    text_print(text, " %u %u %u %u %d 0 0 0 0 0",
        process->parent ? process->parent->pid : 0, page ? page->pgid : 0,
        page ? page->sid : 0, tty ? tty->device : 0, tty ? (int)tty->foreground : -1);
}

/* The fields by their numbers in proc(5) of Linux: 1 to 3, 4 to 13, 14 to 25, the rest. */
void linux_stat(struct tree_node *node, struct text *text)
{
    struct process *process = tree_process(node);
    int nice = process->page ? process->page->nice : 0;
    char name[THREAD_NAME];

    command_of(node, name);
    text_print(text, "%u (%s) %c", node->start ? NODE_PART_NUMBER(node) : process->pid,
        name, process_state(node));
    stat_family(process, text);
    text_print(text, " %lu 0 %lu 0 %d %d %u 0 %lu", (unsigned long)ticks_used(node),
        (unsigned long)process->children_used / MICROSECONDS_TICK, 20 + nice, nice,
        process->thread_count, (unsigned long)process->begun / NANOSECONDS_TICK);
    text_print(text, " %lu %lu %lu", (unsigned long)usage_bytes(process),
        (unsigned long)(process->space ? space_resident(process->space) : 0), ~0ul);
    for (unsigned field = 26; field <= FIELDS; field++) {
        text_print(text, " %u", field == 38 ? SIGNAL_CHILD : 0);
    }
    text_add(text, "\n", 1);
}

void linux_statm(struct tree_node *node, struct text *text)
{
    const struct process *process = tree_process(node);
    unsigned long pages = process->space ? space_resident(process->space) : 0;

    text_print(text, "%lu %lu 0 0 0 %lu 0\n",
        (unsigned long)usage_bytes(process) / PAGE_SIZE, pages, pages);
}

void linux_limits(struct tree_node *node, struct text *text)
{
    static const char *const names[LIMITS][2] = {
        {"Max cpu time", "seconds"}, {"Max file size", "bytes"},
        {"Max data size", "bytes"}, {"Max stack size", "bytes"}, {"Max core file size", "bytes"},
        {"Max resident set", "bytes"}, {"Max processes", "processes"},
        {"Max open files", "files"}, {"Max locked memory", "bytes"},
        {"Max address space", "bytes"}, {"Max file locks", "locks"},
        {"Max pending signals", "signals"}, {"Max msgqueue size", "bytes"},
        {"Max nice priority", ""}, {"Max realtime priority", ""},
        {"Max realtime timeout", "us"},
    };
    const struct process_page *page = tree_process(node)->page;

    text_print(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit",
        "Units");
    for (unsigned i = 0; page && i < LIMITS; i++) {
        const uint64_t values[] = {page->limits[i].soft, page->limits[i].hard};

        text_print(text, "%-26s", names[i][0]);
        for (unsigned j = 0; j < 2; j++) {
            if (values[j] == LIMIT_NONE) {
                text_print(text, "%-21s", "unlimited");
            } else {
                text_print(text, "%-21lu", (unsigned long)values[j]);
            }
        }
        text_print(text, "%-10s\n", names[i][1]);
    }
}

/* --- mounts ---------------------------------------- */

/* Those that hide behind others of a union are not shown. */
static bool is_shown(const struct mount_entry *entry, const struct mount_entry *last)
{
    return entry->length != last->length
           || memcmp(entry->prefix, last->prefix, entry->length);
}

static void print_prefix(const struct mount_entry *entry, struct text *text)
{
    text_name(text, entry->length ? entry->prefix : "/",
        entry->length ? entry->length : 1);
}

static void print_service(const struct mount_entry *entry, struct text *text)
{
    const struct service *service = service_find(entry->service);
    const char *name = entry->service == SERVICE_PROC ? "proc"
        : service && service->name[0] ? service->name : "none";

    text_name(text, name, strnlen(name, SERVICE_NAME));
}

static const char *type_of(const struct mount_entry *entry)
{
    return entry->service == SERVICE_PROC ? "proc" : "uxrt";
}

/* Calls `print` for each place, the last one of the table first: "/" has to be. */
static void each_mount(struct tree_node *node, struct text *text,
    void (*print_line)(const struct mount_entry *, unsigned, struct text *))
{
    struct namespace *namespace = tree_process(node)->namespace;
    struct mount_entry entry, before;
    unsigned count = 0;

    while (namespace && namespace_entry(namespace, count, &entry)) {
        count++;
    }
    while (count-- > 0) {
        before = (struct mount_entry){0};
        if (namespace_entry(namespace, count, &entry)
            && (!count || !namespace_entry(namespace, count - 1, &before)
                || is_shown(&entry, &before))) {
            print_line(&entry, count, text);
        }
    }
}

static void mount_line(const struct mount_entry *entry, unsigned index, struct text *text)
{
    (void)index;
    print_service(entry, text);
    text_print(text, " ");
    print_prefix(entry, text);
    text_print(text, " %s rw 0 0\n", type_of(entry));
}

void linux_mounts(struct tree_node *node, struct text *text)
{
    each_mount(node, text, mount_line);
}

static void mountinfo_line(const struct mount_entry *entry, unsigned index,
    struct text *text)
{
    text_print(text, "%u 1 0:%u / ", index + 2, entry->service + 1);
    print_prefix(entry, text);
    text_print(text, " rw - %s ", type_of(entry));
    print_service(entry, text);
    text_print(text, " rw\n");
}

void linux_mountinfo(struct tree_node *node, struct text *text)
{
    each_mount(node, text, mountinfo_line);
}
