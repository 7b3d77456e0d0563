/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls about memory objects, and the handles that name them in a process: numbers in a
 * table of frames, each of which is made when its first handle is.
 */
#include <process/call.h>

#include <stddef.h>

#include <process/connection.h>
#include <util/errno.h>

static struct object **handle_entry(struct process *process, uint64_t handle)
{
    uint32_t frame = handle < HANDLES_MAX
        ? process->handles[handle / HANDLES_PER_FRAME] : 0;
    struct object **table = frame ? frame_memory(frame) : NULL;

    return table ? &table[handle % HANDLES_PER_FRAME] : NULL;
}

struct object *handle_object(struct process *process, uint64_t handle)
{
    struct object **entry = handle_entry(process, handle);

    return entry ? *entry : NULL;
}

static int free_handle(struct process *process)
{
    for (unsigned handle = process->free_handle; handle < HANDLES_MAX; handle++) {
        uint32_t *frame = &process->handles[handle / HANDLES_PER_FRAME];

        if (!*frame && !(*frame = frame_alloc(true))) {
            return -ENOMEM;
        }
        if (!handle_object(process, handle)) {
            return (int)handle;
        }
    }
    return -EMFILE;
}

bool handle_copy_all(struct process *from, struct process *to)
{
    for (unsigned handle = 0, left = from->handle_count; left > 0; handle++) {
        struct object *object = handle_object(from, handle);
        uint32_t *frame = &to->handles[handle / HANDLES_PER_FRAME];

        if (!object) {
            continue;
        }
        if (!*frame && !(*frame = frame_alloc(true))) {
            return false;
        }
        object_get(object);
        *handle_entry(to, handle) = object;
        to->handle_count++;
        left--;
    }
    return true;
}

void handle_drop_all(struct process *process)
{
    for (unsigned handle = 0; process->handle_count > 0; handle++) {
        struct object *object = handle_object(process, handle);

        if (object) {
            object_put(object);
            process->handle_count--;
        }
    }
    for (unsigned i = 0; i < HANDLES_MAX / HANDLES_PER_FRAME; i++) {
        if (process->handles[i]) {
            frame_put(process->handles[i]);
            process->handles[i] = 0;
        }
    }
    process->free_handle = 0;
}

/* size -> handle */
int call_object(struct call *call)
{
    struct process *process = call->process;
    uint64_t size = call->words[0];
    int handle = free_handle(process);
    struct object *object;

    if (size % PAGE_SIZE || size > PROGRAM_END) {
        return -EINVAL;
    }
    if (handle < 0) {
        return handle;
    }
    object = object_create(size / PAGE_SIZE);
    if (!object) {
        return -ENOMEM;
    }
    *handle_entry(process, (uint64_t)handle) = object;
    process->free_handle = (unsigned)handle + 1;
    process->handle_count++;
    call->result[0] = (uint64_t)handle;
    return 0;
}

int call_resize(struct call *call)
{
    struct object *object = handle_object(call->process, call->words[0]);
    uint64_t size = call->words[1];

    if (!object || size % PAGE_SIZE || size > PROGRAM_END) {
        return -EINVAL;
    }
    return object_resize(object, size / PAGE_SIZE);
}

/* handle, offset, size */
int call_discard(struct call *call)
{
    struct object *object = handle_object(call->process, call->words[0]);
    uint64_t offset = call->words[1], size = call->words[2];
    uint64_t pages = object ? object_pages(object) : 0;

    if (!object || offset % PAGE_SIZE || size % PAGE_SIZE) {
        return -EINVAL;
    }
    offset /= PAGE_SIZE;
    size /= PAGE_SIZE;
    if (offset < pages) {
        object_discard(object, offset, size < pages - offset ? size : pages - offset);
    }
    return 0;
}

int call_drop(struct call *call)
{
    struct object **entry = handle_entry(call->process, call->words[0]);

    if (!entry || !*entry) {
        return -EINVAL;
    }
    object_put(*entry);
    *entry = NULL;
    call->process->handle_count--;
    if (call->words[0] < call->process->free_handle) {
        call->process->free_handle = (unsigned)call->words[0];
    }
    return 0;
}

/* handle, badge, protection -> token */
int call_share(struct call *call)
{
    struct object *object = handle_object(call->process, call->words[0]);
    const struct connection *connection = connection_find(call->words[1]);
    int64_t token;

    if (!object || !connection || connection->service->process != call->process
        || call->words[2] > (PROC_READ | PROC_WRITE | PROC_EXECUTE)) {
        return -EINVAL;
    }
    token = connection_share(call->words[1], object, (unsigned)call->words[2]);
    if (token < 0) {
        return (int)token;
    }
    call->result[0] = (uint64_t)token;
    return 0;
}
