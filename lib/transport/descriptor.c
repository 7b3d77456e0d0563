/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables. Changes hold the lock; descriptor_file() reads one word without it, and
 * what it returns stays memory of the table even if another thread closes the file: the
 * server then says that it does not know the id.
 */
#include <transport/descriptor.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/cold.h>
#include <transport/lock.h>
#include <transport/poll.h>
#include <util/errno.h>

enum { CLOSE_ON_EXEC = 0x8000, NUMBER = 0x7fff };

COLD_DATA struct file descriptor_files[FILES_MAX];
COLD_DATA uint16_t descriptor_numbers[DESCRIPTORS_MAX];
COLD_DATA uint64_t descriptor_words[DESCRIPTORS_MAX];
static uint32_t lock;
static unsigned first_free_file;                /* none below it is free */
static int limit;                               /* descriptors from here on are free */

struct file *descriptor_file(int descriptor)
{
    unsigned entry;

    if ((unsigned)descriptor >= DESCRIPTORS_MAX) {
        return NULL;
    }
    entry = __atomic_load_n(&descriptor_numbers[descriptor], __ATOMIC_RELAXED) & NUMBER;
    return entry ? &descriptor_files[entry - 1] : NULL;
}

static void file_begin(struct file *file, uint8_t kind, uint8_t slot, uint16_t flags)
{
    *file = (struct file){
        .kind = kind, .slot = slot, .flags = flags,
        .id = FIRST_FILE + (uint32_t)(file - descriptor_files),
    };
}

struct file *file_create(uint8_t kind, uint8_t slot, uint16_t flags)
{
    struct file *file = NULL;
    unsigned i;

    lock_take(&lock);
    for (i = first_free_file; i < FILES_MAX && descriptor_files[i].kind != FILE_NONE; i++) {
    }
    first_free_file = i;
    if (i < FILES_MAX) {
        file = &descriptor_files[i];
        file_begin(file, kind, slot, flags);
        first_free_file = i + 1;
    }
    lock_release(&lock);
    return file;
}

struct file *file_inherit(uint32_t id, uint8_t slot, uint16_t flags)
{
    struct file *file;

    if (id < FIRST_FILE || id - FIRST_FILE >= FILES_MAX) {
        return NULL;
    }
    file = &descriptor_files[id - FIRST_FILE];
    if (file->kind == FILE_NONE) {
        file_begin(file, FILE_CONNECTION, slot, flags);
    }
    return file;
}

/* Locked. */
static void forget(struct file *file)
{
    unsigned index = (unsigned)(file - descriptor_files);

    file->kind = FILE_NONE;
    if (index < first_free_file) {
        first_free_file = index;
    }
}

void file_forget(struct file *file)
{
    lock_take(&lock);
    forget(file);
    lock_release(&lock);
}

void file_join(struct file *first, struct file *file)
{
    while (first->next) {
        first = &descriptor_files[first->next - 1];
    }
    first->next = (uint16_t)(file - descriptor_files + 1);
}

struct file *file_next(const struct file *file)
{
    return file->next ? &descriptor_files[file->next - 1] : NULL;
}

static int close_one(struct uxrt_thread *t, const struct file *file)
{
    uint64_t word = file->slot;
    int64_t result;

    if (file->kind != FILE_CONNECTION && file->kind != FILE_SERVICE) {
        return 0;
    }
    if (file->kind == FILE_SERVICE) {
        return client_proc(t, PROC_UNSERVE, &word, 1, NULL, 0);
    }
    result = client_write(t, file->slot, file->id, NULL, 0,
        (int64_t)attribute_address(ATTR_CLOSE, 0));
    return result < 0 ? (int)client_told(result) : 0;
}

int file_close(struct uxrt_thread *t, struct file *file)
{
    if (file->flags & FILE_WATCHED || file->kind == FILE_SET) {
        local_closed(file);
    }

    int result = close_one(t, file);

    for (struct file *member = file; member;) {
        struct file *next = file_next(member);

        if (member != file) {
            close_one(t, member);
        }
        file_forget(member);
        member = next;
    }
    return result;
}

static bool slow;

void descriptor_slow(bool now)
{
    lock_take(&lock);
    slow = now;
    for (int i = 0; i < limit; i++) {
        struct file *file = descriptor_file(i);

        if (file && file->kind == FILE_CONNECTION) {
            descriptor_words[i] &= ~DESCRIPTOR_CONNECTION;
            descriptor_words[i] |= slow ? 0 : DESCRIPTOR_CONNECTION;
        }
    }
    lock_release(&lock);
}

static void descriptor_put(struct file *file, int descriptor, bool close_on_exec)
{
    unsigned entry = (unsigned)(file - descriptor_files) + 1;
    uint64_t kind = file->kind == FILE_SERVICE ? DESCRIPTOR_SERVICE
                    : file->kind != FILE_CONNECTION ? DESCRIPTOR_LOCAL
                    : slow ? 0 : DESCRIPTOR_CONNECTION;

    file->references++;
    if (descriptor >= limit) {
        limit = descriptor + 1;
    }
    __atomic_store_n(&descriptor_numbers[descriptor],
        (uint16_t)(entry | (close_on_exec ? CLOSE_ON_EXEC : 0)), __ATOMIC_RELEASE);
    __atomic_store_n(&descriptor_words[descriptor],
        (uint64_t)file->id << DESCRIPTOR_FILE_SHIFT | kind | file->slot, __ATOMIC_RELEASE);
}

