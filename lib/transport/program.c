/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and checking programs: see program.h.
 */
#include <transport/program.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/cold.h>
#include <transport/names.h>
#include <util/errno.h>
#include <util/string.h>

BEGIN_DATA struct program_place program_place;

/* SHORT: bytes that one message brings, which is enough of most programs. */
enum { TYPE_MASK = 0170000, TYPE_REGULAR = 0100000, SHORT = SHORT_READ_MAX };

/* The first bytes of a file, as many as there are up to `size`. */
static int64_t read_head(struct uxrt_thread *t, const struct file *file, char *head,
    int64_t size)
{
    int64_t done = 0;

    while (done < size) {
        int64_t result = client_get(t, file->slot, file->id, head + done,
            (size_t)(size - done), done);

        if (result < 0) {
            return result;
        }
        if (result == 0) {
            break;
        }
        done += result;
    }
    return done;
}

/* Its buffer is only on the stack of who needs it. */
static __attribute__((noinline)) int check_long(struct uxrt_thread *t,
    const struct file *file, uint64_t file_bytes, struct image *image)
{
    _Alignas(8) char head[IMAGE_HEAD];
    int64_t bytes = read_head(t, file, head, IMAGE_HEAD);

    return bytes < 0 ? (int)bytes
                     : image_check(head, (size_t)bytes, file_bytes, image);
}

/* Checks what has been read, or more of it if that may help. */
static int check(struct uxrt_thread *t, const struct file *file, const char *head,
    int64_t bytes, uint64_t file_bytes, struct image *image)
{
    int result = image_check(head, (size_t)bytes, file_bytes, image);

    return result && bytes == SHORT ? check_long(t, file, file_bytes, image) : result;
}

int program_image(struct uxrt_thread *t, const struct file *file, struct image *image)
{
    _Alignas(8) char head[SHORT];
    int64_t bytes = read_head(t, file, head, SHORT);

    return bytes < 0 ? (int)bytes : check(t, file, head, bytes, INT64_MAX, image);
}

/* Opens a regular file that may be run. */
static int open_file(struct uxrt_thread *t, const char *name, struct file **file,
    uint64_t *bytes, struct walk *walk)
{
    struct uxrt_stat stat;
    int64_t result = name_open(t, UXRT_AT_CURRENT, name, UXRT_READ | UXRT_EXECUTE, 0,
        walk, file);

    if (result < 0) {
        return (int)result;
    }
    result = client_get(t, (*file)->slot, (*file)->id, &stat, sizeof(stat),
        (int64_t)attribute_address(ATTR_STAT, 0));
    if (result == sizeof(stat) && (stat.mode & TYPE_MASK) == TYPE_REGULAR) {
        *bytes = stat.size;
        return 0;
    }
    file_close(t, *file);
    return result < 0 ? (int)result : -EACCES;
}

/* Puts a script's interpreter and argument in front; the script's own name follows them.
 * Returns what is to be run instead. */
static const char *add_script(struct program *program, const char *name)
{
    const struct image_script *script = &program->scripts[program->script_count++];
    unsigned added = script->argument[0] ? 2 : 1;

    if (!program->first_count) {
        program->first[program->first_count++] = name;
    }
    memmove(program->first + added, program->first,
        program->first_count * sizeof(program->first[0]));
    program->first[0] = script->interpreter;
    if (added == 2) {
        program->first[1] = script->argument;
    }
    program->first_count += added;
    return script->interpreter;
}

/* 0: the program is complete; 1: *name is to be run instead. */
static int look_at_head(struct uxrt_thread *t, struct program *program,
    uint64_t file_bytes, const char **name, struct image *image)
{
    _Alignas(8) char head[SHORT];   /* a script's line that is longer makes no sense */
    int64_t bytes = read_head(t, program->file, head, SHORT);
    struct image_script ignored, *script = &ignored;
    int result;

    if (bytes < 0) {
        return (int)bytes;
    }
    if (program->script_count < SCRIPTS_MAX) {
        script = &program->scripts[program->script_count];
    }
    result = image_script(head, (size_t)bytes, script);
    if (result > 0 && script == &ignored) {
        return -ELOOP;
    }
    if (result > 0) {
        *name = add_script(program, *name);
        return 1;
    }
    return result < 0 ? result
                      : check(t, program->file, head, bytes, file_bytes, image);
}

static __attribute__((noinline)) int open_interpreter(struct uxrt_thread *t, struct program *program,
    const char *name)
{
    struct image image;
    struct walk walk;
    uint64_t bytes;
    int error = open_file(t, name, &program->interpreter, &bytes, &walk);

    if (error) {
        program->interpreter = NULL;
        return error;
    }
    error = program_image(t, program->interpreter, &image);
    return error || (image.movable && !image.interpreter[0]) ? error : -ENOEXEC;
}

int program_open(struct uxrt_thread *t, const char *name, struct program *program)
{
    struct walk *walk = &program->walk;
    struct image image;
    uint64_t bytes;
    int result;

    program->interpreter = NULL;
    program->first_count = 0;
    program->script_count = 0;
    for (;;) {
        result = open_file(t, name, &program->file, &bytes, walk);
        if (result) {
            return result;
        }
        result = look_at_head(t, program, bytes, &name, &image);
        if (result <= 0) {
            break;
        }
        file_close(t, program->file);
    }
    walk->text[walk->length] = 0;
    program->path = walk->text;
    if (!result && image.interpreter[0]) {
        result = open_interpreter(t, program, image.interpreter);
    }
    if (result) {
        program_close(t, program);
    }
    return result;
}

void program_close(struct uxrt_thread *t, struct program *program)
{
    file_close(t, program->file);
    if (program->interpreter) {
        file_close(t, program->interpreter);
    }
}
