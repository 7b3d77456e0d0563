/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal frames, as Linux x86-64 puts them on the program's stack: the address that the
 * handler returns to, ucontext, siginfo; above them the state of the vector registers.
 */
#include <unix/signal.h>

enum { RED_ZONE = 128, FPU_ALIGNMENT = 64, UC_FLAGS = 6, UC_XSTATE = 1, FXSAVE_BYTES = 512,
       TRAP_PAGE = 14, TRAP_X87 = 16, TRAP_SIMD = 19, REGISTERS = 18 };
#define FLAGS_KEPT  UINT64_C(0x240dd5)     /* of a program's choice */
#define FLAGS_CLEAR UINT64_C(0x10500)      /* RF, DF, TF: not for handlers */

struct frame {
    uint64_t restorer;
    uint64_t uc_flags, uc_link;
    struct linux_stack stack;
    uint64_t registers[REGISTERS];
    uint16_t cs, gs, fs, ss;
    uint64_t error, trap, old_mask, cr2, fpu, reserved[8];
    uint64_t mask;
    struct linux_siginfo info;
};
_Static_assert(sizeof(struct frame) == 440, "as Linux has it");

/* In the order of struct sigcontext; the last one is flags. */
static void list(struct foreign_frame *f, uint64_t *registers[REGISTERS])
{
    uint64_t *const all[REGISTERS] = {
        &f->r8, &f->r9, &f->r10, &f->r11, &f->r12, &f->r13, &f->r14, &f->r15, &f->rdi,
        &f->rsi, &f->rbp, &f->rbx, &f->rdx, &f->rax, &f->rcx, &f->rsp, &f->rip, &f->flags,
    };

    memcpy(registers, all, sizeof(all));
}

/* Where the frame's top is. */
static uint64_t place(const struct uxrt_thread *t, const struct foreign_frame *f,
    uint64_t flags)
{
    if (flags & SA_ONSTACK && t->alternate_size && !signal_on_alternate(t, f->rsp))
        return t->alternate + t->alternate_size;
    return f->rsp - RED_ZONE;
}

/* What a floating-point exception was about (codes of siginfo, from its status bits). */
static void describe_fpe(struct linux_siginfo *info, uint32_t trap)
{
    static const int32_t codes[] = {7, 5, 3, 4, 5, 6};  /* by bit: invalid, denormal, zero,
                                                           overflow, underflow, precision */
    uint32_t mxcsr, set;
    uint16_t status, control;

    if (info->number != SIGFPE || (trap != TRAP_X87 && trap != TRAP_SIMD))
        return;
    __asm__ volatile("stmxcsr %0\n\tfnstsw %1\n\tfnstcw %2"
        : "=m"(mxcsr), "=m"(status), "=m"(control));
    set = trap == TRAP_SIMD ? mxcsr & ~(mxcsr >> 7) : status & (uint32_t)~control;
    for (unsigned i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        if (set >> i & 1) {
            info->code = codes[i];
            return;
        }
    }
}

static void fill(const struct uxrt_thread *t, struct foreign_frame *f, struct frame *out,
    const struct taken *taken)
{
    uint64_t *registers[REGISTERS];

    if (!f->whole) {
        f->rcx = f->rip;
        f->r11 = f->flags;
    }
    list(f, registers);
    for (unsigned i = 0; i < REGISTERS; i++)
        out->registers[i] = *registers[i];
    __asm__("movw %%cs, %0\n\tmovw %%ss, %1" : "=r"(out->cs), "=r"(out->ss));
    out->uc_flags = UC_FLAGS | (fpu_bytes() > FXSAVE_BYTES ? UC_XSTATE : 0);
    out->stack = (struct linux_stack){
        .base = t->alternate, .size = t->alternate_size,
        .flags = !t->alternate_size ? SS_DISABLE
                 : signal_on_alternate(t, f->rsp) ? SS_ONSTACK : 0,
    };
    out->mask = t->mask_saved ? t->mask : t->shared->blocked;
    out->trap = taken->trap;
    out->error = taken->error;
    out->cr2 = taken->trap == TRAP_PAGE ? taken->address : 0;
    signal_describe(taken, &out->info);
    describe_fpe(&out->info, taken->trap);
}

bool frame_build(struct uxrt_thread *t, struct foreign_frame *f,
    const struct linux_sigaction *action, const struct taken *taken)
{
    struct frame out = {.restorer = action->restorer};
    uint64_t fpu = (place(t, f, action->flags) - fpu_bytes())
                   & ~(uint64_t)(FPU_ALIGNMENT - 1);
    uint64_t at = ((fpu - sizeof(out)) & ~UINT64_C(15)) - 8;

    fill(t, f, &out, taken);
    out.fpu = fpu;
    if (at >= PROGRAM_END || fpu >= PROGRAM_END || !fpu_save((void *)fpu)
        || !copy_out((void *)at, &out, sizeof(out)))
        return false;
    f->rdi = taken->signal;
    f->rsi = at + offsetof(struct frame, info);
    f->rdx = at + offsetof(struct frame, uc_flags);
    f->rax = 0;
    f->rsp = at;
    f->rip = action->handler;
    f->flags &= ~FLAGS_CLEAR;
    f->whole = 0;
    f->number = NO_NUMBER;
    return true;
}

/* The program's stack pointer is behind the address that the handler has returned to. The
 * alternate stack is as it was, too. */
UNIX_HANDLER(rt_sigreturn)
{
    struct frame in;
    uint64_t *registers[REGISTERS];

    if (!copy_in(&in, (const char *)frame->rsp - 8, sizeof(in))
        || (in.fpu && !fpu_restore((const void *)in.fpu)))
        signal_end(t, SIGSEGV);
    list(frame, registers);
    for (unsigned i = 0; i < REGISTERS; i++)
        *registers[i] = in.registers[i];
    frame->flags = (frame->flags & FLAGS_KEPT) | 0x202;
    frame->whole = 1;
    frame->number = NO_NUMBER;
    t->shared->blocked = in.mask & ~NEVER_BLOCKED;
    t->alternate = in.stack.flags & SS_DISABLE ? 0 : in.stack.base;
    t->alternate_size = in.stack.flags & SS_DISABLE ? 0 : in.stack.size;
    if (!foreign_return(frame))
        signal_end(t, SIGSEGV);
    return (int64_t)frame->rax;
}
