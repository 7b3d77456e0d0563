/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening files of a service of which the name is known; see service.h. */
#include <transport/service.h>

#include <transport/client.h>
#include <util/errno.h>
#include <util/string.h>

/* The slot of the connection to the service; asks for its number again if `again`. */
static int find_slot(struct uxrt_thread *t, struct known_service *service, bool again)
{
    if (again || service->number == NO_SERVICE) {
        int error = (int)client_proc(t, PROC_LOOKUP, NULL, 0, service->name,
            strlen(service->name));

        if (error < 0) {
            return error == -ENOENT ? -ENOSYS : error;
        }
        service->number = (uint32_t)t->shared->result[0];
    }
    return connection_slot(t, service->number);
}

/* Opens a name relative to a file of the connection; its descriptor. */
static int open_name(struct uxrt_thread *t, unsigned slot, uint32_t base,
    const char *name, unsigned flags)
{
    const uint32_t mode = 0;
    struct file *file = file_create(FILE_CONNECTION, (uint8_t)slot, (uint16_t)flags);
    uint64_t opening = flags & (UXRT_READ | UXRT_WRITE | UXRT_NONBLOCK);
    int64_t result;

    if (!file) {
        return -ENFILE;
    }
    opening = file->id | opening << REQUEST_FILE_BITS;
    do {
        result = client_write_two(t, slot, base,
            (int64_t)attribute_address(ATTR_OPEN, opening), &mode, sizeof(mode), name,
            strlen(name));
    } while (client_again(t, &result));
    if (result < 0) {
        file_forget(file);
        return result <= -ERROR_WAIT ? -EIO : (int)result;
    }
    result = descriptor_create(file, 0, flags & UXRT_CLOSE_ON_EXEC);
    if (result < 0) {
        file_close(t, file);
    }
    return (int)result;
}

static int open_root(struct uxrt_thread *t, struct known_service *service,
    const char *name, unsigned flags, bool again)
{
    int slot = find_slot(t, service, again);

    return slot < 0 ? slot : open_name(t, (unsigned)slot, ROOT_FILE, name, flags);
}

int service_open(struct uxrt_thread *t, struct known_service *service, const char *name,
    unsigned flags)
{
    int result = open_root(t, service, name, flags, false);

    if (result == -ENOENT || result == -EIO) {
        result = open_root(t, service, name, flags, true);  /* it was started again */
    }
    return result;
}

int service_open_at(struct uxrt_thread *t, const struct file *base, unsigned flags)
{
    return open_name(t, base->slot, base->id, "", flags);
}
