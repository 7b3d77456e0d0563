/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the first bytes of a program's file say: an ELF file's headers (System V ABI and
 * its x86-64 supplement), or the line of a script. Nothing in them is believed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <transport/layout.h>
#include <transport/process.h>

enum { IMAGE_HEAD = 4096,       /* bytes of a file that are looked at */
       IMAGE_SEGMENTS = 16, IMAGE_NAME = 256 };

struct image_segment {
    uint64_t address, offset;
    uint64_t file_bytes, memory_bytes;
    unsigned protection;        /* PROC_READ, ... */
};

struct image {
    bool movable;               /* ET_DYN: addresses are relative to where it is put */
    uint64_t entry;
    uint64_t headers;           /* address of the program headers, or 0 */
    uint16_t header_count;
    uint64_t low, high;         /* the pages from low to high hold all segments */
    unsigned segment_count;
    struct image_segment segments[IMAGE_SEGMENTS];  /* ascending, in separate pages */
    char interpreter[IMAGE_NAME];                   /* its name, or "" */
};

/* Fills in `image`, from a file of file_bytes whose first `bytes` (all, or IMAGE_HEAD)
 * are given. 0 or -ENOEXEC. */
int image_check(const void *head, size_t bytes, uint64_t file_bytes, struct image *image);

struct image_script {
    char interpreter[IMAGE_NAME];
    char argument[IMAGE_NAME];  /* or "" */
};

/* 1 if it is a script ("#!"), 0 if not, -ENOEXEC if its line makes no sense. */
int image_script(const void *head, size_t bytes, struct image_script *script);
