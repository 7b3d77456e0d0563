/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exec and spawn. Everything that can be wrong is found in the old image, or in the
 * parent: then PROC_EXEC is all that is left. Files are closed by the new image.
 */
#include <transport/exec.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/fork.h>
#include <transport/memory.h>
#include <transport/resolve.h>
#include <transport/stack.h>
#include <transport/table.h>
#include <transport/trace.h>
#include <util/errno.h>
#include <util/string.h>

enum { PAGE = 4096, EXIT_CANNOT_RUN = 127, CLOSE = -1,
       MORE = 16 /* files that other threads open meanwhile */ };

/* What the new image is told of files. They lie behind the bytes that are made of them. */
struct lists {
    struct start_connection *connections;
    struct start_file *files;
    uint32_t connection_count, file_count, file_room;
};

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

static void add_file(struct lists *lists, const struct file *file, int descriptor)
{
    if (lists->file_count < lists->file_room) {
        lists->files[lists->file_count++] = record_of(file, descriptor, false);
    }
}

/* Will the new image have this file, or be told to close it? */
static bool is_listed(const struct lists *lists, const struct file *file)
{
    for (uint32_t i = 0; i < lists->file_count; i++) {
        if (lists->files[i].id == file->id) {
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

static void list_kept(struct lists *lists, const struct exec *exec)
{
    int limit = exec->files ? (int)exec->file_count : descriptor_limit();

    for (int i = 0; i < limit; i++) {
        int descriptor = exec->files ? exec->files[i] : i;
        const struct file *file = connection_file(descriptor);

        if (file && (exec->files || !descriptor_close_on_exec(descriptor))) {
            add_file(lists, file, i);
        }
    }
}

/* Of a union, only the first directory is kept. */
static void list_closed(struct lists *lists)
{
    for (int i = 0; i < descriptor_limit(); i++) {
        const struct file *file = connection_file(i);

        for (; file; file = file_next(file)) {
            if (!is_listed(lists, file)) {
                add_file(lists, file, CLOSE);
            }
        }
    }
}

static bool is_connected(const struct exec *exec, unsigned slot)
{
    return connection_service(slot) != NO_SERVICE && (exec->used[slot] || !exec->child);
}

static void list_connections(struct lists *lists, const struct exec *exec)
{
    for (unsigned slot = SLOT_CONNECTION; slot < connection_slots_end(); slot++) {
        if (is_connected(exec, slot)) {
            lists->connections[lists->connection_count++] =
                (struct start_connection){slot, connection_service(slot)};
        }
    }
}

/* At most so many files are listed: each may be kept, and closed where it was. */
static uint32_t room_for_files(const struct exec *exec)
{
    uint32_t count = exec->file_count + MORE;

    for (int i = 0; i < descriptor_limit(); i++) {
        for (const struct file *file = connection_file(i); file; file = file_next(file)) {
            count += 2;
        }
    }
    return count;
}

/* Makes room for the bytes, and for the lists behind them. */
static int make_room(struct uxrt_thread *t, struct exec *exec, struct start_content *content,
    struct lists *lists)
{
    size_t bytes, connections = connection_slots_end() * sizeof(*lists->connections);
    int64_t place;

    lists->file_room = room_for_files(exec);
    content->file_count = lists->file_room;
    content->connection_count = connection_slots_end();
    bytes = start_size(content);
    if (!bytes) {
        return -E2BIG;
    }
    bytes = (bytes + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
    exec->bytes = bytes + connections + lists->file_room * sizeof(*lists->files);
    place = memory_map(t, START_PLACE, (exec->bytes + PAGE - 1) & ~(size_t)(PAGE - 1),
        PROC_READ | PROC_WRITE, 0, PROC_SOURCE_NONE, 0);
    if (place < 0) {
        return (int)place;
    }
    exec->address = (uint64_t)place;
    lists->connections = (struct start_connection *)(place + (int64_t)bytes);
    lists->files = (struct start_file *)(place + (int64_t)(bytes + connections));
    return 0;
}

static int list_and_build(struct uxrt_thread *t, struct exec *exec)
{
    char directory[TEXT_SIZE];
    struct lists lists = {0};
    struct start_content content = {
        .name = exec->name, .directory = directory, .path = exec->program.path,
        .argv = exec->argv, .envp = exec->envp,
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
    error = make_room(t, exec, &content, &lists);
    if (error) {
        return error;
    }
    list_kept(&lists, exec);
    list_closed(&lists);
    list_connections(&lists, exec);
    content.connections = lists.connections;
    content.connection_count = lists.connection_count;
    content.files = lists.files;
    content.file_count = lists.file_count;
    return start_build(&content, (void *)exec->address,
               (uint64_t)lists.connections - exec->address) ? 0 : -EFAULT;
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

/* Most of it is room for names, which need not be zero. */
static void exec_begin(struct exec *exec, const char *name, char *const argv[],
    char *const envp[])
{
    exec->name = name;
    exec->argv = argv;
    exec->envp = envp;
    exec->files = NULL;
    exec->file_count = 0;
    exec->child = false;
    memset(exec->used, 0, sizeof(exec->used));
}

int library_exec(struct uxrt_thread *t, const char *name, char *const argv[],
    char *const envp[])
{
    struct exec exec;
    int error;

    exec_begin(&exec, name, argv, envp);
    error = exec_prepare(t, &exec);
    if (!error) {
        error = exec_commit(t, &exec);
        exec_forget(t, &exec);
    }
    return error;
}

int library_spawn(struct uxrt_thread *t, const char *name, char *const argv[],
    char *const envp[], const int *descriptors, unsigned count)
{
    struct exec exec;
    int result;

    exec_begin(&exec, name, argv, envp);
    exec.files = descriptors;
    exec.file_count = count;
    exec.child = true;
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
