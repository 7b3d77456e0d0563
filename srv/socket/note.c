/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notes: what a thread says about the message that it sends next, and what it may ask
 * about the one that it has received. The oldest one goes when there are too many.
 */
#include "socket.h"

#include <util/heap.h>

struct note *note_find(struct socket *socket, uint64_t badge, uint32_t tag, bool received)
{
    for (struct list *at = socket->notes.next; at != &socket->notes; at = at->next) {
        struct note *note = list_entry(at, struct note, link);

        if (note->badge == badge && note->tag == tag && note->received == received)
            return note;
    }
    return NULL;
}

void note_free(struct socket *socket, struct note *note)
{
    list_remove(&note->link);
    socket->note_count--;
    cargo_drop(note->cargo);
    heap_free(note);
}

struct note *note_create(struct socket *socket, uint64_t badge, uint32_t tag,
    bool received)
{
    struct note *note = note_find(socket, badge, tag, received);

    if (note)
        note_free(socket, note);
    if (socket->note_count >= NOTES_MAX)
        note_free(socket, list_entry(socket->notes.next, struct note, link));
    note = heap_zero(1, sizeof(*note));
    if (!note)
        return NULL;
    note->badge = badge;
    note->tag = tag;
    note->received = received;
    list_append(&socket->notes, &note->link);
    socket->note_count++;
    return note;
}

void note_forget_target(const struct socket *target)
{
    for (struct list *at = sockets.next; at != &sockets; at = at->next) {
        struct socket *s = list_entry(at, struct socket, link);

        if (s->full == target)
            s->full = NULL;
        for (struct list *n = s->notes.next; n != &s->notes; n = n->next) {
            struct note *note = list_entry(n, struct note, link);

            if (note->target == target) {
                note->target = NULL;
                note->lost = true;
            }
        }
    }
}
