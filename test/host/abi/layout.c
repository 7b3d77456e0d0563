/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks numbers, sizes and offsets of the binary interface against those of the
 * pinned stock configurations, written down here independently. Nearly all of it
 * happens when this file is compiled; the program checks the packing functions.
 */
#include <stddef.h>
#include <stdio.h>

#include <abi/bootinfo.h>
#include <abi/error.h>
#include <abi/fault.h>
#include <abi/invocation.h>
#include <abi/message.h>
#include <abi/object.h>
#include <abi/syscall.h>
#include <abi/syscall_bench.h>
#include <abi/syscall_debug.h>

#define IS(value, expected) _Static_assert((value) == (expected), #value)
#define AT(type, member, offset) IS(offsetof(struct type, member), offset)

IS(SYSCALL_CALL, -1);
IS(SYSCALL_REPLY_RECV, -2);
IS(SYSCALL_NBSEND_RECV, -3);
IS(SYSCALL_NBSEND_WAIT, -4);
IS(SYSCALL_SEND, -5);
IS(SYSCALL_NBSEND, -6);
IS(SYSCALL_RECV, -7);
IS(SYSCALL_NBRECV, -8);
IS(SYSCALL_WAIT, -9);
IS(SYSCALL_NBWAIT, -10);
IS(SYSCALL_YIELD, -11);
IS(SYSCALL_DEBUG_PUT_CHAR, -12);
IS(SYSCALL_DEBUG_DUMP_SCHEDULER, -13);
IS(SYSCALL_DEBUG_HALT, -14);
IS(SYSCALL_DEBUG_CAP_IDENTIFY, -15);
IS(SYSCALL_DEBUG_SNAPSHOT, -16);
IS(SYSCALL_DEBUG_NAME_THREAD, -17);
IS(SYSCALL_DEBUG_SEND_IPI, -18);
IS(SYSCALL_DEBUG_GET_THREAD_AFFINITY, -19);
IS(SYSCALL_BENCHMARK_FLUSH_CACHES, -21);
IS(SYSCALL_BENCHMARK_RESET_LOG, -22);
IS(SYSCALL_BENCHMARK_FINALIZE_LOG, -23);
IS(SYSCALL_BENCHMARK_SET_LOG_BUFFER, -24);
IS(SYSCALL_BENCHMARK_NULL_SYSCALL, -25);
IS(SYSCALL_X86_DANGEROUS_WRMSR, -30);
IS(SYSCALL_X86_DANGEROUS_RDMSR, -31);
IS(SYSCALL_SET_TLS_BASE, -33);

/* The first and the last label of every kind of object. */
IS(INVOKE_UNTYPED_RETYPE, 1);
IS(INVOKE_TCB_READ_REGISTERS, 2);
IS(INVOKE_TCB_SET_TIMEOUT_ENDPOINT, 9);
IS(INVOKE_TCB_SET_FLAGS, 17);
IS(INVOKE_CNODE_REVOKE, 18);
IS(INVOKE_CNODE_ROTATE, 25);
IS(INVOKE_IRQ_ISSUE_HANDLER, 26);
IS(INVOKE_IRQ_CLEAR_HANDLER, 29);
IS(INVOKE_DOMAIN_SET, 30);
IS(INVOKE_DOMAIN_SCHEDULE_SET_START, 32);
IS(INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS, 33);
IS(INVOKE_SCHED_CONTEXT_BIND, 34);
IS(INVOKE_SCHED_CONTEXT_YIELD_TO, 38);
IS(INVOKE_PDPT_MAP, 39);
IS(INVOKE_PAGE_DIRECTORY_MAP, 41);
IS(INVOKE_PAGE_TABLE_UNMAP, 44);
IS(INVOKE_PAGE_MAP, 45);
IS(INVOKE_PAGE_GET_ADDRESS, 47);
IS(INVOKE_ASID_CONTROL_MAKE_POOL, 48);
IS(INVOKE_ASID_POOL_ASSIGN, 49);
IS(INVOKE_IOPORT_CONTROL_ISSUE, 50);
IS(INVOKE_IOPORT_IN8, 51);
IS(INVOKE_IOPORT_OUT32, 56);
IS(INVOKE_IRQ_ISSUE_HANDLER_IOAPIC, 57);
IS(INVOKE_IRQ_ISSUE_HANDLER_MSI, 58);
IS(INVOKE_COUNT, 59);
IS(INVOKE_EXT_FIRST, 0x10000);
IS(INVOKE_VSPACE_BATCH, 0x10003);

