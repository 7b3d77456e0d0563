/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For drivers, beside <uxrt/server.h>: ports and an interrupt of the machine. A driver takes
 * each of its devices under a number of its own, 0 to 7, and needs uid 0 for that. Returns
 * are 0 or another value, or a negative error number; EINVAL: nonsense, EPERM: not a port
 * of this device.
 */
#pragma once

#include <stdint.h>

enum { UXRT_DEVICES_MAX = 8 };

/* Takes the ports first to last as `device`. EPERM: not uid 0; EBUSY: somebody has one. */
int uxrt_ports(unsigned device, unsigned first, unsigned last);
/* Reads a port of 1, 2 or 4 bytes: its value. */
int64_t uxrt_port_in(unsigned device, unsigned port, unsigned width);
int uxrt_port_out(unsigned device, unsigned port, unsigned width, uint32_t value);

/* Takes the interrupt of a pin of the first I/O APIC as `device`. It makes the calling
 * thread's receive return UXRT_NOTIFIED with BADGE_INTERRUPT (layout.h), and then not
 * again before uxrt_interrupt_done(). EPERM and EBUSY as above. */
int uxrt_interrupt(unsigned device, unsigned pin);
int uxrt_interrupt_done(unsigned device);
