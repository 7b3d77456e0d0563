/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small requests, which are most, in as few instructions as possible: one kernel call,
 * and the bytes go between memory and processor registers. Whatever is unusual is left to
 * the general functions; a request that has to wait is noted in the thread and made anew
 * there.
 */
#include <transport/copy.h>
#include <transport/data.h>
#include <transport/small.h>
#include <transport/table.h>
#include <transport/trap.h>

static inline void keep_words(struct uxrt_thread *t, uint64_t mr0, uint64_t mr1,
    uint64_t mr2, uint64_t mr3)
{
    uint64_t *msg = t->ipc->msg;

    msg[0] = mr0;
    msg[1] = mr1;
    msg[2] = mr2;
    msg[3] = mr3;
}

/* What is not small. These functions are called at the end of others, with nothing left
 * to do there: so those need no stack. */
static __attribute__((noinline)) int64_t read_other(int descriptor, void *data,
    size_t count, int64_t offset, struct uxrt_thread *t)
{
    return count > SHORT_READ_MAX
        ? large_read(descriptor, data, count, offset, t)
        : data_read(t, descriptor_file(descriptor), data, count, offset);
}

static __attribute__((noinline)) int64_t write_other(int descriptor, const void *data,
    size_t count, int64_t offset, struct uxrt_thread *t)
{
    return count > SHORT_WRITE_MAX
        ? large_write(descriptor, data, count, offset, t)
        : data_write(t, descriptor_file(descriptor), data, count, offset);
}

/* What remains of a read whose reply did not say that all is done; its words are in the
 * IPC buffer. */
static __attribute__((noinline)) int64_t read_on(struct uxrt_thread *t, void *data,
    size_t count, uint64_t info)
{
    uint64_t label = request_label(false, FORM_MESSAGE, 0, count), *msg = t->ipc->msg;
    int64_t result = reply_result(reply_checked(label, info));

    t->counts.calls++;
    if (result > 0) {
        data_counted(t, (size_t)result);
        return small_put(data, (size_t)result, msg[0], msg[1], msg[2], msg[3]);
    }
    return result == -ERROR_TIMED || data_again(t, &result)
        ? read_other(t->small_descriptor, data, count, t->small_offset, t) : result;
}

static __attribute__((noinline)) int64_t write_on(struct uxrt_thread *t, const void *data,
    size_t count, uint64_t info)
{
    uint64_t label = request_label(true, FORM_MESSAGE, 0, count);
    int64_t result = reply_result(reply_checked(label, info));

    t->counts.calls++;
    return result == -ERROR_TIMED || data_again(t, &result)
        ? write_other(t->small_descriptor, data, count, t->small_offset, t) : result;
}

/* Is there room for what will be read? Nothing is read that would then be lost. */
static inline __attribute__((always_inline)) bool small_room(char *to, size_t bytes)
{
    return bytes == 0 || (copy_ready(to) && (bytes == 1 || copy_ready(to + bytes - 1)));
}

/* A small read. Where `bytes` is a constant, this is a few instructions around the
 * call. */
static inline __attribute__((always_inline)) int64_t read_words(
    struct uxrt_thread *thread, int descriptor, void *to, size_t bytes, int64_t offset)
{
    uint64_t word = descriptor_word(descriptor);

    if (!small_goes(word, offset)) {
        return read_other(descriptor, to, bytes, offset, thread);
    }
    if (!small_room(to, bytes)) {
        return -EFAULT;
    }
    small_note(thread, descriptor, offset);
    register uint64_t mr0 __asm__("r10") = offset == UXRT_CURRENT ? 0 : (uint64_t)offset;
    register uint64_t mr1 __asm__("r8");
    register uint64_t mr2 __asm__("r9");
    register struct uxrt_thread *t __asm__("r11") = thread;
    register char *data __asm__("rax") = to;
    register uint64_t info __asm__("rsi") =
        small_info(word, false, FORM_MESSAGE, bytes, offset == UXRT_CURRENT);
    register uint64_t cap __asm__("rdi") = small_cap(word);
    uint64_t mr3;

