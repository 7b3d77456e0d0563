/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exec and spawn. Everything that can be wrong is found in the old image, or in the
 * parent: then PROC_EXEC is all that is left. Files are closed by the new image.
 */
#include <transport/exec.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/cold.h>
#include <transport/connection.h>
#include <transport/fork.h>
#include <transport/lock.h>
#include <transport/memory.h>
#include <transport/resolve.h>
#include <transport/stack.h>
#include <transport/table.h>
#include <transport/trace.h>
#include <util/errno.h>

enum { PAGE = 4096, EXIT_CANNOT_RUN = 127, CLOSE = -1 };

/* Lists for one exec at a time. */
static uint32_t lock;
COLD_DATA _Alignas(PAGE) static struct {
    struct start_connection connections[SLOTS];
    struct start_file files[FILES_MAX + DESCRIPTORS_MAX];
} lists;
static uint32_t file_count;

void exec_after_fork(void)
{
    lock = 0;
}

static struct start_file record_of(const struct file *file, int descriptor, bool close)
{
    if (!file) {
        return (struct start_file){0};
    }
    return (struct start_file){
        .descriptor = descriptor, .id = file->id, .flags = file->flags,
        .root = file->root, .slot = file->slot, .close_on_exec = close,
    };
}

static void add_file(const struct file *file, int descriptor)
{
    if (file_count < sizeof(lists.files) / sizeof(lists.files[0])) {
        lists.files[file_count++] = record_of(file, descriptor, false);
    }
}

/* Will the new image have this file, or be told to close it? */
static bool is_listed(const struct file *file)
{
    for (uint32_t i = 0; i < file_count; i++) {
        if (lists.files[i].id == file->id) {
            return true;
        }
    }
    return false;
}

static const struct file *connection_file(int descriptor)
{
    const struct file *file = descriptor_file(descriptor);

    return file && file->kind == FILE_CONNECTION ? file : NULL;
}

static void list_kept(const struct exec *exec)
{
    int limit = exec->files ? (int)exec->file_count : descriptor_limit();

    for (int i = 0; i < limit; i++) {
        int descriptor = exec->files ? exec->files[i] : i;
        const struct file *file = connection_file(descriptor);

        if (file && (exec->files || !descriptor_close_on_exec(descriptor))) {
            add_file(file, i);
        }
    }
}

/* Of a union, only the first directory is kept. */
static void list_closed(void)
{
    for (int i = 0; i < descriptor_limit(); i++) {
        const struct file *file = connection_file(i);

        for (; file; file = file_next(file)) {
            if (!is_listed(file)) {
                add_file(file, CLOSE);
            }
        }
    }
}

static uint32_t list_connections(const struct exec *exec)
{
    uint32_t count = 0;

    for (unsigned slot = SLOT_CONNECTION; slot < connection_slots_end(); slot++) {
        uint32_t service = connection_service(slot);

        if (service != NO_SERVICE
            && (exec->used[slot] || !exec->child)) {
            lists.connections[count++] = (struct start_connection){slot, service};
        }
    }
    return count;
}

static int build(struct uxrt_thread *t, struct exec *exec, struct start_content *content)
{
    int64_t place;

    exec->bytes = start_size(content);
    if (!exec->bytes) {
        return -E2BIG;
    }
    place = memory_map(t, START_PLACE, (exec->bytes + PAGE - 1) & ~(size_t)(PAGE - 1),
        PROC_READ | PROC_WRITE, 0, PROC_SOURCE_NONE, 0);
    if (place < 0) {
        return (int)place;
    }
    exec->address = (uint64_t)place;
    return start_build(content, (void *)place, exec->bytes) ? 0 : -EFAULT;
}

static int list_and_build(struct uxrt_thread *t, struct exec *exec)
{
    char directory[TEXT_SIZE];
    struct start_content content = {
        .name = exec->name, .directory = directory, .path = exec->program.path,
        .argv = exec->argv, .envp = exec->envp, .connections = lists.connections,
        .files = lists.files,
    };
    int error;

    directory[current_get(directory)] = 0;
    content.program = record_of(exec->program.file, CLOSE, false);
    content.interpreter = record_of(exec->program.interpreter, CLOSE, false);
    content.trace = record_of(trace_file(), CLOSE, false);
    content.first = exec->program.first;
    content.first_count = exec->program.first_count;
    if (content.first_count && content.argv && content.argv[0]) {
        content.argv++;
    }
    lock_take(&lock);
    file_count = 0;
    list_kept(exec);
    list_closed();
    content.file_count = file_count;
    content.connection_count = list_connections(exec);
    error = build(t, exec, &content);
    lock_release(&lock);
    return error;
}

/* The connections of the files that the new image will have. */
static void mark_used(struct exec *exec)
{
    int limit = exec->files ? (int)exec->file_count : descriptor_limit();

    for (int i = 0; i < limit; i++) {
        const struct file *file = connection_file(exec->files ? exec->files[i] : i);

        if (file) {
            exec->used[file->slot] = true;
        }
    }
    exec->used[exec->program.file->slot] = true;
    if (trace_file()) {
        exec->used[trace_file()->slot] = true;
    }
    if (exec->program.interpreter) {
        exec->used[exec->program.interpreter->slot] = true;
    }
}

int exec_prepare(struct uxrt_thread *t, struct exec *exec)
{
    int error = program_open(t, exec->name, &exec->program);

    if (error) {
        return error;
    }
    exec->address = 0;
    mark_used(exec);
    error = list_and_build(t, exec);
    if (error) {
        exec_forget(t, exec);
    }
    return error;
}

void exec_forget(struct uxrt_thread *t, struct exec *exec)
{
    if (exec->address) {
        memory_unmap(t, exec->address, (exec->bytes + PAGE - 1) & ~(size_t)(PAGE - 1));
    }
    program_close(t, &exec->program);
}

int exec_commit(struct uxrt_thread *t, const struct exec *exec)
{
    const uint64_t words[] = {exec->address, exec->bytes};

    return (int)client_proc(t, PROC_EXEC, words, 2, NULL, 0);
}

int library_exec(struct uxrt_thread *t, const char *name, char *const argv[],
    char *const envp[])
{
    struct exec exec = {.name = name, .argv = argv, .envp = envp};
    int error = exec_prepare(t, &exec);

    if (!error) {
        error = exec_commit(t, &exec);
        exec_forget(t, &exec);
    }
    return error;
}

int library_spawn(struct uxrt_thread *t, const char *name, char *const argv[],
    char *const envp[], const int *descriptors, unsigned count)
{
    struct exec exec = {
        .name = name, .argv = argv, .envp = envp,
        .files = descriptors, .file_count = count, .child = true,
    };
    int result;

    if (count > DESCRIPTORS_MAX) {
        return -EINVAL;
    }
    for (unsigned i = 0; descriptors && i < count; i++) {
        if (descriptors[i] >= 0 && !connection_file(descriptors[i])) {
            return -EBADF;
        }
    }
    result = exec_prepare(t, &exec);
    if (result) {
        return result;
    }
    result = fork_with(t, exec.used, 0);
    if (result == 0) {
        exec_commit(t, &exec);
        library_exit(t, EXIT_CANNOT_RUN);
    }
    exec_forget(t, &exec);
    return result;
}
