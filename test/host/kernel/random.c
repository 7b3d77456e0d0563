/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long random sequences of system calls, faults, interrupts and time, with all invariants
 * checked whenever no core is in the kernel. Arguments: number of cores, number of steps,
 * first seed. A failure prints its seed; to see what led there:
 *   UXRT_HOST_TRACE=1 UXRT_HOST_VERBOSE=1 kernel-random CORES STEPS SEED
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "choice.h"
#include "invariants.h"
#include "machine.h"
#include "user.h"
#include "world.h"

enum { STEPS_PER_SEED = 1500 };

static unsigned steps = 60000;
static unsigned long first_seed = 1;

static bool pause_sometimes(enum host_point point)
{
    (void)point;
    return chance(10);
}

/* One world; returns how many steps it took. */
static unsigned run_seed(unsigned long seed, bool interleave)
{
    unsigned i;

    machine_policy = (struct machine_policy){0};
    machine_reset();
    choices_from_seed(seed);
    world_make();
    invariants_check();
    if (interleave)
        machine_policy = (struct machine_policy){pause_sometimes, choose};
    for (i = 0; i < STEPS_PER_SEED && world_step(); i++) {
        if (!interleave)
            machine_settle();
        if (machine_quiet())
            invariants_check();
    }
    return i + 1;
}

static void run(bool interleave)
{
    unsigned done = 0;

    for (unsigned long seed = first_seed; done < steps; seed++) {
        fprintf(stderr, "\rseed %lu ", seed);
        done += run_seed(seed, interleave);
    }
    fprintf(stderr, "\n");
}

/* A core runs until it leaves the kernel, or has to wait for another one. */
static void one_at_a_time(void **state)
{
    (void)state;
    run(false);
}

/* Cores stop for a while in the kernel, and others go on. */
static void interleaved(void **state)
{
    (void)state;
    run(true);
}

/* After all that, revoking what the root task was given makes everything free again. */
static void all_comes_back(void **state)
{
    (void)state;
    machine_policy = (struct machine_policy){0};
    machine_reset();
    invariants_check();
    unsigned objects_before = objects_count();
    for (unsigned long seed = first_seed; seed < first_seed + 5; seed++) {
        run_seed(seed, false);
        machine_policy = (struct machine_policy){0};
        machine_settle();
        if (machine_thread(0) != machine_root())
            machine_interrupt(0, WORLD_IRQ);
        machine_settle();
        if (machine_thread(0) != machine_root())
            continue;           /* it has been hit */
        root_revoke(world_memory());
        invariants_check();
        assert_int_equal(objects_count(), objects_before);
        assert_int_equal(root_retype(world_memory(), OBJECT_UNTYPED, 17, 5000, 2),
                         ERROR_NONE);
        invariants_check();
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(interleaved),
        cmocka_unit_test(all_comes_back),
    };
    unsigned cores = argc > 1 ? (unsigned)atoi(argv[1]) : 3;

    if (argc > 2)
        steps = (unsigned)atoi(argv[2]);
    if (argc > 3)
        first_seed = strtoul(argv[3], NULL, 0);
    machine_start(cores);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
