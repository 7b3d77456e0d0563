/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of traced requests as lines of text. */
#pragma once

#include <stdbool.h>

#include <uxrt/transport.h>

/* Prints a record to this descriptor; without `all`, only reads and writes of bytes. Names of
 * files are learned from the records of opens. */
void record_show(const struct uxrt_trace *record, int to, bool all);
