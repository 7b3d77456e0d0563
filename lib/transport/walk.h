/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a walk (resolve.h): its text, and asking servers. */
#pragma once

#include <transport/resolve.h>

enum { OPEN_FLAGS_SHIFT = REQUEST_FILE_BITS };
enum { PARENT = 1 };
enum { LINKED = -ERROR_LINK };      /* the walk has to go on with the link's target */

/* walk.c: puts bytes in front of what is still to be looked at. -ENAMETOOLONG. */
int walk_prepend(struct walk *walk, const char *bytes, size_t count);

/* Moves components from the name to the text. 0 at the name's end; PARENT: it stopped
 * after "..", which means the parent of the text so far; -ENAMETOOLONG. */
int walk_take(struct walk *walk);

/* Where a turn leads: the offset in the text of the end of the component; 0: nonsense. */
uint32_t walk_turn_end(const struct walk *walk, uint32_t begin,
    const struct name_turn *turn);

/* The server met a link, up to `end` of the text: its target takes its place. LINKED or
 * an error. */
int walk_splice(struct walk *walk, uint32_t end, const struct name_turn *turn);

/* ask.c: asks whoever has the text. LINKED: the walk is changed and has to go on. */
int64_t ask_mounts(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation);
