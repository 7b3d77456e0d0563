/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A service that is made as files are: by opening a new name in /srv for reading and
 * writing, exclusively. The descriptor is that of uxrt_serve(); see plain.h.
 */
#include <transport/plain.h>
#include <transport/process.h>
#include <transport/resolve.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

enum { PARKED = 15, PUBLISHES = UXRT_READ | UXRT_WRITE | UXRT_CREATE | UXRT_EXCLUSIVE };

int publish(struct uxrt_thread *t, const struct walk *walk, unsigned flags)
{
    char name[NAME_COMPONENT + 1];
    struct mount_place place;
    uint32_t start = walk->length;
    unsigned index;

    if ((flags & PUBLISHES) != PUBLISHES
        || !mount_find(walk->text, walk->length, &index, &place)
        || place.service != SERVICE_PROC) {
        return -ENXIO;
    }
    while (start > 0 && walk->text[start - 1] != '/') {
        start--;
    }
    if (walk->length - start >= sizeof(name)) {
        return -ENAMETOOLONG;
    }
    memcpy(name, walk->text + start, walk->length - start);
    name[walk->length - start] = '\0';
    return library_serve(t, name, PARKED);
}
