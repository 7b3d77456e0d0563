/* SPDX-License-Identifier: BSD-2-Clause */
/* Silencing the 8259s: the I/O APICs are used instead. (Intel 8259A data sheet.) */
#include <plat/pc/pic.h>
#include <plat/pc/port.h>

#define MASTER      0x20
#define SLAVE       0xa0
#define DATA        1

#define INIT        0x11    /* edge, cascade, three more words follow */
#define MODE_8086   0x01
#define OFFSET      0x20    /* vectors where a spurious interrupt would show up */

void pic_disable(void)
{
    port_write8(MASTER, INIT);
    port_write8(SLAVE, INIT);
    port_write8(MASTER + DATA, OFFSET);
    port_write8(SLAVE + DATA, OFFSET + 8);
    port_write8(MASTER + DATA, 1 << 2);         /* the slave is on line 2 */
    port_write8(SLAVE + DATA, 2);
    port_write8(MASTER + DATA, MODE_8086);
    port_write8(SLAVE + DATA, MODE_8086);
    port_write8(MASTER + DATA, 0xff);
    port_write8(SLAVE + DATA, 0xff);
}
