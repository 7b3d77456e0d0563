/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Anonymous pages of a private region: the frames that it has of its own. After fork two
 * regions share an amap until one of them changes it; then it makes a copy, and they share
 * frames until one of them writes. So a page may be written in place if the amap has one
 * reference and the frame has one too.
 */
#pragma once

#include <memory/frame.h>
#include <memory/sparse.h>
#include <util/list.h>

struct amap {
    struct list link;           /* of all amaps */
    uint32_t references;        /* regions */
    size_t count;               /* frames */
    struct sparse frames;
};

/* Null if memory is used up. */
struct amap *amap_create(void);
/* A new one with the frames of pages [from, end). */
struct amap *amap_copy(const struct amap *amap, size_t from, size_t end);
void amap_put(struct amap *amap);

/* The frame of a page, or 0. */
uint32_t amap_frame(const struct amap *amap, size_t page);
/* Puts a frame there, whose reference it takes over. The old one is dropped. False: no
 * memory; the reference is still the caller's. */
bool amap_set(struct amap *amap, size_t page, uint32_t frame);
/* Drops the frames of pages [from, end). */
void amap_drop(struct amap *amap, size_t from, size_t end);

/* Drops at least so many frames, a row (sparse.h) at a time, or all; returns how many. */
size_t amap_shrink(struct amap *amap, size_t least);

/* For the self-check. */
struct list *amap_list(void);
