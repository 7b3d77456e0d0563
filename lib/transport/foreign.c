/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The foreign calls that are calls of the transport as they are, and `attach`.
 */
#include <transport/foreign.h>

#include <transport/client.h>
#include <transport/table.h>
#include <util/errno.h>

enum linux_number {
    LINUX_READ = 0, LINUX_WRITE = 1, LINUX_CLOSE = 3, LINUX_PREAD64 = 17,
    LINUX_PWRITE64 = 18, LINUX_READV = 19, LINUX_WRITEV = 20, LINUX_GETPID = 39,
    LINUX_EXIT = 60, LINUX_EXIT_GROUP = 231, LINUX_PREADV = 295, LINUX_PWRITEV = 296,
};

static int64_t foreign_read(struct uxrt_thread *t, struct foreign_frame *f)
{
    return library_read(t, (int)f->rdi, (void *)f->rsi, f->rdx);
}

static int64_t foreign_write(struct uxrt_thread *t, struct foreign_frame *f)
{
    return library_write(t, (int)f->rdi, (const void *)f->rsi, f->rdx);
}

/* Of Linux's calls none takes the offset that stands for the file's position. */
static int64_t foreign_pread(struct uxrt_thread *t, struct foreign_frame *f)
{
    return (int64_t)f->r10 < 0 ? -EINVAL
        : library_pread(t, (int)f->rdi, (void *)f->rsi, f->rdx, (int64_t)f->r10);
}

static int64_t foreign_pwrite(struct uxrt_thread *t, struct foreign_frame *f)
{
    return (int64_t)f->r10 < 0 ? -EINVAL
        : library_pwrite(t, (int)f->rdi, (const void *)f->rsi, f->rdx, (int64_t)f->r10);
}

static int64_t foreign_readv(struct uxrt_thread *t, struct foreign_frame *f)
{
    return library_readv(t, (int)f->rdi, (const struct uxrt_iovec *)f->rsi, (int)f->rdx);
}

static int64_t foreign_writev(struct uxrt_thread *t, struct foreign_frame *f)
{
    return library_writev(t, (int)f->rdi, (const struct uxrt_iovec *)f->rsi, (int)f->rdx);
}

static int64_t foreign_preadv(struct uxrt_thread *t, struct foreign_frame *f)
{
    return (int64_t)f->r10 < 0 ? -EINVAL
        : library_preadv(t, (int)f->rdi, (const struct uxrt_iovec *)f->rsi, (int)f->rdx,
                         (int64_t)f->r10);
}

static int64_t foreign_pwritev(struct uxrt_thread *t, struct foreign_frame *f)
{
    return (int64_t)f->r10 < 0 ? -EINVAL
        : library_pwritev(t, (int)f->rdi, (const struct uxrt_iovec *)f->rsi, (int)f->rdx,
                          (int64_t)f->r10);
}

static int64_t foreign_close(struct uxrt_thread *t, struct foreign_frame *f)
{
    return library_close(t, (int)f->rdi);
}

static int64_t foreign_getpid(struct uxrt_thread *t, struct foreign_frame *f)
{
    (void)f;
    return library_getpid(t);
}

static int64_t foreign_exit(struct uxrt_thread *t, struct foreign_frame *f)
{
    (void)f;
    return client_proc(t, PROC_THREAD_EXIT, NULL, 0, NULL, 0);
}

static int64_t foreign_exit_group(struct uxrt_thread *t, struct foreign_frame *f)
{
    library_exit(t, (int)f->rdi);
    return 0;
}

foreign_handler *const foreign_handlers[FOREIGN_NUMBERS] = {
    [LINUX_READ] = foreign_read,
    [LINUX_WRITE] = foreign_write,
    [LINUX_CLOSE] = foreign_close,
    [LINUX_PREAD64] = foreign_pread,
    [LINUX_PWRITE64] = foreign_pwrite,
    [LINUX_READV] = foreign_readv,
    [LINUX_WRITEV] = foreign_writev,
    [LINUX_GETPID] = foreign_getpid,
    [LINUX_EXIT] = foreign_exit,
    [LINUX_EXIT_GROUP] = foreign_exit_group,
    [LINUX_PREADV] = foreign_preadv,
    [LINUX_PWRITEV] = foreign_pwritev,
};

int64_t foreign_call(struct foreign_frame *frame)
{
    struct uxrt_thread *t = thread_by_stack();

    if (!t->ipc) {
        thread_prepare((unsigned)(((uint64_t)t - THREAD_AREA) / BLOCK_SIZE));
    }
    if (frame->rax == ATTACH_NUMBER) {
        return (int64_t)(uint64_t)t;
    }
    if (frame->rax >= FOREIGN_NUMBERS || !foreign_handlers[frame->rax]) {
        return -ENOSYS;
    }
    return foreign_handlers[frame->rax](t, frame);
}
