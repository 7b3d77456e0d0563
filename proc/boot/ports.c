/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports: given out by the kernel once, so those that we use ourselves are copied. */
#include <boot/boot.h>

#include <memory/slot.h>
#include <util/errno.h>

static const struct range {
    uint64_t first, last;
    cptr cap;
} ours[] = {
    {0x3f8, 0x3ff, BOOT_SLOT_SERIAL},
    {0xf4, 0xf7, BOOT_SLOT_EXIT},
};

int boot_ports(uint64_t first, uint64_t last, cptr to)
{
    enum error_code error;

    if (first > last || last > UINT16_MAX) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (first >= ours[i].first && last <= ours[i].last) {
            error = kc_cnode_copy(slot_cnode, to, SLOT_DEPTH, slot_cnode, ours[i].cap,
                SLOT_DEPTH, RIGHTS_ALL);
            return error == ERROR_NONE ? 0 : -EBUSY;
        }
    }
    error = kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, first, last, slot_cnode, to,
        SLOT_DEPTH);
    return error == ERROR_NONE ? 0 : -EBUSY;
}
