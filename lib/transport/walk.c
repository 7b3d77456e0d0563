/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a walk: one pass over the name in the ordinary case, and putting the
 * targets of links in the place of links. Nothing here asks anybody.
 */
#include <transport/walk.h>

#include <stddef.h>

#include <util/errno.h>
#include <util/string.h>

int walk_prepend(struct walk *walk, const char *bytes, size_t count)
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

int walk_take(struct walk *walk)
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

int walk_splice(struct walk *walk, uint32_t end, const struct name_turn *turn)
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
        error = walk_prepend(walk, "/", 1);
    }
    if (!error) {
        error = walk_prepend(walk, walk->text + end, walk->length - end);
    }
    if (!error) {
        error = walk_prepend(walk, turn->target, turn->length);
    }
    while (walk->text[--start] != '/') {
    }
    walk->length = turn->target[0] == '/' ? 0 : start;
    return error ? error : LINKED;
}

uint32_t walk_turn_end(const struct walk *walk, uint32_t begin,
    const struct name_turn *turn)
{
    uint32_t end;

    if (!turn->used || turn->used > walk->length - begin) {
        return 0;
    }
    end = begin + turn->used;
    return end == walk->length || walk->text[end] == '/' ? end : 0;
}
