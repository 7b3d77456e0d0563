/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that the process server was packed with: a cpio archive, format "newc". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_file {
    const char *name;           /* without "./" or "/" before it; terminated */
    const void *data;
    size_t size;
    uint32_t mode;              /* type and permission bits as in <sys/stat.h> */
};

/* The file after the `*place`th byte of the archive, 0 to begin with; *place moves on.
 * False at the end, or where the archive makes no sense. */
bool archive_next(size_t *place, struct archive_file *file);

/* The regular file of this name. */
bool archive_find(const char *name, const void **data, size_t *size);
