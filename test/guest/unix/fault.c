/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers of faults, and what they are told; alternate stacks; going on elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static sigjmp_buf back;
static siginfo_t told;
static greg_t trap, code, cr2, ip;
static char *stack_seen;
static volatile char *volatile nothing;

static void on_fault(int number, siginfo_t *info, void *context)
{
    const ucontext_t *c = context;

    (void)number;
    told = *info;
    trap = c->uc_mcontext.gregs[REG_TRAPNO];
    code = c->uc_mcontext.gregs[REG_ERR];
    cr2 = c->uc_mcontext.gregs[REG_CR2];
    ip = c->uc_mcontext.gregs[REG_RIP];
    stack_seen = __builtin_frame_address(0);
    siglongjmp(back, 1);
}

static void handle(int number, int flags)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | flags};

    sigaction(number, &action, NULL);
}

#define FAULT(statement) \
    do { \
        told = (siginfo_t){0}; \
        if (sigsetjmp(back, 1) == 0) { \
            statement; \
        } \
    } while (0)

static void memory(void)
{
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile char *bad = page + 4096, *constant = page + 5;

    munmap(page + 4096, 4096);
    FAULT(*bad = 1);
    ok(told.si_signo == SIGSEGV && told.si_code == SEGV_MAPERR && told.si_addr == bad,
        "no such memory: SEGV_MAPERR and the address");
    ok(trap == 14 && (code & 6) == 6 && cr2 == (greg_t)bad, "a write: trap, error, cr2");
    FAULT((void)*bad);
    ok(told.si_addr == bad && (code & 7) == 4, "a read");
    FAULT((void)*constant; *constant = 1);
    ok(told.si_signo == SIGSEGV && told.si_code == SEGV_ACCERR && told.si_addr == constant,
        "memory to be read only: SEGV_ACCERR");
    FAULT(((void (*)(void))page)());
    ok(told.si_signo == SIGSEGV && told.si_code == SEGV_ACCERR && ip == (greg_t)page,
        "memory without code");
    nothing = (volatile char *)0x8000000000000000;
    FAULT(*nothing = 1);
    nothing = NULL;
    ok(told.si_signo == SIGSEGV && told.si_code == SI_KERNEL && trap == 13,
        "no address at all");
    munmap(page, 4096);
}

static void beyond_end(void)
{
    char name[] = "/tmp/faultXXXXXX";
    int file = mkstemp(name);
    volatile char *page;

    unlink(name);
    ok(ftruncate(file, 100) == 0, "a small file");
    page = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 0);
    FAULT((void)page[4096]);
    ok(told.si_signo == SIGBUS && told.si_code == BUS_ADRERR
        && told.si_addr == (void *)(page + 4096), "beyond the end of its file: SIGBUS");
    close(file);
}

/* What is mapped to be read can be made writable if the file was opened for that. */
static void later_writable(void)
{
    char name[] = "/tmp/faultXXXXXX", byte = 0;
    int file = mkstemp(name), other = open(name, O_RDONLY);
    char *page;

    unlink(name);
    ok(write(file, "abc", 3) == 3, "a file");
    page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, other, 0);
    ok(page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_WRITE) == -1
       && errno == EACCES, "opened for reading, it stays read-only");
    munmap(page, 4096);
    page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    ok(page != MAP_FAILED && !mprotect(page, 4096, PROT_READ | PROT_WRITE),
       "opened for writing, it becomes writable");
    page[1] = 'x';
    ok(pread(other, &byte, 1, 1) == 1 && byte == 'x', "and the file is written");
    munmap(page, 4096);
    close(file);
    close(other);
}

static void arithmetic(void)
{
    volatile int zero = 0, some = 9, result;
    const uint16_t open = 0x37b;        /* all but division by zero masked */
    double one = 1, none = 0;

    FAULT(result = some / zero; (void)result);
    ok(told.si_signo == SIGFPE && told.si_code == FPE_INTDIV && trap == 0
        && told.si_addr == (void *)ip, "a division by zero");
    FAULT(__asm__ volatile("fldcw %0\n\tfldl %1\n\tfdivl %2\n\tfstpl %1\n\tfwait"
        : : "m"(open), "m"(one), "m"(none)));
    __asm__ volatile("fninit");
    ok(told.si_signo == SIGFPE && told.si_code == FPE_FLTDIV && trap == 16,
        "of floating-point numbers");
    FAULT(__asm__ volatile("ud2"));
    ok(told.si_signo == SIGILL && told.si_code == ILL_ILLOPN && told.si_addr == (void *)ip,
        "no instruction");
    FAULT(__asm__ volatile("int3"));
    ok(told.si_signo == SIGTRAP && told.si_code == SI_KERNEL && trap == 3, "a breakpoint");
}

