/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens between _start and guest_main: thread-local storage, IPC buffer, output
 * and the allocator. A program's own guest_main replaces the one in main.c.
 */
#include <test/memory.h>
#include <test/start.h>
#include <test/test.h>

static struct tls_block start_tls;

uint64_t tls_make(struct tls_block *block, struct ipc_buffer *buffer)
{
    uint64_t offset;

    memset(block, 0, sizeof(*block));
    block->self = (uint64_t)&block->self;
    __asm__("movq kc_ipc_buffer_ptr@gottpoff(%%rip), %0" : "=r"(offset));
    *(struct ipc_buffer **)(block->self + offset) = buffer;
    return block->self;
}

static cptr issue_ports(uint64_t first, uint64_t last)
{
    cptr to = keep_slot();

    (void)kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, first, last, ROOT, to, DEPTH);
    return to;
}

/* Where crt.S goes on. */
_Noreturn void guest_start(const struct boot_info *info);

void guest_start(const struct boot_info *info)
{
    uint64_t base = tls_make(&start_tls, (struct ipc_buffer *)info->ipc_buffer);

    (void)kc_tcb_set_tls_base(ROOT_SLOT_TCB, base);
    alloc_slots(info);
    cptr serial = issue_ports(0x3f8, 0x3ff);
    print_init(serial, issue_ports(0xf4, 0xf7));
    alloc_pools();
    vspace_init();
    quit(guest_main());
}
