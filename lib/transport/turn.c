/* SPDX-License-Identifier: BSD-2-Clause */
/* The last name under /srv that a thread used: see turn.h. */
#include <transport/turn.h>

#include <util/string.h>

uint32_t turn_known(const struct turn *turn, const struct walk *walk,
    const struct mount_place *place, uint32_t begin)
{
    uint32_t end = begin + turn->length;

    if (!turn->length || turn->root != place->root || turn->sequence != turn_sequence()
        || end > walk->length
        || (end < walk->length && walk->text[end] != '/')) {
        return 0;
    }
    return memcmp(turn->name, walk->text + begin, turn->length) ? 0 : end;
}

void turn_keep(struct turn *turn, const struct walk *walk, uint16_t root, uint32_t begin,
    uint32_t end, uint32_t service, uint32_t sequence)
{
    if (end - begin > TURN_NAME) {
        return;
    }
    turn->service = service;
    turn->sequence = sequence;
    turn->root = root;
    turn->length = (uint8_t)(end - begin);
    memcpy(turn->name, walk->text + begin, end - begin);
}
