/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end: a failed assertion, or a trap inside the kernel. The first core that panics
 * stops the others, prints what it knows, and stops. Backtraces follow the frame
 * pointers that debug builds have; names come from section .symbols, which the build
 * fills after linking with lines of "address name" in ascending order (symbols.sh).
 */
#include <arch/apic.h>
#include <arch/memory.h>
#include <arch/trap.h>
#include <core/arch.h>
#include <core/core.h>
#include <core/print.h>

#define MAX_DEPTH        24
#define ADDRESS_DIGITS   16

extern const char kernel_text_start[], kernel_text_end[], kernel_end[];
extern const char kernel_symbols[], kernel_symbols_end[];
extern const char msr_access[], msr_access_write[], msr_fixup[];

_Noreturn void fatal_exception(struct trap_frame *frame);

static uint32_t panicking;

static _Noreturn void stop(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

/* --- names -------------------------------------------------------------------------- */

static word parse_hex(const char *p)
{
    word v = 0;

    for (unsigned i = 0; i < ADDRESS_DIGITS; i++)
        v = v << 4 | (word)(p[i] <= '9' ? p[i] - '0' : p[i] - 'a' + 10);
    return v;
}

static const char *next_line(const char *p)
{
    while (p < kernel_symbols_end && *p && *p != '\n')
        p++;
    return p + 1;
}

static bool is_line(const char *p)
{
    return p + ADDRESS_DIGITS < kernel_symbols_end && *p;
}

static void print_name(word address)
{
    const char *found = NULL;

    for (const char *p = kernel_symbols; is_line(p); p = next_line(p)) {
        if (parse_hex(p) > address)
            break;
        found = p;
    }
    if (!found)
        return;
    for (const char *p = found + ADDRESS_DIGITS + 1; is_line(p) && *p != '\n'; p++)
        print("%c", *p);
    print("+%lx", address - parse_hex(found));
}

static void print_address(word address)
{
    print("  %016lx ", address);
    print_name(address);
    print("\n");
}

static bool in_text(word address)
{
    return address >= (word)kernel_text_start && address < (word)kernel_text_end;
}

static void backtrace(word frame)
{
    for (unsigned i = 0; i < MAX_DEPTH; i++) {
        if (!CONFIG_DEBUG || frame < (word)kernel_text_end || frame % 8
            || frame > (word)kernel_end - 16)
            return;
        const word *pair = (const word *)frame;
        if (!in_text(pair[1]))
            return;
        print_address(pair[1]);
        if (pair[0] <= frame)
            return;
        frame = pair[0];
    }
}

/* --- stopping ---------------------------------------------------------------------- */

/* Only one core gets through. */
static void begin(void)
{
    __asm__ volatile("cli");
    if (__atomic_exchange_n(&panicking, 1, __ATOMIC_SEQ_CST))
        stop();
    print_unlocked();
    if (core_count > 1)
        apic_send_nmi_others();
}

/* This core's number, by its APIC: GS may not be valid. */
static unsigned core_number(void)
{
    for (unsigned i = 0; core_count > 1 && i < core_count; i++) {
        if (cores[i].arch.apic_id == apic_id())
            return i;
    }
    return 0;
}

_Noreturn void panic(const char *file, int line, const char *what)
{
    begin();
    print("\npanic on core %u: %s (%s:%d)\n", core_number(), what, file, line);
    backtrace((word)__builtin_frame_address(0));
    print("halting...\n");
    stop();
}

static void print_registers(const struct trap_frame *f)
{
    print("rip %016lx cs %04lx rflags %08lx ss %04lx\n",
          f->rip, f->cs, f->rflags, f->ss);
    print("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n",
          f->rax, f->rbx, f->rcx, f->rdx);
    print("rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n",
          f->rsi, f->rdi, f->rbp, f->rsp);
    print("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n",
          f->r8, f->r9, f->r10, f->r11);
    print("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n",
          f->r12, f->r13, f->r14, f->r15);
}

_Noreturn void fatal_exception(struct trap_frame *frame)
{
    word address;

    begin();
    __asm__ volatile("movq %%cr2, %0" : "=r"(address));
    print("\npanic on core %u: exception %lu in the kernel, error %lx, cr2 %lx\n",
          core_number(), frame->vector, frame->error, address);
    print_registers(frame);
    if (in_text(frame->rip))
        print_address(frame->rip);
    backtrace(frame->rbp);
    print("halting...\n");
    stop();
}

void kernel_exception(struct trap_frame *frame)
{
    if (frame->vector == EXCEPTION_PROTECTION
        && (frame->rip == (word)msr_access || frame->rip == (word)msr_access_write))
        frame->rip = (word)msr_fixup;
    else
        fatal_exception(frame);
}

void handle_nmi(struct trap_frame *frame)
{
    if (__atomic_load_n(&panicking, __ATOMIC_ACQUIRE))
        stop();
    print_unlocked();
    print("core %u: non-maskable interrupt at %lx\n", core_number(), frame->rip);
}
