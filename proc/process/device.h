/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports and interrupts that driver processes have taken, in slots SLOT_DEVICE + n. */
#pragma once

#include <process/process.h>

/* As PROC_PORTS and PROC_INTERRUPT, for a privileged process. */
int device_ports(struct process *process, uint64_t first, uint64_t last, uint64_t n);
int device_interrupt(struct thread *thread, uint64_t pin, uint64_t n);
/* Takes all devices of the process away. */
void device_drop(struct process *process);
