/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain reads and writes of more bytes than a message holds: one kernel call, in which
 * the server copies from or to the program's memory. What does not end with all bytes done is
 * left to the general functions, as by the small requests (small.c).
 */
#include <transport/data.h>
#include <transport/small.h>
#include <transport/trap.h>

/* Is it one request? */
static inline bool is_large(uint64_t word, size_t bytes, int64_t offset)
{
    return bytes <= REQUEST_COUNT_MAX && small_goes(word, offset);
}

/* The result, if the reply did not say that all is done. */
static __attribute__((noinline)) int64_t large_on(struct uxrt_thread *t, bool write,
    const void *data, size_t count, uint64_t info)
{
    uint64_t reply = reply_checked(request_label(write, FORM_WINDOW, 0, count), info);
    int64_t result = reply_result(reply);

    if (!(reply & REPLY_TOUCH) && result != -ERROR_TIMED && !data_again(t, &result)) {
        return result;
    }
    const struct file *file = descriptor_file(t->small_descriptor);

    return write ? data_write(t, file, data, count, t->small_offset)
                 : data_read(t, file, (void *)data, count, t->small_offset);
}

static inline __attribute__((always_inline)) int64_t call(struct uxrt_thread *thread,
    uint64_t word, bool write, const void *from, size_t bytes, int64_t offset)
{
    register uint64_t mr0 __asm__("r10") = offset == UXRT_CURRENT ? 0 : (uint64_t)offset;
    register uint64_t address __asm__("r8") = (uint64_t)from;
    register uint64_t length __asm__("r9") = bytes;
    uint64_t direction = write ? WINDOW_READ : WINDOW_WRITE;
    register struct uxrt_thread *t __asm__("r11") = thread;
    register const void *data __asm__("rax") = from;
    register size_t count __asm__("rdx") = bytes;
    register uint64_t info __asm__("rsi") =
        small_info(word, write, FORM_WINDOW, bytes, offset == UXRT_CURRENT);
    register uint64_t cap __asm__("rdi") = small_cap(word);

    TRAP_CALL_WRITE(SYSCALL_CALL_WINDOW, cap, info, mr0, address, length, direction, data,
        count, t);
    t->counts.calls++;
    return small_done(info, count, 0) ? (int64_t)count
                                      : large_on(t, write, data, count, info);
}

int64_t large_read(int descriptor, void *data, size_t count, int64_t offset,
    struct uxrt_thread *t)
{
    uint64_t word = descriptor_word(descriptor);

    if (!is_large(word, count, offset)) {
        return data_read(t, descriptor_file(descriptor), data, count, offset);
    }
    small_note(t, descriptor, offset);
    return call(t, word, false, data, count, offset);
}

int64_t large_write(int descriptor, const void *data, size_t count, int64_t offset,
    struct uxrt_thread *t)
{
    uint64_t word = descriptor_word(descriptor);

    if (!is_large(word, count, offset)) {
        return data_write(t, descriptor_file(descriptor), data, count, offset);
    }
    small_note(t, descriptor, offset);
    return call(t, word, true, data, count, offset);
}
