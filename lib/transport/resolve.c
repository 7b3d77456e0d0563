/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks. The ordinary case, one mount and no "..", is one pass over the name and one
 * round trip. ".." never goes to a server: what is before it is opened to see that it is a
 * directory (links in it come back and are put in their place), and then both go. So a
 * program cannot leave a directory that a bind made its "/".
 */
#include <transport/resolve.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/descriptor.h>
#include <util/errno.h>
#include <util/string.h>

enum { PARENT = 1, TURNS_MAX = 8, OPEN_FLAGS_SHIFT = REQUEST_FILE_BITS };
enum { LINKED = -ERROR_LINK };      /* the walk has to go on with the link's target */

/* Puts bytes in front of what is still to be looked at. */
static int prepend(struct walk *walk, const char *bytes, size_t count)
{
    char *end = walk->pending + TEXT_SIZE;
    size_t left = strlen(walk->next) + 1;

    if (left > TEXT_SIZE || count > TEXT_SIZE - left) {
        return -ENAMETOOLONG;
    }
    memmove(end - left, walk->next, left);
    memcpy(end - left - count, bytes, count);
    walk->next = end - left - count;
    return 0;
}

/* Copies a slash and a component, which has a byte at least; null: it is too long. */
static inline char *take_component(const char **from, char *to, const char *limit)
{
    const char *next = *from;
    const char *end = limit - to > NAME_COMPONENT ? to + 1 + NAME_COMPONENT : limit;

    if (to == limit) {
        return NULL;
    }
    *to++ = '/';
    do {
        if (to == end) {
            return NULL;
        }
        *to++ = *next++;
    } while (*next && *next != '/');
    *from = next;
    return to;
}

static inline bool is_dots(const char *start, const char *end)
{
    return start[1] == '.' && (end == start + 2 || (start[2] == '.' && end == start + 3));
}

/* Moves components from the name to the text. 0 at the name's end; PARENT: it stopped
 * after "..", which means the parent of the text so far. */
static int take(struct walk *walk)
{
    const char *from = walk->next, *limit = walk->text + TEXT_SIZE - 1;
    char *to = walk->text + walk->length;
    bool dots = walk->dots, slash;
    int result = 0;

    for (;;) {
        char *start = to;

        slash = *from == '/' || dots;
        while (*from == '/') {
            from++;
        }
        if (!*from) {
            break;
        }
        dots = false;
        to = take_component(&from, to, limit);
        if (!to) {
            return -ENAMETOOLONG;
        }
        if (is_dots(start, to)) {
            dots = true;
            result = to == start + 3 && start != walk->text ? PARENT : 0;
            to = start;
            if (result) {
                break;
            }
        }
    }
    walk->next = from;
    walk->length = (uint32_t)(to - walk->text);
    walk->slash = slash;
    walk->dots = dots;
    return result;
}

/* The server met a link, up to `end` of the text: its target takes its place. */
static int splice(struct walk *walk, uint32_t end, const struct name_turn *turn)
{
    uint32_t start = end;
    int error = 0;

    if (++walk->links > LINKS_MAX) {
        return -ELOOP;
    }
    if (turn->length > LINK_TARGET_MAX) {
        return -ENAMETOOLONG;
    }
    if (!turn->length || memchr(turn->target, 0, turn->length)) {
        return -EIO;
    }
    if (walk->slash) {
        error = prepend(walk, "/", 1);
    }
    if (!error) {
        error = prepend(walk, walk->text + end, walk->length - end);
    }
    if (!error) {
        error = prepend(walk, turn->target, turn->length);
    }
    while (walk->text[--start] != '/') {
    }
    walk->length = turn->target[0] == '/' ? 0 : start;
    return error ? error : LINKED;
}

/* Where a turn leads: the offset in the text of the end of the component; 0: nonsense. */
static uint32_t turn_end(const struct walk *walk, uint32_t begin,
    const struct name_turn *turn)
{
    uint32_t end;

    if (!turn->used || turn->used > walk->length - begin) {
        return 0;
    }
    end = begin + turn->used;
    return end == walk->length || walk->text[end] == '/' ? end : 0;
}

struct part {
    const void *data;
    size_t count;
};

