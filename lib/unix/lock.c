/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks, which lib/server keeps: flock's of whole files, and fcntl's of ranges of bytes. */
#include <unix/open.h>

enum { LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8 };

UNIX_HANDLER(flock)
{
    uint64_t operation = argument(frame, 1) & ~(uint64_t)LOCK_NB;
    struct uxrt_lock lock = {0};

    if (operation != LOCK_SH && operation != LOCK_EX && operation != LOCK_UN)
        return -EINVAL;
    lock.kind = operation == LOCK_SH ? UXRT_LOCK_SHARED
                : operation == LOCK_EX ? UXRT_LOCK_EXCLUSIVE : UXRT_LOCK_NONE;
    if (argument(frame, 1) & LOCK_NB)
        lock.kind |= UXRT_LOCK_NOWAIT;
    int64_t result = library_set(t, argument_int(frame, 0), ATTR_LOCK, 0, &lock,
        sizeof(lock));

    return result < 0 ? result : 0;
}

/* --- ranges ---------------------------------------- */

enum { F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2, SEEK_END = 2, RANGES_READ = 64 };

struct linux_flock {
    int16_t type, whence;
    int64_t start, length;
    int32_t pid;
};
_Static_assert(sizeof(struct linux_flock) == 32, "as Linux has it");

/* Where the range's offsets count from. */
static int64_t base_of(struct uxrt_thread *t, int fd, int whence, int64_t *base)
{
    struct uxrt_stat stat;
    int64_t error = 0;

    *base = 0;
    if (whence < 0 || whence > SEEK_END)
        return -EINVAL;
    if (whence == SEEK_END) {
        error = library_fstat(t, fd, &stat);
        *base = (int64_t)stat.size;
    } else if (whence) {
        error = library_get(t, fd, ATTR_POSITION, 0, base, sizeof(*base));
    }
    return error < 0 ? error : 0;
}

/* First and last byte; length 0 reaches to the end of all, a negative one backwards. */
static int64_t range_of(struct uxrt_thread *t, int fd, const struct linux_flock *lock,
    struct uxrt_range *range)
{
    int64_t base, first, last = INT64_MAX, error = base_of(t, fd, lock->whence, &base);

    if (error)
        return error;
    if (__builtin_add_overflow(base, lock->start, &first))
        return -EOVERFLOW;
    if (lock->length > 0 && __builtin_add_overflow(first, lock->length - 1, &last))
        return -EOVERFLOW;
    if (lock->length < 0) {
        last = first - 1;
        first += lock->length;
    }
    if (first < 0)
        return -EINVAL;
    range->start = (uint64_t)first;
    range->end = (uint64_t)last;
    return 0;
}

static bool in_the_way(const struct uxrt_range *held, const struct uxrt_range *wanted)
{
    bool own = held->kind & UXRT_LOCK_OWN
               && (held->kind & UXRT_LOCK_FILE) == (wanted->kind & UXRT_LOCK_FILE);

    return !own && held->start <= wanted->end && wanted->start <= held->end
           && ((held->kind | wanted->kind) & UXRT_LOCK_EXCLUSIVE);
}

/* Of the locks that this one would have to wait for, the one with the first byte; its kind is
 * none if there is none. */
static int64_t find_conflict(struct uxrt_thread *t, int fd, const struct uxrt_range *wanted,
    struct uxrt_range *found)
{
    struct uxrt_range held[RANGES_READ];
    uint64_t skip = 0;
    int64_t count;

    *found = (struct uxrt_range){.kind = UXRT_LOCK_NONE};
    do {
        int64_t bytes = library_get(t, fd, ATTR_RANGE, skip, held, sizeof(held));

        if (bytes < 0)
            return bytes;
        count = bytes / (int64_t)sizeof(held[0]);
        for (int64_t i = 0; i < count; i++) {
            if (in_the_way(&held[i], wanted)
                && (!found->kind || held[i].start < found->start))
                *found = held[i];
        }
        skip += (uint64_t)count;
    } while (count == RANGES_READ);
    return 0;
}

static int64_t tell_conflict(struct uxrt_thread *t, int fd, const struct uxrt_range *wanted,
    struct linux_flock *lock)
{
    struct uxrt_range found;
    int64_t error = find_conflict(t, fd, wanted, &found);

    if (error)
        return error;
    if (!found.kind) {
        lock->type = F_UNLCK;
        return 0;
    }
    *lock = (struct linux_flock){
        .type = found.kind & UXRT_LOCK_EXCLUSIVE ? F_WRLCK : F_RDLCK,
        .start = (int64_t)found.start, .pid = found.kind & UXRT_LOCK_FILE
            ? -1 : (int32_t)found.pid,
        .length = found.end == INT64_MAX ? 0 : (int64_t)(found.end - found.start + 1),
    };
    return 0;
}

/* Who was interrupted does not wait any more. */
static int64_t set_range(struct uxrt_thread *t, int fd, const struct uxrt_range *range)
{
    const struct uxrt_range nothing = {.start = 1};
    int64_t result = library_set(t, fd, ATTR_RANGE, 0, range, sizeof(*range));

    if (result == -EINTR)
        library_set(t, fd, ATTR_RANGE, 0, &nothing, sizeof(nothing));
    return result < 0 ? result : 0;
}

int64_t lock_control(struct uxrt_thread *t, int fd, int command, void *user)
{
    static const uint32_t kinds[] = {UXRT_LOCK_SHARED, UXRT_LOCK_EXCLUSIVE, UXRT_LOCK_NONE};
    bool of_file = command >= F_OFD_GETLK;
    int what = of_file ? command - F_OFD_GETLK + F_GETLK : command;
    struct uxrt_range range = {0};
    struct linux_flock lock;

    if (take(&lock, user, sizeof(lock)))
        return -EFAULT;
    if (lock.type < F_RDLCK || lock.type > F_UNLCK || (of_file && lock.pid)
        || (what == F_GETLK && lock.type == F_UNLCK))
        return -EINVAL;
    int64_t error = range_of(t, fd, &lock, &range);

    if (error)
        return error;
    range.kind = kinds[lock.type] | (of_file ? UXRT_LOCK_FILE : 0)
                 | (what == F_SETLK ? UXRT_LOCK_NOWAIT : 0);
    if (what == F_GETLK) {
        error = tell_conflict(t, fd, &range, &lock);
        return error ? error : give(user, &lock, sizeof(lock));
    }
    if (!of_file)
        descriptor_locks();
    return set_range(t, fd, &range);
}
