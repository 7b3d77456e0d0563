/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Touching of memory, page by page; see copy.h.
 */
#include <transport/copy.h>

enum { PAGE = 4096 };

bool copy_touch(const void *data, size_t count, bool write)
{
    uint64_t address = (uint64_t)data, last = address + count - 1;

    if (count == 0) {
        return true;
    }
    if (last < address) {
        return false;
    }
    for (;;) {
        if (!(write ? copy_touch_write : copy_touch_read)((const void *)address)) {
            return false;
        }
        if (address / PAGE == last / PAGE) {
            return true;
        }
        address = (address / PAGE + 1) * PAGE;
    }
}
