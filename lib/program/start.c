/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens between _start and main: thread-local variables, then constructors, which
 * get the arguments of main. The initial block of variables lies on the initial stack.
 */
#include <elf.h>
#include <stdint.h>

#include <program/tls.h>
#include <transport/program/start.h>
#include <util/string.h>
#include <uxrt/transport.h>

int main(int argc, char **argv, char **envp);

/* Of the linker: constructors, and the program's headers. */
typedef void (*constructor)(int, char **, char **);
extern const constructor __init_array_start[], __init_array_end[];
extern const Elf64_Ehdr __ehdr_start;

static const Elf64_Phdr *tls_header(void)
{
    const Elf64_Phdr *header = (const void *)((const char *)&__ehdr_start
                                              + __ehdr_start.e_phoff);

    for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
        if (header[i].p_type == PT_TLS)
            return &header[i];
    }
    return NULL;
}

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & -alignment;
}

enum { TLS_ALIGNMENT = 64, TLS_CONTROL = 64 };

size_t tls_size(void)
{
    const Elf64_Phdr *tls = tls_header();

    return (tls ? round_up(tls->p_memsz, TLS_ALIGNMENT) : 0) + TLS_CONTROL + TLS_ALIGNMENT;
}

void *tls_make(void *memory)
{
    const Elf64_Phdr *tls = tls_header();
    uint64_t start = round_up((uint64_t)memory, TLS_ALIGNMENT);
    uint64_t bytes = tls ? round_up(tls->p_memsz, TLS_ALIGNMENT) : 0;
    uint64_t *pointer = (uint64_t *)(start + bytes);

    memset((void *)start, 0, bytes + TLS_CONTROL);
    if (tls) {
        char *variables = (char *)pointer - round_up(tls->p_memsz, tls->p_align);

        memcpy(variables, (const void *)tls->p_vaddr, tls->p_filesz);
    }
    *pointer = (uint64_t)pointer;
    return pointer;
}

_Noreturn void program_start(uint64_t *stack);

_Noreturn void program_start(uint64_t *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    char **envp = argv + argc + 1;
    char **end = envp;

    while (*end)
        end++;
    uxrt_start((const uint64_t *)(end + 1));
    uxrt_set_tls(tls_make(__builtin_alloca(tls_size())));
    for (const constructor *run = __init_array_start; run != __init_array_end; run++)
        (*run)(argc, argv, envp);
    uxrt_exit(main(argc, argv, envp));
}
