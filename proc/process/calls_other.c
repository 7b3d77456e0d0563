/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about names, devices and the machine. */
#include <process/call.h>

#include <stddef.h>

#include <boot/log.h>
#include <process/connection.h>
#include <process/device.h>
#include <process/namespace.h>
#include <util/errno.h>
#include <util/string.h>

static bool privileged(const struct call *call)
{
    return call->process->page->euid == 0;
}

/* service, root node, flags, prefix; then a NUL, the index of a root as a byte, and the
 * node's path below that */
int call_mount(struct call *call)
{
    const char *path = memchr(call->bytes, 0, call->byte_count);
    size_t length = path ? (size_t)(path - call->bytes) : call->byte_count;
    int error;

    if (call->words[0] > UINT32_MAX || call->words[2] > UINT32_MAX) {
        return -EINVAL;
    }
    if (!namespace_reaches_root(call->process->namespace, (uint32_t)call->words[0],
            call->words[1])) {
        return -EPERM;
    }
    error = namespace_mount(call->process->namespace, (uint32_t)call->words[0],
        call->words[1], (unsigned)call->words[2], call->bytes, length);
    if (!error && call->byte_count > length + 1) {
        namespace_set_path(call->process->namespace, (uint32_t)call->words[0],
            call->words[1], (uint8_t)path[1], path + 2, call->byte_count - length - 2);
    }
    return error;
}

int call_unmount(struct call *call)
{
    return namespace_unmount(call->process->namespace, call->bytes, call->byte_count);
}

int call_unshare(struct call *call)
{
    struct process *process = call->process;
    struct namespace *copy = namespace_copy(process->namespace);
    struct object *mounts;

    if (!copy) {
        return -ENOMEM;
    }
    mounts = namespace_object(copy);
    (void)space_unmap(process->space, MOUNT_TABLE, object_pages(mounts), true);
    namespace_put(process->namespace);
    process->namespace = copy;
    if (space_map(process->space, MOUNT_TABLE, object_pages(mounts), PROC_READ,
            REGION_SYSTEM | REGION_SHARED | REGION_NO_FORK, mounts, 0, false) < 0) {
        return -ENOMEM;
    }
    connection_update(process);
    return 0;
}

/* first, last, n */
int call_ports(struct call *call)
{
    return privileged(call) ? device_ports(call->process, call->words[0], call->words[1],
        call->words[2]) : -EPERM;
}

/* pin, n */
int call_interrupt(struct call *call)
{
    return privileged(call)
        ? device_interrupt(call->thread, call->words[0], call->words[1])
        : -EPERM;
}

int call_log(struct call *call)
{
    if (!privileged(call)) {
        return -EPERM;
    }
    log_text(call->bytes, call->byte_count);
    return 0;
}

enum { CODE_MAX = 255 };

/* status */
int call_shutdown(struct call *call)
{
    if (!privileged(call)) {
        return -EPERM;
    }
    machine_stop(call->words[0] < CODE_MAX ? (int)call->words[0] : CODE_MAX);
}

static unsigned unknown[UNKNOWN_CALLS];

/* number of a system call */
int call_unknown(struct call *call)
{
    if (call->words[0] >= UNKNOWN_CALLS) {
        return -EINVAL;
    }
    unknown[call->words[0]]++;
    return 0;
}

unsigned calls_unknown(unsigned number)
{
    return unknown[number];
}
