/* SPDX-License-Identifier: BSD-2-Clause */
/* Room for the symbol table of backtraces; symbols.sh fills it after linking. */
#include <config.h>

#define SPACE  (CONFIG_DEBUG * 32768 + 8)

    .section .symbols, "a"
    .global kernel_symbols, kernel_symbols_end
kernel_symbols:
    .skip SPACE
kernel_symbols_end:

    .section .note.GNU-stack, "", @progbits
