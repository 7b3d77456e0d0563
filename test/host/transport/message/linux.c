/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libuxrt.a in a program with a C library, on Linux: it links and runs, and every call
 * says that there is no such system.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <transport/layout.h>
#include <transport/table.h>

static int failures;

static void is(const char *name, int64_t got, int64_t wanted)
{
    if (got != wanted) {
        printf("%s: %ld\n", name, (long)got);
        failures++;
    }
}

/* Every function, to be called with arguments of zero; an int may have more above it. */
typedef int64_t any_function(long, long, long, long, long, long);

static const struct {
    const char *name;
    void *function;
    int result;
} functions[] = {
#define UXRT_FUNCTION(type, name, parameters, names) \
    {#name, (void *)uxrt_##name, -ENOSYS},
#define UXRT_FUNCTION0(type, name) {#name, (void *)uxrt_##name, -ENOSYS},
    UXRT_FUNCTIONS
    UXRT_SMALL_FUNCTIONS
#undef UXRT_FUNCTION
#undef UXRT_FUNCTION0
#define UXRT_FUNCTION(type, name, parameters, names) {#name, (void *)uxrt_##name, 0},
    UXRT_POINTER_FUNCTIONS
#undef UXRT_FUNCTION
};

static void run_all(void)
{
    for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        any_function *function = (any_function *)functions[i].function;

        is(functions[i].name, (int)function(0, 0, 0, 0, 0, 0), functions[i].result);
    }
}

int main(void)
{
    static char text[] = "XDG_DATA=something";

    putenv(text);           /* the environment may move */
    run_all();
    is("thread", uxrt_thread(NULL, NULL, NULL), -ENOSYS);
    is("counts", (int64_t)uxrt_counts()->calls, 0);
    is("identity", uxrt_identity(0) == NULL, 1);
    is("registers", uxrt_registers_out() != NULL && uxrt_registers_in() != NULL, 1);
    uxrt_yield();
    uxrt_log("x", 1);
    return failures != 0;
}
