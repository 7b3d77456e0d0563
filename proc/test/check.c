/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP output. After each test everything must have come back: see memory/check.h. */
#include <test/check.h>

#include <memory/check.h>
#include <memory/reclaim.h>

static bool failed;

bool check_that(bool holds, const char *what, int line)
{
    if (!holds && !failed) {
        log_line("# line %d: %s", line, what);
        failed = true;
    }
    return holds;
}

static void check_count(const char *what, size_t before, size_t after)
{
    if (before != after) {
        log_line("# %s: %zu before, %zu after", what, before, after);
        failed = true;
    }
}

static void check_counts(const struct memory_counts *before)
{
    struct memory_counts after;
    const char *wrong = memory_check();

    while (memory_reclaim()) {
    }
    memory_count(&after);
    if (wrong) {
        log_line("# %s", wrong);
        failed = true;
    }
    check_count("frames", before->frames, after.frames);
    check_count("mappings", before->mappings, after.mappings);
    check_count("spaces", before->spaces, after.spaces);
    check_count("objects", before->objects, after.objects);
    check_count("amaps", before->amaps, after.amaps);
    check_count("heap", before->heap, after.heap);
    for (unsigned i = 0; i < POOL_KINDS; i++) {
        check_count("pool", before->pools[i], after.pools[i]);
    }
}

int check_all(const struct test *tests, unsigned count)
{
    int bad = 0;

    log_line("1..%u", count);
    for (unsigned i = 0; i < count; i++) {
        struct memory_counts before;

        failed = false;
        memory_count(&before);
        tests[i].run();
        check_counts(&before);
        log_line("%s %u - %s", failed ? "not ok" : "ok", i + 1, tests[i].name);
        bad += failed;
    }
    return bad;
}
