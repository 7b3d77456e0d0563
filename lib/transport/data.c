/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain reads and writes. Small ones, which are most, have a path of their own: the bytes
 * go between memory and processor registers, and there is one kernel call.
 */
#include <transport/data.h>

#include <kcall/syscall.h>
#include <transport/copy.h>
#include <transport/plain.h>
#include <transport/reply.h>
#include <transport/table.h>

/* Most bytes that travel in registers. */
enum { SMALL_READ = 32, SMALL_WRITE = 24 };

bool data_again(struct uxrt_thread *t, int64_t *result)
{
    if (LIKELY(*result >= 0)) {
        return false;
    }
    if (*result == -ERROR_WAIT) {
        if (!(client_wait(t) & EVENT_SIGNAL)) {
            return true;
        }
        *result = -EINTR;
    } else if (*result <= -ERROR_WAIT) {
        *result = -EIO;
    }
    return false;
}

/* What is still to be done after `done` bytes of a piece: 0 ends the loop. */
static size_t rest(size_t left, int64_t done)
{
    return done == (int64_t)REQUEST_COUNT_MAX ? left - (size_t)done : 0;
}

int64_t data_read(struct uxrt_thread *t, const struct file *file, void *data, size_t count,
    int64_t offset)
{
    int64_t total = 0, done;
    size_t left = count;

    if (!file || file->kind == FILE_NONE) {
        return -EBADF;
    }
    if (file->kind == FILE_SERVICE) {
        return plain_receive(t, file, data, count);
    }
    do {
        do {
            done = client_read(t, file->slot, file->id, (char *)data + total, left,
                offset == UXRT_CURRENT ? offset : offset + total);
        } while (data_again(t, &done));
        if (done < 0) {
            return total ? total : done;
        }
        total += done;
        left = rest(left, done);
    } while (left);
    return total;
}

int64_t data_write(struct uxrt_thread *t, const struct file *file, const void *data,
    size_t count, int64_t offset)
{
    int64_t total = 0, done;
    size_t left = count;

    if (!file || file->kind == FILE_NONE) {
        return -EBADF;
    }
    if (file->kind == FILE_SERVICE) {
        return plain_answer(t, file, data, count);
    }
    do {
        do {
            done = client_write(t, file->slot, file->id, (const char *)data + total, left,
                offset == UXRT_CURRENT ? offset : offset + total);
        } while (data_again(t, &done));
        if (done < 0) {
            return total ? total : done;
        }
        total += done;
        left = rest(left, done);
    } while (left);
    return total;
}

/* The last bytes of a copy, less than 8: from a word, or into one. */
static inline bool put_tail(char *to, uint64_t word, size_t count)
{
    if (count & 4) {
        if (!copy_store32(to, (uint32_t)word)) {
            return false;
        }
        to += 4;
        word >>= 32;
    }
    if (count & 2) {
        if (!copy_store16(to, (uint16_t)word)) {
            return false;
        }
        to += 2;
        word >>= 16;
    }
    return !(count & 1) || copy_store8(to, (uint8_t)word);
}

static inline bool take_tail(uint64_t *word, const char *from, size_t count)
{
    uint8_t byte = 0;
    uint16_t two = 0;
    uint32_t four = 0;

    if (count & 1) {
        if (!copy_load8(from + (count & 6), &byte)) {
            return false;
        }
    }
    if (count & 2) {
        if (!copy_load16(from + (count & 4), &two)) {
            return false;
        }
    }
    if ((count & 4) && !copy_load32(from, &four)) {
        return false;
    }
    *word = (uint64_t)byte << (count & 2) * 8 | two;
    *word = *word << (count & 4) * 8 | four;
    return true;
}

static __attribute__((noinline)) bool put_bytes(char *to, uint64_t word, size_t count,
    uint64_t second, uint64_t third, uint64_t fourth)
{
    uint64_t words[4] = {word, second, third, fourth}, *next = words;

    for (; count >= 8; count -= 8, to += 8) {
        if (!copy_store64(to, *next++)) {
            return false;
        }
    }
    return count == 0 || put_tail(to, *next, count);
}

