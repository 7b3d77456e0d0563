/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting up the clock and the alarm that core/arch.h offers. */
#pragma once

struct core;

/* Boot core, once: measure the rates against the platform's clock (plat/clock.h). */
void timer_calibrate(void);
/* Each core. */
void timer_enable(struct core *core);
/* After a timer interrupt: it may have come early, because the hardware cannot wait so
 * long at a time; then wait for the rest. */
void timer_rearm(struct core *core);
