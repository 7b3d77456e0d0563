/* SPDX-License-Identifier: BSD-2-Clause */
/* How a system call or an invocation ended. */
#pragma once

enum outcome {
    OUTCOME_DONE,           /* performed; a caller gets an empty success reply */
    OUTCOME_REPLIED,        /* performed; the caller's reply registers are already set */
    OUTCOME_ERROR,          /* refused; core->error says why; nothing was changed */
    OUTCOME_PREEMPTED,      /* interrupted between two steps; repeat the system call */
    OUTCOME_EXCLUSIVE,      /* must be decoded again under exclusion; nothing was changed */
};