/* Registers to memory and back; 1 and 32 bytes are the most frequent. */
static inline bool put_words(char *to, const uint64_t words[4], size_t count)
{
    if (count == SMALL_READ) {
        return copy_store64(to, words[0]) && copy_store64(to + 8, words[1])
               && copy_store64(to + 16, words[2]) && copy_store64(to + 24, words[3]);
    }
    if (count == 1) {
        return copy_store8(to, (uint8_t)words[0]);
    }
    return put_bytes(to, words[0], count, words[1], words[2], words[3]);
}

static inline bool take_words(uint64_t *words, const char *from, size_t count)
{
    for (; count >= 8; count -= 8, from += 8) {
        if (!copy_load64(from, words++)) {
            return false;
        }
    }
    return count == 0 || take_tail(words, from, count);
}

/* The message info of a small request on a descriptor, but for its length. */
static inline uint64_t small_info(uint64_t word, bool write, size_t count, bool current)
{
    return (word & ~UINT64_C(0xfff)) | count << 12
           | (uint64_t)((write ? REQUEST_WRITE : 0) | (current ? REQUEST_CURRENT : 0)) << 12;
}

/* The result of a small request that did all of `count`, or what its reply says. */
static inline int64_t small_result(uint64_t request, uint64_t reply, size_t count,
    uint64_t words)
{
    if (LIKELY(reply == (REPLY_SERVED << 12 | count << 12 | words))) {
        return (int64_t)count;
    }
    return reply_result(reply_checked(message_label(request), reply));
}

static inline int64_t read_at(struct uxrt_thread *t, int descriptor, void *data,
    size_t count, int64_t offset)
{
    uint64_t word = descriptor_word(descriptor);

    if (!LIKELY((word & DESCRIPTOR_CONNECTION) && count <= SMALL_READ && !t->unusual)) {
        return data_read(t, descriptor_file(descriptor), data, count, offset);
    }
    bool current = offset == UXRT_CURRENT;
    uint64_t info = small_info(word, false, count, current);
    uint64_t mr[4] = {current ? 0 : (uint64_t)offset, 0, 0, 0};
    uint64_t reply = kc_call(CAP_BASE + (uint8_t)word, info | 1, mr);
    int64_t result = small_result(info, reply, count, words_of(count));

    t->counts.calls++;
    if (!LIKELY(result > 0)) {
        return data_again(t, &result)
            ? data_read(t, descriptor_file(descriptor), data, count, offset) : result;
    }
    data_counted(t, (size_t)result);
    return LIKELY(put_words(data, mr, (size_t)result)) ? result : -EFAULT;
}

static inline int64_t write_at(struct uxrt_thread *t, int descriptor, const void *data,
    size_t count, int64_t offset)
{
    uint64_t word = descriptor_word(descriptor);

    if (!LIKELY((word & DESCRIPTOR_CONNECTION) && count <= SMALL_WRITE && !t->unusual)) {
        return data_write(t, descriptor_file(descriptor), data, count, offset);
    }
    bool current = offset == UXRT_CURRENT;
    uint64_t info = small_info(word, true, count, current);
    uint64_t mr[5] = {current ? 0 : (uint64_t)offset, 0, 0, 0, 0};

    if (!take_words(mr + 1, data, count)) {
        return -EFAULT;
    }
    data_counted(t, count);
    uint64_t reply = kc_call(CAP_BASE + (uint8_t)word, info | (1 + words_of(count)), mr);
    int64_t result = small_result(info, reply, count, 0);

    t->counts.calls++;
    if (!LIKELY(result >= 0)) {
        return data_again(t, &result)
            ? data_write(t, descriptor_file(descriptor), data, count, offset) : result;
    }
    return result;
}

int64_t library_read(struct uxrt_thread *t, int descriptor, void *data, size_t count)
{
    return read_at(t, descriptor, data, count, UXRT_CURRENT);
}

int64_t library_write(struct uxrt_thread *t, int descriptor, const void *data, size_t count)
{
    return write_at(t, descriptor, data, count, UXRT_CURRENT);
}

int64_t library_pread(struct uxrt_thread *t, int descriptor, void *data, size_t count,
    int64_t offset)
{
    return offset < UXRT_CURRENT ? -EINVAL : read_at(t, descriptor, data, count, offset);
}

int64_t library_pwrite(struct uxrt_thread *t, int descriptor, const void *data,
    size_t count, int64_t offset)
{
    return offset < UXRT_CURRENT ? -EINVAL : write_at(t, descriptor, data, count, offset);
}
