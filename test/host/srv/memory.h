/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory objects on the host: how many there are, to see that all come back. */
#pragma once

#include <stddef.h>

struct fake_memory {
    size_t objects, mappings;
    int shared;             /* handle of the last uxrt_share */
};
extern struct fake_memory fake_memory;
