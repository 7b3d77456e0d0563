/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names that stand for an open file of some process, like /proc/self/fd/3: whoever has
 * such a name answers ERROR_FILE, and the file's server lets the client take the file
 * over.
 */
#pragma once

#include <transport/descriptor.h>

/* A new file without a descriptor, with UXRT_PATH, for the same as that open file. The turn
 * may be in the message registers. -EACCES: another user's. */
int reference_adopt(struct uxrt_thread *t, const struct file_turn *turn,
    struct file **file);
/* What such a link reads as: a path, or SERVICE:[NODE] if the file has none. Bytes. The
 * target is memory of the library. */
int64_t reference_name(struct uxrt_thread *t, const struct file_turn *turn, char *target,
    size_t size);
