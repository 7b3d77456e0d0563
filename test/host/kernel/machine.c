/* SPDX-License-Identifier: BSD-2-Clause */
/* See machine.h. Each entry of a core into the kernel is a coroutine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <sanitizer/common_interface_defs.h>

#include <abi/object.h>
#include <abi/syscall.h>
#include <api/entry.h>
#include <api/fastpath.h>
#include <core/arch.h>
#include <core/boot.h>
#include <core/elf.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/irq.h>

#include "machine.h"

#define STACK_SIZE   (256 * 1024)
#define DEVICE_TOP   ((paddr)0x300000)
#define SPIN_LIMIT   100000     /* pauses without a core leaving the kernel: a deadlock */

struct entry {
    enum { ENTRY_BOOT, ENTRY_CALL, ENTRY_INTERRUPT, ENTRY_EXCEPTION } kind;
    int64_t argument;
};

static struct fiber {
    ucontext_t context;
    char *stack;
    void *fake;
    enum machine_mode mode;
    struct entry entry;
    enum host_point point;      /* where it is paused */
} fibers[CONFIG_MAX_CORES];

static ucontext_t driver;
static void *driver_fake;
static const void *driver_stack;
static size_t driver_size;
static unsigned fruitless;

struct machine_policy machine_policy;

/* --- coroutines -------------------------------------------------------------------- */

static struct fiber *current_fiber(void)
{
    return &fibers[host.self->id];
}

/* Back to the driver: for a while, or for good. */
static void to_driver(bool leave)
{
    struct fiber *f = current_fiber();

    __sanitizer_start_switch_fiber(leave ? NULL : &f->fake, driver_stack, driver_size);
    swapcontext(&f->context, &driver);
    __sanitizer_finish_switch_fiber(f->fake, &driver_stack, &driver_size);
}

static void to_core(unsigned core)
{
    struct fiber *f = &fibers[core];

    if (++fruitless > SPIN_LIMIT)
        host.fail(__FILE__, __LINE__, "the cores wait for each other");
    host.self = &cores[core];
    __sanitizer_start_switch_fiber(&driver_fake, f->stack, STACK_SIZE);
    swapcontext(&driver, &f->context);
    __sanitizer_finish_switch_fiber(driver_fake, NULL, NULL);
}

/* What entry.S does of a system call. */
static void enter_call(struct core *self, int64_t number)
{
    struct tcb *t = self->current, *next = NULL;

    if (number == SYSCALL_CALL || number == SYSCALL_CALL_WINDOW)
        next = fastpath_call(self);
    else if (number == SYSCALL_REPLY_RECV)
        next = fastpath_reply_recv(self);
    else if (number == SYSCALL_SEND)
        next = fastpath_send(self);
    else if (number == SYSCALL_RECV)
        next = fastpath_recv(self);
    if (next)
        host.leave(self, next);
    if (self->current != t)
        host.fail(__FILE__, __LINE__, "the fast path gave up but switched threads");
    handle_syscall(self, number);
}

static void fiber_main(void)
{
    struct core *self = host.self;
    struct fiber *f = current_fiber();

    __sanitizer_finish_switch_fiber(NULL, &driver_stack, &driver_size);
    switch (f->entry.kind) {
    case ENTRY_BOOT:
        core_start(self);
    case ENTRY_CALL:
        enter_call(self, f->entry.argument);
        break;
    case ENTRY_INTERRUPT:
        handle_interrupt(self, (word)f->entry.argument);
    case ENTRY_EXCEPTION:
        handle_exception(self, (word)f->entry.argument);
    }
}

static void enter(unsigned core, struct entry entry)
{
    struct fiber *f = &fibers[core];

    cores[core].current->context.syscall = entry.kind == ENTRY_CALL;
    f->entry = entry;
    f->mode = MACHINE_KERNEL;
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = f->stack;
    f->context.uc_stack.ss_size = STACK_SIZE;
    f->context.uc_link = NULL;
    makecontext(&f->context, fiber_main, 0);
    to_core(core);
}

/* --- callbacks of the dummy CPU ---------------------------------------------------- */

static void leave(struct core *core, struct tcb *t)
{
    current_fiber()->mode = t ? MACHINE_USER : MACHINE_IDLE;
    if (t && core->arch.loaded != t)
        host.fail(__FILE__, __LINE__, "another thread's registers are loaded");
    if (core->current != (t ? t : core->idle))
        host.fail(__FILE__, __LINE__, "the current thread does not run");
    fruitless = 0;
    to_driver(true);
}

static void pause_core(enum host_point point)
{
    if (!host.self || current_fiber()->mode != MACHINE_KERNEL)
        return;                 /* the driver itself runs kernel code */
    if (point != HOST_SPIN && !(machine_policy.pause && machine_policy.pause(point)))
        return;
    current_fiber()->point = point;
    to_driver(false);
}

static void put(char c)
{
    static bool quiet, asked;

    if (!asked)
        quiet = !getenv("UXRT_HOST_VERBOSE");
    asked = true;
    if (!quiet)
        putchar(c);
}

static void fail(const char *file, int line, const char *what)
{
    fflush(stdout);
    fprintf(stderr, "panic on core %d: %s (%s:%d)\n",
            host.self ? (int)host.self->id : -1, what, file, line);
    abort();
}

/* --- booting and resetting --------------------------------------------------------- */

static struct {
    char *memory;
    struct core cores[CONFIG_MAX_CORES];
    enum machine_mode mode[CONFIG_MAX_CORES];
    ticks now;
    struct slot *root_slots;
    struct tcb *root;
} after_boot;

