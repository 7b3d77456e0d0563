/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that go from one process to another: exported at their server, kept on the way by
 * whoever has the message (PROC_HOLD), imported by the receiver.
 */
#include <transport/connection.h>
#include <unix/socket.h>

static int64_t hold(struct uxrt_thread *t, const struct socket_file *file, uint64_t badge)
{
    return library_hold(t, file->service, file->token, badge);
}

static int64_t export(struct uxrt_thread *t, int descriptor, struct socket_file *record)
{
    const struct file *file = descriptor_file(descriptor);
    int64_t result;

    if (!file)
        return -EBADF;
    if (file->kind != FILE_CONNECTION)
        return -EINVAL;
    *record = (struct socket_file){.service = connection_service(file->slot),
        .flags = file->flags};
    result = client_read(t, file->slot, CONTROL_FILE, &record->token,
        sizeof(record->token), (int64_t)attribute_address(ATTR_EXPORT, file->id));
    return result < 0 ? client_told(result) : 0;
}

/* They end when nobody keeps them any more: who never did so begins to, and stops. */
void rights_drop(struct uxrt_thread *t, const struct socket_file *files, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)hold(t, &files[i], HOLD_OWN);
        (void)hold(t, &files[i], HOLD_NONE);
    }
}

int64_t rights_export(struct uxrt_thread *t, const int *descriptors, uint32_t count,
    struct socket_file *files)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t error = export(t, descriptors[i], &files[i]);

        if (error) {
            rights_drop(t, files, i);
            return error;
        }
    }
    return 0;
}

static int64_t import(struct uxrt_thread *t, const struct file *file, uint64_t token)
{
    return client_told(client_write(t, file->slot, CONTROL_FILE, &token, sizeof(token),
        (int64_t)attribute_address(ATTR_IMPORT, file->id)));
}

int rights_import(struct uxrt_thread *t, const struct socket_file *record,
    bool close_on_exec)
{
    int slot = connection_slot(t, record->service);
    struct file *file = slot < 0 ? NULL
        : file_create(FILE_CONNECTION, (uint8_t)slot, (uint16_t)record->flags);
    int64_t result;

    if (!file)
        return slot < 0 ? slot : -EMFILE;
    result = import(t, file, record->token);
    if (result < 0) {
        file_forget(file);
        return (int)result;
    }
    (void)hold(t, record, HOLD_NONE);
    result = descriptor_create(file, 0, close_on_exec);
    if (result < 0)
        file_close(t, file);
    return (int)result;
}
