/* SPDX-License-Identifier: BSD-2-Clause */
/* The process server's loop; boot enters it at proc_main() (boot/boot.h). */
#pragma once

#include <memory/slot.h>

/* The endpoint that calls and faults come to, with all rights. */
cptr main_endpoint(void);
