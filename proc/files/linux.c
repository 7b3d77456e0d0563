/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of /proc about the whole system, in the form that programs like ps, free and mount
 * know. What is not counted here is 0.
 */
#include <files/node.h>

#include <boot/boot.h>
#include <memory/untyped.h>
#include <process/usage.h>
#include <transport/watch.h>
#include <util/string.h>

enum { KIBIBYTES = PAGE_SIZE / 1024, TICKS = 100, PID_MAX = 4 * 1024 * 1024 };
#define SECOND UINT64_C(1000000000)
#define TICK (SECOND / TICKS)

/* Hundredths of a second that all cores together have been idle. */
static uint64_t idle_ticks(void)
{
    uint64_t all = timer_uptime() / TICK * boot()->cores;
    uint64_t used = usage_of_all() * 1000 / TICK;

    return used < all ? all - used : 0;
}

static void uptime(struct tree_node *node, struct text *text)
{
    unsigned long now = timer_uptime() / TICK, idle = idle_ticks();

    (void)node;
    text_print(text, "%lu.%02lu %lu.%02lu\n", now / TICKS, now % TICKS, idle / TICKS,
        idle % TICKS);
}

/* Time is counted for each thread, not for each core: all have the same share. */
static void stat(struct tree_node *node, struct text *text)
{
    unsigned long idle = idle_ticks(), used = usage_of_all() * 1000 / TICK;
    const struct process *first = process_next(0);
    unsigned cores = boot()->cores;

    (void)node;
    text_print(text, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\n", used, idle);
    for (unsigned i = 0; i < cores; i++) {
        text_print(text, "cpu%u %lu 0 0 %lu 0 0 0 0 0 0\n", i, used / cores,
            idle / cores);
    }
    text_print(text, "intr 0\nctxt 0\nbtime %lu\nprocesses %u\n",
        first && first->page ? (unsigned long)first->page->boot_time / SECOND : 0,
        process_total());
    text_print(text, "procs_running 1\nprocs_blocked 0\n");
}

static void meminfo(struct tree_node *node, struct text *text)
{
    unsigned long left = untyped_left() / 1024;
    unsigned long total = frame_total() * KIBIBYTES + left;
    unsigned long free = frame_unused() * KIBIBYTES + left;
    const struct {
        const char *name;
        unsigned long value;
    } lines[] = {
        {"MemTotal:", total}, {"MemFree:", free}, {"MemAvailable:", free},
        {"Buffers:", 0}, {"Cached:", 0}, {"SwapCached:", 0}, {"Active:", total - free},
        {"Inactive:", 0}, {"SwapTotal:", 0}, {"SwapFree:", 0}, {"Dirty:", 0},
        {"Writeback:", 0}, {"AnonPages:", 0}, {"Mapped:", 0}, {"Shmem:", 0}, {"Slab:", 0},
        {"SReclaimable:", 0}, {"SUnreclaim:", 0},
    };

    (void)node;
    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        text_print(text, "%-16s%8lu kB\n", lines[i].name, lines[i].value);
    }
}

/* Nobody counts who waits for a core. */
static void loadavg(struct tree_node *node, struct text *text)
{
    unsigned threads = 0;
    uint32_t last = 0;

    (void)node;
    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        threads += process->thread_count;
        last = process->pid;
    }
    text_print(text, "0.00 0.00 0.00 1/%u %u\n", threads, last);
}

static void cpuinfo(struct tree_node *node, struct text *text)
{
    unsigned long khz = boot()->tsc_hz / 1000;

    (void)node;
    for (unsigned i = 0; i < boot()->cores; i++) {
        text_print(text, "processor\t: %u\nmodel name\t: x86_64\n", i);
        text_print(text, "cpu MHz\t\t: %lu.%03lu\n\n", khz / 1000, khz % 1000);
    }
}

static void vmstat(struct tree_node *node, struct text *text)
{
    (void)node;
    text_print(text, "nr_free_pages %lu\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n",
        (unsigned long)(frame_unused() + untyped_left() / PAGE_SIZE));
}

