/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs with damaged headers: exec says so, or the program is killed; nobody else is
 * harmed, and the next one runs. Prints TAP subtests. Argument: every which byte is damaged
 * (default 7, from another one on for each kind of damage).
 */
#include "check.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE 0x400000
enum { CODE = 42, NOT_RUN = 100, KINDS = 4 };

static const char name[] = "/tmp/elf.test";

/* The smallest program: ends with CODE. */
struct program {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    unsigned char text[16];
};

static const struct program good = {
    .header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
        .e_entry = BASE + offsetof(struct program, text),
        .e_phoff = offsetof(struct program, segment), .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1,
    },
    .segment = {
        .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE, .p_paddr = BASE,
        .p_filesz = sizeof(struct program), .p_memsz = sizeof(struct program),
        .p_align = 0x1000,
    },
    .text = {0xb8, 231, 0, 0, 0, 0xbf, CODE, 0, 0, 0, 0x0f, 0x05, 0xf4},
};

static void write_program(const void *bytes, size_t count)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0700);

    if (write(fd, bytes, count) != (ssize_t)count)
        _exit(1);
    close(fd);
}

/* The status of a child that runs the file; NOT_RUN + the error if it cannot. */
static int run(void)
{
    const struct rlimit no_core = {0, 0};
    char *const arguments[] = {(char *)name, NULL};
    int status = -1;
    pid_t child = fork();

    if (!child) {
        setrlimit(RLIMIT_CORE, &no_core);
        alarm(5);
        execv(name, arguments);
        _exit(NOT_RUN + errno);
    }
    waitpid(child, &status, 0);
    return status;
}

static int error_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) - NOT_RUN : -1;
}

/* Whatever is damaged, it runs, is killed by a fault, or is not run for a reason. */
static int is_clean(int status)
{
    static const int errors[] = {ENOEXEC, EINVAL, ENOMEM, EIO, EACCES, EFAULT, ELIBBAD};

    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGKILL, SIGALRM};

    for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (WIFSIGNALED(status) && WTERMSIG(status) == faults[i])
            return 1;
    }
    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (error_of(status) == errors[i])
            return 1;
    }
    return status == CODE << 8;
}

static void test_known(void)
{
    struct program p = good;

    write_program(&good, sizeof(good));
    ok(run() == CODE << 8, "a program");
    write_program(&good, 0);
    ok(error_of(run()) == ENOEXEC, "an empty file");
    write_program(&good, sizeof(Elf64_Ehdr) - 1);
    ok(error_of(run()) == ENOEXEC, "half a header");
    p.header.e_machine = EM_AARCH64;
    write_program(&p, sizeof(p));
    ok(error_of(run()) == ENOEXEC, "another processor's");
    p = good;
    p.header.e_type = ET_REL;
    write_program(&p, sizeof(p));
    ok(error_of(run()) == ENOEXEC, "an object file");
    p = good;
    p.header.e_ident[0] = 'x';
    write_program(&p, sizeof(p));
    ok(error_of(run()) == ENOEXEC, "no magic number");
    chmod(name, 0600);
    ok(error_of(run()) == EACCES, "not to be executed");
    chmod(name, 0700);
    unlink(name);
    ok(error_of(run()) == ENOENT, "no file");
}

static void damage(unsigned char *byte, unsigned kind)
{
    static const unsigned char marks[KINDS] = {0xff, 0x01, 0x80, 0x10};

    *byte = kind ? *byte ^ marks[kind] : marks[0];
}

/* All bytes of the headers, in all ways. */
static void test_all(size_t step)
{
    int tried = 0, clean = 0, same = 0;

    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (size_t at = kind % step; at < offsetof(struct program, text); at += step) {
            struct program p = good;
            int status;

            damage((unsigned char *)&p + at, kind);
            write_program(&p, sizeof(p));
            status = run();
            tried++;
            clean += is_clean(status);
            same += status == CODE << 8;
        }
    }
    ok(tried && clean == tried, "damaged headers: an error or an end");
    ok(same > 0 && same < tried, "some of which do not matter");
    write_program(&good, sizeof(good));
    ok(run() == CODE << 8, "the next one runs");
    unlink(name);
}

int main(int argc, char **argv)
{
    test_known();
    test_all(argc > 1 ? (size_t)atoi(argv[1]) : 7);
    return checks_done();
}
