/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chroot: the process gets a namespace of its own, in which the directory is "/", what is
 * mounted below it stays below it, and nothing else is left. So it confines: without /srv
 * nothing but what is mounted can be reached, and ".." goes to no server.
 */
#include <unix/unix.h>

#include <transport/cold.h>
#include <transport/connection.h>
#include <transport/lock.h>

struct place {
    uint32_t service;
    uint32_t length;            /* of the prefix as it was */
    uint64_t node;
    bool stays;
    char prefix[MOUNT_PREFIX + 1];
};

struct places {
    uint32_t count;
    uint32_t cut;               /* bytes that prefixes of what stays lose */
    struct place places[MOUNTS_MAX];
};

/* The service and node of a directory. */
static int find(struct uxrt_thread *t, const char *name, struct walk *walk,
    struct place *place)
{
    struct uxrt_stat stat;
    struct file *file;
    int result = name_open(t, UXRT_AT_CURRENT, name,
        UXRT_PATH | UXRT_DIRECTORY | UXRT_EXECUTE, 0, walk, &file);

    if (result < 0)
        return result;
    int64_t got = client_read(t, file->slot, file->id, &stat, sizeof(stat),
        (int64_t)attribute_address(ATTR_STAT, 0));
    place->service = connection_service(file->slot);
    place->node = stat.node;
    file_close(t, file);
    return got == sizeof(stat) ? 0 : got < 0 ? (int)got : -EIO;
}

static bool is_below(const struct place *place, const char *text, uint32_t length)
{
    return place->length > length && place->prefix[length] == '/'
           && !memcmp(place->prefix, text, length);
}

/* Copies the table, which is this process's own by now: of a union, its first member. */
static int list(struct uxrt_thread *t, struct places *all, const struct walk *root)
{
    const struct mount_table *table = (const struct mount_table *)MOUNT_TABLE;
    struct walk walk;

    all->cut = root->length;
    all->count = 0;
    for (uint32_t i = 0; i < table->count && i < MOUNTS_MAX; i++) {
        struct place *place = &all->places[all->count];
        int error;

        place->length = table->entries[i].length;
        memcpy(place->prefix, table->entries[i].prefix, place->length);
        place->prefix[place->length] = 0;
        place->stays = is_below(place, root->text, root->length);
        if (all->count && place->length == place[-1].length
            && !memcmp(place->prefix, place[-1].prefix, place->length))
            continue;
        error = place->stays ? find(t, place->prefix, &walk, place) : 0;
        if (error == -ENOTDIR)
            place->stays = false;
        else if (error)
            return error;
        all->count++;
    }
    return 0;
}

static int put(struct uxrt_thread *t, const struct place *place, const char *prefix,
    uint32_t length)
{
    const uint64_t words[] = {place->service, place->node, UXRT_MOUNT_REPLACE};

    return (int)client_proc(t, PROC_MOUNT, words, 3, prefix, length);
}

/* Is this the place of something that stays, where it is to be from now on? */
static bool is_new(const struct places *all, const struct place *old)
{
    for (uint32_t i = 0; i < all->count; i++) {
        const struct place *place = &all->places[i];

        if (place->stays && place->length - all->cut == old->length
            && !memcmp(place->prefix + all->cut, old->prefix, old->length))
            return true;
    }
    return !old->length;
}

/* First what is to be there, then nothing else. */
static int change(struct uxrt_thread *t, const struct places *all,
    const struct place *root)
{
    int error = put(t, root, "/", 1);

    for (uint32_t i = 0; !error && i < all->count; i++) {
        const struct place *place = &all->places[i];

        if (place->stays)
            error = put(t, place, place->prefix + all->cut, place->length - all->cut);
    }
    for (uint32_t i = 0; !error && i < all->count; i++) {
        const struct place *place = &all->places[i];

        if (!is_new(all, place))
            error = (int)client_proc(t, PROC_UNMOUNT, NULL, 0, place->prefix,
                place->length);
    }
    return error;
}

/* A current directory that is outside has no name any more. */
static void move_current(const struct walk *root)
{
    char text[TEXT_SIZE];
    uint32_t length = current_get(text);

    if (length > root->length && text[root->length] == '/'
        && !memcmp(text, root->text, root->length))
        current_set(text + root->length, length - root->length);
    else
        current_set("", 0);
}

/* The list is too large for the library's stack. */
static int confine(struct uxrt_thread *t, const struct walk *root,
    const struct place *place)
{
    COLD_DATA static struct places all;
    static uint32_t lock;
    int error;

    lock_take(&lock);
    error = library_unshare(t);
    if (!error)
        error = list(t, &all, root);
    if (!error)
        error = change(t, &all, place);
    if (!error)
        move_current(root);
    lock_release(&lock);
    return error;
}

UNIX_HANDLER(chroot)
{
    char name[TEXT_SIZE];
    struct place place;
    struct walk root;
    int error = name_in(name, argument_pointer(frame, 0));

    if (!error)
        error = find(t, name, &root, &place);
    if (error)
        return error;
    if (((const struct process_page *)PROCESS_PAGE)->euid != 0)
        return -EPERM;
    return root.length ? confine(t, &root, &place) : 0;
}
