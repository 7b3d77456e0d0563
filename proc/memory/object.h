/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: what regions of address spaces are windows on. Pages come into being,
 * zero-filled, when they are first used. Objects are counted; the last reference frees the
 * pages. Pages and offsets count in PAGE_SIZE.
 */
#pragma once

#include <memory/frame.h>

struct list;
struct object;
struct sparse;

/* Pages that an object may have. */
#define OBJECT_PAGES_MAX ((size_t)1 << 36)

/* A new object with one reference, or null. */
struct object *object_create(size_t pages);
/* One that holds a copy of these bytes; the rest of the last page is zero. */
struct object *object_create_from(const void *data, size_t bytes);
void object_get(struct object *object);
void object_put(struct object *object);

size_t object_pages(const struct object *object);
size_t object_resident(const struct object *object);

/* The frame of a page: made if `create`; 0 if there is none, or beyond the end. The
 * reference stays the object's. */
uint32_t object_frame(struct object *object, size_t page, bool create);

/* Changes the size; pages beyond are unmapped everywhere and freed. 0 or -ENOMEM (more
 * than OBJECT_PAGES_MAX). */
int object_resize(struct object *object, size_t pages);
/* Makes pages zero again by dropping them, unmapped everywhere first. */
void object_discard(struct object *object, size_t page, size_t count);

/* Copies; stops at the end of the object. Return bytes done, or -ENOMEM if none. */
int64_t object_read(struct object *object, uint64_t offset, void *data, size_t bytes);
int64_t object_write(struct object *object, uint64_t offset, const void *data,
    size_t bytes);

/* Its frames by page, for who looks at many; pages from object_pages() on have none. */
const struct sparse *object_frames(const struct object *object);

/* The regions that are windows on it (region.h), and for the self-check, all objects. */
struct list *object_regions(struct object *object);
struct list *object_list(void);
/* The next page from `page` on that has a frame, or `end`. */
size_t object_next(const struct object *object, size_t page, size_t end);
struct object *object_entry(struct list *link);
