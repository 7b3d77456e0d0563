/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All registers survive handlers that change all: while the program goes round with known
 * values in the general, SSE or AVX and x87 registers and in the control words, another
 * process sends a signal after the other. Prints TAP subtests. Argument: how many signals
 * (default 200).
 */
#include "check.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 15, VECTORS = 16, DOUBLES = 8, ROUNDS = 2000 };

/* What the registers begin with, and what they have afterwards. */
uint64_t words_in[WORDS], words_out[WORDS];
uint8_t vectors_in[VECTORS][32], vectors_out[VECTORS][32];
double doubles_in[DOUBLES], doubles_out[DOUBLES];
uint32_t rounds;

/* Loads all registers but rsp, goes round, stores them. */
#define SPIN(name, move, register) \
    void name(void); \
    __asm__(".text\n.globl " #name "\n" #name ":\n" \
        "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\n" \
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n" \
        move " vectors_in+32*\\n(%rip), %" register "\\n\n.endr\n" \
        ".irp n,0,1,2,3,4,5,6,7\nfldl doubles_in+8*\\n(%rip)\n.endr\n" \
        GENERAL("mov words_in+8*", "(%rip), %") \
        "1:\ndecl rounds(%rip)\njnz 1b\n" \
        STORE_GENERAL \
        ".irp n,7,6,5,4,3,2,1,0\nfstpl doubles_out+8*\\n(%rip)\n.endr\n" \
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n" \
        move " %" register "\\n, vectors_out+32*\\n(%rip)\n.endr\n" \
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n")
#define GENERAL(before, after) \
    before "0" after "rax\n" before "1" after "rbx\n" before "2" after "rcx\n" \
    before "3" after "rdx\n" before "4" after "rsi\n" before "5" after "rdi\n" \
    before "6" after "rbp\n" before "7" after "r8\n" before "8" after "r9\n" \
    before "9" after "r10\n" before "10" after "r11\n" before "11" after "r12\n" \
    before "12" after "r13\n" before "13" after "r14\n" before "14" after "r15\n"
#define STORE_GENERAL \
    "mov %rax, words_out(%rip)\nmov %rbx, words_out+8(%rip)\n" \
    "mov %rcx, words_out+16(%rip)\nmov %rdx, words_out+24(%rip)\n" \
    "mov %rsi, words_out+32(%rip)\nmov %rdi, words_out+40(%rip)\n" \
    "mov %rbp, words_out+48(%rip)\nmov %r8, words_out+56(%rip)\n" \
    "mov %r9, words_out+64(%rip)\nmov %r10, words_out+72(%rip)\n" \
    "mov %r11, words_out+80(%rip)\nmov %r12, words_out+88(%rip)\n" \
    "mov %r13, words_out+96(%rip)\nmov %r14, words_out+104(%rip)\n" \
    "mov %r15, words_out+112(%rip)\n"

SPIN(spin_sse, "movdqu", "xmm");
SPIN(spin_avx, "vmovdqu", "ymm");

static int avx, answers;
static volatile sig_atomic_t came;

/* Changes all that a handler may change, and more. */
static void change_all(void)
{
    const uint32_t mxcsr = 0x1f80;

    __asm__ volatile("fninit\n\tfldpi\n\tldmxcsr %0" : : "m"(mxcsr));
    __asm__ volatile(
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\npcmpeqd %%xmm\\n, %%xmm\\n\n.endr"
        : : : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
        "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    if (avx)
        __asm__ volatile("vzeroall");
    __asm__ volatile("xor %%r12d, %%r12d\n\txor %%r15d, %%r15d" : : : "r12", "r15");
}

static void handle(int number)
{
    (void)number;
    came++;
    if (write(answers, "", 1) != 1)
        _exit(1);
    change_all();
}

/* The sender goes on when the handler has answered. */
static pid_t sender(int count, int ends[2])
{
    pid_t parent = getpid(), child = fork();
    char byte;

    if (child)
        return child;
    for (int i = 0; i < count; i++) {
        kill(parent, SIGUSR1);
        if (read(ends[0], &byte, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static void fill(void)
{
    uint8_t *bytes = &vectors_in[0][0];

    for (unsigned i = 0; i < WORDS; i++)
        words_in[i] = UINT64_C(0x0123456789abcdef) * (i + 1);
    for (unsigned i = 0; i < sizeof(vectors_in); i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    for (unsigned i = 0; i < DOUBLES; i++)
        doubles_in[i] = 1.0 / (i + 3);
}

/* Are all as they were? The upper halves are AVX's. */
static int same(void)
{
    int good = !memcmp(words_in, words_out, sizeof(words_in))
               && !memcmp(doubles_in, doubles_out, sizeof(doubles_in));

    for (unsigned i = 0; i < VECTORS; i++)
        good = good && !memcmp(vectors_in[i], vectors_out[i], avx ? 32 : 16);
    return good;
}

/* Goes round until all signals have come: how often something was wrong. */
static int spin_until(int count, int *controls)
{
    const uint32_t mxcsr = 0x7f80;          /* rounds to zero */
    const uint16_t control = 0x0f7f;        /* the same */
    uint32_t mxcsr_now;
    uint16_t control_now;
    int wrong = 0;

    __asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(mxcsr), "m"(control));
    *controls = 0;
    while (came < count) {
        rounds = ROUNDS;
        if (avx)
            spin_avx();
        else
            spin_sse();
        wrong += !same();
        __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr_now), "=m"(control_now));
        *controls += (mxcsr_now & ~UINT32_C(0x3f)) != mxcsr || control_now != control;
    }
    return wrong;
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = handle};
    int count = argc > 1 ? atoi(argv[1]) : 200, ends[2], status = -1, wrong, controls;
    uint32_t mxcsr;
    uint16_t control;

    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(control));
    ok((mxcsr & ~UINT32_C(0x3f)) == 0x1f80 && control == 0x37f, "control words at first");
    avx = __builtin_cpu_supports("avx");
    if (pipe(ends))
        return 1;
    answers = ends[1];
    sigaction(SIGUSR1, &action, NULL);
    fill();
    pid_t child = sender(count, ends);

    wrong = spin_until(count, &controls);
    waitpid(child, &status, 0);
    ok(status == 0 && came == count, "all signals came");
    ok(wrong == 0, avx ? "general, AVX and x87 registers are as they were"
                       : "general, SSE and x87 registers are as they were");
    ok(controls == 0, "so are the control words");
    return checks_done();
}
