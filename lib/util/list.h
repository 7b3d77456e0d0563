/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doubly linked lists whose links are in the members. A head and a link are the same
 * thing; a link that is in no list points to itself, so that taking it out twice does no
 * harm.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *previous;
};

/* The structure of this type in which `link` is the member of this name. */
#define list_entry(link, type, member) \
    ((type *)(void *)((char *)(link) - offsetof(type, member)))

static inline void list_init(struct list *link)
{
    link->next = link->previous = link;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

/* Puts a link at the end of a list, or before another link. */
static inline void list_append(struct list *head, struct list *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

static inline void list_remove(struct list *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_init(link);
}
