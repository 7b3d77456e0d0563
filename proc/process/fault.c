/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults. A missing page is put in; an instruction of the library that uses a program's
 * memory goes on at its fix-up; receiving from a service that has ended goes on with a
 * message of label 0. Everything else ends the process, as a signal would.
 */
#include <memory/slot.h>
#include <process/process.h>

#include <abi/fault.h>
#include <boot/log.h>
#include <kcall/invoke.h>
#include <process/image.h>
#include <process/oom.h>
#include <process/signal.h>
#include <process/thread.h>
#include <util/errno.h>

enum { STATUS_WRITE = 2, SYSCALL_BYTES = 2, REGISTERS_TO_RDI = 9,
       VECTOR_PROTECTION = 13, VECTOR_PAGE = 14 };
/* Codes of siginfo. */
enum { SEGV_NOT_MAPPED = 1, SEGV_PROTECTION = 2, BUS_NO_ADDRESS = 2 };

/* A signal for the thread: it goes on in a handler, or the process ends. */
static bool kill(struct thread *thread, int signal, const char *what, uint64_t ip,
    const struct signal_info *info)
{
    struct process *process = thread->process;

    if (signal_fault(thread, (unsigned)signal, info)) {
        return true;
    }
    log_line("process %u (%s): %s at 0x%lx, address 0x%lx", process->pid, process->name,
        what, ip, info->address);
    process_kill(process, signal);
    return false;
}

/* The thread goes on at the library's fix-up for this instruction, if there is one. */
static bool fix_up(struct thread *thread, uint64_t ip)
{
    struct user_context regs = {.rip = image_fixup(ip)};

    return regs.rip
           && kc_tcb_write_registers(thread->tcb, false, 0, 1, &regs) == ERROR_NONE;
}

/* Others may have to go for the page; if the thread itself does, there is no reply. */
static int find_page(struct thread *thread, uint64_t address, unsigned access)
{
    struct process *process = thread->process;
    int error;

    do {
        error = space_fault(process->space, address, access);
    } while (error == -ENOMEM && oom_kill() && !process->zombie);
    return error;
}

static bool page_fault(struct thread *thread, const uint64_t mr[4])
{
    uint64_t ip = mr[VM_FAULT_IP], address = mr[VM_FAULT_ADDRESS];
    unsigned access = mr[VM_FAULT_IS_INSTRUCTION] ? PROC_EXECUTE
        : mr[VM_FAULT_STATUS] & STATUS_WRITE ? PROC_WRITE : PROC_READ;
    struct process *process = thread->process;
    int error = find_page(thread, address, access);

    if (process->zombie) {
        return false;
    }
    if (error == 0 || fix_up(thread, ip)) {
        return true;
    }

    const struct signal_info info = {
        .code = error == -ENXIO ? BUS_NO_ADDRESS
                : error == -EACCES ? SEGV_PROTECTION : SEGV_NOT_MAPPED,
        .address = address, .trap = VECTOR_PAGE, .error = (uint32_t)mr[VM_FAULT_STATUS],
    };

    return error == -ENXIO ? kill(thread, SIGNAL_BUS, "bus error", ip, &info)
        : error == -ENOMEM ? kill(thread, SIGNAL_KILL, "no memory", ip, &info)
        : kill(thread, SIGNAL_SEGV, "segmentation fault", ip, &info);
}

/* What is told of exceptions; of those not listed: SIGSEGV of the system. */
static const struct {
    uint8_t vector, signal, code;
    bool at_ip;                 /* the address is that of the instruction */
} exceptions[] = {
    {0, SIGNAL_FPE, 1 /* division */, true}, {1, SIGNAL_TRAP, 2 /* trace */, true},
    {3, SIGNAL_TRAP, SIGNAL_KERNEL, false}, {6, SIGNAL_ILL, 2 /* operand */, true},
    {12, SIGNAL_BUS, SIGNAL_KERNEL, false}, {16, SIGNAL_FPE, 0, true},
    {17, SIGNAL_BUS, 1 /* alignment */, false}, {19, SIGNAL_FPE, 0, true},
};

static bool exception(struct thread *thread, const uint64_t mr[4])
{
    uint64_t vector = mr[USER_EXCEPTION_NUMBER], ip = mr[USER_EXCEPTION_IP];
    uint32_t error = (uint32_t)kc_word(USER_EXCEPTION_CODE);

    if (vector == VECTOR_PROTECTION && fix_up(thread, ip)) {
        return true;
    }

    struct signal_info info = {
        .code = SIGNAL_KERNEL, .trap = (uint32_t)vector,
        .error = error,
    };
    int signal = SIGNAL_SEGV;

    for (unsigned i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
        if (exceptions[i].vector == vector) {
            signal = exceptions[i].signal;
            info.code = exceptions[i].code;
            info.address = exceptions[i].at_ip ? ip : 0;
        }
    }
    return kill(thread, signal, "exception", ip, &info);
}

/* An empty slot is no fault when it is sent to, but when it is received from. A thread
 * whose service has ended goes on behind the system call, with nothing in badge and
 * message info. */
static bool missing_capability(struct thread *thread, const uint64_t mr[4])
{
    uint64_t ip = mr[CAP_FAULT_IP], address = mr[CAP_FAULT_ADDRESS];
    struct user_context regs;

    if (address - cap_at(SLOT_ENDPOINT) >= SERVICES_MAX
        || kc_tcb_read_registers(thread->tcb, false, 0, REGISTERS_TO_RDI, &regs)
               != ERROR_NONE) {
        return kill(thread, SIGNAL_SYS, "no such capability", ip,
            &(const struct signal_info){.code = SIGNAL_KERNEL, .address = address});
    }
    regs.rip = ip + SYSCALL_BYTES;
    regs.rsi = 0;
    regs.rdi = 0;
    return kc_tcb_write_registers(thread->tcb, false, 0, REGISTERS_TO_RDI, &regs)
           == ERROR_NONE;
}

bool process_fault(struct thread *thread, uint64_t label, const uint64_t mr[4])
{
    switch (label) {
    case FAULT_VM:
        return page_fault(thread, mr);
    case FAULT_USER_EXCEPTION:
        return exception(thread, mr);
    case FAULT_CAP:
        return missing_capability(thread, mr);
    default:
        return kill(thread, SIGNAL_SYS, "unknown system call", mr[0],
            &(const struct signal_info){.code = SIGNAL_KERNEL, .address = label});
    }
}
