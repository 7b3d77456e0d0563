/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generic code asks of a processor architecture. Each CPU folder implements
 * these (arch/x86_64, and arch/host for tests) and gives <arch/context.h> (saved
 * registers) and <arch/cpu.h> (inline: this_core(), cpu_relax(), memory barriers).
 */
#pragma once

#include <core/cap.h>
#include <core/types.h>
#include <api/outcome.h>

struct tcb;
struct core;
struct invocation;


/* --- time ------------------------------------------------------------------ */

/* ticks arch_now(void), the time-stamp counter, is inline in <arch/cpu.h>. */
/* This core's next timer interrupt: at once if `deadline` is past; ~0: none. */
void arch_timer_set(ticks deadline);
extern word arch_ticks_per_us;

/* --- cores ----------------------------------------------------------------- */

/* Interrupt another core; it enters the kernel and looks at its mailbox. */
void arch_ipi(unsigned core);
/* Another core is waiting for what this one just did. An emulator that runs one core at
 * a time (QEMU with -icount) should run that one now: otherwise time passes for it, and
 * budgets run out, before it gets to do anything. */
void arch_give_turn(void);
/* True when an interrupt waits to be taken on this core (preemption points). */
bool arch_interrupt_pending(void);
/* Runs what other cores asked of this one (mailbox): TLB flush, FPU save. Called in
 * every spin loop of the kernel and at entry by an inter-processor interrupt. */
void arch_mailbox(struct core *core);
/* Switch this core's address space, thread-local bases and entry frame to `t`. */
void arch_switch_to(struct core *core, struct tcb *t);
/* Slow entries: what user code may have changed without the kernel goes to the current
 * thread's TCB, because the thread may soon run elsewhere. And on the way out: the
 * processor holds t's state again, with floating point if t uses that. */
void arch_save_user_state(struct core *core);
void arch_own_user_state(struct core *core, struct tcb *t);
/* Under exclusion, or for the current thread: give t this thread-local base. */
void arch_set_tls_base(struct tcb *t, word base);
/* Under exclusion: t has another address space from now on (TCB_VSPACE). */
void arch_vspace_changed(struct tcb *t);

/* Stop until an interrupt comes; the gate has been left. */
_Noreturn void arch_idle(struct core *self);
/* Load the registers of the current thread and leave the kernel. */
_Noreturn void arch_return_to_user(struct tcb *t);
/* Acknowledge the interrupt to the controller; the user-visible number it stands for,
 * or ARCH_IRQ_COUNT and more for those of the kernel (timer, other cores, spurious). */
word arch_interrupt_irq(struct core *self, word vector);
/* A processor exception in user mode: false when it is dealt with (floating-point state
 * loaded), else *fault describes it. */
struct fault;
bool arch_exception(struct core *self, struct tcb *t, word vector, struct fault *fault);

/* --- floating point --------------------------------------------------------- */

/* Save what of t's state is live in a processor (floating point, segment bases) into
 * its TCB, and forget it.
 * From another core: only while that core is excluded (gate_exclusive()). */
void arch_fpu_release(struct tcb *t);
/* Fresh state for a new thread. */
void arch_fpu_init(struct tcb *t);

/* --- objects and capabilities of the architecture ---------------------------- */

/* log2 of the object's size, or 0 when `type` does not exist. user_bits: size_bits
 * argument of Retype (ignored by fixed-size objects). */
word arch_object_bits(word type, word user_bits);
bool arch_object_is_frame(word type);           /* may be made from device memory */
/* Initialise a fresh zeroed object (memory at `base`) and return its capability. */
struct cap arch_object_create(word type, paddr base, bool device);

/* May `cap` be copied, and as what? ERROR_NONE (abi/error.h) and *out, or an error. */
word arch_cap_derive(struct cap cap, struct cap *out);
/* Apply a rights mask (RIGHT_*) to a copy. */
struct cap arch_cap_mask(struct cap cap, word rights);
/* Physical memory the capability stands for, as base and log2 of the size; false if it
 * stands for none (control capabilities, I/O ports). */
bool arch_cap_region(struct cap cap, paddr *base, word *bits);
/* Is a copy or child made from `source` an original of its own (revocable)? */
bool arch_cap_revocable(struct cap cap, struct cap source);
/* Is `b` an object inside or equal to the region that `a` stands for? */
bool arch_cap_same_region(struct cap a, struct cap b);
bool arch_cap_same_object(struct cap a, struct cap b);
/* The capability is being deleted. final: the last one to its object. Unmaps. */
void arch_cap_finalise(struct cap cap, bool final);
/* Invocation of an architecture capability; see api/invocation.h. */
enum outcome arch_decode(struct invocation *inv);

/* Is this a capability to a usable (assigned) address space root? */
bool arch_valid_vspace(struct cap cap);
/* Check a frame as IPC buffer at user address `address`: error code of abi/error.h. */
word arch_check_ipc_buffer(struct cap frame, word address);
/* Kernel address of the IPC buffer at user address `address` in that frame. */
struct ipc_buffer *arch_ipc_buffer(struct cap frame, word address);
/* Copy up to `limit` bytes from one thread's memory to another's: how many. It ends early
 * where a page is absent, of a device, or the target's read-only. Both address
 * spaces are locked meanwhile. */
word arch_user_copy(const struct tcb *to, word to_address, const struct tcb *from,
                    word from_address, word limit);

/* IRQ numbers: is it valid for IRQControl_Get here? -> error code. */
word arch_irq_check(word irq);
void arch_irq_mask(word irq, bool masked);
#define ARCH_IRQ_COUNT 128

/* Number of bits of a foreign call (debug etc.): true when handled. */
bool arch_debug_syscall(struct tcb *t, int64_t number);

/* phys_to_virt() and virt_to_phys() are inline in <arch/memory.h>. */
#include <arch/memory.h>