/* The parts do not fit in a message. */
static __attribute__((noinline)) int64_t write_long(struct uxrt_thread *t, unsigned slot,
    uint32_t file, int64_t address, const struct part *parts, unsigned count)
{
    char data[2 * TEXT_SIZE];
    size_t used = 0;

    for (unsigned i = 0; i < count; i++) {
        if (parts[i].count > sizeof(data) - used) {
            return -ENAMETOOLONG;
        }
        if (parts[i].count) {
            memcpy(data + used, parts[i].data, parts[i].count);
        }
        used += parts[i].count;
    }
    return client_write(t, slot, file, data, used, address);
}

/* A slash at the name's end changes what is asked for. */
static int64_t slash_argument(const struct name_operation *operation, uint64_t *argument)
{
    switch (operation->attribute) {
    case ATTR_OPEN:
        if (*argument & (uint64_t)UXRT_CREATE << OPEN_FLAGS_SHIFT) {
            return -EISDIR;
        }
        *argument |= (uint64_t)UXRT_DIRECTORY << OPEN_FLAGS_SHIFT;
        *argument &= ~((uint64_t)UXRT_NOFOLLOW << OPEN_FLAGS_SHIFT);
        return 0;
    case ATTR_REMOVE:
        return *argument ? 0 : -ENOTDIR;
    case ATTR_SYMLINK:
    case ATTR_HARDLINK:
        return -ENOENT;
    default:
        return 0;
    }
}

/* All parts of the request. */
static __attribute__((noinline)) int64_t ask_long(struct uxrt_thread *t,
    const struct walk *walk, const struct name_operation *operation, uint32_t file,
    uint32_t begin, int64_t address)
{
    uint32_t length = walk->length - begin;
    const struct part parts[3] = {
        {operation->counted ? &length : operation->head,
         operation->counted ? sizeof(length) : operation->head_count},
        {walk->text + begin, length},
        {operation->tail, operation->tail_count},
    };

    return write_long(t, operation->slot, file, address, parts, 3);
}

/* One request to one server; `begin` is where in the text its part begins. */
static int64_t ask(struct uxrt_thread *t, const struct walk *walk,
    const struct name_operation *operation, uint32_t file, uint32_t begin)
{
    uint64_t argument = operation->argument;
    int64_t address, result;

    if (walk->slash) {
        result = slash_argument(operation, &argument);
        if (result < 0) {
            return result;
        }
    }
    address = (int64_t)attribute_address(operation->attribute, argument);
    do {
        result = operation->counted ? -EMSGSIZE
            : client_write_two(t, operation->slot, file, address, operation->head,
                  operation->head_count, walk->text + begin, walk->length - begin);
        if (result == -EMSGSIZE) {
            result = ask_long(t, walk, operation, file, begin, address);
        }
    } while (result == -ERROR_WAIT && (client_wait(t), true));
    return result;
}

/* Where a server's part of the text begins, after the slash. */
static uint32_t after_slash(const struct walk *walk, uint32_t begin)
{
    return begin < walk->length ? begin + 1 : begin;
}

static int use_service(struct uxrt_thread *t, struct name_operation *operation,
    uint32_t service)
{
    int slot = connection_slot(t, service);

    if (slot >= 0 && operation->only && operation->slot != (unsigned)slot) {
        return -EXDEV;
    }
    if (slot >= 0) {
        operation->slot = (unsigned)slot;
    }
    return slot;
}

/* Asks the server of a place, and those that it says to ask instead. */
static int64_t ask_place(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation, const struct mount_place *place)
{
    const struct name_turn *turn = (const struct name_turn *)t->ipc->msg;
    uint32_t begin = place->length, end, service = place->service;
    int64_t result;

    operation->root = place->root;
    for (unsigned turns = 0; turns < TURNS_MAX; turns++) {
        begin = after_slash(walk, begin);
        walk->at_root = begin == walk->length;
        if (operation->not_root && walk->at_root) {
            return -EBUSY;
        }
        result = use_service(t, operation, service);
        if (result < 0) {
            return result;
        }
        result = ask(t, walk, operation, ROOT_FILE + operation->root, begin);
        if (result != -ERROR_LINK && result != -ERROR_MOUNT) {
            return result;
        }
        end = turn_end(walk, begin, turn);
        if (!end) {
            return -EIO;
        }
        if (result == -ERROR_LINK) {
            return splice(walk, end, turn);
        }
        begin = end;
        service = turn->service;
        operation->root = 0;
    }
    return -ELOOP;
}

/* In a union, a file is opened where it is, and created only where that is allowed. */
static int64_t create_in_union(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation, struct mount_place first)
{
    struct mount_place place = first;
    unsigned index = 0;
    bool more = mount_find(walk->text, walk->length, &index, &place);

    while (more && !(place.flags & UXRT_MOUNT_CREATE)) {
        more = mount_next(walk->text, walk->length, &index, &place);
    }
    return ask_place(t, walk, operation, more ? &place : &first);
}

