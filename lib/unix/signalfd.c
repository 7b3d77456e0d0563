/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signalfd: a file of the library's own (FILE_SIGNALS), whose cookie is the set. Reading
 * takes what is pending for the process or thread that reads.
 */
#include <transport/poll.h>
#include <unix/signal.h>
#include <unix/thread.h>

enum { SFD_NONBLOCK = 04000, SFD_CLOEXEC = 02000000 };

struct linux_signal {
    uint32_t number;
    int32_t error, code;
    uint32_t pid, uid;
    int32_t fd;
    uint32_t tid, band, overrun, trap;
    int32_t status, value;
    uint64_t pointer, user_time, system_time, address;
    uint8_t rest[48];
};
_Static_assert(sizeof(struct linux_signal) == 128, "struct signalfd_siginfo");

static int64_t create(struct uxrt_thread *t, uint64_t set, uint64_t flags)
{
    struct file *file = file_create(FILE_SIGNALS, 0,
        UXRT_READ | (flags & SFD_NONBLOCK ? UXRT_NONBLOCK : 0));

    if (!file)
        return -ENFILE;
    file->cookie = set;
    int fd = descriptor_create(file, 0, flags & SFD_CLOEXEC);

    if (fd < 0)
        file_close(t, file);
    return fd;
}

static int64_t signalfd(struct uxrt_thread *t, const struct foreign_frame *frame,
    uint64_t flags)
{
    struct file *file = descriptor_file(argument_int(frame, 0));
    uint64_t set;

    if (argument(frame, 2) != sizeof(set) || flags & ~(uint64_t)(SFD_NONBLOCK | SFD_CLOEXEC))
        return -EINVAL;
    if (take(&set, argument_pointer(frame, 1), sizeof(set)))
        return -EFAULT;
    set &= ~NEVER_BLOCKED;
    if (argument_int(frame, 0) == -1)
        return create(t, set, flags);
    if (!file)
        return -EBADF;
    if (file->kind != FILE_SIGNALS)
        return -EINVAL;
    file->cookie = set;
    return argument_int(frame, 0);
}

UNIX_HANDLER(signalfd)
{
    return signalfd(t, frame, 0);
}

UNIX_HANDLER(signalfd4)
{
    return signalfd(t, frame, argument(frame, 3));
}

uint32_t signals_ready(struct uxrt_thread *t, const struct file *file, bool arm)
{
    if (arm)
        __atomic_fetch_or(&t->shared->waited, file->cookie, __ATOMIC_SEQ_CST);
    return __atomic_load_n(&t->shared->pending, __ATOMIC_SEQ_CST) & file->cookie
           ? UXRT_READY_READ : 0;
}

/* Waits until there is one of the set; 0 or an error. */
static int64_t wait(struct uxrt_thread *t, const struct file *file)
{
    int64_t result = 0;

    while (!result && !signals_ready(t, file, true)) {
        if (client_signalled(t) && !signals_ready(t, file, true))
            result = -EINTR;
        else
            client_wait(t);
    }
    t->shared->waited = 0;
    return result;
}

static struct linux_signal describe(const struct taken *taken)
{
    return (struct linux_signal){
        .number = taken->signal, .code = taken->code, .pid = taken->pid,
        .uid = taken->uid, .status = taken->status, .address = taken->address,
    };
}

/* Takes as many as there are and fit: bytes, or an error. */
static int64_t take_some(struct uxrt_thread *t, const struct file *file, char *to,
    size_t room)
{
    int64_t done = 0;

    while (room - (size_t)done >= sizeof(struct linux_signal)) {
        struct linux_signal record;
        struct taken taken = {0};

        if (signals_ready(t, file, false))
            signal_take(t, file->cookie, &taken);
        if (!taken.signal)
            break;
        record = describe(&taken);
        if (give(to + done, &record, sizeof(record)))
            return -EFAULT;
        done += (int64_t)sizeof(record);
    }
    return done;
}

int64_t local_read(struct uxrt_thread *t, const struct file *file, void *data,
    size_t count)
{
    int64_t result;

    if (file->kind != FILE_SIGNALS || count < sizeof(struct linux_signal))
        return -EINVAL;
    do {
        result = take_some(t, file, data, count);
        if (result)
            return result;
        result = file->flags & UXRT_NONBLOCK ? -EAGAIN : wait(t, file);
    } while (!result);
    return result;
}