    TRAP_CALL_READ(cap, info, mr0, mr1, mr2, mr3, data, t);
    if (!small_done(info, bytes, words_of(bytes))) {
        keep_words(t, mr0, mr1, mr2, mr3);
        return read_on(t, data, bytes, info);
    }
    t->counts.calls++;
    data_counted(t, bytes);
    if (bytes == 1) {
        return copy_store8(data, (uint8_t)mr0) ? 1 : -EFAULT;
    }
    if (bytes != SMALL_READ) {
        return small_put(data, bytes, mr0, mr1, mr2, mr3);
    }
    return copy_store64(data, mr0) && copy_store64(data + 8, mr1)
           && copy_store64(data + 16, mr2) && copy_store64(data + 24, mr3)
        ? SMALL_READ : -EFAULT;
}

static __attribute__((noinline)) int64_t read_bytes(struct uxrt_thread *t, int descriptor,
    void *data, size_t count, int64_t offset)
{
    return read_words(t, descriptor, data, count, offset);
}

/* 1 and 32 bytes are the most frequent. */
static inline __attribute__((always_inline)) int64_t read_at(struct uxrt_thread *t,
    int descriptor, void *data, size_t count, int64_t offset)
{
    if (count == SMALL_READ) {
        return read_words(t, descriptor, data, SMALL_READ, offset);
    }
    if (count == 1) {
        return read_words(t, descriptor, data, 1, offset);
    }
    return count > SMALL_READ ? read_other(descriptor, data, count, offset, t)
                              : read_bytes(t, descriptor, data, count, offset);
}

/* A small write whose bytes are in words. */
static inline __attribute__((always_inline)) int64_t write_words(
    struct uxrt_thread *thread, uint64_t word, int descriptor, const void *from,
    size_t bytes, int64_t offset,
    uint64_t first, uint64_t second, uint64_t third)
{
    small_note(thread, descriptor, offset);
    register uint64_t mr0 __asm__("r10") = offset == UXRT_CURRENT ? 0 : (uint64_t)offset;
    register uint64_t mr1 __asm__("r8") = first;
    register uint64_t mr2 __asm__("r9") = second;
    register struct uxrt_thread *t __asm__("r11") = thread;
    register const char *data __asm__("rax") = from;
    register uint64_t info __asm__("rsi") =
        small_info(word, true, FORM_MESSAGE, bytes, offset == UXRT_CURRENT);
    register uint64_t cap __asm__("rdi") = small_cap(word);
    register size_t count __asm__("rdx") = bytes;
    uint64_t mr3 = third;

    TRAP_CALL_WRITE(SYSCALL_CALL, cap, info, mr0, mr1, mr2, mr3, data, count, t);
    data_counted(t, count);
    if (!small_done(info, count, 0)) {
        return write_on(t, data, count, info);
    }
    t->counts.calls++;
    return (int64_t)count;
}

static __attribute__((noinline)) int64_t write_bytes(struct uxrt_thread *t,
    int descriptor, const void *from, size_t bytes, int64_t offset)
{
    uint64_t word = descriptor_word(descriptor), words[3];

    if (!small_goes(word, offset)) {
        return write_other(descriptor, from, bytes, offset, t);
    }
    if (!small_take(words, from, bytes)) {
        return -EFAULT;
    }
    return write_words(t, word, descriptor, from, bytes, offset,
        words[0], words[1], words[2]);
}

static inline __attribute__((always_inline)) int64_t write_at(struct uxrt_thread *t,
    int descriptor, const void *from, size_t bytes, int64_t offset)
{
    uint64_t word = descriptor_word(descriptor);
    uint8_t byte;

    if (bytes > SMALL_WRITE) {
        return write_other(descriptor, from, bytes, offset, t);
    }
    if (bytes != 1) {
        return write_bytes(t, descriptor, from, bytes, offset);
    }
    if (!small_goes(word, offset)) {
        return write_other(descriptor, from, bytes, offset, t);
    }
    return copy_load8(from, &byte)
        ? write_words(t, word, descriptor, from, 1, offset, byte, 0, 0) : -EFAULT;
}

int64_t small_read(int descriptor, void *data, size_t count, struct uxrt_thread *t)
{
    return read_at(t, descriptor, data, count, UXRT_CURRENT);
}

int64_t small_write(int descriptor, const void *data, size_t count, struct uxrt_thread *t)
{
    return write_at(t, descriptor, data, count, UXRT_CURRENT);
}

