/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A libFuzzer target. The first byte of an input selects the threads and objects at the
 * beginning; bit 1 of the second says whether the rest is read as choices of the random
 * test (world.h) or as raw system calls, bit 0 whether cores are paused in the kernel.
 * All invariants are checked after each step. With libFuzzer:
 *   kernel-fuzz -max_total_time=3600 CORPUS-FOLDER
 * Built with fuzz_main.c instead, it replays the inputs in the files it is given.
 */
#include <stdlib.h>
#include <string.h>

#include <abi/syscall.h>

#include "choice.h"
#include "invariants.h"
#include "machine.h"
#include "user.h"
#include "world.h"

enum { CORES = 3, STEPS = 400, SETUP_SEEDS = 8 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    machine_start(CORES);
    return 0;
}

static bool pause_by_choice(enum host_point point)
{
    (void)point;
    return chance(10);
}

static word raw_slot(void)
{
    word slot = choose(256);
    return slot < 200 ? slot : choose_word();
}

/* Registers and IPC buffer as the input says. */
static void raw_call(unsigned core, struct tcb *t)
{
    struct context *c = &t->context;

    user_load(t, &(struct request){
        .number = -(int64_t)choose(16), .cap = raw_slot(), .reply = raw_slot(),
        .destination = raw_slot(), .label = choose(64),
    });
    c->rsi = message_info(message_label(c->rsi), 0, choose(4), choose(128));
    for (unsigned i = 0; i < MESSAGE_FAST_REGISTERS; i++)
        context_set_mr(c, i, choose_word());
    for (unsigned i = MESSAGE_FAST_REGISTERS; t->buffer && i < 8; i++)
        t->buffer->msg[i] = choose_word();
    for (unsigned i = 0; t->buffer && i < message_extra_caps(c->rsi); i++)
        t->buffer->caps_or_badges[i] = raw_slot();
    user_call(core, t);
}

/* Some core makes a raw call, or is interrupted. */
static bool raw_step(void)
{
    unsigned core = choose(core_count);
    struct tcb *t = machine_thread(core);

    host.now += choose(256);
    host.interrupt = chance(20);
    if (machine_mode(core) == MACHINE_KERNEL)
        machine_resume(core);
    else if (!t || chance(10))
        return world_step();
    else if (chance(4))
        machine_exception(core, choose(32));
    else
        raw_call(core, t);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    machine_policy = (struct machine_policy){0};
    machine_reset();
    choices_from_seed(data[0] % SETUP_SEEDS + 1);
    world_make();
    choices_from_bytes(data + 2, size - 2);
    bool pauses = data[1] & 1, raw = data[1] & 2;
    if (pauses)
        machine_policy = (struct machine_policy){pause_by_choice, choose};
    for (unsigned i = 0; i < STEPS && choices_left(); i++) {
        if (!(raw ? raw_step() : world_step()))
            break;
        if (!pauses)
            machine_settle();
        if (machine_quiet())
            invariants_check();
    }
    machine_policy = (struct machine_policy){0};
    machine_settle();
    invariants_check();
    return 0;
}
