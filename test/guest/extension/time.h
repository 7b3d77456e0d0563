/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of who pays for what: using processor time, and asking whose it was. */
#pragma once

#include <test/test.h>

/* Runs for that long by the processor's clock, not counting time that others run. */
void burn(unsigned us);

/* Microseconds that threads ran on a context since it was last asked. */
uint64_t charged(cptr sc);

/* Number of the core that executes this. */
unsigned this_core(void);

/* Makes a LEND thread ready to be resumed, or starts it. */
struct thread *lender_make(const struct thread_spec *spec);
struct thread *lender_start(const struct thread_spec *spec);
#define lender(...) lender_start(&(struct thread_spec){__VA_ARGS__})
#define lender_prepare(...) lender_make(&(struct thread_spec){__VA_ARGS__})