static void own_mounts(struct tree_node *node, struct text *text)
{
    struct tree_node own = {.kind = node->kind, .id = files_caller()->pid};

    if (process_find(own.id)) {
        linux_mounts(&own, text);
    }
}

/* Files that always say the same. */
#define SAYS(name, says) \
    static void name(struct tree_node *node, struct text *text) \
    { \
        (void)node; \
        text_print(text, "%s", says); \
    }

SAYS(version, "Linux version 6.1.0-uxrt (UX/RT)\n")
/* What needs no device is not mounted by its name alone; services are. */
SAYS(filesystems, "\tuxrt\nnodev\tproc\n")
SAYS(swaps, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n")
SAYS(ostype, "Linux\n")
SAYS(osrelease, "6.1.0-uxrt\n")
SAYS(hostname, "uxrt\n")
SAYS(groups_max, "16\n")
SAYS(last_capability, "40\n")
SAYS(overflow, "65534\n")
SAYS(overcommit, "1\n")
SAYS(entropy, "256\n")
SAYS(pipe_size, "65536\n")
SAYS(connections, "128\n")

#define SAYS_NUMBER(name, number) \
    static void name(struct tree_node *node, struct text *text) \
    { \
        (void)node; \
        text_print(text, "%u\n", number); \
    }

SAYS_NUMBER(pid_max, PID_MAX)
SAYS_NUMBER(queued_events, WATCH_EVENTS_MAX)
SAYS_NUMBER(queues, WATCH_QUEUES_MAX)
SAYS_NUMBER(watches, WATCHES_MAX)

#define SYSTEM_FOLDER(number, word, ...) { \
    .name = (word), .code = (number), .mode = S_IFDIR | 0555, \
    .children = (const struct node_kind *const[]){__VA_ARGS__, NULL}}

const struct node_kind *const linux_files[] = {
    &kind_self,
    &kind_system,
    SYSTEM_FILE(64, "uptime", uptime),
    SYSTEM_FILE(65, "stat", stat),
    SYSTEM_FILE(66, "meminfo", meminfo),
    SYSTEM_FILE(67, "loadavg", loadavg),
    SYSTEM_FILE(68, "version", version),
    SYSTEM_FILE(69, "cpuinfo", cpuinfo),
    SYSTEM_FILE(70, "mounts", own_mounts),
    SYSTEM_FILE(71, "filesystems", filesystems),
    SYSTEM_FILE(72, "swaps", swaps),
    SYSTEM_FILE(73, "vmstat", vmstat),
    NULL,
};

static const struct node_kind kind_random = SYSTEM_FOLDER(89, "random",
    SYSTEM_FILE(90, "entropy_avail", entropy));
static const struct node_kind kind_core = SYSTEM_FOLDER(96, "core",
    SYSTEM_FILE(97, "somaxconn", connections));
static const struct node_kind kind_inotify = SYSTEM_FOLDER(98, "inotify",
    SYSTEM_FILE(99, "max_queued_events", queued_events),
    SYSTEM_FILE(100, "max_user_instances", queues),
    SYSTEM_FILE(101, "max_user_watches", watches));

const struct node_kind kind_settings_kernel = SYSTEM_FOLDER(80, "kernel",
    SYSTEM_FILE(81, "ostype", ostype), SYSTEM_FILE(82, "osrelease", osrelease),
    SYSTEM_FILE(83, "hostname", hostname), SYSTEM_FILE(84, "pid_max", pid_max),
    SYSTEM_FILE(85, "ngroups_max", groups_max),
    SYSTEM_FILE(86, "cap_last_cap", last_capability),
    SYSTEM_FILE(87, "overflowuid", overflow), SYSTEM_FILE(88, "overflowgid", overflow),
    &kind_random);
const struct node_kind kind_settings_vm = SYSTEM_FOLDER(91, "vm",
    SYSTEM_FILE(92, "overcommit_memory", overcommit));
const struct node_kind kind_settings_fs = SYSTEM_FOLDER(93, "fs",
    SYSTEM_FILE(94, "pipe-max-size", pipe_size), &kind_inotify);
const struct node_kind kind_settings_net = SYSTEM_FOLDER(95, "net", &kind_core);
