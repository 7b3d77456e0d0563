/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of sockets: the bytes go by a read or write at an offset that has the flags;
 * names, users and files of a message by a record before the write or after the read.
 */
#include <unix/socket.h>

enum {
    MSG_OOB = 1, MSG_PEEK = 2, MSG_CTRUNC = 8, MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40,
    MSG_EOR = 0x80, MSG_WAITALL = 0x100, MSG_ERRQUEUE = 0x2000, MSG_NOSIGNAL = 0x4000,
    MSG_WAITFORONE = 0x10000, MSG_CMSG_CLOEXEC = 0x40000000,
};
enum { SCM_RIGHTS = 1, SCM_CREDENTIALS = 2, VECTOR_MAX = 1024, CONTROL_MAX = 4096 };

struct linux_message {
    void *name;
    uint32_t name_length, padding;
    struct uxrt_iovec *vector;
    uint64_t vector_count;
    void *control;
    uint64_t control_length;
    uint32_t flags, padding2;
};

struct linux_control {
    uint64_t length;
    int32_t level, type;
};

/* A record with room for all files. */
union record {
    struct socket_message message;
    char room[sizeof(struct socket_message)
              + SOCKET_FILES_MAX * sizeof(struct socket_file)];
};

static bool is_stream(int fd)
{
    const struct file *file = descriptor_file(fd);

    return file && file->flags & FILE_STREAM;
}

static int64_t place_of(const struct uxrt_thread *t, uint64_t flags)
{
    return SOCKET_AT | (int64_t)(flags << SOCKET_FLAGS_SHIFT)
           | (int64_t)t->number << SOCKET_TAG_SHIFT;
}

/* --- all of it ---------------------------------------- */

/* Goes on after `done` bytes, place by place, until all is done or nothing more comes:
 * the bytes in all. */
static int64_t go_on(struct uxrt_thread *t, int fd, const struct uxrt_iovec *vector,
    uint64_t count, int64_t done, int64_t place, bool write)
{
    uint64_t skip = (uint64_t)done;
    struct uxrt_iovec one;

    for (uint64_t i = 0; i < count; i++) {
        if (take(&one, vector + i, sizeof(one)))
            break;
        uint64_t at = skip < one.length ? skip : one.length;

        skip -= at;
        while (at < one.length) {
            char *data = (char *)one.base + at;
            int64_t part = write
                ? library_pwrite(t, fd, data, one.length - at, place)
                : library_pread(t, fd, data, one.length - at, place);

            if (part <= 0)
                return done;
            at += (uint64_t)part;
            done += part;
        }
    }
    return done;
}

static uint64_t total_of(const struct uxrt_iovec *vector, uint64_t count)
{
    struct uxrt_iovec one;
    uint64_t total = 0;

    for (uint64_t i = 0; i < count && !take(&one, vector + i, sizeof(one)); i++)
        total += one.length;
    return total;
}

int64_t message_write_rest(struct uxrt_thread *t, int fd, const struct uxrt_iovec *vector,
    uint64_t count, int64_t done, int64_t place)
{
    if (done <= 0 || (uint64_t)done >= total_of(vector, count))
        return done;
    return go_on(t, fd, vector, count, done, place, true);
}

/* One request with all the places, or with no bytes at all. */
static int64_t transfer(struct uxrt_thread *t, int fd, const struct linux_message *message,
    int64_t place, bool write)
{
    int count = (int)message->vector_count;

    if (!total_of(message->vector, message->vector_count))
        return write ? library_pwrite(t, fd, NULL, 0, place)
                     : library_pread(t, fd, NULL, 0, place);
    return write ? library_pwritev(t, fd, message->vector, count, place)
                 : library_preadv(t, fd, message->vector, count, place);
}

/* --- sending ---------------------------------------- */

