/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe: serves /srv/pipe, a directory of named pipes and the file `new`: each open of it
 * is the reading end of a fresh pipe; its writing end is opened by an empty name that is
 * relative to it. Manual: pipe(4).
 */
#include "node.h"

#include <program/heap.h>
#include <program/time.h>

int main(void)
{
    program_heap();
    pipe_root.accessed = pipe_root.modified = pipe_root.changed = program_time();
    server_run("pipe", &pipe_operations, &pipe_root);
    return 1;
}
