/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/PID/life: ready to read when the process has ended. It has no bytes; it stands for
 * the process, whose pid is its only control (transport/life.h), as it is of the directory.
 */
#include <files/node.h>

#include <transport/life.h>
#include <util/errno.h>
#include <util/string.h>

const struct node_kind kind_life = {
    .name = "life", .code = 43, .mode = S_IFCHR | 0444, .of_process = true,
};

uint32_t life_ready(const struct tree_node *node)
{
    const struct process *process = tree_process(node);

    return process && !process->zombie ? 0 : UXRT_READY_READ;
}

int64_t life_get(const struct tree_node *node, uint64_t argument, void *record, size_t size)
{
    uint32_t pid = node->id;

    if (argument != LIFE_PID) {
        return -ENOTTY;
    }
    if (!tree_process(node)) {
        return -ESRCH;
    }
    if (size < sizeof(pid)) {
        return -EINVAL;
    }
    memcpy(record, &pid, sizeof(pid));
    return sizeof(pid);
}
