/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system library, as the process server knows it: the file boot/library.elf, which is
 * mapped into every process. Its text is shared, its data a private copy.
 */
#pragma once

#include <memory/space.h>
#include <transport/table.h>

/* Reads the file. False: there is none, or it makes no sense. */
bool image_init(void);
const struct library_header *image_header(void);
/* Maps a pristine library. */
bool image_map(struct space *space);
/* In a space with a pristine library and these pages to read: what every process uses when it
 * begins is there without a fault. */
void image_begin(struct space *space, uint64_t address, size_t pages);
/* Where to go on if the instruction at this address faults; 0: it must not. */
uint64_t image_fixup(uint64_t instruction);