static int64_t add_files(struct uxrt_thread *t, union record *record, const char *data,
    uint64_t bytes)
{
    uint32_t count = (uint32_t)(bytes / sizeof(int));
    int descriptors[SOCKET_FILES_MAX];
    int64_t error;

    if (count > SOCKET_FILES_MAX - record->message.file_count)
        return -EINVAL;
    if (take(descriptors, data, count * sizeof(int)))
        return -EFAULT;
    error = rights_export(t, descriptors, count,
        record->message.files + record->message.file_count);
    if (!error)
        record->message.file_count += count;
    return error;
}

/* What one record of the control data says. */
static int64_t add_control(struct uxrt_thread *t, union record *record,
    const struct linux_control *control, const char *data)
{
    uint64_t bytes = control->length - sizeof(*control);

    if (control->level != SOL_SOCKET)
        return -EINVAL;
    if (control->type == SCM_RIGHTS)
        return add_files(t, record, data, bytes);
    if (control->type != SCM_CREDENTIALS || bytes != sizeof(struct socket_user))
        return -EINVAL;
    record->message.flags |= MESSAGE_USER;
    return take(&record->message.user, data, sizeof(struct socket_user));
}

static int64_t add_all(struct uxrt_thread *t, union record *record,
    const struct linux_message *message)
{
    const char *at = message->control;
    uint64_t left = at ? message->control_length : 0;
    struct linux_control control;

    while (left >= sizeof(control)) {
        if (take(&control, at, sizeof(control)))
            return -EFAULT;
        if (control.length < sizeof(control) || control.length > left)
            return -EINVAL;
        int64_t error = add_control(t, record, &control, at + sizeof(control));
        if (error)
            return error;
        uint64_t step = (control.length + 7) & ~UINT64_C(7);

        at += step;
        left -= step < left ? step : left;
    }
    return 0;
}

/* Tells the server what belongs to the bytes that follow: 1 if there is something. */
static int64_t prepare(struct uxrt_thread *t, int fd, const struct linux_message *message)
{
    union record record;
    int64_t error = 0;

    memset(&record.message, 0, sizeof(record.message));
    if (message->name && message->name_length)
        error = address_in(t, &record.message.address, message->name,
            message->name_length, true);
    if (!error)
        error = add_all(t, &record, message);
    uint32_t count = record.message.file_count;

    if (!error && !record.message.address.length && !count && !record.message.flags)
        return 0;
    if (!error)
        error = socket_write_record(t, fd, SOCKET_PREPARE, t->number, &record,
            sizeof(record.message) + count * sizeof(struct socket_file));
    if (error)
        rights_drop(t, record.message.files, count);
    return error ? error : 1;
}

/* The one that was prepared is not sent. */
static void forget(struct uxrt_thread *t, int fd)
{
    static const struct socket_message nothing;

    socket_write_record(t, fd, SOCKET_PREPARE, t->number, &nothing, sizeof(nothing));
}

static int64_t send_message(struct uxrt_thread *t, int fd,
    const struct linux_message *message, uint64_t flags)
{
    uint64_t how = flags & MSG_DONTWAIT ? SOCKET_NOW : 0;
    int64_t result = socket_check(fd), prepared;

    if (result || flags & MSG_OOB)
        return result ? result : -EOPNOTSUPP;
    if (message->vector_count > VECTOR_MAX)
        return -EMSGSIZE;
    prepared = prepare(t, fd, message);
    if (prepared < 0)
        return prepared;
    result = transfer(t, fd, message,
        place_of(t, how | (prepared ? SOCKET_PREPARED : 0)), true);
    if (result < 0 && prepared)
        forget(t, fd);
    result = message_write_rest(t, fd, message->vector, message->vector_count, result,
        place_of(t, how));
    return flags & MSG_NOSIGNAL ? result : unix_written(t, result);
}

UNIX_HANDLER(sendto)
{
    struct uxrt_iovec one = {argument_pointer(frame, 1), argument(frame, 2)};
    const struct linux_message message = {
        .name = argument_pointer(frame, 4), .name_length = (uint32_t)argument(frame, 5),
        .vector = &one, .vector_count = 1,
    };

    return send_message(t, argument_int(frame, 0), &message, argument(frame, 3));
}