static int64_t ask_first(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation, struct mount_place place, unsigned index)
{
    int64_t result;

    do {
        result = ask_place(t, walk, operation, &place);
    } while (result == -ENOENT
             && mount_next(walk->text, walk->length, &index, &place));
    return result;
}

static int64_t open_in_union(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation, struct mount_place place, unsigned index)
{
    struct name_operation look = *operation;
    uint64_t flags = operation->argument >> OPEN_FLAGS_SHIFT, id = operation->argument;
    int64_t result;

    id &= LAST_FILE;
    look.argument = id | (flags & ~(uint64_t)UXRT_CREATE) << OPEN_FLAGS_SHIFT;
    if (flags & UXRT_EXCLUSIVE) {
        look.argument = id | (uint64_t)(UXRT_PATH | UXRT_NOFOLLOW) << OPEN_FLAGS_SHIFT;
    }
    result = ask_first(t, walk, &look, place, index);
    if (result >= 0 && flags & UXRT_EXCLUSIVE) {
        client_write(t, look.slot, (uint32_t)id, NULL, 0,
            (int64_t)attribute_address(ATTR_CLOSE, 0));
        return -EEXIST;
    }
    operation->slot = look.slot;
    operation->root = look.root;
    return result;
}

/* Asks whoever has the text. */
static int64_t ask_mounts(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation)
{
    struct mount_place place, second;
    unsigned index;
    int64_t result;

    if (!mount_find(walk->text, walk->length, &index, &place)) {
        return -ENOENT;
    }
    if (operation->creates) {
        unsigned next = index;

        second = place;
        if (mount_next(walk->text, walk->length, &next, &second)) {
            result = -ENOENT;
            if (operation->attribute == ATTR_OPEN) {
                result = open_in_union(t, walk, operation, place, index);
            }
            if (result == -ENOENT) {
                result = create_in_union(t, walk, operation, place);
            }
            return result;
        }
    }
    return ask_first(t, walk, operation, place, index);
}

/* Opens the text as a directory and closes it: an error if it is none. */
static int64_t check_directory(struct uxrt_thread *t, struct walk *walk)
{
    struct file *file = file_create(FILE_CONNECTION, 0, UXRT_PATH);
    uint32_t mode = 0;
    struct name_operation operation = {
        .attribute = ATTR_OPEN, .head = &mode, .head_count = sizeof(mode),
    };
    int64_t result;

    if (!file) {
        return -ENFILE;
    }
    operation.argument = file->id
                         | (uint64_t)(UXRT_PATH | UXRT_DIRECTORY) << OPEN_FLAGS_SHIFT;
    result = ask_mounts(t, walk, &operation);
    if (result < 0) {
        file_forget(file);
        return result;
    }
    file->slot = (uint8_t)operation.slot;
    file_close(t, file);
    return 0;
}

/* The name goes on with the parent of the text. */
static int go_to_parent(struct uxrt_thread *t, struct walk *walk)
{
    int64_t result = prepend(walk, "/..", 3);

    walk->slash = false;
    walk->dots = false;
    if (!result) {
        result = check_directory(t, walk);
    }
    if (result == LINKED) {
        return 0;
    }
    if (result < 0) {
        return (int)result;
    }
    walk->next += 3;
    walk->dots = true;
    while (walk->text[--walk->length] != '/') {
    }
    return 0;
}

int walk_text(struct uxrt_thread *t, struct walk *walk)
{
    int result = take(walk);

    while (result == PARENT) {
        result = go_to_parent(t, walk);
        if (!result) {
            result = take(walk);
        }
    }
    return result;
}

int64_t walk_do(struct uxrt_thread *t, struct walk *walk, struct name_operation *operation)
{
    int64_t result;

    do {
        result = walk_text(t, walk);
        if (!result) {
            result = ask_mounts(t, walk, operation);
        }
    } while (result == LINKED);
    return result;
}

char *walk_last(struct uxrt_thread *t, struct walk *walk, int *error)
{
    *error = walk_text(t, walk);
    if (*error) {
        return NULL;
    }
    if (!walk->length) {
        *error = -EBUSY;
        return NULL;
    }
    walk->text[walk->length] = 0;
    while (walk->text[--walk->length] != '/') {
    }
    walk->slash = false;
    return walk->text + walk->length + 1;
}
