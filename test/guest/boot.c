/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of what the root task finds: boot information and first capabilities. */
#include <test/test.h>

extern char __executable_start[], _end[];

static uint64_t region_length(const struct slot_region *region)
{
    return region->end - region->start;
}

TEST("boot: the first slots hold what they should")
{
    static const cptr filled[] = {
        ROOT_SLOT_TCB, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, ROOT_SLOT_IRQ_CONTROL,
        ROOT_SLOT_ASID_CONTROL, ROOT_SLOT_ASID_POOL, ROOT_SLOT_IOPORT_CONTROL,
        ROOT_SLOT_BOOTINFO, ROOT_SLOT_IPC_BUFFER, ROOT_SLOT_DOMAIN, ROOT_SLOT_SC};
    static const cptr empty[] = {
        ROOT_SLOT_NULL, ROOT_SLOT_IOSPACE, ROOT_SLOT_SMMU_SID, ROOT_SLOT_SMMU_CB,
        ROOT_SLOT_SMC};

    for (unsigned i = 0; i < sizeof(filled) / sizeof(filled[0]); i++) {
        CHECK_ERR(kc_cnode_move(ROOT, filled[i], DEPTH, ROOT, ROOT_SLOT_TCB, DEPTH),
                  ERROR_DELETE_FIRST);
    }
    for (unsigned i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        CHECK(is_empty(empty[i]));
}

TEST("boot: numbers of the boot information agree")
{
    CHECK(boot->node_count >= 1 && boot->node_count <= 64);
    CHECK_EQ(region_length(&boot->sched_control), boot->node_count);
    CHECK_EQ(boot->node_id, 0);
    CHECK_EQ(boot->domain, 0);
    CHECK(boot->cnode_bits >= 13 && boot->cnode_bits <= 24);
    CHECK_EQ(boot->empty.end, UINT64_C(1) << boot->cnode_bits);
    CHECK_EQ(boot->ipc_buffer % 1024, 0);
    CHECK_EQ(region_length(&boot->shared_frames), 0);
    CHECK_EQ(region_length(&boot->io_space_caps), 0);
    CHECK(region_length(&boot->untyped) > 0);
    CHECK(region_length(&boot->untyped) <= BOOT_INFO_MAX_UNTYPED);
}

TEST("boot: the image has a capability for each page, in order")
{
    uint64_t pages = ((uint64_t)_end - (uint64_t)__executable_start + 4095) / 4096;
    uint64_t first = 0;

    CHECK_EQ(region_length(&boot->user_image_frames), pages);
    CHECK_OK(kc_page_get_address(boot->user_image_frames.start, &first));
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t address = 0;
        CHECK_OK(kc_page_get_address(boot->user_image_frames.start + i, &address));
        CHECK_EQ(address, first + i * 4096);
    }
    CHECK(region_length(&boot->user_image_paging) >= 3);
}

TEST("boot: untyped memory is aligned, disjoint and of the sizes that are told")
{
    uint64_t count = region_length(&boot->untyped);

    for (uint64_t i = 0; i < count; i++) {
        const struct untyped_desc *a = &boot->untyped_list[i];
        CHECK(a->size_bits >= UNTYPED_MIN_BITS && a->size_bits <= UNTYPED_MAX_BITS);
        CHECK(a->is_device || a->paddr % (UINT64_C(1) << a->size_bits) == 0);
        CHECK(a->is_device <= 1);
        for (uint64_t j = 0; j < i; j++) {
            const struct untyped_desc *b = &boot->untyped_list[j];
            CHECK(a->paddr >= b->paddr + (UINT64_C(1) << b->size_bits)
                  || b->paddr >= a->paddr + (UINT64_C(1) << a->size_bits));
        }
    }
}

TEST("boot: every untyped capability can be used, to its end and not beyond")
{
    for (uint64_t i = 0; i < region_length(&boot->untyped); i++) {
        cptr pool = boot->untyped.start + i, to = slot();
        unsigned bits = boot->untyped_list[i].size_bits;
        if (pool == alloc_untyped() || pool == alloc_keep_untyped())
            continue;
        if (bits < UNTYPED_MAX_BITS) {
            CHECK_ERR(kc_untyped_retype(pool, OBJECT_UNTYPED, bits + 1, ROOT, 0, 0, to,
                                        1),
                      ERROR_NOT_ENOUGH_MEMORY);
            CHECK_EQ(error_word(0), UINT64_C(1) << bits);
        }
        CHECK_OK(kc_untyped_retype(pool, OBJECT_UNTYPED, bits, ROOT, 0, 0, to, 1));
        CHECK_OK(revoke(pool));
    }
}

TEST("boot: pages from untyped memory lie where it says")
{
    for (uint64_t i = 0; i < region_length(&boot->untyped); i++) {
        cptr pool = boot->untyped.start + i, to = slot();
        uint64_t address = 0;
        if (pool == alloc_untyped() || pool == alloc_keep_untyped()
            || boot->untyped_list[i].size_bits < PAGE_BITS)
            continue;
        CHECK_OK(kc_untyped_retype(pool, OBJECT_PAGE_4K, 0, ROOT, 0, 0, to, 1));
        CHECK_OK(kc_page_get_address(to, &address));
        CHECK_EQ(address, boot->untyped_list[i].paddr);
        CHECK_OK(revoke(pool));
    }
}

TEST("boot: memory is zero at first")
{
    cptr pages = objects(OBJECT_PAGE_4K, 0, 64);

    for (unsigned i = 0; i < 64; i++) {
        const uint64_t *words = map_page(pages + i, i, RIGHTS_ALL);
        for (unsigned w = 0; w < 512; w++)
            CHECK_EQ(words[w], 0);
    }
}

TEST("boot: the slots that are called empty are")
{
    cptr n = make(OBJECT_NOTIFICATION);

    for (cptr to = n + 1; to < boot->empty.end; to += 97) {
        enum error_code error = kc_cnode_copy(ROOT, to, DEPTH, ROOT, n, DEPTH,
                                              RIGHTS_ALL);
        if (error == ERROR_DELETE_FIRST) /* what lasts comes from the top */
            break;
        CHECK_OK(error);
        CHECK_OK(drop(to));
    }
}

TEST("boot: extra chunks fill the extra pages")
{
    uint64_t used = 0;

    for (uint64_t id = 1; id < 8; id++) {
        const struct boot_info_header *chunk = boot_chunk(id);
        if (chunk) {
            CHECK(chunk->length >= sizeof(*chunk));
            used += chunk->length;
        }
    }
    CHECK(used <= boot->extra_length);
    CHECK(boot->extra_length <= region_length(&boot->extra_pages) * 4096);
}

TEST("boot: the frequency of the time stamp counter is told")
{
    const struct boot_info_tsc_freq *tsc = boot_chunk(BOOT_INFO_X86_TSC_FREQ);

    CHECK(tsc != 0);
    CHECK(tsc->mhz >= 100 && tsc->mhz <= 10000);
}

TEST("boot: the first thread has the highest priority and maximum")
{
    cptr t = make(OBJECT_TCB);

    CHECK_OK(kc_tcb_set_mc_priority(t, ROOT_SLOT_TCB, PRIORITY_MAX));
    CHECK_OK(kc_tcb_set_priority(t, ROOT_SLOT_TCB, PRIORITY_MAX));
}
