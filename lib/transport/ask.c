/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking servers to do an operation on a name: the one of the longest mounted prefix,
 * those of a union in their order, and those that a server says to ask instead.
 */
#include <transport/walk.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/reference.h>
#include <transport/turn.h>
#include <util/errno.h>
#include <util/string.h>

enum { TURNS_MAX = 8 };

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
    case ATTR_STAT:
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

/* One request for it, as it is now. */
static int64_t ask_once(struct uxrt_thread *t, const struct walk *walk,
    const struct name_operation *operation, uint32_t file, uint32_t begin,
    int64_t address)
{
    const char *name = walk->text + begin;
    uint32_t length = walk->length - begin;
    int64_t result = -EMSGSIZE;

    if (operation->record) {
        return client_read_named(t, operation->slot, file, address, name, length,
            operation->record, operation->record_size);
    }
    if (!operation->counted) {
        result = client_write_two(t, operation->slot, file, address, operation->head,
            operation->head_count, name, length);
    }
    return result == -EMSGSIZE ? ask_long(t, walk, operation, file, begin, address)
                               : result;
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
        result = ask_once(t, walk, operation, file, begin, address);
    } while (client_again(t, &result));
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

/* The name leads to an open file of a process, up to `begin`: goes on from that. */
static __attribute__((noinline)) int64_t ask_adopted(struct uxrt_thread *t,
    struct walk *walk, struct name_operation *operation, uint32_t begin)
{
    const struct name_turn *turn = (const struct name_turn *)t->ipc->msg;
    struct file *file;
    int64_t result = reference_adopt(t, (const struct file_turn *)turn->target, &file);
    uint32_t end;

    if (result < 0) {
        return result;
    }
    if (operation->only && operation->slot != file->slot) {
        result = -EXDEV;
    } else {
        operation->slot = file->slot;
        operation->root = file->root;
        begin = after_slash(walk, begin);
        result = ask(t, walk, operation, file->id, begin);
    }
    if (result == -ERROR_LINK) {
        end = walk_turn_end(walk, begin, turn);
        result = end ? walk_splice(walk, end, turn) : -EIO;
    } else if (result < -ERROR_LINK) {
        result = -EXDEV;
    }
    file_close(t, file);
    return result;
}

/* Does a name that leads to a service, and ends there, lead further for this operation? */
static bool goes_further(const struct name_operation *operation)
{
    return (operation->attribute == ATTR_OPEN || operation->attribute == ATTR_STAT)
           && !(operation->argument >> OPEN_FLAGS_SHIFT
                & (UXRT_NOFOLLOW | UXRT_EXCLUSIVE));
}

/* The end of the name of a service that is known to be below the place; 0: ask there. */
static uint32_t find_known(const struct uxrt_thread *t, const struct walk *walk,
    const struct name_operation *operation, const struct mount_place *place)
{
    uint32_t end;

    if (place->service != SERVICE_PROC) {
        return 0;
    }
    end = turn_known(&t->turn, walk, place, after_slash(walk, place->length));
    return end < walk->length || goes_further(operation) ? end : 0;
}

/* Asks the server of a place, and those that it says to ask instead. */
static int64_t ask_place(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation, const struct mount_place *place)
{
    const struct name_turn *turn = (const struct name_turn *)t->ipc->msg;
    uint32_t sequence = turn_sequence(), end = find_known(t, walk, operation, place);
    uint32_t begin = end ? end : place->length;
    uint32_t service = end ? t->turn.service : place->service;
    int64_t result;

    operation->root = end ? 0 : place->root;
    for (unsigned turns = end ? 1 : 0; turns < TURNS_MAX; turns++) {
        begin = after_slash(walk, begin);
        walk->at_root = begin == walk->length;
        walk->at_mount = walk->at_root && !turns;
        if (operation->not_root && walk->at_root) {
            return -EBUSY;
        }
        result = use_service(t, operation, service);
        if (result < 0) {
            return result;
        }
        result = ask(t, walk, operation, ROOT_FILE + operation->root, begin);
        if (result > -ERROR_LINK) {
            return result;
        }
        end = walk_turn_end(walk, begin, turn);
        if (!end) {
            return -EIO;
        }
        if (result == -ERROR_FILE) {
            return ask_adopted(t, walk, operation, end);
        }
        if (result == -ERROR_LINK) {
            return walk_splice(walk, end, turn);
        }
        if (service == SERVICE_PROC) {
            turn_keep(&t->turn, walk, operation->root, begin, end, turn->service,
                sequence);
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

int64_t ask_mounts(struct uxrt_thread *t, struct walk *walk,
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
