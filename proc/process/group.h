/* SPDX-License-Identifier: BSD-2-Clause */
/* Process groups: who is in one, and signals of the system for all of it. */
#pragma once

#include <process/process.h>

bool group_exists(uint32_t group);
bool group_is_in_session(uint32_t session, uint32_t group);
/* Nobody in it has a parent in the same session but another group, who could make it go
 * on when it is stopped (POSIX.1-2017, 3.264). */
bool group_is_orphaned(uint32_t group);
/* To every process of the group. Some may have ended afterwards. */
void group_signal(uint32_t group, unsigned signal);
/* The process has ended, and its children have another parent: groups that are orphaned by
 * that and have stopped get SIGHUP and go on. `groups` from group_list_children(). */
enum { GROUPS_OF_CHILDREN = 32 };
unsigned group_list_children(const struct process *process,
    uint32_t groups[GROUPS_OF_CHILDREN]);
void group_orphan(const uint32_t *groups, unsigned count);
