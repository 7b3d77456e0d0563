/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task that `./uxrt run` boots: says what machine and kernel it finds, and
 * what a call to a thread in another address space costs.
 */
#include <test/start.h>
#include <test/test.h>

enum { CALLS = 10000 };

static const struct {
    uint64_t bit;
    const char *name;
} features[] = {
    {UXRT_FEATURE_FOREIGN, "foreign system calls"},
    {UXRT_FEATURE_LEND, "lent time"},
    {UXRT_FEATURE_ROAM, "roaming"},
    {UXRT_FEATURE_WINDOW, "reply windows"},
    {UXRT_FEATURE_BATCH, "batched mapping"},
};

static void print_memory(void)
{
    uint64_t bytes = 0;

    for (cptr i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        if (!boot->untyped_list[i].is_device)
            bytes += UINT64_C(1) << boot->untyped_list[i].size_bits;
    }
    print("cores: %lu\n", boot->node_count);
    print("memory: %lu MiB free\n", bytes >> 20);
}

static void print_features(void)
{
    const struct boot_info_uxrt *uxrt = boot_chunk(BOOT_INFO_UXRT);

    if (!uxrt) {
        print("kernel: without extensions\n");
        return;
    }
    print("kernel: UX/RT, interface version %lu\n", uxrt->version);
    for (unsigned i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        if (uxrt->features & features[i].bit)
            print("  %s\n", features[i].name);
    }
}

static void add_one(uint64_t endpoint)
{
    struct message m = ipc_recv(endpoint, self()->reply);

    for (;;)
        m = ipc_reply_recv(endpoint, self()->reply, m.mr[0] + 1);
}

static void measure_calls(uint64_t endpoint)
{
    const struct boot_info_tsc_freq *tsc = boot_chunk(BOOT_INFO_X86_TSC_FREQ);
    uint64_t value = 0, start = __builtin_ia32_rdtsc();

    for (unsigned i = 0; i < CALLS; i++)
        value = ipc_call(endpoint, 0, value).mr[0];
    uint64_t ticks = (__builtin_ia32_rdtsc() - start) / CALLS;
    CHECK_EQ(value, CALLS);
    print("a call and its answer: %lu ticks", ticks);
    if (tsc && tsc->mhz)
        print(", %lu ns", ticks * 1000 / tsc->mhz);
    print("\n");
}

unsigned guest_main(void)
{
    cptr endpoint = make(OBJECT_ENDPOINT);

    print("\nHello from the root task.\n");
    print_memory();
    print_features();
    CHECK_OK(kc_tcb_set_priority(ROOT_SLOT_TCB, ROOT_SLOT_TCB, TEST_PRIORITY));
    struct thread *server = spawn(.run = add_one, .arg = endpoint,
                                  .vspace = vspace_image());
    CHECK_OK(kc_sched_context_unbind(server->sc));
    join(spawn(.run = measure_calls, .arg = endpoint));
    return 0;
}
