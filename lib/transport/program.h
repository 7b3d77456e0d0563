/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program to be run: found, checked, and put into memory. The old image of exec does
 * the first two, so that it gets the errors; the new one does the last.
 */
#pragma once

#include <transport/descriptor.h>
#include <transport/image.h>
#include <transport/resolve.h>
#include <transport/start.h>

enum { SCRIPTS_MAX = 4, FIRST_MAX = 2 * SCRIPTS_MAX + 1 };

/* A program, open, and its PT_INTERP or null. Scripts have been replaced by what runs
 * them: `first` are the arguments before those that follow the first of argv. */
struct program {
    struct file *file, *interpreter;
    unsigned first_count;
    const char *first[FIRST_MAX];
    const char *path;           /* where the file was found: absolute, without links; */
    struct walk walk;           /* by this */
    unsigned script_count;
    struct image_script scripts[SCRIPTS_MAX];
};

/* Where this process's program came from, and its strings on the stack: arguments, then
 * the environment. */
extern struct program_place {
    uint64_t arguments, variables, end;
    char path[TEXT_SIZE];
} program_place;

/* Opens a name and what it needs, and checks all of it. -ENOEXEC, -EACCES, ... */
int program_open(struct uxrt_thread *t, const char *name, struct program *program);
void program_close(struct uxrt_thread *t, struct program *program);

/* Reads and checks the headers of an open file. 0, -ENOEXEC, or what reading says. */
int program_image(struct uxrt_thread *t, const struct file *file, struct image *image);

/* Maps an image; what is added to its addresses goes to *bias. */
int program_map(struct uxrt_thread *t, const struct file *file, const struct image *image,
    uint64_t place, uint64_t *bias);

/* The first address after the program that begins this process: where its heap may be. */
uint64_t program_end(void);
