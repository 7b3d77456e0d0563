#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the bootable kernel: fills the symbol table and converts to ELF32.
#   symbols.sh NM OBJCOPY INPUT.elf64 OUTPUT.elf
# The table has a line "address name" for each function, cut to the section's size.
set -eu
nm=$1 objcopy=$2 input=$3 output=$4

size=$("$nm" "$input" |    "$nm" -n "$input" |
        awk '
    $3 == "kernel_symbols" { start = $1 }
    $3 == "kernel_symbols_end" { end = $1 }
    function hex(s,    i, v) {
        for (i = length(s) - 7; i <= length(s); i++)
            v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
        return v
    }
    END { print hex(end) - hex(start) }')
{
    "$nm" -n "$input" | awk '$2 ~ /^[tT]$/ && length($1) == 16 && $1 ~ /^f/ { print $1, $3 }'
    dd if=/dev/zero bs="$size" count=1 2>/dev/null
} | dd bs=1 count="$size" of="$output.symbols" 2>/dev/null
"$objcopy" -S --update-section .symbols="$output.symbols" -O elf32-i386 "$input" "$output"
rm -f "$output.symbols"
