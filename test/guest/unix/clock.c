/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks: the vDSO is found and searched as C libraries do it, its functions agree with the
 * system calls, and the C library's clocks with both. Prints TAP subtests.
 */
#include "check.h"

#include <elf.h>
#include <link.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct image {
    const char *base, *strings;
    const ElfW(Sym) *symbols;
    const uint32_t *hash;       /* buckets, chains, ... */
    const uint16_t *versions;
    const ElfW(Verdef) *definitions;
};

static void read_dynamic(struct image *image, const ElfW(Dyn) *dynamic)
{
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        const void *at = image->base + dynamic->d_un.d_ptr;

        switch (dynamic->d_tag) {
        case DT_STRTAB: image->strings = at; break;
        case DT_SYMTAB: image->symbols = at; break;
        case DT_HASH: image->hash = at; break;
        case DT_VERSYM: image->versions = at; break;
        case DT_VERDEF: image->definitions = at; break;
        }
    }
}

static int find_image(struct image *image)
{
    const ElfW(Ehdr) *header = (const void *)getauxval(AT_SYSINFO_EHDR);
    const ElfW(Phdr) *part;

    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG))
        return 0;
    image->base = (const char *)header;
    part = (const void *)(image->base + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (part[i].p_type == PT_DYNAMIC)
            read_dynamic(image, (const void *)(image->base + part[i].p_vaddr));
    }
    return image->strings && image->symbols && image->versions && image->definitions;
}

static int version_is(const struct image *image, unsigned index, const char *wanted)
{
    const ElfW(Verdef) *at = image->definitions;

    while (at->vd_ndx != index && at->vd_next)
        at = (const void *)((const char *)at + at->vd_next);
    const ElfW(Verdaux) *name = (const void *)((const char *)at + at->vd_aux);
    return at->vd_ndx == index && !strcmp(image->strings + name->vda_name, wanted);
}

/* The symbols are counted by the old table of hashes, or up to the strings. */
static void *find(const struct image *image, const char *name)
{
    uint32_t count = image->hash ? image->hash[1]
        : (uint32_t)((const ElfW(Sym) *)image->strings - image->symbols);

    for (uint32_t i = 0; i < count; i++) {
        if (!strcmp(image->strings + image->symbols[i].st_name, name)
            && version_is(image, image->versions[i] & 0x7fff, "LINUX_2.6"))
            return (void *)(image->base + image->symbols[i].st_value);
    }
    return NULL;
}

static int64_t nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

/* A time between two system calls for the same clock. */
static int agrees(int (*get)(clockid_t, struct timespec *), clockid_t clock)
{
    struct timespec before, now, after;

    return !syscall(SYS_clock_gettime, clock, &before) && !get(clock, &now)
           && !syscall(SYS_clock_gettime, clock, &after)
           && nanoseconds(&before) <= nanoseconds(&now)
           && nanoseconds(&now) <= nanoseconds(&after) && now.tv_nsec < 1000000000;
}

static void test_functions(const struct image *image)
{
    int (*clock)(clockid_t, struct timespec *) = find(image, "__vdso_clock_gettime");
    int (*day)(struct timeval *, void *) = find(image, "__vdso_gettimeofday");
    time_t (*seconds)(time_t *) = find(image, "__vdso_time");
    long (*core)(unsigned *, unsigned *, void *) = find(image, "__vdso_getcpu");
    struct timeval time = {0, -1};
    unsigned number = ~0u;
    time_t now = 0;

    ok(clock && day && seconds && core, "it has the usual four functions");
    if (!clock || !day || !seconds || !core)
        return;
    ok(agrees(clock, CLOCK_REALTIME) && agrees(clock, CLOCK_MONOTONIC)
           && agrees(clock, CLOCK_BOOTTIME), "its clocks agree with the system calls");
    ok(clock(1000, &(struct timespec){0}) != 0, "there is no clock 1000");
    ok(clock(CLOCK_PROCESS_CPUTIME_ID, &(struct timespec){0}) == 0,
        "other clocks are system calls");
    ok(day(&time, NULL) == 0 && time.tv_usec >= 0 && time.tv_usec < 1000000
           && llabs((long long)(seconds(&now) - time.tv_sec)) <= 1 && now >= time.tv_sec,
        "the time of day in both forms");
    ok(core(&number, NULL, NULL) == 0 && number < (unsigned)sysconf(_SC_NPROCESSORS_CONF),
        "the number of a core");
}

static void test_order(void)
{
    struct timespec last = {0, 0}, now;
    int good = 1;

    for (int i = 0; i < 10000; i++) {
        good &= !clock_gettime(CLOCK_MONOTONIC, &now)
                && nanoseconds(&now) >= nanoseconds(&last);
        last = now;
    }
    ok(good, "the C library's clock never goes back");
    ok(agrees(clock_gettime, CLOCK_REALTIME), "and it agrees with the system call");
    ok(sched_getcpu() >= 0, "the C library knows the core");
}

/* International atomic time: ahead by as many seconds as the system was told, or none. */
static void test_atomic(void)
{
    struct timespec real, atomic;
    int64_t ahead;

    clock_gettime(CLOCK_REALTIME, &real);
    ok(clock_gettime(CLOCK_TAI, &atomic) == 0, "there is a clock of atomic time");
    ahead = nanoseconds(&atomic) - nanoseconds(&real);
    ok(ahead >= 0 && ahead < INT64_C(100000000000), "it is ahead by leap seconds at most");
}

int main(void)
{
    struct image image = {0};

    ok(find_image(&image), "there is a vDSO with versions");
    if (image.versions)
        test_functions(&image);
    test_order();
    test_atomic();
    return checks_done();
}
