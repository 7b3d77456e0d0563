/* SPDX-License-Identifier: BSD-2-Clause */
/* What processes may use: see limit.h; and the calls that ask for it and change it. */
#include <process/limit.h>

#include <stddef.h>

#include <boot/boot.h>
#include <kcall/invoke.h>
#include <process/call.h>
#include <process/thread.h>
#include <util/errno.h>

enum { NICE_PROCESS, NICE_GROUP, NICE_USER };
enum { STACK_BYTES = 8 << 20, FILES_SOFT = 1024, FILES_HARD = 4096,
       PROCESSES_OF_USER = PROCESSES_MAX * 3 / 4, SIGNALS_QUEUED = 1024 };

void limit_begin(struct process_page *page)
{
    for (unsigned i = 0; i < LIMITS; i++) {
        page->limits[i] = (struct process_limit){LIMIT_NONE, LIMIT_NONE};
    }
    page->limits[LIMIT_STACK].soft = STACK_BYTES;
    page->limits[LIMIT_PROCESSES] = (struct process_limit){PROCESSES_OF_USER,
                                                           PROCESSES_OF_USER};
    page->limits[LIMIT_SIGNALS] =
        (struct process_limit){SIGNALS_QUEUED, SIGNALS_QUEUED};
    page->limits[LIMIT_FILES] = (struct process_limit){FILES_SOFT, FILES_HARD};
}

/* May the caller change what another process may use? */
static bool may_change(const struct process *caller, const struct process *target)
{
    const struct process_page *to = target->page;
    uint32_t uid = caller->page->euid;

    return uid == 0 || caller == target
           || (uid == to->uid && uid == to->euid && uid == to->suid);
}

static struct process *find_live(const struct call *call, uint64_t pid)
{
    struct process *process = pid == 0 ? call->process
        : pid <= UINT32_MAX ? process_find((uint32_t)pid) : NULL;

    return process && !process->zombie ? process : NULL;
}

/* pid, number, change, soft, hard -> soft, hard before */
int call_limit(struct call *call)
{
    struct process *process = find_live(call, call->words[0]);
    uint64_t number = call->words[1], soft = call->words[3], hard = call->words[4];
    struct process_limit *limit;

    if (number >= LIMITS) {
        return -EINVAL;
    }
    if (!process) {
        return -ESRCH;
    }
    if (!may_change(call->process, process)) {
        return -EPERM;
    }
    limit = &process->page->limits[number];
    call->result[0] = limit->soft;
    call->result[1] = limit->hard;
    if (!call->words[2]) {
        return 0;
    }
    if (soft > hard) {
        return -EINVAL;
    }
    if ((hard > limit->hard && call->process->page->euid != 0)
        || (number == LIMIT_FILES && hard > FILES_HARD)) {
        return -EPERM;
    }
    *limit = (struct process_limit){soft, hard};
    return 0;
}

/* --- niceness ---------------------------------------- */

void limit_set_nice(struct process *process, int64_t nice)
{
    nice = nice < PROC_NICE_LEAST ? PROC_NICE_LEAST : nice;
    process->page->nice = (int32_t)(nice < PROC_NICE_MOST ? nice : PROC_NICE_MOST);
}

static bool is_meant(const struct process *process, const struct process *caller,
    uint64_t kind, uint64_t whose)
{
    const struct process_page *page = process->page, *own = caller->page;

    if (process->zombie) {
        return false;
    }
    switch (kind) {
    case NICE_PROCESS:
        return page->pid == (whose ? whose : own->pid);
    case NICE_GROUP:
        return page->pgid == (whose ? whose : own->pgid);
    default:
        return page->uid == (whose ? whose : own->uid);
    }
}

/* Linux's rules: whose user it is may make it nicer, uid 0 may do all. */
static int change_nice(const struct process *caller, struct process *process,
    int64_t nice)
{
    const struct process_page *from = caller->page, *to = process->page;

    if (from->euid != 0 && from->euid != to->uid && from->euid != to->euid) {
        return -EPERM;
    }
    if (from->euid != 0 && nice < to->nice) {
        return -EACCES;
    }
    limit_set_nice(process, nice);
    return 0;
}

/* kind, whose, new value or PROC_NICE_ASK -> lowest */
int call_nice(struct call *call)
{
    int64_t nice = (int64_t)call->words[2], lowest = PROC_NICE_ASK;
    int result = -ESRCH;

    if (call->words[0] > NICE_USER) {
        return -EINVAL;
    }
    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        if (!is_meant(process, call->process, call->words[0], call->words[1])) {
            continue;
        }
        result = result == -ESRCH ? 0 : result;
        if (nice != PROC_NICE_ASK) {
            int error = change_nice(call->process, process, nice);

            result = error ? error : result;
        }
        lowest = process->page->nice < lowest ? process->page->nice : lowest;
    }
    call->result[0] = (uint64_t)lowest;
    return result;
}

/* --- cores ---------------------------------------- */

static unsigned first_core(uint64_t cores)
{
    return (unsigned)__builtin_ctzll(cores);
}

/* tid, cores -> cores */
int call_cores(struct call *call)
{
    struct thread *thread = call->words[0] == 0 ? call->thread
        : call->words[0] <= UINT32_MAX ? thread_find((uint32_t)call->words[0]) : NULL;
    uint64_t cores = call->words[1] & ((UINT64_C(1) << boot()->cores) - 1);

    if (!thread) {
        return -ESRCH;
    }
    if (call->words[1] && !cores) {
        return -EINVAL;
    }
    if (cores && !may_change(call->process, thread->process)) {
        return -EPERM;
    }
    if (cores && kc_sched_control_roam(boot_sched_control(first_core(cores)), thread->sc,
                     cores) != ERROR_NONE) {
        return -EINVAL;
    }
    thread->cores = cores ? cores : thread->cores;
    call->result[0] = thread->cores;
    return 0;
}
