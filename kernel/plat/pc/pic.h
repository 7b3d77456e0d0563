/* SPDX-License-Identifier: BSD-2-Clause */
/* The two 8259 interrupt controllers of the PC. */
#pragma once

/* Move them off the exception vectors and mask all their interrupts. */
void pic_disable(void);
