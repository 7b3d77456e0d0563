/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages on the serial port, for boot and for the end of everything. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <kcall/invoke.h>

/* Boot: the capabilities for the ports 0x3f8 to 0x3ff, and 0xf4 to 0xf7 (0: none). */
void log_init(cptr serial, cptr debug_exit);

void log_text(const char *text, size_t length);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something is wrong in the process server itself: says what, and ends the machine. */
_Noreturn void panic(const char *what, uint64_t value);

/* Ends the machine if it can be ended (QEMU's debug exit: V * 2 + 1), or else stops. */
_Noreturn void machine_stop(int status);