/* --- going on elsewhere ---------------------------------------- */

static void skip(int number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;

    (void)number, (void)info;
    c->uc_mcontext.gregs[REG_RIP] += 2;     /* ud2 */
    c->uc_mcontext.gregs[REG_RAX] = 42;
    c->uc_mcontext.gregs[REG_RCX] = 43;
    c->uc_mcontext.gregs[REG_R11] = 44;
    sigaddset(&c->uc_sigmask, SIGUSR2);
}

static void go_on(void)
{
    struct sigaction action = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
    uint64_t a = 1, c = 2;
    register uint64_t r11 __asm__("r11") = 3;
    sigset_t mask;

    sigaction(SIGILL, &action, NULL);
    __asm__ volatile("ud2" : "+a"(a), "+c"(c), "+r"(r11));
    uint64_t last = r11;
    ok(a == 42 && c == 43 && last == 44, "the handler changes registers, and where it goes on");
    sigprocmask(SIG_SETMASK, NULL, &mask);
    ok(sigismember(&mask, SIGUSR2), "and the mask");
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* --- stacks ---------------------------------------- */

static int deeper(int depth)
{
    volatile char room[4096];

    room[0] = (char)depth;
    return depth < 1 << 30 ? deeper(depth + 1) + room[0] : 0;
}

static char *alternate;
enum { ALTERNATE = 65536 };

static void look(int number)
{
    stack_t stack;

    (void)number;
    stack_seen = __builtin_frame_address(0);
    sigaltstack(NULL, &stack);
    told.si_value.sival_int = stack.ss_flags;
    stack.ss_flags = SS_DISABLE;
    errno = sigaltstack(&stack, NULL) < 0 ? errno : 0;
}

static int is_alternate(void)
{
    return stack_seen > alternate && stack_seen <= alternate + ALTERNATE;
}

static void stacks(void)
{
    stack_t stack = {.ss_size = ALTERNATE}, old;
    struct sigaction action = {.sa_handler = look, .sa_flags = SA_ONSTACK};

    alternate = stack.ss_sp = malloc(ALTERNATE);
    ok(sigaltstack(&stack, NULL) == 0, "an alternate stack");
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    ok(is_alternate() && told.si_value.sival_int == SS_ONSTACK, "a handler runs there");
    ok(errno == EPERM, "and cannot take it away");
    ok(sigaltstack(NULL, &old) == 0 && old.ss_sp == alternate && old.ss_flags == 0,
        "afterwards it is free");
    action.sa_flags = 0;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    ok(!is_alternate(), "without SA_ONSTACK it is not used");
    handle(SIGSEGV, SA_ONSTACK);
    volatile int depth = 0;
    FAULT(depth = deeper(0));
    ok(depth == 0 && told.si_signo == SIGSEGV && is_alternate(),
        "a stack overflow is handled on it");
    stack.ss_size = 100;
    ok(sigaltstack(&stack, NULL) < 0 && errno == ENOMEM, "a stack that is too small");
    stack.ss_flags = SS_DISABLE;
    ok(sigaltstack(&stack, NULL) == 0, "none again");
}

static void raise_fault(void)
{
    *nothing = 1;
}

/* Without a handler, or blocked: it ends. */
static void ends(void)
{
    sigset_t set;
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        sigemptyset(&set);
        sigaddset(&set, SIGSEGV);
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise_fault();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV && !WCOREDUMP(status),
        "a blocked fault ends the process");
    pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        handle(SIGSEGV, 0);
        deeper(0);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
        "so does a stack overflow without another stack");
}

int main(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

    alarm(100);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        handle(numbers[i], 0);
    memory();
    beyond_end();
    later_writable();
    arithmetic();
    go_on();
    stacks();
    ends();
    return checks_done();
}
