/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories at a place where several are mounted. Reading one gives the entries of all;
 * of those with one name, the first. The number of the directory is in the cookie, above
 * the server's own bits.
 */
#include <transport/names.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <util/errno.h>
#include <util/string.h>

enum { MEMBER_SHIFT = 48, MEMBERS_MAX = MOUNTS_MAX };

/* Opens what the file, a directory, has under this name. 0 or an error. */
static int open_entry(struct uxrt_thread *t, unsigned slot, uint32_t directory,
    struct file *file, unsigned flags, const char *name, size_t length)
{
    uint64_t argument = file->id | (uint64_t)flags << REQUEST_FILE_BITS;
    uint32_t mode = 0;
    int64_t result = client_write_two(t, slot, directory,
        (int64_t)attribute_address(ATTR_OPEN, argument), &mode, sizeof(mode), name,
        length);

    file->slot = (uint8_t)slot;
    return result < 0 ? (int)result : 0;
}

static void open_member(struct uxrt_thread *t, const struct mount_place *place,
    struct file *first)
{
    int slot = connection_slot(t, place->service);
    struct file *file;

    if (slot < 0 || (slot == first->slot && place->root == first->root)) {
        return;
    }
    file = file_create(FILE_CONNECTION, (uint8_t)slot, first->flags);
    if (!file) {
        return;
    }
    file->root = place->root;
    if (open_entry(t, (unsigned)slot, ROOT_FILE + place->root, file,
            UXRT_READ | UXRT_DIRECTORY, NULL, 0)) {
        file_forget(file);
    } else {
        file_join(first, file);
    }
}

void union_open(struct uxrt_thread *t, const struct walk *walk, struct file *first)
{
    struct mount_place place;
    unsigned index;
    bool more = mount_find(walk->text, walk->length, &index, &place);

    if (!more || place.length != walk->length || first->flags & UXRT_PATH) {
        return;
    }
    while (mount_next(walk->text, walk->length, &index, &place)) {
        open_member(t, &place, first);
    }
}

/* Has one of the directories before this one an entry of that name? */
static bool is_hidden(struct uxrt_thread *t, const struct file *first,
    const struct file *member, const struct uxrt_entry *entry)
{
    for (; first != member; first = file_next(first)) {
        struct file *file = file_create(FILE_CONNECTION, first->slot, UXRT_PATH);

        if (!file) {
            return false;
        }
        if (!open_entry(t, first->slot, first->id, file, UXRT_PATH | UXRT_NOFOLLOW,
                entry->name, entry->name_length)) {
            file_close(t, file);
            return true;
        }
        file_forget(file);
    }
    return false;
}

/* Keeps the entries that are not hidden, and puts the number in their cookies. */
static int64_t keep_entries(struct uxrt_thread *t, const struct file *first,
    const struct file *member, uint64_t number, char *data, int64_t count,
    uint64_t *cookie)
{
    int64_t kept = 0;

    for (int64_t at = 0, length; at < count; at += length) {
        struct uxrt_entry *entry = (struct uxrt_entry *)(data + at);

        length = count - at < (int64_t)sizeof(*entry) ? 0 : entry->length;
        if (length < (int64_t)sizeof(*entry) || length > count - at
            || length < (int64_t)offsetof(struct uxrt_entry, name) + entry->name_length) {
            return -EIO;
        }
        *cookie = entry->next;
        entry->next |= number << MEMBER_SHIFT;
        if (!is_hidden(t, first, member, entry)) {
            memmove(data + kept, entry, (size_t)length);
            kept += length;
        }
    }
    return kept;
}

int64_t union_readdir(struct uxrt_thread *t, struct file *first, void *data, size_t count,
    uint64_t cookie)
{
    uint64_t number = cookie >> MEMBER_SHIFT;
    const struct file *member = first;

    for (uint64_t i = 0; i < number && member; i++) {
        member = file_next(member);
    }
    cookie &= ATTRIBUTE_ARGUMENT;
    while (member) {
        int64_t result = client_read(t, member->slot, member->id, data, count,
            (int64_t)attribute_address(ATTR_READDIR, cookie));

        if (result > 0) {
            result = keep_entries(t, first, member, number, data, result, &cookie);
            if (result) {
                return result;
            }
            continue;
        }
        if (result < 0) {
            return result;
        }
        member = file_next(member);
        number++;
        cookie = 0;
    }
    return 0;
}
