/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap: a header of 16 bytes before each block says its size class. Classes are
 * powers of two and what is half-way between; a class that has no free block cuts one
 * from the current chunk. What is left of a chunk that is too short is wasted.
 */
#include <stdint.h>

#include <util/heap.h>
#include <util/string.h>

enum {
    CLASSES = 24,           /* 16, 24, 32, 48 ... bytes; odd ones rounded to 16 */
    LARGE = CLASSES,        /* class of a block that has pages of its own */
    CHUNK = 256 * 1024,
    PAGE = 4096,
};

struct header {
    size_t size;            /* of the block, or of all pages of a large one */
    uint32_t class;
    uint32_t live;          /* LIVE while in use: finds double frees */
};
_Static_assert(sizeof(struct header) == 16, "blocks are aligned to 16 bytes");
#define LIVE 0x6c697665u

struct free_block {
    struct free_block *next;
};

static const struct heap_source *source;
static struct free_block *free_blocks[CLASSES];
static char *chunk;
static size_t chunk_left, used;

/* Bytes of class 2n, and of the one half-way to the next. */
#define PAIR(n)  (size_t)16 << (n), (((size_t)24 << (n)) + 15) & ~(size_t)15
static const size_t class_size[CLASSES] = {
    PAIR(0), PAIR(1), PAIR(2), PAIR(3), PAIR(4), PAIR(5),
    PAIR(6), PAIR(7), PAIR(8), PAIR(9), PAIR(10), PAIR(11),
};

/* The smallest class that a size fits in: a guess from its highest bit, and at most two more. */
static unsigned class_of(size_t size)
{
    unsigned class = size > 32 ? 2 * (unsigned)(59 - __builtin_clzll(size - 1)) : 0;

    while (class_size[class] < size)
        class++;
    return class;
}

static struct header *header_of(void *block)
{
    return (struct header *)block - 1;
}

void heap_begin(const struct heap_source *from)
{
    if (!source)
        source = from;
}

static void *finish(struct header *header, size_t size, unsigned class)
{
    header->size = size;
    header->class = class;
    header->live = LIVE;
    used += size;
    return header + 1;
}

static void *alloc_large(size_t size)
{
    size_t bytes = (size + sizeof(struct header) + PAGE - 1) & ~(size_t)(PAGE - 1);
    void *pages = bytes > size ? source->map(bytes) : NULL;

    return pages ? finish(pages, bytes, LARGE) : NULL;
}

/* A new block from the chunk. */
static void *cut(unsigned class)
{
    size_t size = class_size[class], whole = size + sizeof(struct header);
    struct header *header;

    if (chunk_left < whole) {
        char *pages = source->map(CHUNK);

        if (!pages)
            return NULL;
        chunk = pages;
        chunk_left = CHUNK;
    }
    header = (struct header *)(void *)chunk;
    chunk += whole;
    chunk_left -= whole;
    return finish(header, size, class);
}

void *heap_alloc(size_t size)
{
    struct free_block *block;
    unsigned class;

    if (!source)
        return NULL;
    if (size > HEAP_SMALL)
        return alloc_large(size);
    class = class_of(size);
    block = free_blocks[class];
    if (!block)
        return cut(class);
    free_blocks[class] = block->next;
    return finish(header_of(block), class_size[class], class);
}

void *heap_zero(size_t count, size_t size)
{
    size_t bytes;
    void *block;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    block = heap_alloc(bytes);
    return block ? memset(block, 0, bytes) : NULL;
}

void heap_free(void *block)
{
    struct header *header;
    struct free_block *free = block;

    if (!block)
        return;
    header = header_of(block);
    if (header->live != LIVE)
        __builtin_trap();
    header->live = 0;
    used -= header->size;
    if (header->class == LARGE) {
        source->unmap(header, header->size);
        return;
    }
    free->next = free_blocks[header->class];
    free_blocks[header->class] = free;
}

void *heap_resize(void *block, size_t size)
{
    struct header *header;
    size_t room;
    void *other;

    if (!block)
        return heap_alloc(size);
    header = header_of(block);
    room = header->size - (header->class == LARGE ? sizeof(*header) : 0);
    if (size <= room && size >= room / 4)
        return block;
    other = heap_alloc(size);
    if (!other)
        return size <= room ? block : NULL;
    memcpy(other, block, size < room ? size : room);
    heap_free(block);
    return other;
}

size_t heap_used(void)
{
    return used;
}