IS(ERROR_INVALID_ARGUMENT, 1);
IS(ERROR_INVALID_CAPABILITY, 2);
IS(ERROR_ILLEGAL_OPERATION, 3);
IS(ERROR_RANGE, 4);
IS(ERROR_ALIGNMENT, 5);
IS(ERROR_FAILED_LOOKUP, 6);
IS(ERROR_TRUNCATED_MESSAGE, 7);
IS(ERROR_DELETE_FIRST, 8);
IS(ERROR_REVOKE_FIRST, 9);
IS(ERROR_NOT_ENOUGH_MEMORY, 10);
IS(LOOKUP_INVALID_ROOT, 1);
IS(LOOKUP_MISSING_CAPABILITY, 2);
IS(LOOKUP_DEPTH_MISMATCH, 3);
IS(LOOKUP_GUARD_MISMATCH, 4);

IS(FAULT_CAP, 1);
IS(FAULT_UNKNOWN_SYSCALL, 2);
IS(FAULT_USER_EXCEPTION, 3);
IS(FAULT_TIMEOUT, 5);
IS(FAULT_VM, 6);
IS(CAP_FAULT_GUARD_FOUND, 5);
IS(CAP_FAULT_LENGTH, 7);
IS(UNKNOWN_SYSCALL_R8, 7);
IS(UNKNOWN_SYSCALL_IP, 15);
IS(UNKNOWN_SYSCALL_SP, 16);
IS(UNKNOWN_SYSCALL_FLAGS, 17);
IS(UNKNOWN_SYSCALL_NUMBER, 18);
IS(UNKNOWN_SYSCALL_LENGTH, 19);
IS(USER_EXCEPTION_NUMBER, 3);
IS(USER_EXCEPTION_LENGTH, 5);
IS(TIMEOUT_LENGTH, 2);
IS(TIMEOUT_REPLY_RBP, 9);
IS(TIMEOUT_REPLY_TLS_BASE, 18);
IS(TIMEOUT_REPLY_LENGTH, 19);
IS(VM_FAULT_IS_INSTRUCTION, 2);
IS(VM_FAULT_LENGTH, 4);

IS(OBJECT_SCHED_CONTEXT, 5);
IS(OBJECT_REPLY, 6);
IS(OBJECT_PDPT, 7);
IS(OBJECT_PML4, 8);
IS(OBJECT_HUGE_PAGE, 9);
IS(OBJECT_PAGE_4K, 10);
IS(OBJECT_LARGE_PAGE, 11);
IS(OBJECT_PAGE_TABLE, 12);
IS(OBJECT_PAGE_DIRECTORY, 13);
IS(OBJECT_TYPE_COUNT, 14);
IS(SCHED_CONTEXT_CORE_BYTES, 10 * 8 + 6 * 8);
IS(USER_TOP, 140737488351232);
IS(ROOT_SLOT_SC, 14);
IS(ROOT_SLOT_COUNT, 16);

IS(sizeof(struct ipc_buffer), 1024);
IS(_Alignof(struct ipc_buffer), 1024);
AT(ipc_buffer, msg, 8);
AT(ipc_buffer, user_data, 968);
AT(ipc_buffer, caps_or_badges, 976);
AT(ipc_buffer, receive_cnode, 1000);
AT(ipc_buffer, receive_depth, 1016);
IS(sizeof(struct user_context), 160);
AT(user_context, rflags, 16);
AT(user_context, rbp, 72);
AT(user_context, fs_base, 144);
IS(sizeof(struct user_context) / 8, USER_CONTEXT_WORDS);

IS(sizeof(struct boot_info), 3864);
AT(boot_info, ipc_buffer, 32);
AT(boot_info, empty, 40);
AT(boot_info, cnode_bits, 136);
AT(boot_info, sched_control, 152);
AT(boot_info, untyped, 168);
AT(boot_info, untyped_list, 184);
IS(sizeof(struct untyped_desc), 16);
AT(untyped_desc, is_device, 9);
IS(sizeof(struct boot_info_header), 16);
IS(sizeof(struct boot_info_mmap), 1220);
AT(boot_info_mmap, entries, 20);
IS(sizeof(struct boot_info_vbe), 800);
IS(sizeof(struct vbe_info_block), 512);
IS(sizeof(struct vbe_mode_info_block), 256);
AT(vbe_mode_info_block, physical_base, 40);

static int failures;

static void expect(const char *what, uint64_t value, uint64_t expected)
{
    if (value != expected) {
        printf("%s is %#llx, not %#llx\n", what, (unsigned long long)value,
            (unsigned long long)expected);
        failures++;
    }
}

int main(void)
{
    uint64_t info = message_info(0x123456789abcd, 5, 2, 120);

    expect("message info", info, 0x123456789abcdb78);
    expect("label", message_label(info), 0x123456789abcd);
    expect("unwrapped", message_unwrapped(info), 5);
    expect("extra capabilities", message_extra_caps(info), 2);
    expect("length", message_length(info), 120);
    expect("guard data", cnode_guard(5, 51), 5 << 6 | 51);
    expect("guard", cnode_guard_value(cnode_guard(5, 51)), 5);
    expect("guard size", cnode_guard_size(cnode_guard(5, 51)), 51);
    expect("extra refills", sched_context_max_extra_refills(8), 8);
    return failures != 0;
}
