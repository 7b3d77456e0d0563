/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a name to the server that has it. A walk turns a name into the absolute text of a
 * file, without "." and "..", and asks the server that the mount table names to do an
 * operation on the whole rest of it. Symbolic links on the way come back from the server
 * and are put in place of what they stand for. Typical use:
 *
 *     struct walk walk;
 *     struct name_operation operation = {.attribute = ATTR_MKDIR, ...};
 *     result = walk_begin(t, &walk, UXRT_AT_CURRENT, name);
 *     if (!result)
 *         result = walk_do(t, &walk, &operation);
 */
#pragma once

#include <stdbool.h>

#include <transport/thread.h>

enum { TEXT_SIZE = 4096, LINKS_MAX = 40 };

struct walk {
    const char *next;       /* what of the name is still to be looked at */
    uint32_t length;
    uint16_t links;         /* followed so far */
    bool slash;             /* the name ends in a slash or dots: it means a directory */
    bool dots;              /* in dots */
    bool at_root;           /* the last server asked was asked for its root, */
    bool at_mount;          /* and that is mounted there */
    char text[TEXT_SIZE];   /* what it means so far: "/a/b", or nothing for "/" */
    char pending[TEXT_SIZE];    /* at its end: targets of links, then the rest */
};

/* A write of an attribute on a directory's file, of a head and the name; or a read of one
 * of the name, if there is a record. */
struct name_operation {
    unsigned attribute;
    void *record;           /* of a read: it, */
    size_t record_size;     /* and its size */
    bool creates;           /* in unions, only where creating is allowed */
    uint64_t argument;
    const void *head;
    size_t head_count;
    bool counted;           /* the head is the number of bytes of the name */
    const void *tail;       /* after the name */
    size_t tail_count;
    bool only;              /* on one server: EXDEV if the name leads elsewhere */
    bool not_root;          /* EBUSY if it leads to a server's root */
    /* Where it was done; `slot` before, if `only`. */
    unsigned slot;
    uint16_t root;
};

/* Begins at the directory of that descriptor, UXRT_AT_CURRENT: the current one. */
int walk_begin(struct uxrt_thread *t, struct walk *walk, int directory, const char *name);

/* Begins at an open file. */
struct file;
int walk_file(struct uxrt_thread *t, struct walk *walk, const struct file *file);

/* Finishes the text; asks servers only because of "..". */
int walk_text(struct uxrt_thread *t, struct walk *walk);

/* Does the operation: the count written, or a negative error. */
int64_t walk_do(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation);

/* Splits off the last component: the walk is at its directory then. The component is
 * terminated and valid until the walk goes on. Null: there is none. */
char *walk_last(struct uxrt_thread *t, struct walk *walk, int *error);

/* How many services there are at exactly this place (of a union, more than one); number n
 * of them. */
struct mount_place {
    uint32_t service;
    uint16_t root, flags;
    uint8_t length;         /* bytes of the prefix */
};
bool mount_find(const char *text, uint32_t length, unsigned *index,
    struct mount_place *place);
/* The next one of the same union. */
bool mount_next(const char *text, uint32_t length, unsigned *index,
    struct mount_place *place);
/* The prefix under which this root of a service is, into text; its length, or -ENOENT. */
int mount_prefix(uint32_t service, uint16_t root, char text[MOUNT_PREFIX]);

/* The current directory, as text like walk.text. Others use the functions. */
extern struct current_directory {
    uint32_t length;
    char text[TEXT_SIZE];
} current_directory;

uint32_t current_get(char text[TEXT_SIZE]);
void current_set(const char *text, uint32_t length);
void current_after_fork(void);
