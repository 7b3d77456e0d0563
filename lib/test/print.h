/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output on the first serial port through an I/O port capability, so that it works on
 * kernels that print nothing themselves, and the end of QEMU.
 */
#pragma once

#include <kcall/invoke.h>

/* Begins output: the capability covers the ports that print and quit use. */
void print_init(cptr serial_port, cptr exit_port);

/*
 * Prints as printf does; knows %s, %c, %d, %u, %x, the last three with l too, and %%. The
 * output of a call stays together. For threads in the root task's own CSpace only.
 */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* Forgets a call of print whose thread was stopped in the middle of it. */
void print_reset(void);

/* Ends QEMU (device isa-debug-exit) with exit status 2 * value + 1. */
_Noreturn void quit(unsigned value);
