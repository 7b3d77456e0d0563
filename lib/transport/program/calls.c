/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the transport, as functions of the program: each finds the thread and goes on
 * in the system library. Without one, as on Linux, every call answers -ENOSYS.
 */
#include <elf.h>
#include <stdint.h>

#include <transport/layout.h>
#include <transport/process.h>
#include <transport/program/start.h>
#include <transport/table.h>
#include <util/errno.h>

static const struct uxrt_table *table;
static __thread struct uxrt_thread *self;

/* Of the C library; absent if there is none. */
extern char **environ __attribute__((weak));
/* Of lib/program: see program/tls.h. */
extern size_t tls_size(void) __attribute__((weak));
extern void *tls_make(void *memory) __attribute__((weak));

void uxrt_start(const uint64_t *auxv)
{
    for (; auxv[0] != AT_NULL; auxv += 2) {
        const struct uxrt_table *found = (const struct uxrt_table *)auxv[1];

        if (auxv[0] == AT_UXRT && found->size >= sizeof(*found)) {
            table = found;
        }
    }
}

/* Programs with a C library: before anything can change the environment. */
__attribute__((constructor)) static void find(void)
{
    char **end = &environ ? environ : NULL;

    if (end && !table) {
        while (*end) {
            end++;
        }
        uxrt_start((const uint64_t *)(end + 1));
    }
}

/* Asks the library which thread this is. */
static struct uxrt_thread *attach(void)
{
    struct uxrt_thread *t = NULL;

    if (table) {
        __asm__ volatile("syscall"
            : "=a"(t) : "a"((uint64_t)ATTACH_NUMBER) : "rcx", "r11", "memory");
    }
    return t;
}

static inline struct uxrt_thread *thread_self(void)
{
    struct uxrt_thread *t = self;

    return __builtin_expect(t != NULL, 1) ? t : (self = attach());
}

int uxrt_set_tls(void *base)
{
    struct uxrt_thread *t = attach();

    return t ? table->tls(t, (uint64_t)base) : -ENOSYS;
}

/* A thread's first call is apart: so the others move no argument that stays in place. */
#define UXRT_STUB(type, name, parameters, names, error, ...) \
    static __attribute__((noinline, cold)) type first_##name parameters \
    { \
        struct uxrt_thread *t = thread_self(); \
        return t ? table->name(__VA_ARGS__) : (type)(intptr_t)(error); \
    } \
    type uxrt_##name parameters \
    { \
        struct uxrt_thread *t = self; \
        return __builtin_expect(t != NULL, 1) ? table->name(__VA_ARGS__) \
                                              : first_##name names; \
    }
#define UXRT_FUNCTION(type, name, parameters, names) \
    UXRT_STUB(type, name, parameters, names, -ENOSYS, t, UXRT_NAMES names)
#define UXRT_FUNCTION0(type, name) UXRT_STUB(type, name, (void), (), -ENOSYS, t)
UXRT_FUNCTIONS
#undef UXRT_FUNCTION
#undef UXRT_FUNCTION0

#define UXRT_FUNCTION(type, name, parameters, names) \
    UXRT_STUB(type, name, parameters, names, -ENOSYS, UXRT_NAMES names, t)
UXRT_SMALL_FUNCTIONS
#undef UXRT_FUNCTION

#define UXRT_FUNCTION(type, name, parameters, names) \
    UXRT_STUB(type, name, parameters, names, 0, t, UXRT_NAMES names)
UXRT_POINTER_FUNCTIONS
#undef UXRT_FUNCTION

/* The registers and counts of a thread that has none. */
static uint64_t no_registers[MESSAGE_MAX_LENGTH + 1];
static const struct uxrt_counts no_counts;

void *uxrt_registers_out(void)
{
    struct uxrt_thread *t = thread_self();

    return t ? &t->ipc->msg[1] : no_registers;
}

const void *uxrt_registers_in(void)
{
    struct uxrt_thread *t = thread_self();

    return t ? t->ipc->msg : no_registers;
}

const struct uxrt_counts *uxrt_counts(void)
{
    struct uxrt_thread *t = thread_self();

    return t ? &t->counts : &no_counts;
}

const struct identity *uxrt_identity(uint64_t badge)
{
    const struct identity *identity = (const struct identity *)IDENTITY_TABLE
                                      + BADGE_INDEX(badge);

    if (!thread_self() || BADGE_INDEX(badge) >= IDENTITY_MAX
        || __atomic_load_n(&identity->generation, __ATOMIC_ACQUIRE)
           != BADGE_GENERATION(badge)
        || __atomic_load_n(&identity->state, __ATOMIC_ACQUIRE) != IDENTITY_LIVE) {
        return NULL;
    }
    return identity;
}

/* The new thread's variables lie at the top of its stack. */
int uxrt_thread(void (*run)(void *), void *argument, void *stack_top)
{
    struct uxrt_thread *t = thread_self();
    char *memory;

    if (!t || !tls_make) {
        return -ENOSYS;
    }
    memory = (char *)(((uint64_t)stack_top - tls_size()) & ~UINT64_C(63));
    return table->thread(t, run, argument, memory, (uint64_t)tls_make(memory));
}

void uxrt_exit(int code)
{
    struct uxrt_thread *t = thread_self();

    if (t) {
        table->exit(t, code);
    }
    __builtin_trap();
}

void uxrt_yield(void)
{
    struct uxrt_thread *t = thread_self();

    if (t) {
        table->yield(t);
    }
}

void uxrt_log(const char *text, size_t length)
{
    struct uxrt_thread *t = thread_self();

    if (t) {
        table->log(t, text, length);
    }
}
