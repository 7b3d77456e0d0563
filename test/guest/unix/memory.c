/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: mapping at chosen places, taking away and protecting parts, growing and moving
 * with mremap, files mapped privately and shared, the break. Prints TAP subtests.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 16 };

static sigjmp_buf back;

static void on_fault(int signal)
{
    siglongjmp(back, signal);
}

/* The signal that an access makes, 0: none. */
static int touch(volatile char *at, int write)
{
    int signal = sigsetjmp(back, 1);

    if (!signal) {
        if (write)
            *at = 1;
        else
            (void)*at;
    }
    return signal;
}

static char *map(size_t pages, int protection)
{
    return mmap(NULL, pages * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int is_filled(const char *at, size_t bytes, char with)
{
    for (size_t i = 0; i < bytes; i++) {
        if (at[i] != with)
            return 0;
    }
    return 1;
}

static void places(void)
{
    char *area = map(PAGES, PROT_READ | PROT_WRITE), *middle = area + 4 * PAGE;

    ok(area != MAP_FAILED && is_filled(area, PAGES * PAGE, 0), "new memory is zero");
    memset(area, 'a', PAGES * PAGE);
    ok(mmap(middle, PAGE, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == middle
           && is_filled(middle, PAGE, 0) && middle[-1] == 'a' && middle[PAGE] == 'a',
        "MAP_FIXED replaces just these pages");
    ok(mmap(middle, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
           -1, 0) == MAP_FAILED && errno == EEXIST, "MAP_FIXED_NOREPLACE replaces nothing");
    ok(munmap(middle, PAGE) == 0 && touch(middle, 0) == SIGSEGV && !touch(middle - 1, 0),
        "a page is taken out of the middle");
    ok(mmap(middle, PAGE, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == middle,
        "and given back");
    ok(munmap(middle, PAGE) == 0 && munmap(area, PAGES * PAGE) == 0,
        "a range with a hole is unmapped");
    ok(munmap(area, PAGES * PAGE) == 0, "so is one in which nothing is");
    ok(munmap(area + 1, PAGE) < 0 && errno == EINVAL, "but none between pages");
    ok(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
           && errno == EINVAL, "nor nothing at all");
    ok(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED && errno == EBADF,
        "a file that is not open");
}

static void protection(void)
{
    char *area = map(3, PROT_READ | PROT_WRITE);

    memset(area, 'p', 3 * PAGE);
    ok(mprotect(area + PAGE, PAGE, PROT_READ) == 0 && touch(area + PAGE, 1) == SIGSEGV
           && !touch(area + PAGE, 0) && !touch(area, 1) && !touch(area + 2 * PAGE, 1),
        "one page is made read-only");
    ok(mprotect(area + PAGE, PAGE, PROT_NONE) == 0 && touch(area + PAGE, 0) == SIGSEGV,
        "and inaccessible");
    ok(mprotect(area, 3 * PAGE, PROT_READ | PROT_WRITE) == 0
           && is_filled(area + PAGE, PAGE, 'p') && !touch(area + PAGE, 1),
        "and given back, with what was in it");
    munmap(area + PAGE, PAGE);
    ok(mprotect(area, 3 * PAGE, PROT_READ) < 0 && errno == ENOMEM, "a hole is ENOMEM");
    ok(syscall(SYS_mprotect, area + 1, PAGE, PROT_READ) < 0 && errno == EINVAL,
        "between pages: EINVAL");
    munmap(area, 3 * PAGE);
}

static void moving(void)
{
    char *area = map(4, PROT_READ | PROT_WRITE), *place = map(PAGES, PROT_NONE), *moved;

    memset(area, 'm', 4 * PAGE);
    ok(mremap(area, 4 * PAGE, 2 * PAGE, 0) == area && touch(area + 2 * PAGE, 0) == SIGSEGV
           && is_filled(area, 2 * PAGE, 'm'), "mremap shrinks in its place");
    moved = mremap(area, 2 * PAGE, PAGES * PAGE, MREMAP_MAYMOVE);
    ok(moved != MAP_FAILED && is_filled(moved, 2 * PAGE, 'm')
           && is_filled(moved + 2 * PAGE, (PAGES - 2) * PAGE, 0), "and grows, with zeros");
    ok(mremap(moved, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place
           && is_filled(place, 2 * PAGE, 'm') && touch(moved, 0) == SIGSEGV,
        "and moves where it is told");
    ok(mremap(place, PAGE, 2 * PAGE, 0) == MAP_FAILED && errno == ENOMEM,
        "there is no room without moving");
    ok(mremap(NULL, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT,
        "what is not there");
    ok(mremap(place + 1, PAGE, PAGE, 0) == MAP_FAILED && errno == EINVAL, "EINVAL");
    munmap(place, PAGES * PAGE);
    munmap(moved, PAGES * PAGE);
}

static int make_file(const char *name)
{
    int file = open(name, O_CREAT | O_TRUNC | O_RDWR, 0644);

    for (int i = 0; i < 3; i++) {
        char page[PAGE];

        memset(page, '0' + i, sizeof(page));
        if (write(file, page, sizeof(page)) != sizeof(page))
            return -1;
    }
    return file;
}

static void files(void)
{
    int file = make_file("mapped");
    char *own = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0), byte;
    char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, PAGE);

    ok(own != MAP_FAILED && shared != MAP_FAILED && own[PAGE] == '1' && *shared == '1',
        "a file is mapped twice");
    own[0] = 'x';
    shared[0] = 'y';
    ok(pread(file, &byte, 1, 0) == 1 && byte == '0', "a private write stays private");
    ok(pread(file, &byte, 1, PAGE) == 1 && byte == 'y' && own[PAGE] == 'y',
        "a shared one is seen by read and in the other mapping");
    ok(pwrite(file, "z", 1, 2 * PAGE) == 1 && shared[PAGE] == 'z', "a write is seen in it");
    ok(msync(shared, 2 * PAGE, MS_SYNC) == 0, "msync");
    ok(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 1) == MAP_FAILED && errno == EINVAL,
        "no offset between pages");
    ok(ftruncate(file, PAGE) == 0 && touch(own + 2 * PAGE, 0) == SIGBUS,
        "behind the file's end is SIGBUS");
    ok(own[0] == 'x', "what was written privately is there still");
    close(file);
    munmap(shared, 2 * PAGE);
    munmap(own, 3 * PAGE);
    file = open("mapped", O_RDONLY);
    ok(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) == MAP_FAILED
           && errno == EACCES, "no shared writing to a file open for reading");
    own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    close(file);
    ok(own != MAP_FAILED && !touch(own, 1), "but private writing");
    munmap(own, PAGE);
    unlink("mapped");
}

/* A child sees what is shared, and writes to what is private for itself. */
static void children(void)
{
    char *own = map(1, PROT_READ | PROT_WRITE);
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
        -1, 0);
    int status = 1;
    pid_t pid;

    *own = *shared = 1;
    pid = fork();
    if (pid == 0) {
        int good = *own == 1 && *shared == 1;

        *own = *shared = 2;
        _exit(!good);
    }
    waitpid(pid, &status, 0);
    ok(status == 0 && *own == 1 && *shared == 2, "a fork copies, and shares");
    munmap(own, PAGE);
    munmap(shared, PAGE);
}

static void advice(void)
{
    char *area = map(4, PROT_READ | PROT_WRITE);

    memset(area, 'v', 4 * PAGE);
    ok(madvise(area + PAGE, PAGE, MADV_DONTNEED) == 0 && is_filled(area + PAGE, PAGE, 0)
           && is_filled(area + 2 * PAGE, PAGE, 'v'), "MADV_DONTNEED empties just that page");
    ok(madvise(area, 4 * PAGE, MADV_WILLNEED) == 0, "MADV_WILLNEED");
    ok(madvise(area + 1, PAGE, MADV_DONTNEED) < 0 && errno == EINVAL, "EINVAL");
    ok(mlock(area, PAGE) == 0 && munlock(area, PAGE) == 0, "mlock and munlock");
    munmap(area, 4 * PAGE);
}

/* Some C libraries have no sbrk. */
static char *set_break(char *to)
{
    return (char *)syscall(SYS_brk, to);
}

static void breaks(void)
{
    char *begin = set_break(NULL);

    ok(set_break(begin + 3 * PAGE) == begin + 3 * PAGE && is_filled(begin, 3 * PAGE, 0),
        "the break moves up");
    memset(begin, 'b', 3 * PAGE);
    ok(set_break(begin + PAGE) == begin + PAGE && begin[PAGE - 1] == 'b', "and down");
    ok(set_break(begin + 3 * PAGE) == begin + 3 * PAGE
           && is_filled(begin + 2 * PAGE, PAGE, 0), "memory that comes again is zero");
    ok(set_break(begin) == begin && set_break(NULL) == begin, "to where it was");
    ok(set_break((char *)PAGE) == begin, "but not below");
}

static void nameless(void)
{
    int file = memfd_create("memory", MFD_CLOEXEC);
    char *area;

    ok(file >= 0 && ftruncate(file, 2 * PAGE) == 0, "a file without a name");
    area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ok(area != MAP_FAILED && pwrite(file, "memfd", 5, PAGE) == 5
           && !memcmp(area + PAGE, "memfd", 5), "is memory");
    close(file);
    ok(!memcmp(area + PAGE, "memfd", 5), "as long as it is mapped");
    munmap(area, 2 * PAGE);
}

int main(void)
{
    const struct sigaction action = {.sa_handler = on_fault};

    if (chdir("/tmp"))
        return 1;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    places();
    protection();
    moving();
    files();
    children();
    advice();
    nameless();
    sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    breaks();
    return checks_done();
}
