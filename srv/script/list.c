/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of directories. A list is asked for when a directory is read from its beginning,
 * and sorted by a hash of the names, which is the cookie: so a cookie stays good when the
 * list is asked for again and names have come and gone.
 */
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

enum { HEAD = 2, COOKIE_BITS = 47 };    /* an argument of 48 bits, and one more than it */

static uint64_t cookie_of(const char *name, size_t length)
{
    return (node_number(name, length) >> (64 - COOKIE_BITS)) | 1;
}

struct place {
    uint64_t cookie;
    const unsigned char *at;        /* in the list: length, directory, name */
};

/* Puts the element `from` of a heap of `count` to its place (Williams' heapsort). */
static void sink(struct place *places, size_t from, size_t count)
{
    struct place moving = places[from];
    size_t child;

    while ((child = 2 * from + 1) < count) {
        if (child + 1 < count && places[child].cookie < places[child + 1].cookie)
            child++;
        if (places[child].cookie <= moving.cookie)
            break;
        places[from] = places[child];
        from = child;
    }
    places[from] = moving;
}

static void sort(struct place *places, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sink(places, i, count);
    for (size_t i = count; i-- > 1;) {
        struct place last = places[i];

        places[i] = places[0];
        places[0] = last;
        sink(places, 0, i);
    }
}

static size_t find_places(const unsigned char *data, size_t size, struct place *places)
{
    size_t count = 0;

    for (size_t at = 0; at < size; at += HEAD + data[at]) {
        if (places)
            places[count] = (struct place){
                .cookie = cookie_of((const char *)data + at + HEAD, data[at]),
                .at = data + at };
        count++;
    }
    return count;
}

/* The directory's list: cookie, length, type, name of each, in order of cookies. */
static int keep_list(struct node *node, const struct ask *ask)
{
    const unsigned char *data = (const unsigned char *)ask->question.data;
    size_t count = find_places(data, ask->question.size, NULL);
    struct place *places = heap_alloc((count + 1) * sizeof(*places));
    bool good = places != NULL;

    node->list.used = 0;
    if (good) {
        find_places(data, ask->question.size, places);
        sort(places, count);
    }
    for (size_t i = 0; i < count && good; i++)
        good = bytes_add(&node->list, &places[i].cookie, 8, SIZE_MAX / 4)
               && bytes_add(&node->list, places[i].at, HEAD + (size_t)places[i].at[0],
                   SIZE_MAX / 4);
    good = good && bytes_add(&node->list, "\0\0\0\0\0\0\0", 8, SIZE_MAX / 4);
    heap_free(places);
    if (!good)
        bytes_free(&node->list);
    return good ? 0 : -ENOMEM;
}

/* Gives the first entry from the cookie on. */
static int give(const struct node *node, uint64_t cookie, struct uxrt_entry *entry,
    char name[256])
{
    const char *at = node->list.data;
    uint64_t found;

    for (;;) {
        memcpy(&found, at, 8);
        if (!found)
            return 0;
        if (found >= cookie)
            break;
        at += 8 + HEAD + (unsigned char)at[8];
    }
    entry->name_length = (uint8_t)at[8];
    entry->type = at[9] ? S_IFDIR >> 12 : 0;
    entry->next = found + 1;
    memcpy(name, at + 8 + HEAD, entry->name_length);
    return 1;
}

/* The number that the entry's node has or will have. */
static uint64_t number_of(const struct node *node, const char *name, size_t length)
{
    char path[PATH_MAX_BYTES + 256];
    size_t used = node->length;

    memcpy(path, node->path, used);
    if (used)
        path[used++] = '/';
    memcpy(path + used, name, length);
    return node_number(path, used + length);
}

int list_entry_of(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    struct script *script = script_of(server);
    struct node *node = node_of(directory);
    const struct question list = {.op = OP_LIST, .path = node->path,
        .length = node->length};
    int64_t result = 0;

    if (cookie == 0 || !node->list.used) {
        result = ask(script, NULL, &list);
        if (!result)
            result = keep_list(node, script->current);
    }
    if (!result)
        result = give(node, cookie, entry, name);
    if (result == 1)
        entry->node = number_of(node, name, entry->name_length);
    return (int)result;
}