/* Offsets that are none: at the file's own position, or wrong. */
static __attribute__((noinline)) int64_t read_current(int descriptor, void *data,
    size_t count, int64_t offset, struct uxrt_thread *t)
{
    return offset == UXRT_CURRENT ? small_read(descriptor, data, count, t) : -EINVAL;
}

static __attribute__((noinline)) int64_t write_current(int descriptor, const void *data,
    size_t count, int64_t offset, struct uxrt_thread *t)
{
    return offset == UXRT_CURRENT ? small_write(descriptor, data, count, t) : -EINVAL;
}

int64_t small_pread(int descriptor, void *data, size_t count, int64_t offset,
    struct uxrt_thread *t)
{
    return LIKELY(offset >= 0) ? read_at(t, descriptor, data, count, offset)
                               : read_current(descriptor, data, count, offset, t);
}

int64_t small_pwrite(int descriptor, const void *data, size_t count, int64_t offset,
    struct uxrt_thread *t)
{
    return LIKELY(offset >= 0) ? write_at(t, descriptor, data, count, offset)
                               : write_current(descriptor, data, count, offset, t);
}

/* The result of a short request whose reply did not say that all is done. */
static __attribute__((noinline)) int64_t short_on(struct uxrt_thread *t, bool write,
    size_t count, uint64_t info)
{
    uint64_t label = request_label(write, FORM_MESSAGE, 0, count);
    int64_t result = reply_result(reply_checked(label, info));

    if (result == -ERROR_TIMED && write) {
        return -EAGAIN;             /* the registers have the time now, not the bytes */
    }
    if (!data_again(t, &result)) {
        return result;
    }
    return write ? library_write_short(t, t->small_descriptor, count, t->small_offset)
                 : library_read_short(t, t->small_descriptor, count, t->small_offset);
}

int64_t small_read_short(int descriptor, size_t bytes, int64_t offset,
    struct uxrt_thread *thread)
{
    uint64_t word = descriptor_word(descriptor);

    if (bytes > SMALL_READ || !small_goes(word, offset)) {
        return library_read_short(thread, descriptor, bytes, offset);
    }
    small_note(thread, descriptor, offset);
    register uint64_t mr0 __asm__("r10") = offset == UXRT_CURRENT ? 0 : (uint64_t)offset;
    register uint64_t mr1 __asm__("r8");
    register uint64_t mr2 __asm__("r9");
    register struct uxrt_thread *t __asm__("r11") = thread;
    register size_t count __asm__("rax") = bytes;
    register uint64_t info __asm__("rsi") =
        small_info(word, false, FORM_MESSAGE, bytes, offset == UXRT_CURRENT);
    register uint64_t cap __asm__("rdi") = small_cap(word);
    uint64_t mr3;

    TRAP_CALL_READ(cap, info, mr0, mr1, mr2, mr3, count, t);
    t->counts.calls++;
    keep_words(t, mr0, mr1, mr2, mr3);
    return LIKELY(small_done(info, count, words_of(count)))
        ? (int64_t)count : short_on(t, false, count, info);
}

int64_t small_write_short(int descriptor, size_t bytes, int64_t offset,
    struct uxrt_thread *thread)
{
    uint64_t word = descriptor_word(descriptor);

    if (bytes > SMALL_WRITE || !small_goes(word, offset)) {
        return library_write_short(thread, descriptor, bytes, offset);
    }
    uint64_t *msg = thread->ipc->msg, mr3 = msg[3];

    small_note(thread, descriptor, offset);
    register uint64_t mr0 __asm__("r10") = offset == UXRT_CURRENT ? 0 : (uint64_t)offset;
    register struct uxrt_thread *t __asm__("r11") = thread;
    register size_t count __asm__("rdx") = bytes;
    register uint64_t info __asm__("rsi") =
        small_info(word, true, FORM_MESSAGE, bytes, offset == UXRT_CURRENT);
    register uint64_t cap __asm__("rdi") = small_cap(word);
    register uint64_t mr1 __asm__("r8") = msg[1];
    register uint64_t mr2 __asm__("r9") = msg[2];
    uint64_t none = 0;

    TRAP_CALL_WRITE(SYSCALL_CALL, cap, info, mr0, mr1, mr2, mr3, none, count, t);
    t->counts.calls++;
    return LIKELY(small_done(info, count, 0)) ? (int64_t)count
                                              : short_on(t, true, count, info);
}