static int64_t send_one(struct uxrt_thread *t, int fd, const void *user, uint64_t flags)
{
    struct linux_message message;

    return take(&message, user, sizeof(message)) ? -EFAULT
        : send_message(t, fd, &message, flags);
}

UNIX_HANDLER(sendmsg)
{
    return send_one(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2));
}

/* --- receiving ---------------------------------------- */

/* Where the next record of the control data goes. */
struct control_room {
    char *at;
    uint64_t left;
    bool cut;
};

static int64_t put_control(struct control_room *room, int type, const void *data,
    uint64_t bytes)
{
    struct linux_control control = {sizeof(control) + bytes, SOL_SOCKET, type};
    uint64_t step = (control.length + 7) & ~UINT64_C(7);

    if (control.length > room->left) {
        room->cut = true;
        return 0;
    }
    if (give(room->at, &control, sizeof(control))
        || give(room->at + sizeof(control), data, bytes))
        return -EFAULT;
    room->at += step < room->left ? step : room->left;
    room->left -= step < room->left ? step : room->left;
    return 0;
}

/* Makes descriptors of as many files as there is room for. */
static int64_t put_files(struct uxrt_thread *t, struct control_room *room,
    const union record *record, bool close_on_exec)
{
    uint32_t count = record->message.file_count, made = 0, most = 0;
    int descriptors[SOCKET_FILES_MAX];

    if (room->left > sizeof(struct linux_control))
        most = (uint32_t)((room->left - sizeof(struct linux_control)) / sizeof(int));
    while (made < count && made < most) {
        int fd = rights_import(t, &record->message.files[made], close_on_exec);

        if (fd < 0)
            break;
        descriptors[made++] = fd;
    }
    rights_drop(t, record->message.files + made, count - made);
    room->cut |= made < count;
    return made ? put_control(room, SCM_RIGHTS, descriptors, made * sizeof(int)) : 0;
}

/* Reads what belongs to a message that has come; none, at the end of a stream. */
static int64_t ask(struct uxrt_thread *t, int fd, union record *record)
{
    int64_t result;

    memset(&record->message, 0, sizeof(record->message));
    result = socket_read_record(t, fd, SOCKET_MESSAGE, t->number, record, sizeof(*record));
    if (result == -ENODATA)
        return 0;
    if (result >= 0 && record->message.file_count > SOCKET_FILES_MAX)
        return -EIO;
    return result < 0 ? result : 0;
}

static uint32_t flags_of(const union record *record, const struct control_room *room)
{
    uint32_t theirs = record->message.flags;

    return (theirs & MESSAGE_CUT ? MSG_TRUNC : 0) | (theirs & MESSAGE_END ? MSG_EOR : 0)
           | (room->cut || theirs & MESSAGE_FILES_CUT ? MSG_CTRUNC : 0);
}

/* Tells the program what belongs to the message; its whole length. */
static int64_t tell(struct uxrt_thread *t, int fd, struct linux_message *message,
    uint64_t flags, int64_t *length)
{
    union record record;
    struct control_room room = {message->control,
        message->control ? message->control_length : 0, false};
    int64_t error = ask(t, fd, &record);

    if (error)
        return error;
    *length = record.message.length;
    if (record.message.flags & MESSAGE_USER)
        error = put_control(&room, SCM_CREDENTIALS, &record.message.user,
            sizeof(record.message.user));
    if (!error && record.message.file_count)
        error = put_files(t, &room, &record, flags & MSG_CMSG_CLOEXEC);
    if (!error && message->name && record.message.address.length) {
        error = address_give(&record.message.address, message->name,
            message->name_length);
        message->name_length = (uint32_t)error;
        error = error < 0 ? error : 0;
    } else {
        message->name_length = 0;
    }
    message->control_length = (uint64_t)(room.at - (char *)message->control);
    message->flags = flags_of(&record, &room) | (flags & MSG_CMSG_CLOEXEC);
    return error;
}

