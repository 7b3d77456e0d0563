/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vector registers keep their contents while several processes use theirs at once, fault,
 * make system calls, and have their signals handled by functions that change them.
 */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { PROCESSES = 6, ROUNDS = 100, PAGE = 4096, REGISTERS = 16, REGISTER_BYTES = 16 };

static volatile sig_atomic_t handled;

static void clobber(int signal)
{
    (void)signal;
    handled++;
    __asm__ volatile("pcmpeqb %%xmm0, %%xmm0\n\tpcmpeqb %%xmm1, %%xmm1\n\t"
                     "pcmpeqb %%xmm8, %%xmm8\n\tpcmpeqb %%xmm15, %%xmm15"
                     ::: "xmm0", "xmm1", "xmm8", "xmm15");
}

/* Loads all registers, touches a page that is not there yet, signals itself, gives its turn
 * away, and stores the registers. */
static void disturb(const uint8_t *in, uint8_t *out, char *page, long pid)
{
    register const uint8_t *from __asm__("r12") = in;
    register uint8_t *to __asm__("r13") = out;
    register char *fresh __asm__("r14") = page;
    register long self __asm__("r15") = pid;

#define LOAD(n)   "movdqu 16*" #n "(%%r12), %%xmm" #n "\n\t"
#define STORE(n)  "movdqu %%xmm" #n ", 16*" #n "(%%r13)\n\t"
#define ALL(each) each(0) each(1) each(2) each(3) each(4) each(5) each(6) each(7) \
    each(8) each(9) each(10) each(11) each(12) each(13) each(14) each(15)
    __asm__ volatile(
        ALL(LOAD)
        "movdqu %%xmm0, (%%r14)\n\t"
        "mov %[kill], %%eax\n\tmov %%r15, %%rdi\n\tmov %[usr1], %%esi\n\tsyscall\n\t"
        "mov %[yield], %%eax\n\tsyscall\n\t"
        ALL(STORE)
        : : "r"(from), "r"(to), "r"(fresh), "r"(self), [kill] "i"(SYS_kill),
        [usr1] "i"(SIGUSR1), [yield] "i"(SYS_sched_yield)
        : "rax", "rdi", "rsi", "rcx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3",
        "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
        "xmm13", "xmm14", "xmm15");
}

static int wrong(char *pages)
{
    uint8_t in[REGISTERS * REGISTER_BYTES], out[sizeof(in)];
    int faults = 0;

    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof(in); i++) {
            in[i] = (uint8_t)((size_t)getpid() * 31 + (size_t)round * 7 + i);
        }
        disturb(in, out, pages + (size_t)round * PAGE, getpid());
        faults += memcmp(in, out, sizeof(in)) != 0
                  || memcmp(in, pages + (size_t)round * PAGE, REGISTER_BYTES) != 0;
    }
    return faults != 0 || handled != ROUNDS;
}

int main(void)
{
    int status, right = 0;

    signal(SIGUSR1, clobber);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            char *pages = mmap(NULL, ROUNDS * PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

            _exit(pages == MAP_FAILED || wrong(pages));
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        right += wait(&status) > 0 && status == 0;
    }
    ok(right == PROCESSES, "all registers of all processes stay as they are");
    return checks_done();
}
