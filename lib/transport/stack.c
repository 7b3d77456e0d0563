/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack that a program begins with: see stack.h. */
#include <transport/stack.h>

#include <elf.h>

#include <transport/memory.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

enum { PAGE = 4096, AUXILIARY_MAX = 24, RANDOM_BYTES = 16, CLOCK_TICKS = 100 };

static const char platform[] = "x86_64";

extern const char vdso_image[];     /* lib/unix/vdso/image.S.in */

/* At the usual place, or if that is taken anywhere. Returns its end, or 0. */
static uint64_t map_stack(struct uxrt_thread *t)
{
    int64_t place = memory_map(t, STACK_TOP - STACK_SIZE, STACK_SIZE,
        PROC_READ | PROC_WRITE, 0, PROC_SOURCE_NONE, 0);

    return place < 0 ? 0 : (uint64_t)place + STACK_SIZE;
}

static char *add(char *to, const char *from, size_t bytes)
{
    memcpy(to, from, bytes);
    return to + bytes;
}

/* The generator splitmix64, from the time-stamp counter: not for secrets. */
static void fill_random(uint64_t *to)
{
    uint64_t state = __builtin_ia32_rdtsc() ^ (uint64_t)((struct process_page *)
                                                             PROCESS_PAGE)->pid << 48;

    for (unsigned i = 0; i < RANDOM_BYTES / sizeof(*to); i++) {
        uint64_t mixed = state += UINT64_C(0x9e3779b97f4a7c15);

        mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
        to[i] = mixed ^ mixed >> 31;
    }
}

uint64_t stack_reserve(struct uxrt_thread *t, const struct start_view *view,
    const struct program *program, struct stack_content *content)
{
    uint64_t top = map_stack(t), words;
    size_t name = strlen(view->name) + 1, bytes = name, skipped = 0;
    char *to;

    if (!top) {
        return 0;
    }
    if (program->first_count && view->start->arguments) {
        skipped = strlen(view->arguments) + 1;
    }
    for (unsigned i = 0; i < program->first_count; i++) {
        bytes += strlen(program->first[i]) + 1;
    }
    bytes += view->string_bytes - skipped + sizeof(platform);
    content->random = top - RANDOM_BYTES;
    content->strings = (content->random - bytes) & ~UINT64_C(15);
    content->arguments = view->start->arguments - !!skipped + program->first_count;
    content->variables = view->start->variables;

    fill_random((uint64_t *)content->random);
    to = add((char *)content->strings, view->name, name);
    for (unsigned i = 0; i < program->first_count; i++) {
        to = add(to, program->first[i], strlen(program->first[i]) + 1);
    }
    to = add(to, view->arguments + skipped, view->string_bytes - skipped);
    add(to, platform, sizeof(platform));
    words = 3 + (uint64_t)content->arguments + content->variables + 2 * AUXILIARY_MAX;
    return (content->strings - words * sizeof(uint64_t)) & ~UINT64_C(15);
}

/* Pointers to strings that follow each other, and a null; returns what is after them. */
static uint64_t *put_pointers(uint64_t *to, const char **text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        *to++ = (uint64_t)*text;
        *text += strlen(*text) + 1;
    }
    *to++ = 0;
    return to;
}

static uint32_t processor_features(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return d;
}

static void put_auxiliary(uint64_t *to, const struct stack_content *content,
    const char *platform_text)
{
    const struct process_page *process = (const struct process_page *)PROCESS_PAGE;
    const uint64_t vector[][2] = {
        {AT_PHDR, content->headers}, {AT_PHENT, sizeof(Elf64_Phdr)},
        {AT_PHNUM, content->header_count}, {AT_BASE, content->base},
        {AT_ENTRY, content->entry}, {AT_PAGESZ, PAGE}, {AT_FLAGS, 0},
        {AT_UID, process->uid}, {AT_EUID, process->euid},
        {AT_GID, process->gid}, {AT_EGID, process->egid},
        {AT_SECURE, 0}, {AT_RANDOM, content->random}, {AT_EXECFN, content->strings},
        {AT_PLATFORM, (uint64_t)platform_text}, {AT_HWCAP, processor_features()},
        {AT_CLKTCK, CLOCK_TICKS}, {AT_UXRT, (uint64_t)&library_table},
        {AT_SYSINFO_EHDR, (uint64_t)vdso_image}, {AT_NULL, 0},
    };
    _Static_assert(sizeof(vector) / sizeof(vector[0]) <= AUXILIARY_MAX, "room for all");

    memcpy(to, vector, sizeof(vector));
}

void stack_finish(const struct stack_content *content, uint64_t stack)
{
    const char *text = (const char *)content->strings;
    uint64_t *to = (uint64_t *)stack;

    text += strlen(text) + 1;
    program_place.arguments = (uint64_t)text;
    *to++ = content->arguments;
    to = put_pointers(to, &text, content->arguments);
    program_place.variables = (uint64_t)text;
    to = put_pointers(to, &text, content->variables);
    program_place.end = (uint64_t)text;
    put_auxiliary(to, content, text);
}
