/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The beginning of a process: takes over what the old image left (start.h), makes the
 * stack that Unix programs begin with (System V ABI for x86-64, "Process
 * Initialization"), maps the program and enters it. There is nobody left to tell of an
 * error: the process ends with 127, as shells do if they cannot run a program.
 */
#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/memory.h>
#include <transport/program.h>
#include <transport/resolve.h>
#include <transport/stack.h>
#include <transport/table.h>
#include <transport/trace.h>
#include <util/string.h>

#define PROGRAM_PLACE       UINT64_C(0x555555554000)
#define INTERPRETER_PLACE   (PROGRAM_END - UINT64_C(0x8000000))

enum { PAGE = 4096, EXIT_CANNOT_RUN = 127 };

static uint64_t end_of_program;

uint64_t program_end(void)
{
    return end_of_program;
}

static void require(struct uxrt_thread *t, bool good, const char *what)
{
    if (!good) {
        library_log(t, what, strlen(what));
        library_exit(t, EXIT_CANNOT_RUN);
    }
}

/* Tells a server what was close-on-exec. */
static void close_at(struct uxrt_thread *t, const struct start_view *view, unsigned slot)
{
    enum { BATCH = SHORT_WRITE_MAX / sizeof(uint32_t) };
    uint32_t ids[BATCH], count = 0;

    for (uint32_t i = 0; i <= view->start->files; i++) {
        bool end = i == view->start->files;
        const struct start_file *file = &view->files[i];

        if (!end && file->descriptor < 0 && file->slot == slot) {
            ids[count++] = file->id;
        }
        if (count == BATCH || (end && count)) {
            client_write(t, slot, CONTROL_FILE, ids, count * sizeof(ids[0]),
                (int64_t)attribute_address(ATTR_CLOSEMANY, 0));
            count = 0;
        }
    }
}

static void close_many(struct uxrt_thread *t, const struct start_view *view)
{
    uint8_t done[SLOTS] = {0};

    for (uint32_t i = 0; i < view->start->files; i++) {
        unsigned slot = view->files[i].slot;

        if (view->files[i].descriptor < 0 && slot && !done[slot]) {
            done[slot] = true;
            close_at(t, view, slot);
        }
    }
}

static struct file *inherit_file(const struct start_file *from)
{
    struct file *file = from->slot
        ? file_inherit(from->id, from->slot, from->flags) : NULL;

    if (file) {
        file->root = from->root;
    }
    return file;
}

static void inherit(struct uxrt_thread *t, const struct start_view *view)
{
    size_t length;

    for (uint32_t i = 0; i < view->start->connections; i++) {
        connection_inherit(view->connections[i].slot, view->connections[i].service);
    }
    for (uint32_t i = 0; i < view->start->files; i++) {
        const struct start_file *from = &view->files[i];
        struct file *file = from->descriptor >= 0 ? inherit_file(from) : NULL;

        if (file) {
            descriptor_place(t, file, from->descriptor, from->close_on_exec);
        }
    }
    length = strlen(view->directory);
    if (length && view->directory[length - 1] == '/') {
        length--;
    }
    current_set(view->directory, (uint32_t)length);
    close_many(t, view);
}

/* The program's files, from the old image or found now. */
static void find_program(struct uxrt_thread *t, const struct start_view *view,
    struct program *program)
{
    if (view->start->program.slot) {
        program->file = inherit_file(&view->start->program);
        program->interpreter = inherit_file(&view->start->interpreter);
        program->first_count = 0;
        program->path = view->path;
    } else {
        require(t, !program_open(t, view->name, program), "no such program\n");
    }
    require(t, program->file, "no file of the program\n");
}

/* Where everything is, for the stack. */
static void load(struct uxrt_thread *t, struct program *program,
    struct stack_content *content)
{
    struct image image, interpreter;
    uint64_t bias = 0;

    require(t, !program_image(t, program->file, &image)
                   && !program_map(t, program->file, &image, PROGRAM_PLACE, &bias),
        "cannot load the program\n");
    content->entry = content->start = image.entry + bias;
    content->headers = image.headers ? image.headers + bias : 0;
    content->header_count = image.header_count;
    end_of_program = image.high + bias;
    if (program->interpreter) {
        require(t, !program_image(t, program->interpreter, &interpreter)
                       && !program_map(t, program->interpreter, &interpreter,
                           INTERPRETER_PLACE, &bias),
            "cannot load the program's interpreter\n");
        content->base = bias;
        content->start = interpreter.entry + bias;
    }
    program_close(t, program);
}

void loader_start(uint64_t blob, uint64_t bytes)
{
    struct uxrt_thread *t = thread_prepare(0);
    struct start_view view;
    struct program program;
    struct stack_content content = {0};
    uint64_t stack;

    connection_thread_begins(t);
    require(t, start_check((const void *)blob, bytes, &view), "nothing to start\n");
    require(t, strlen(view.directory) < TEXT_SIZE && strlen(view.path) < TEXT_SIZE,
        "nowhere to start\n");
    if (view.start->trace.slot) {
        trace_begin(inherit_file(&view.start->trace));
    }
    inherit(t, &view);
    trace_thread(t);
    find_program(t, &view, &program);
    stack = stack_reserve(t, &view, &program, &content);
    require(t, stack, "no memory for a stack\n");
    memcpy(program_place.path, program.path, strlen(program.path) + 1);
    memory_unmap(t, blob, (bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1));
    load(t, &program, &content);
    stack_finish(&content, stack);
    program_enter(content.start, stack);
}
