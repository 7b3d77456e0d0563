/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread that touches memory: see worker.h. It says that it is done by an exception. */
#include <test/worker.h>

#include <abi/fault.h>
#include <boot/boot.h>
#include <memory/slot.h>
#include <test/check.h>
#include <transport/process.h>

enum { PRIORITY = 100, BUDGET_US = 10000, STATUS_WRITE = 2 };

/* rdi: address, rsi: pages, rdx: value to write; rax: sum of what was read. */
extern const char touch_write[], touch_read[], touch_end[];
__asm__(".pushsection .rodata\n"
        "touch_write:\n"
        "1:  movq %rdx, (%rdi)\n"
        "    addq $4096, %rdi\n"
        "    decq %rsi\n"
        "    jnz 1b\n"
        "    ud2\n"
        "touch_read:\n"
        "    xorl %eax, %eax\n"
        "1:  addq (%rdi), %rax\n"
        "    addq $4096, %rdi\n"
        "    decq %rsi\n"
        "    jnz 1b\n"
        "    ud2\n"
        "touch_end:\n"
        ".popsection\n");

void worker_start(struct worker *worker, struct space *space)
{
    *worker = (struct worker){
        .space = space,
        .tcb = pool_take(POOL_TCB),
        .sc = pool_take(POOL_SCHED_CONTEXT),
        .cspace = pool_take(POOL_CSPACE),
        .reply = pool_take(POOL_REPLY),
        .endpoint = pool_take(POOL_ENDPOINT),
    };
    CHECK(space_map(space, WORKER_CODE, 1, PROC_READ | PROC_EXECUTE, REGION_SYSTEM, NULL, 0,
              false) > 0);
    CHECK(space_write(space, WORKER_CODE, touch_write, (size_t)(touch_end - touch_write))
          > 0);
    CHECK(!kc_sched_control_configure_flags(boot_sched_control(0), worker->sc, BUDGET_US,
        BUDGET_US, 0, 0, 0));
    CHECK(!kc_tcb_configure(worker->tcb, worker->cspace, 0, space_vspace(space), 0, 0, 0));
    CHECK(!kc_tcb_set_sched_params(worker->tcb, ROOT_SLOT_TCB, PRIORITY, PRIORITY,
        worker->sc, worker->endpoint));
}

void worker_end(struct worker *worker)
{
    pool_return(POOL_TCB, worker->tcb);
    pool_return(POOL_SCHED_CONTEXT, worker->sc);
    pool_return(POOL_CSPACE, worker->cspace);
    pool_return(POOL_REPLY, worker->reply);
    pool_return(POOL_ENDPOINT, worker->endpoint);
}

static int handle_fault(struct worker *worker, const uint64_t mr[4])
{
    unsigned access = mr[VM_FAULT_STATUS] & STATUS_WRITE ? PROC_WRITE : PROC_READ;

    worker->faults++;
    return space_fault(worker->space, mr[VM_FAULT_ADDRESS], access);
}

static int run(struct worker *worker, const char *code, uint64_t address, size_t pages,
    uint64_t value, struct user_context *registers)
{
    uint64_t badge, mr[4] = {0}, info;
    int error = 0;

    *registers = (struct user_context){
        .rip = WORKER_CODE + (uint64_t)(code - touch_write),
        .rflags = 0x202, .rdi = address, .rsi = pages, .rdx = value,
    };
    CHECK(!kc_tcb_write_registers(worker->tcb, true, 0, USER_CONTEXT_WORDS, registers));
    info = kc_recv(worker->endpoint, worker->reply, &badge, mr);
    while (message_label(info) == FAULT_VM && !(error = handle_fault(worker, mr))) {
        info = kc_reply_recv(worker->endpoint, worker->reply, 0, &badge, mr);
    }
    CHECK(!kc_tcb_suspend(worker->tcb));
    CHECK(!kc_tcb_read_registers(worker->tcb, false, 0, USER_CONTEXT_WORDS, registers));
    return error;
}

int worker_write(struct worker *worker, uint64_t address, size_t pages, uint64_t value)
{
    struct user_context registers;

    return run(worker, touch_write, address, pages, value, &registers);
}

int worker_read(struct worker *worker, uint64_t address, size_t pages, uint64_t *sum)
{
    struct user_context registers;
    int error = run(worker, touch_read, address, pages, 0, &registers);

    *sum = registers.rax;
    return error;
}
