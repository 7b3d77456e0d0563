/* SPDX-License-Identifier: BSD-2-Clause */
/* See world.h: what there is at the beginning, and what happens in one step. */
#include <stdio.h>
#include <stdlib.h>

#include <core/arch.h>
#include <object/refill.h>

#include "choice.h"
#include "invariants.h"
#include "machine.h"
#include "operation.h"
#include "user.h"
#include "world.h"

enum { THREADS = 6, ROOT_TURN = 12, MEMORY_BITS = 18 };

static word memory;             /* slot of what everything is made from */
static word next_slot;
static unsigned root_turn;      /* operations until the root task waits again */

/* --- making it --------------------------------------------------------------------- */

static void must(enum error_code error)
{
    if (error != ERROR_NONE) {
        fprintf(stderr, "the world cannot be made: error %d\n", error);
        abort();
    }
}

static word make(word from, word type, word bits, word count)
{
    word first = next_slot;

    next_slot += count;
    must(root_retype(from, type, bits, first, count));
    return first;
}

static void make_thread(word tcb, word sc, word frame, unsigned number)
{
    word budget = 100 + choose(20) * 50;
    word period = chance(50) ? budget : budget * (1 + choose(4));
    word parameters[] = {budget, period, choose(4), number, choose(2)};
    word control = root_sched_control(choose(core_count));
    word spaces[] = {0, 0, 0x1000 * (number + 1)};
    word space_caps[] = {ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, frame};
    word sched[] = {PRIORITY_MAX, 1 + choose(4)};
    word sched_caps[] = {ROOT_SLOT_TCB, sc, chance(60) ? WORLD_FIRST + 4 : 0};
    word registers[] = {1, 1, USER_SYSCALL + 8};
    word flags[] = {0, chance(40) ? TCB_FLAG_LEND : 0};

    must(root_invoke(control, INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS, 5, parameters, 1,
                     &sc));
    must(root_invoke(tcb, INVOKE_TCB_CONFIGURE, 3, spaces, 3, space_caps));
    must(root_invoke(tcb, INVOKE_TCB_SET_SCHED_PARAMS, 2, sched, 3, sched_caps));
    must(root_invoke(tcb, INVOKE_TCB_SET_FLAGS, 2, flags, 0, NULL));
    must(root_invoke(tcb, INVOKE_TCB_WRITE_REGISTERS, 3, registers, 0, NULL));
}

static void make_interrupt(word untyped)
{
    word get[] = {WORLD_IRQ, WORLD_HANDLER, 64}, node = ROOT_SLOT_CNODE;
    word notification = WORLD_NOTIFICATION;

    must(root_retype(untyped, OBJECT_NOTIFICATION, 0, WORLD_NOTIFICATION, 1));
    must(root_invoke(ROOT_SLOT_IRQ_CONTROL, INVOKE_IRQ_ISSUE_HANDLER, 3, get, 1, &node));
    must(root_invoke(WORLD_HANDLER, INVOKE_IRQ_SET_HANDLER, 0, NULL, 1, &notification));
}

word world_memory(void) { return memory; }

void world_make(void)
{
    word tcbs, scs, frames, untyped;

    memory_forget();
    next_slot = WORLD_FIRST;
    root_turn = ROOT_TURN;
    memory = root_untyped(MEMORY_BITS);
    untyped = make(memory, OBJECT_UNTYPED, MEMORY_BITS - 1, 1);
    make(untyped, OBJECT_UNTYPED, 13, 3);
    make(untyped, OBJECT_ENDPOINT, 0, 4);                /* WORLD_FIRST + 4: faults */
    make(untyped, OBJECT_NOTIFICATION, 0, 3);
    make(untyped, OBJECT_REPLY, 0, 6);
    make(untyped, OBJECT_CNODE, 3, 3);
    tcbs = make(untyped, OBJECT_TCB, 0, THREADS);
    scs = make(untyped, OBJECT_SCHED_CONTEXT, 8, THREADS + 2);
    frames = make(untyped, OBJECT_PAGE_4K, 0, THREADS);
    make(untyped, OBJECT_PML4, 0, 1);
    for (unsigned i = 0; i < THREADS; i++)
        make_thread(tcbs + i, scs + i, frames + i, i);
    make_interrupt(memory);
}

/* --- steps ------------------------------------------------------------------------- */

/* The root task does a few things that do not block, then waits for its interrupt. */
static void root_operation(struct tcb *t)
{
    if (root_turn > 0) {
        root_turn--;
        if (chance(60))
            operation_repair(t);
        else
            operation_choose(t, false);
        if (cap_type(machine_root_slots()[t->context.rdi].cap) == CAP_ENDPOINT)
            t->context.rdx = (word)SYSCALL_NBSEND;
        return;
    }
    root_turn = ROOT_TURN;
    user_load(t, &(struct request){.number = SYSCALL_WAIT, .cap = WORLD_NOTIFICATION});
}

static void user_step(unsigned core, struct tcb *t)
{
    if (t != machine_root() && chance(1)) {
        t->context.rip = USER_SYSCALL + 4;
        machine_exception(core, 14);
        return;
    }
    if (t->context.rip != USER_SYSCALL || chance(5)) {
        if (t == machine_root())
            root_operation(t);
        else
            operation_choose(t, true);
    }
    operation_trace(core, t);
    user_call(core, t);
}

static ticks next_deadline(void)
{
    ticks first = ~(ticks)0;

    for (unsigned i = 0; i < core_count; i++)
        first = min_word(first, cores[i].arch.deadline);
    return first;
}

static bool time_step(void)
{
    ticks deadline = next_deadline();

    if (chance(90))
        host.now += choose(100) * 3;
    else if (deadline != ~(ticks)0 && deadline > host.now)
        host.now = deadline + choose(8) * 50;
    return true;
}

static bool all_idle(void)
{
    for (unsigned i = 0; i < core_count; i++) {
        if (machine_mode(i) != MACHINE_IDLE || (host.ipi & BIT(i)))
            return false;
    }
    return true;
}

/* Nothing runs: jump to the next deadline, or wake the root task. */
static bool wake_someone(void)
{
    ticks deadline = next_deadline();

    if (deadline != ~(ticks)0 && chance(70)) {
        host.now = max_word(host.now, deadline);
        machine_deliver();
        return true;
    }
    machine_interrupt(0, WORLD_IRQ);
    machine_settle();
    return machine_thread(0) != NULL || deadline != ~(ticks)0;
}

static bool interrupt_step(unsigned core)
{
    if (host.ipi & BIT(core))
        machine_interrupt(core, HOST_VECTOR_IPI);
    else if (cores[core].arch.deadline <= host.now)
        machine_interrupt(core, HOST_VECTOR_TIMER);
    else
        return false;
    return true;
}

bool world_step(void)
{
    unsigned core = choose(core_count);

    host.interrupt = chance(20);
    time_step();
    if (machine_mode(core) == MACHINE_KERNEL) {
        machine_resume(core);
        return true;
    }
    if (all_idle())
        return wake_someone();
    if (chance(70) && interrupt_step(core))
        return true;
    if (chance(3)) {
        machine_interrupt(core, choose(8));
        return true;
    }
    struct tcb *t = machine_thread(core);
    if (t)
        user_step(core, t);
    else
        interrupt_step(core);
    return true;
}

void world_settle(void)
{
    machine_settle();
}
