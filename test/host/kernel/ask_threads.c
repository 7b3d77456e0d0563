/* SPDX-License-Identifier: BSD-2-Clause */
/* Random invocations of threads and scheduling contexts. */
#include <object/cnode.h>
#include <object/sched_context.h>

#include "choice.h"
#include "machine.h"
#include "request.h"

static const struct tcb *actor;     /* the thread that will ask */

static word handler(void)
{
    return chance(30) ? 0 : pick(CAP_ENDPOINT);
}

static word context_or_null(void)
{
    return chance(20) ? 0 : pick(CAP_SCHED_CONTEXT);
}

static struct request thread_space(word tcb)
{
    struct request r = invocation(tcb, INVOKE_TCB_CONFIGURE);
    unsigned what = choose(3);
    word cspace = chance(80) ? ROOT_SLOT_CNODE : pick(CAP_CNODE);
    word vspace = chance(70) ? ROOT_SLOT_VSPACE : pick(CAP_PML4);

    if (what == 1) {
        r.label = INVOKE_TCB_SET_SPACE;
        add_cap(&r, handler());
    }
    if (what < 2) {
        add_word(&r, 0);
        add_word(&r, 0);
        add_cap(&r, cspace);
        add_cap(&r, vspace);
    } else {
        r.label = INVOKE_TCB_SET_IPC_BUFFER;
    }
    if (what != 1) {
        add_word(&r, chance(10) ? 0 : 0x1000 * choose(8));
        add_cap(&r, pick(CAP_FRAME));
    }
    return r;
}

static struct request thread_priority(word tcb)
{
    struct request r = invocation(tcb, INVOKE_TCB_SET_PRIORITY);

    switch (choose(4)) {
    case 0:
        r.label = INVOKE_TCB_SET_SCHED_PARAMS;
        add_word(&r, chance(90) ? PRIORITY_MAX : choose(8));
        add_word(&r, choose(6));
        add_cap(&r, ROOT_SLOT_TCB);
        add_cap(&r, context_or_null());
        add_cap(&r, handler());
        return r;
    case 1:
        r.label = INVOKE_TCB_SET_MC_PRIORITY;
        add_word(&r, chance(90) ? PRIORITY_MAX : choose(8));
        break;
    default:
        add_word(&r, choose(6));
    }
    add_cap(&r, chance(80) ? ROOT_SLOT_TCB : tcb);
    return r;
}

static struct request thread_registers(word tcb)
{
    static const uint16_t labels[] = {
        INVOKE_TCB_READ_REGISTERS, INVOKE_TCB_WRITE_REGISTERS, INVOKE_TCB_COPY_REGISTERS,
    };
    struct request r = invocation(tcb, labels[choose(3)]);

    add_word(&r, choose(16));
    if (r.label == INVOKE_TCB_COPY_REGISTERS) {
        add_cap(&r, pick(CAP_TCB));
        return r;
    }
    add_word(&r, 1 + choose(4));
    if (r.label == INVOKE_TCB_WRITE_REGISTERS) {
        add_word(&r, USER_SYSCALL + 8);
        add_word(&r, choose_word());
        add_word(&r, choose_word());
        add_word(&r, choose_word());
    }
    return r;
}

static struct request thread_other(word tcb)
{
    struct request r = invocation(tcb, INVOKE_TCB_SUSPEND);

    switch (choose(8)) {
    case 0:
        break;
    case 1:
    case 2:
        r.label = INVOKE_TCB_RESUME;
        break;
    case 3:
        r.label = INVOKE_TCB_BIND_NOTIFICATION;
        add_cap(&r, pick(CAP_NOTIFICATION));
        break;
    case 4:
        r.label = INVOKE_TCB_UNBIND_NOTIFICATION;
        break;
    case 5:
        r.label = INVOKE_TCB_SET_TIMEOUT_ENDPOINT;
        add_cap(&r, handler());
        break;
    case 6:
        r.label = INVOKE_TCB_SET_FOREIGN;
        add_word(&r, 0x1000);
        add_word(&r, chance(50) ? 0 : 0x2000);
        add_word(&r, 0x1800);
        add_word(&r, choose_word());
        break;
    default:
        r.label = INVOKE_TCB_SET_FLAGS;
        add_word(&r, chance(50) ? TCB_FLAG_LEND : 0);
        add_word(&r, chance(50) ? TCB_FLAG_LEND : 0);
    }
    return r;
}

struct request ask_thread(void)
{
    word tcb = pick(CAP_TCB);

    switch (choose(6)) {
    case 0:  return thread_space(tcb);
    case 1:  return thread_priority(tcb);
    case 2:  return thread_registers(tcb);
    default: return thread_other(tcb);
    }
}

/* --- time -------------------------------------------------------------------------- */

static bool is_ready_here(struct cap cap)
{
    const struct tcb *t = cap_sched_context(cap)->tcb;
    return t && t->queued == QUEUE_READY && t->core == actor->core
           && t->prio >= actor->prio;
}
static bool of_receiver(struct cap cap)
{
    const struct tcb *t = cap_sched_context(cap)->tcb;
    return t && t->state == THREAD_RECEIVING;
}

struct request ask_configure(void)
{
    struct request r = invocation(root_sched_control(choose(core_count)),
                                  INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS);
    word budget = 20 + choose(40) * 20;

    add_word(&r, budget);
    add_word(&r, chance(40) ? budget : budget + choose(20) * 100);
    add_word(&r, choose(5));
    add_word(&r, choose(16));
    add_word(&r, choose(2));
    add_cap(&r, pick(CAP_SCHED_CONTEXT));
    return r;
}

struct request ask_context(const struct tcb *t)
{
    struct request r = invocation(pick(CAP_SCHED_CONTEXT), INVOKE_SCHED_CONTEXT_BIND);

    actor = t;
    switch (choose(8)) {
    case 0:
    case 1:
    case 2:
        add_cap(&r, pick(chance(70) ? CAP_TCB : CAP_NOTIFICATION));
        return r;
    case 3:
        r.cap = pick_if(CAP_SCHED_CONTEXT, of_receiver);
        r.label = INVOKE_SCHED_CONTEXT_UNBIND;
        return r;
    case 4:
        r.label = INVOKE_SCHED_CONTEXT_UNBIND_OBJECT;
        add_cap(&r, pick(chance(70) ? CAP_TCB : CAP_NOTIFICATION));
        return r;
    case 5:
        r.label = INVOKE_SCHED_CONTEXT_CONSUMED;
        return r;
    case 6:
        r.cap = pick_if(CAP_SCHED_CONTEXT, is_ready_here);
        r.label = INVOKE_SCHED_CONTEXT_YIELD_TO;
        return r;
    default:
        r = invocation(root_sched_control(choose(core_count)), INVOKE_SCHED_CONTROL_ROAM);
        add_word(&r, choose(1u << core_count));
        add_cap(&r, pick(CAP_SCHED_CONTEXT));
        return r;
    }
}

