/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the mount table, which the process server may change at any time: an entry is
 * copied and believed only if the sequence is the same before and after.
 */
#include <transport/resolve.h>

#include <util/errno.h>
#include <util/string.h>

#define MOUNTS_HERE ((const struct mount_table *)MOUNT_TABLE)

/* True if the table can be read now. */
static bool read_begin(uint32_t *sequence)
{
    *sequence = __atomic_load_n(&MOUNTS_HERE->sequence, __ATOMIC_ACQUIRE);
    return !(*sequence & 1);
}

static bool read_end(uint32_t sequence)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&MOUNTS_HERE->sequence, __ATOMIC_RELAXED) == sequence;
}

static unsigned entry_count(void)
{
    unsigned count = __atomic_load_n(&MOUNTS_HERE->count, __ATOMIC_RELAXED);

    return count < MOUNTS_MAX ? count : MOUNTS_MAX;
}

/* Most entries differ in what is compared first. */
static inline bool matches(const struct mount_entry *entry, const char *text,
    uint32_t length)
{
    uint32_t bytes = entry->length;

    if (bytes > length || (bytes != length && text[bytes] != '/')) {
        return false;
    }
    return !bytes || (text[bytes - 1] == entry->prefix[bytes - 1]
                      && !memcmp(entry->prefix, text, bytes));
}

/* The first match from *index on; with `same`, only of that length. */
static inline bool find(const char *text, uint32_t length, unsigned *index,
    struct mount_place *place, const uint8_t *same)
{
    const struct mount_entry *entry = &MOUNTS_HERE->entries[*index];
    unsigned count = entry_count();

    for (unsigned i = *index; i < count; i++, entry++) {
        if (same && entry->length != *same) {
            return false;
        }
        if (matches(entry, text, length)) {
            *index = i;
            *place = (struct mount_place){
                entry->service, entry->root, entry->flags, entry->length,
            };
            return true;
        }
    }
    return false;
}

static inline bool find_safely(const char *text, uint32_t length, unsigned *index,
    struct mount_place *place, const uint8_t *same)
{
    unsigned from = *index;
    uint32_t sequence;
    bool found;

    do {
        while (!read_begin(&sequence)) {
            __builtin_ia32_pause();
        }
        *index = from;
        found = find(text, length, index, place, same);
    } while (!read_end(sequence));
    return found && place->length <= length;
}

bool mount_find(const char *text, uint32_t length, unsigned *index,
    struct mount_place *place)
{
    *index = 0;
    return find_safely(text, length, index, place, NULL);
}

bool mount_next(const char *text, uint32_t length, unsigned *index,
    struct mount_place *place)
{
    uint8_t same = place->length;

    (*index)++;
    return find_safely(text, length, index, place, &same);
}

static int prefix_of(uint32_t service, uint16_t root, char text[MOUNT_PREFIX])
{
    for (unsigned i = 0; i < entry_count(); i++) {
        const struct mount_entry *entry = &MOUNTS_HERE->entries[i];

        if (entry->service == service && entry->root == root
            && entry->length <= MOUNT_PREFIX) {
            memcpy(text, entry->prefix, entry->length);
            return entry->length;
        }
    }
    return -ENOENT;
}

int mount_prefix(uint32_t service, uint16_t root, char text[MOUNT_PREFIX])
{
    uint32_t sequence;
    int length;

    do {
        while (!read_begin(&sequence)) {
            __builtin_ia32_pause();
        }
        length = prefix_of(service, root, text);
    } while (!read_end(sequence));
    return length;
}
