/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two bump allocators: tests fill the slots of the root CNode from below and one large
 * untyped capability, what lasts comes from the top and from another one.
 */
#include <stdatomic.h>

#include <test/alloc.h>
#include <test/memory.h>
#include <test/test.h>

enum { KEEP_MIN_BITS = 20 };

static struct boot_info boot_copy; /* other address spaces have this page too */
static const struct boot_info *boot_page;
static _Atomic cptr next_slot, last_slot;
static cptr test_pool, keep_pool;

const struct boot_info *boot = &boot_copy;

static unsigned bits_of(unsigned index)
{
    return boot->untyped_list[index].size_bits;
}

void alloc_slots(const struct boot_info *info)
{
    boot_page = info;
    memcpy(&boot_copy, info, sizeof(boot_copy));
    next_slot = boot->empty.start;
    last_slot = boot->empty.end;
}

void alloc_pools(void)
{
    unsigned count = (unsigned)(boot->untyped.end - boot->untyped.start);
    int largest = -1, spare = -1;

    for (unsigned i = 0; i < count; i++) {
        if (boot->untyped_list[i].is_device)
            continue;
        if (largest < 0 || bits_of(i) > bits_of((unsigned)largest))
            largest = (int)i;
    }
    for (unsigned i = 0; i < count; i++) {
        if (boot->untyped_list[i].is_device || (int)i == largest
            || bits_of(i) < KEEP_MIN_BITS)
            continue;
        if (spare < 0 || bits_of(i) < bits_of((unsigned)spare))
            spare = (int)i;
    }
    if (largest < 0 || spare < 0)
        test_fail(__FILE__, __LINE__, "enough memory", 0, 1);
    test_pool = boot->untyped.start + (unsigned)largest;
    keep_pool = boot->untyped.start + (unsigned)spare;
}

cptr alloc_untyped(void)
{
    return test_pool;
}

cptr alloc_keep_untyped(void)
{
    return keep_pool;
}

enum error_code alloc_reset(void)
{
    enum error_code error = revoke(test_pool);

    while (error == ERROR_NONE && next_slot > boot->empty.start)
        error = drop(--next_slot);
    return error;
}

cptr slots(unsigned count)
{
    cptr first = atomic_fetch_add(&next_slot, count);

    if (first + count > last_slot)
        test_fail(__FILE__, __LINE__, "enough slots", first, last_slot);
    return first;
}

cptr slot(void)
{
    return slots(1);
}

static void retype(cptr pool, enum object_type type, unsigned size_bits, cptr to,
                   unsigned count)
{
    CHECK_OK(kc_untyped_retype(pool, type, size_bits, ROOT, 0, 0, to, count));
}

cptr objects(enum object_type type, unsigned size_bits, unsigned count)
{
    cptr to = slots(count);

    retype(test_pool, type, size_bits, to, count);
    return to;
}

cptr object(enum object_type type, unsigned size_bits)
{
    return objects(type, size_bits, 1);
}

cptr keep_slot(void)
{
    return --last_slot;
}

cptr keep_object(enum object_type type, unsigned size_bits)
{
    cptr to = keep_slot();

    retype(keep_pool, type, size_bits, to, 1);
    return to;
}

cptr copy(cptr source, uint64_t rights)
{
    cptr to = slot();

    CHECK_OK(kc_cnode_copy(ROOT, to, DEPTH, ROOT, source, DEPTH, rights));
    return to;
}

cptr mint(cptr source, uint64_t rights, uint64_t badge)
{
    cptr to = slot();

    CHECK_OK(kc_cnode_mint(ROOT, to, DEPTH, ROOT, source, DEPTH, rights, badge));
    return to;
}

enum error_code drop(cptr cap)
{
    return kc_cnode_delete(ROOT, cap, DEPTH);
}

enum error_code revoke(cptr cap)
{
    return kc_cnode_revoke(ROOT, cap, DEPTH);
}

bool is_empty(cptr cap)
{
    cptr spare = slot();
    enum error_code error = kc_cnode_move(ROOT, spare, DEPTH, ROOT, cap, DEPTH);

    if (error == ERROR_NONE)
        CHECK_OK(kc_cnode_move(ROOT, cap, DEPTH, ROOT, spare, DEPTH));
    return error != ERROR_NONE;
}

uint64_t error_word(unsigned n)
{
    return kc_word(n);
}

const void *boot_chunk(uint64_t id)
{
    const char *chunk = (const char *)boot_page + (1 << BOOT_INFO_FRAME_BITS);
    const char *end = chunk + boot->extra_length;

    while (chunk < end) {
        const struct boot_info_header *header = (const void *)chunk;
        if (header->id == id)
            return header;
        if (header->length == 0)
            break;
        chunk += header->length;
    }
    return 0;
}