static void write_root_task(paddr at)
{
    struct elf_header *elf = phys_to_virt(at);
    struct elf_program *program = (struct elf_program *)(elf + 1);

    *elf = (struct elf_header){
        .magic = ELF_MAGIC, .class = ELF_CLASS_64, .machine = ELF_MACHINE_X86_64,
        .entry = 0x10000, .program_offset = sizeof(*elf),
        .program_entry_size = sizeof(*program), .program_count = 1,
    };
    *program = (struct elf_program){
        .type = ELF_PT_LOAD, .vaddr = 0x10000, .memory_size = BIT(PAGE_BITS),
        .file_size = sizeof(*elf) + sizeof(*program),
    };
}

static void boot(unsigned count)
{
    struct region module = {MACHINE_RAM_START, MACHINE_RAM_START + BIT(PAGE_BITS)};

    boot_memory_add((struct region){MACHINE_RAM_START, MACHINE_RAM_END});
    boot_memory_reserve(module);
    write_root_task(module.start);
    host_setup_cores(count);
    host.self = &cores[0];
    boot_root_task(&cores[0], module, DEVICE_TOP);
    for (unsigned i = 0; i < count; i++)
        enter(i, (struct entry){ENTRY_BOOT, 0});
    machine_settle();
}

void machine_start(unsigned count)
{
    char *m = mmap(NULL, DEVICE_TOP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t size = MACHINE_RAM_END - MACHINE_RAM_START;

    mprotect(m + MACHINE_RAM_START, size, PROT_READ | PROT_WRITE);
    host = (struct host){
        .memory = m, .now = 1000, .pause = pause_core, .leave = leave, .put = put,
        .fail = fail,
    };
    for (unsigned i = 0; i < count; i++)
        fibers[i].stack = malloc(STACK_SIZE);
    boot(count);
    after_boot.memory = malloc(size);
    memcpy(after_boot.memory, m + MACHINE_RAM_START, size);
    memcpy(after_boot.cores, cores, sizeof(cores));
    for (unsigned i = 0; i < count; i++)
        after_boot.mode[i] = fibers[i].mode;
    after_boot.now = host.now;
    after_boot.root = machine_thread(0);
    after_boot.root_slots = cap_ptr(after_boot.root->slots[TCB_CSPACE].cap);
}

/* Interrupt handlers are the kernel's only state outside of memory and cores. */
static void release_interrupts(void)
{
    host.self = &cores[0];
    gate_close(&cores[0]);
    for (word i = 0; i < ARCH_IRQ_COUNT; i++) {
        if (irq_is_issued(i))
            irq_handler_finalise(cap_make(CAP_IRQ_HANDLER, 0, 0, i));
    }
    gate_open(&cores[0]);
}

void machine_reset(void)
{
    struct machine_policy policy = machine_policy;

    machine_policy = (struct machine_policy){0};
    machine_settle();
    release_interrupts();
    memcpy(host.memory + MACHINE_RAM_START, after_boot.memory,
           MACHINE_RAM_END - MACHINE_RAM_START);
    memcpy(cores, after_boot.cores, sizeof(cores));
    for (unsigned i = 0; i < core_count; i++)
        fibers[i].mode = after_boot.mode[i];
    host.now = after_boot.now;
    host.ipi = 0;
    host.interrupt = false;
    host.masked[0] = host.masked[1] = ~(word)0;
    host_forget_spaces();
    for (unsigned i = 0; i < core_count; i++)
        machine_interrupt(i, HOST_VECTOR_IPI);
    machine_settle();
    machine_policy = policy;
}

struct slot *machine_root_slots(void) { return after_boot.root_slots; }
struct tcb *machine_root(void) { return after_boot.root; }

/* --- driving ----------------------------------------------------------------------- */

enum machine_mode machine_mode(unsigned core)
{
    return fibers[core].mode;
}

struct tcb *machine_thread(unsigned core)
{
    return fibers[core].mode == MACHINE_USER ? cores[core].current : NULL;
}

void machine_call(unsigned core, int64_t number)
{
    enter(core, (struct entry){ENTRY_CALL, number});
}

void machine_interrupt(unsigned core, word vector)
{
    if (vector == HOST_VECTOR_IPI)
        host.ipi &= ~(uint32_t)BIT(core);
    enter(core, (struct entry){ENTRY_INTERRUPT, (int64_t)vector});
}

void machine_exception(unsigned core, word vector)
{
    enter(core, (struct entry){ENTRY_EXCEPTION, (int64_t)vector});
}

void machine_resume(unsigned core)
{
    to_core(core);
}

bool machine_quiet(void)
{
    for (unsigned i = 0; i < core_count; i++) {
        if (fibers[i].mode == MACHINE_KERNEL)
            return false;
    }
    return true;
}

/* One core goes on, or takes its interrupt because another one may wait for it. */
static void advance(unsigned core)
{
    if (fibers[core].mode == MACHINE_KERNEL)
        machine_resume(core);
    else if (host.ipi & BIT(core))
        machine_interrupt(core, HOST_VECTOR_IPI);
}

void machine_settle(void)
{
    static unsigned turn;

    while (!machine_quiet()) {
        unsigned skip = machine_policy.choose ? machine_policy.choose(core_count) : 0;
        advance((turn++ + skip) % core_count);
    }
}

void machine_deliver(void)
{
    for (unsigned i = 0; i < core_count; i++) {
        machine_settle();
        if (host.ipi & BIT(i))
            machine_interrupt(i, HOST_VECTOR_IPI);
        else if (cores[i].arch.deadline <= host.now)
            machine_interrupt(i, HOST_VECTOR_TIMER);
        machine_settle();
    }
}
