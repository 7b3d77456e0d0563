/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzzes the text that scripts write (text_check.h), with libFuzzer. */
#include <stdlib.h>

#include <util/heap.h>

#include "text_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count);

void *heap_resize(void *block, size_t size)
{
    return realloc(block, size);
}

void heap_free(void *block)
{
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count)
{
    text_check(data, count);
    return 0;
}