static int64_t receive(struct uxrt_thread *t, int fd, struct linux_message *message,
    uint64_t flags, bool wants)
{
    uint64_t how = (flags & MSG_DONTWAIT ? SOCKET_NOW : 0)
                   | (flags & MSG_PEEK ? SOCKET_PEEK : 0)
                   | (wants || flags & MSG_TRUNC ? SOCKET_TELL : 0);
    int64_t result = socket_check(fd), length = 0, error;

    if (result || flags & MSG_OOB)
        return result ? result : -EINVAL;
    if (flags & MSG_ERRQUEUE)
        return -EAGAIN;
    if (message->vector_count > VECTOR_MAX)
        return -EMSGSIZE;
    result = transfer(t, fd, message, place_of(t, how), false);
    if (result < 0 || !(how & SOCKET_TELL))
        goto more;
    error = tell(t, fd, message, flags, &length);
    if (error)
        return error;
    if (flags & MSG_TRUNC && message->flags & MSG_TRUNC)
        return length;
more:
    if (result > 0 && flags & MSG_WAITALL && !(flags & (MSG_PEEK | MSG_DONTWAIT))
        && is_stream(fd))
        result = go_on(t, fd, message->vector, message->vector_count, result,
            place_of(t, 0), false);
    return result;
}

UNIX_HANDLER(recvfrom)
{
    struct uxrt_iovec one = {argument_pointer(frame, 1), argument(frame, 2)};
    struct linux_message message = {
        .name = argument_pointer(frame, 4), .vector = &one, .vector_count = 1,
    };
    int32_t *length = argument_pointer(frame, 5);

    if (message.name && take(&message.name_length, length, sizeof(*length)))
        return -EFAULT;
    int64_t result = receive(t, argument_int(frame, 0), &message, argument(frame, 3),
        message.name != NULL);

    if (result >= 0 && message.name
        && give(length, &message.name_length, sizeof(*length)))
        return -EFAULT;
    return result;
}

static int64_t receive_one(struct uxrt_thread *t, int fd, void *user, uint64_t flags)
{
    struct linux_message message;

    if (take(&message, user, sizeof(message)))
        return -EFAULT;
    int64_t result = receive(t, fd, &message, flags, true);

    return result >= 0 && give(user, &message, sizeof(message)) ? -EFAULT : result;
}

UNIX_HANDLER(recvmsg)
{
    return receive_one(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2));
}

/* --- several ---------------------------------------- */

struct linux_messages {
    struct linux_message message;
    uint32_t length, padding;
};

static int64_t several(struct uxrt_thread *t, const struct foreign_frame *frame,
    uint64_t flags, int64_t (*one)(struct uxrt_thread *, int, void *, uint64_t))
{
    struct linux_messages *messages = argument_pointer(frame, 1);
    uint32_t count = (uint32_t)argument(frame, 2), done = 0;

    for (; done < count && done < VECTOR_MAX; done++) {
        int64_t result = one(t, argument_int(frame, 0), &messages[done].message,
            flags & ~(uint64_t)MSG_WAITFORONE);
        uint32_t length = (uint32_t)result;

        if (result < 0)
            return done ? (int64_t)done : result;
        if (give(&messages[done].length, &length, sizeof(length)))
            return -EFAULT;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
    }
    return done;
}

static int64_t send_any(struct uxrt_thread *t, int fd, void *user, uint64_t flags)
{
    return send_one(t, fd, user, flags);
}

UNIX_HANDLER(sendmmsg)
{
    return several(t, frame, argument(frame, 3) & ~(uint64_t)MSG_WAITFORONE, send_any);
}

UNIX_HANDLER(recvmmsg)
{
    return several(t, frame, argument(frame, 3), receive_one);
}
