/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of I/O port ranges: issuing, using and giving back. */
#include <test/test.h>

enum { CMOS = 0x70, FREE = 0x2f0 }; /* the clock's ports; ports of nobody */

static enum error_code issue(uint64_t first, uint64_t last, cptr to)
{
    return kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, first, last, ROOT, to,
                                   DEPTH);
}

TEST("ioport: a byte can be written to the clock and read back")
{
    cptr port = slot();
    uint8_t value = 0;

    CHECK_OK(issue(CMOS, CMOS + 1, port));
    CHECK_OK(kc_ioport_out8(port, CMOS, 0x0f));     /* shutdown status, a plain byte */
    CHECK_OK(kc_ioport_out8(port, CMOS + 1, 0x5a));
    CHECK_OK(kc_ioport_out8(port, CMOS, 0x0f));
    CHECK_OK(kc_ioport_in8(port, CMOS + 1, &value));
    CHECK_EQ(value, 0x5a);
    CHECK_OK(kc_ioport_out8(port, CMOS, 0x0f));
    CHECK_OK(kc_ioport_out8(port, CMOS + 1, 0));
    CHECK_OK(drop(port));
}

TEST("ioport: access ends at the borders of the range")
{
    cptr port = slot();
    uint8_t byte;
    uint16_t half;
    uint32_t full;

    CHECK_OK(issue(FREE, FREE + 7, port));
    CHECK_OK(kc_ioport_in8(port, FREE + 7, &byte));
    CHECK_OK(kc_ioport_in16(port, FREE + 6, &half));
    CHECK_OK(kc_ioport_in32(port, FREE + 4, &full));
    CHECK_ERR(kc_ioport_in8(port, FREE + 8, &byte), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_ioport_in8(port, FREE - 1, &byte), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_ioport_in16(port, FREE + 7, &half), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_ioport_in32(port, FREE + 5, &full), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_ioport_out16(port, FREE + 7, 0), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_ioport_out32(port, FREE - 1, 0), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(drop(port));
}

TEST("ioport: a port belongs to one range at a time")
{
    cptr port = slot(), other = slot();

    CHECK_OK(issue(FREE, FREE + 7, port));
    CHECK_ERR(issue(FREE + 7, FREE + 8, other), ERROR_REVOKE_FIRST);
    CHECK_ERR(issue(FREE - 8, FREE, other), ERROR_REVOKE_FIRST);
    CHECK_OK(issue(FREE + 8, FREE + 8, other));
    cptr second = copy(port, RIGHTS_ALL);
    CHECK_OK(drop(port));
    CHECK_ERR(issue(FREE, FREE, port), ERROR_REVOKE_FIRST);
    CHECK_OK(drop(second));
    CHECK_OK(issue(FREE, FREE, port));
    CHECK_OK(drop(port));
    CHECK_OK(drop(other));
}

TEST("ioport: wrong requests are refused")
{
    cptr port = slot(), full = make(OBJECT_ENDPOINT);

    CHECK_ERR1(issue(FREE + 1, FREE, port), ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR(issue(FREE, FREE, full), ERROR_DELETE_FIRST);
    CHECK_ERR(kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, FREE, FREE, full, port,
                                      DEPTH), ERROR_FAILED_LOOKUP);
    CHECK_RANGE(kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, FREE, FREE, ROOT, port,
                                        65), 1, 64);
    CHECK(is_empty(port));
}
