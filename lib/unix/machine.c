/* SPDX-License-Identifier: BSD-2-Clause */
/* reboot(2), and the calls that change the namespace: mount, umount2, unshare. */
#include <unix/unix.h>

enum {
    MAGIC = 0xfee1dead, MAGIC2 = 672274793, CAD_OFF = 0,
    RESTART = 0x01234567, POWER_OFF = 0x4321fedc,
};
#define HALT   UINT32_C(0xcdef0123)
#define CAD_ON UINT32_C(0x89abcdef)

/* Of a PC: this port resets it. */
enum { RESET_PORT = 0xcf9, RESET_HARD = 2, RESET_NOW = 6, DEVICE = UXRT_DEVICES_MAX - 1 };

static int64_t restart(struct uxrt_thread *t)
{
    int error = library_ports(t, DEVICE, RESET_PORT, RESET_PORT);

    if (error)
        return error;
    library_port_out(t, DEVICE, RESET_PORT, 1, RESET_HARD);
    return library_port_out(t, DEVICE, RESET_PORT, 1, RESET_NOW);
}

/* The last three dates of birth are good as well. */
static bool is_magic(uint32_t second)
{
    return second == MAGIC2 || second == 85072278 || second == 369367448
           || second == 537993216;
}

UNIX_HANDLER(reboot)
{
    uint32_t command = (uint32_t)argument(frame, 2);

    if (((const struct process_page *)PROCESS_PAGE)->euid)
        return -EPERM;
    if ((uint32_t)argument(frame, 0) != (uint32_t)MAGIC
        || !is_magic((uint32_t)argument(frame, 1)))
        return -EINVAL;
    if (command == CAD_OFF || command == CAD_ON)
        return 0;
    if (command == RESTART)
        return restart(t);
    return command == POWER_OFF || command == HALT ? library_shutdown(t, 0) : -EINVAL;
}

enum { MS_REMOUNT = 0x20, MS_BIND = 0x1000, MS_MOVE = 0x2000, MS_REC = 0x4000,
       MS_PROPAGATION = 0x1e0000 };

/* A kind of propagation is set: there is one only, namespaces are shared or private.
 * Without MS_BIND the source is a service. */
UNIX_HANDLER(mount)
{
    char source[TEXT_SIZE], target[TEXT_SIZE];
    uint64_t flags = argument(frame, 3);
    int64_t error = text_in(target, argument_pointer(frame, 1), sizeof(target));

    if (error >= 0 && flags & MS_PROPAGATION)
        return flags & ~(uint64_t)(MS_PROPAGATION | MS_REC) ? -EINVAL : 0;
    if (flags & (MS_REMOUNT | MS_MOVE))
        return -EINVAL;
    if (error >= 0)
        error = text_in(source, argument_pointer(frame, 0), sizeof(source));
    if (error < 0)
        return error;
    if (flags & MS_BIND)
        return library_bind(t, source, target, UXRT_MOUNT_REPLACE);
    error = library_mount(t, source, target, UXRT_MOUNT_REPLACE);
    return error == -ENOENT ? -ENODEV : error;
}

/* EINVAL: nothing is mounted there. */
UNIX_HANDLER(umount2)
{
    char target[TEXT_SIZE];
    int64_t error = text_in(target, argument_pointer(frame, 0), sizeof(target));

    error = error < 0 ? error : library_unmount(t, target);
    return error == -ENOENT ? -EINVAL : error;
}

enum { CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_NEWNS = 0x20000 };

/* Directory and descriptors are a process's own already. */
UNIX_HANDLER(unshare)
{
    if (argument(frame, 0) & ~(uint64_t)(CLONE_FS | CLONE_FILES | CLONE_NEWNS))
        return -EINVAL;
    return argument(frame, 0) & CLONE_NEWNS ? library_unshare(t) : 0;
}