/* Takes a descriptor's reference away; its file. Locked. */
static struct file *descriptor_take(int descriptor)
{
    struct file *file = descriptor_file(descriptor);

    if (!file) {
        return NULL;
    }
    __atomic_store_n(&descriptor_numbers[descriptor], 0, __ATOMIC_RELAXED);
    __atomic_store_n(&descriptor_words[descriptor], 0, __ATOMIC_RELAXED);
    while (limit > 0 && !descriptor_numbers[limit - 1]) {
        limit--;
    }
    file->references--;
    return file;
}

static bool locks;

void descriptor_locks(void)
{
    locks = true;
}

/* A descriptor of the file was closed: if it was the last one, so is the file. */
static int taken(struct uxrt_thread *t, struct file *file, bool last)
{
    const struct uxrt_range all = {.kind = UXRT_LOCK_NONE, .end = INT64_MAX};

    if (last) {
        return file_close(t, file);
    }
    if (locks && file->kind == FILE_CONNECTION) {
        client_write(t, file->slot, file->id, &all, sizeof(all),
            (int64_t)attribute_address(ATTR_RANGE, 0));
    }
    return 0;
}

/* Locked. */
static int lowest_free(int from)
{
    uint64_t most;

    if (from < 0) {
        return -EINVAL;
    }
    while (from < limit && descriptor_numbers[from]) {
        from++;
    }
    most = ((const struct process_page *)PROCESS_PAGE)->limits[LIMIT_FILES].soft;
    return (uint64_t)from < most && from < DESCRIPTORS_MAX ? from : -EMFILE;
}

int descriptor_create(struct file *file, int from, bool close_on_exec)
{
    int descriptor;

    lock_take(&lock);
    descriptor = lowest_free(from);
    if (descriptor >= 0) {
        descriptor_put(file, descriptor, close_on_exec);
    }
    lock_release(&lock);
    return descriptor;
}

int descriptor_place(struct uxrt_thread *t, struct file *file, int descriptor,
    bool close_on_exec)
{
    struct file *before;
    bool last;

    if ((unsigned)descriptor >= DESCRIPTORS_MAX) {
        return -EBADF;
    }
    lock_take(&lock);
    file->references++;             /* it may be the one that was there */
    before = descriptor_take(descriptor);
    descriptor_put(file, descriptor, close_on_exec);
    file->references--;
    last = before && !before->references;
    lock_release(&lock);
    if (before) {
        taken(t, before, last);
    }
    return descriptor;
}

int descriptor_close(struct uxrt_thread *t, int descriptor)
{
    struct file *file;
    bool last;

    lock_take(&lock);
    file = descriptor_take(descriptor);
    last = file && !file->references;
    lock_release(&lock);
    return file ? taken(t, file, last) : -EBADF;
}

int descriptor_copy(int descriptor, int from, bool close_on_exec)
{
    struct file *file;
    int copy = -EBADF;

    lock_take(&lock);
    file = descriptor_file(descriptor);
    if (file) {
        copy = lowest_free(from);
        if (copy >= 0) {
            descriptor_put(file, copy, close_on_exec);
        }
    }
    lock_release(&lock);
    return copy;
}

struct file *descriptor_hold(int descriptor)
{
    struct file *file;

    lock_take(&lock);
    file = descriptor_file(descriptor);
    if (file) {
        file->references++;
    }
    lock_release(&lock);
    return file;
}

int descriptor_close_on_exec(int descriptor)
{
    if (!descriptor_file(descriptor)) {
        return -EBADF;
    }
    return (descriptor_numbers[descriptor] & CLOSE_ON_EXEC) != 0;
}

int descriptor_set_close_on_exec(int descriptor, bool close_on_exec)
{
    int result = -EBADF;

    lock_take(&lock);
    if (descriptor_file(descriptor)) {
        uint16_t entry = descriptor_numbers[descriptor] & NUMBER;

        descriptor_numbers[descriptor] = (uint16_t)(entry | (close_on_exec ? CLOSE_ON_EXEC : 0));
        result = 0;
    }
    lock_release(&lock);
    return result;
}

int descriptor_limit(void)
{
    return __atomic_load_n(&limit, __ATOMIC_RELAXED);
}

void descriptor_before_fork(void)
{
    lock_take(&lock);
}

void descriptor_after_fork(bool child)
{
    for (int i = limit; child && i-- > 0;) {
        struct file *file = descriptor_file(i);

        if (file && file->kind == FILE_SERVICE && !descriptor_take(i)->references) {
            forget(file);
        }
    }
    lock_release(&lock);
}
