/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/sys: what the whole system uses, a name and a number in each line, so that a test
 * can see that everything came back.
 */
#include <files/node.h>

#include <boot/boot.h>
#include <memory/slot.h>
#include <memory/source.h>
#include <memory/untyped.h>
#include <process/call.h>
#include <process/connection.h>
#include <process/counts.h>
#include <process/usage.h>
#include <util/heap.h>
#include <util/string.h>

static void memory(struct tree_node *node, struct text *text)
{
    (void)node;
    text_print(text, "pages %zu\nfree %zu\nused %zu\nheap %zu\nheap-pages %zu\nleft %zu\n",
        frame_total(), frame_unused(), frame_total() - frame_unused(), heap_used(),
        source_pages(),
        (size_t)(untyped_left() / PAGE_SIZE));
}

static void processes(struct tree_node *node, struct text *text)
{
    unsigned live = 0, zombies = 0, threads = 0;

    (void)node;
    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        if (process->zombie) {
            zombies++;
        } else {
            live++;
            threads += process->thread_count;
        }
    }
    text_print(text, "live %u\nzombies %u\nthreads %u\n", live, zombies, threads);
}

/* One line for each: number, pid, name. */
static void services(struct tree_node *node, struct text *text)
{
    (void)node;
    for (struct service *service = service_next(0); service && !text->cut;
         service = service_next(service->number)) {
        text_print(text, "%u %u ", service->number,
            service->process ? service->process->pid : 0);
        text_name(text, service->name, strnlen(service->name, sizeof(service->name)));
        text_add(text, "\n", 1);
    }
}

static void connections(struct tree_node *node, struct text *text)
{
    unsigned count[3] = {0};

    (void)node;
    for (uint32_t i = 0; i < IDENTITY_MAX; i++) {
        const struct identity *identity = connection_identity(i);

        if (identity && identity->state <= IDENTITY_ENDING) {
            count[identity->state]++;
        }
    }
    text_print(text, "live %u\nending %u\n", count[IDENTITY_LIVE],
        count[IDENTITY_ENDING]);
}

static void kernel_objects(struct tree_node *node, struct text *text)
{
    static const char *const names[POOL_KINDS] = {
        "tcb", "sched-context", "endpoint", "notification", "reply", "cspace", "pml4",
        "pdpt", "page-directory", "page-table",
    };

    (void)node;
    for (unsigned kind = 0; kind < POOL_KINDS; kind++) {
        text_print(text, "%s %zu\n", names[kind], pool_in_use((enum pool_kind)kind));
    }
}

/* System calls of Linux that programs have asked for and that there are not. */
static void unsupported(struct tree_node *node, struct text *text)
{
    (void)node;
    for (unsigned i = 0; i < UNKNOWN_CALLS; i++) {
        if (calls_unknown(i)) {
            text_print(text, "%u %u\n", i, calls_unknown(i));
        }
    }
}

/* One line for each: number, threads that have come to it from another one. */
static void cores(struct tree_node *node, struct text *text)
{
    (void)node;
    for (unsigned core = 0; core < boot()->cores; core++) {
        text_print(text, "%u %lu\n", core, (unsigned long)usage_migrations(core));
    }
}

static void files(struct tree_node *node, struct text *text)
{
    (void)node;
    text_print(text, "nodes %zu\n", tree_count());
}

void counts_text(const struct uxrt_counts *sum, struct text *text)
{
    text_print(text, "calls %lu\nfast %lu\nserved %lu\n", (unsigned long)sum->calls,
        (unsigned long)(sum->calls - sum->general), (unsigned long)sum->served);
    text_print(text, "copies %lu\ncopied %lu\n", (unsigned long)sum->copies,
        (unsigned long)sum->copied);
}

/* Of all processes, also those that have ended. */
static void calls(struct tree_node *node, struct text *text)
{
    struct uxrt_counts sum = counts_of_all();
    uint64_t migrations = 0;
    unsigned buffers = 0;

    (void)node;
    for (const struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        buffers += process->buffer_count;
    }
    for (unsigned core = 0; core < boot()->cores; core++) {
        migrations += usage_migrations(core);
    }
    counts_text(&sum, text);
    text_print(text, "buffers %u\ncores %u\nmigrations %lu\ntime %lu\nuptime %lu\n",
        buffers, boot()->cores, (unsigned long)migrations,
        (unsigned long)usage_of_all(), (unsigned long)(timer_uptime() / 1000));
}

static const struct node_kind *const system_files[] = {
    SYSTEM_FILE(16, "memory", memory),
    SYSTEM_FILE(17, "processes", processes),
    SYSTEM_FILE(18, "services", services),
    SYSTEM_FILE(19, "connections", connections),
    SYSTEM_FILE(20, "kernel-objects", kernel_objects),
    SYSTEM_FILE(21, "files", files),
    SYSTEM_FILE(22, "unsupported", unsupported),
    SYSTEM_FILE(23, "calls", calls),
    SYSTEM_FILE(24, "cores", cores),
    &kind_settings_kernel, &kind_settings_vm, &kind_settings_fs, &kind_settings_net,
    NULL,
};

const struct node_kind kind_system = {
    .name = "sys", .code = 5, .mode = S_IFDIR | 0555, .children = system_files,
};
