/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point and vector registers, saved and restored where a signal frame has them.
 * The library uses none of them, so they are the program's. The format is XSAVE's where the
 * system has that, with Linux's marks, else FXSAVE's.
 */
#include <transport/copy.h>
#include <unix/signal.h>

enum { LEGACY = 512, MARKS = 464, HEADER = 64, MAGIC1 = 0x46505853, MAGIC2 = 0x46505845,
       CPUID_OSXSAVE = 1 << 27 };

struct marks {
    uint32_t magic, bytes;
    uint64_t features;
    uint32_t state_bytes, reserved[7];
};
_Static_assert(sizeof(struct marks) == LEGACY - MARKS, "they end the legacy area");

static uint64_t features;
static uint32_t state_bytes;

static void cpuid(uint32_t leaf, uint32_t regs[4])
{
    __asm__("cpuid" : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
        : "a"(leaf), "c"(0));
}

static void find(void)
{
    uint32_t regs[4], low, high;

    if (state_bytes)
        return;
    cpuid(1, regs);
    if (regs[2] & CPUID_OSXSAVE) {
        __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        features = (uint64_t)high << 32 | low;
        cpuid(0xd, regs);
    }
    state_bytes = features ? regs[1] : LEGACY;
}

uint64_t fpu_bytes(void)
{
    find();
    return state_bytes + (features ? sizeof(uint32_t) : 0);
}

static bool save_legacy(void *to)
{
    __asm__ goto("1: fxsave64 (%0)\n\t" COPY_FIXUP("1b", "%l[fault]")
        : : "r"(to) : "memory" : fault);
    return true;
fault:
    return false;
}

static bool save_extended(void *to)
{
    __asm__ goto("1: xsave64 (%0)\n\t" COPY_FIXUP("1b", "%l[fault]")
        : : "r"(to), "a"((uint32_t)features), "d"((uint32_t)(features >> 32))
        : "memory" : fault);
    return true;
fault:
    return false;
}

/* The thread becomes one that uses these registers before XSAVE or XRSTOR may touch them:
 * QEMU lets those pass where a processor would tell the kernel. */
static void use(void)
{
    __asm__ volatile("movaps %xmm0, %xmm0");
}

bool fpu_save(void *to)
{
    static const uint8_t zero[HEADER];
    const uint32_t end = MAGIC2;
    char *area = to;

    find();
    use();
    if (!features)
        return save_legacy(to);

    const struct marks marks = {
        .magic = MAGIC1, .bytes = state_bytes + (uint32_t)sizeof(end),
        .features = features, .state_bytes = state_bytes,
    };
    return copy_out(area + LEGACY, zero, sizeof(zero)) && save_extended(to)
           && copy_out(area + MARKS, &marks, sizeof(marks))
           && copy_out(area + state_bytes, &end, sizeof(end));
}

static bool restore_legacy(const void *from)
{
    __asm__ goto("1: fxrstor64 (%0)\n\t" COPY_FIXUP("1b", "%l[fault]")
        : : "r"(from) : "memory" : fault);
    return true;
fault:
    return false;
}

static bool restore_extended(const void *from)
{
    __asm__ goto("1: xrstor64 (%0)\n\t" COPY_FIXUP("1b", "%l[fault]")
        : : "r"(from), "a"((uint32_t)features), "d"((uint32_t)(features >> 32))
        : "memory" : fault);
    return true;
fault:
    return false;
}

bool fpu_restore(const void *from)
{
    struct marks marks;

    find();
    use();
    if (!copy_in(&marks, (const char *)from + MARKS, sizeof(marks)))
        return false;
    return features && marks.magic == MAGIC1 && marks.state_bytes == state_bytes
        ? restore_extended(from) : restore_legacy(from);
}
