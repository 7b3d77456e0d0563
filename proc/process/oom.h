/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens when memory is used up while a process needs a page. */
#pragma once

#include <process/process.h>

/* Ends the process that holds most; false: there is none but the first one. */
bool oom_kill(void);
