/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets of the family AF_UNIX, at srv/socket. The name of one that is a path is a node
 * of the file server there, which holds the socket's key for those who may write to it.
 */
#include <transport/service.h>
#include <unix/socket.h>

enum { ANY = UXRT_READ | UXRT_WRITE | FILE_SOCKET, S_IFSOCK = 0140000 };

static struct known_service socket_service = {"socket", NO_SERVICE};

int64_t socket_read_record(struct uxrt_thread *t, int fd, uint64_t operation,
    uint64_t number, void *record, size_t size)
{
    int64_t result = library_get(t, fd, ATTR_SOCKET,
        operation | number << SOCKET_NUMBER_SHIFT, record, size);

    return result == -ENOTTY ? -ENOTSOCK : result;
}

int64_t socket_write_record(struct uxrt_thread *t, int fd, uint64_t operation,
    uint64_t number, const void *record, size_t size)
{
    int64_t result = library_set(t, fd, ATTR_SOCKET,
        operation | number << SOCKET_NUMBER_SHIFT, record, size);

    return result == -ENOTTY ? -ENOTSOCK : result < 0 ? result : 0;
}

/* --- addresses ---------------------------------------- */

/* What ATTR_KEY says of the node at a path. */
static int64_t find_key(struct uxrt_thread *t, struct socket_address *address)
{
    struct walk walk;
    struct file *file;
    int64_t result = name_open(t, UXRT_AT_CURRENT, address->name, UXRT_PATH, 0, &walk,
        &file);

    if (result < 0)
        return result;
    result = client_read(t, file->slot, file->id, &address->key, sizeof(address->key),
        (int64_t)attribute_address(ATTR_KEY, 0));
    file_close(t, file);
    if (result == -ENOTSOCK)
        return -ECONNREFUSED;
    return result < 0 ? client_told(result) : 0;
}

int64_t address_in(struct uxrt_thread *t, struct socket_address *address,
    const void *user, uint64_t length, bool find)
{
    struct linux_sockaddr from = {0};

    *address = (struct socket_address){0};
    if (length < sizeof(from.family) || length > sizeof(from))
        return -EINVAL;
    if (take(&from, user, length))
        return -EFAULT;
    if (from.family != AF_UNIX)
        return from.family == AF_UNSPEC && find ? 0 : -EINVAL;
    address->length = (uint32_t)(length - sizeof(from.family));
    memcpy(address->name, from.name, sizeof(from.name));
    if (!address->length || !address->name[0])
        return 0;
    if (address->name[address->length - 1] && address->length == SOCKET_NAME_MAX)
        return -EINVAL;
    address->length = (uint32_t)strlen(address->name) + 1;
    return find ? find_key(t, address) : 0;
}

int64_t address_give(const struct socket_address *address, void *user, uint32_t room)
{
    struct linux_sockaddr to = {.family = AF_UNIX};
    uint32_t length = address->length <= SOCKET_NAME_MAX ? address->length : 0;

    memcpy(to.name, address->name, length);
    length += (uint32_t)sizeof(to.family);
    if (give(user, &to, room < length ? room : length))
        return -EFAULT;
    return length;
}

int64_t address_out(const struct socket_address *address, void *user, void *length)
{
    int32_t room;
    int64_t used;

    if (!user)
        return 0;
    if (take(&room, length, sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    used = address_give(address, user, (uint32_t)room);
    room = (int32_t)used;
    return used < 0 ? used : give(length, &room, sizeof(room));
}

/* --- making them ---------------------------------------- */

static unsigned flags_of(uint64_t type)
{
    return ANY | ((type & SOCK_TYPE) == SOCK_STREAM ? FILE_STREAM : 0)
           | (type & SOCK_NONBLOCK ? UXRT_NONBLOCK : 0)
           | (type & SOCK_CLOEXEC ? UXRT_CLOSE_ON_EXEC : 0);
}

static int64_t make(struct uxrt_thread *t, uint64_t family, uint64_t type,
    uint64_t protocol)
{
    static const char *const kinds[] = {
        [SOCK_STREAM] = "stream", [SOCK_DGRAM] = "datagram", [3] = "datagram",
        [SOCK_SEQPACKET] = "sequence"};
    uint64_t kind = type & SOCK_TYPE;

    if (family != AF_UNIX)
        return -EAFNOSUPPORT;
    if (type & ~(uint64_t)(SOCK_TYPE | SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    if (kind > SOCK_SEQPACKET || !kinds[kind])
        return -ESOCKTNOSUPPORT;
    if (protocol && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    return service_open(t, &socket_service, kinds[kind], flags_of(type));
}

UNIX_HANDLER(socket)
{
    return make(t, argument(frame, 0), argument(frame, 1), argument(frame, 2));
}

UNIX_HANDLER(socketpair)
{
    int64_t first = make(t, argument(frame, 0), argument(frame, 1), argument(frame, 2));
    const struct file *file = first < 0 ? NULL : descriptor_file((int)first);
    int pair[2];

    if (!file)
        return first < 0 ? first : -EBADF;
    pair[0] = (int)first;
    pair[1] = service_open_at(t, file, flags_of(argument(frame, 1)));
    int64_t result = pair[1] < 0 ? pair[1] : give(argument_pointer(frame, 3), pair,
                                                 sizeof(pair));
    if (result) {
        library_close(t, pair[0]);
        if (pair[1] >= 0)
            library_close(t, pair[1]);
    }
    return result;
}

int64_t socket_check(int fd)
{
    const struct file *file = descriptor_file(fd);

    return !file ? -EBADF : file->flags & FILE_SOCKET ? 0 : -ENOTSOCK;
}

/* Makes the node of a path that is bound. */
static int64_t make_node(struct uxrt_thread *t, const char *name, uint64_t key)
{
    unsigned mask = ((const struct process_page *)PROCESS_PAGE)->umask;
    struct walk walk;
    struct file *file;
    int64_t result = name_open(t, UXRT_AT_CURRENT, name, UXRT_CREATE | UXRT_EXCLUSIVE,
        S_IFSOCK | (0777 & ~mask), &walk, &file);

    if (result < 0)
        return result == -EEXIST ? -EADDRINUSE : result;
    result = client_write(t, file->slot, file->id, &key, sizeof(key),
        (int64_t)attribute_address(ATTR_KEY, 0));
    file_close(t, file);
    return result < 0 ? client_told(result) : 0;
}

/* The key is made first, so that the node has it before anybody sees the name; if there
 * can be no node, the socket has no name either. */
UNIX_HANDLER(bind)
{
    static const struct socket_address none;
    int fd = argument_int(frame, 0);
    struct socket_address address;
    uint64_t key;
    int64_t result = socket_check(fd);

    if (!result)
        result = address_in(t, &address, argument_pointer(frame, 1), argument(frame, 2),
            false);
    if (!result)
        result = socket_write_record(t, fd, SOCKET_BIND, 0, &address, sizeof(address));
    if (result || !address.length || !address.name[0])
        return result;
    result = socket_read_record(t, fd, SOCKET_KEY, 0, &key, sizeof(key));
    if (result >= 0)
        result = make_node(t, address.name, key);
    if (result)
        socket_write_record(t, fd, SOCKET_UNBIND, 0, &none, sizeof(none));
    return result;
}

UNIX_HANDLER(connect)
{
    int fd = argument_int(frame, 0);
    struct socket_address address;
    int64_t result = socket_check(fd);

    if (!result)
        result = address_in(t, &address, argument_pointer(frame, 1), argument(frame, 2),
            true);
    return result ? result
        : socket_write_record(t, fd, SOCKET_CONNECT, 0, &address, sizeof(address));
}

static int64_t write_word(struct uxrt_thread *t, const struct foreign_frame *frame,
    uint64_t operation)
{
    uint32_t word = (uint32_t)argument(frame, 1);

    return socket_write_record(t, argument_int(frame, 0), operation, 0, &word,
        sizeof(word));
}

UNIX_HANDLER(listen)
{
    return write_word(t, frame, SOCKET_LISTEN);
}

UNIX_HANDLER(shutdown)
{
    return write_word(t, frame, SOCKET_SHUTDOWN);
}

/* --- accepting ---------------------------------------- */

static int64_t accept_flags(struct uxrt_thread *t, const struct foreign_frame *frame,
    uint64_t flags)
{
    int fd = argument_int(frame, 0);
    const struct file *file = descriptor_file(fd);
    struct socket_address address;
    uint32_t listens;
    int64_t result;

    if (flags & ~(uint64_t)(SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    result = socket_read_record(t, fd, SOCKET_OPTION, OPTION_LISTENS, &listens,
        sizeof(listens));
    if (result < 0 || !listens || !file)
        return result < 0 ? result : -EINVAL;
    int new = service_open_at(t, file, flags_of(flags | (file->flags & FILE_STREAM
                                                        ? SOCK_STREAM : 0)));
    if (new < 0 || !argument(frame, 1))
        return new;
    result = socket_read_record(t, new, SOCKET_PEER, 0, &address, sizeof(address));
    if (result == -ENOTCONN)
        address = (struct socket_address){0};
    result = address_out(&address, argument_pointer(frame, 1), argument_pointer(frame, 2));
    if (result < 0)
        library_close(t, new);
    return result < 0 ? result : new;
}

UNIX_HANDLER(accept)
{
    return accept_flags(t, frame, 0);
}

UNIX_HANDLER(accept4)
{
    return accept_flags(t, frame, argument(frame, 3));
}

/* --- names and options ---------------------------------------- */

static int64_t give_name(struct uxrt_thread *t, const struct foreign_frame *frame,
    uint64_t operation)
{
    struct socket_address address;
    int64_t result = socket_read_record(t, argument_int(frame, 0), operation, 0, &address,
        sizeof(address));

    return result < 0 ? result
        : address_out(&address, argument_pointer(frame, 1), argument_pointer(frame, 2));
}

UNIX_HANDLER(getsockname)
{
    return give_name(t, frame, SOCKET_NAME);
}

UNIX_HANDLER(getpeername)
{
    return give_name(t, frame, SOCKET_PEER);
}

/* Those that always say the same. */
static const struct {
    uint64_t option;
    uint32_t value;
} constants[] = {
    {2, 0}, {5, 0}, {6, 0}, {9, 0}, {10, 0}, {12, 0}, {15, 0}, {29, 0}, {38, 0},
    {39, AF_UNIX},
};
enum { CONSTANTS = sizeof(constants) / sizeof(constants[0]), SO_LINGER = 13 };
#define MICROSECOND INT64_C(1000)
#define SECOND      INT64_C(1000000000)

static int64_t constant(uint64_t option, uint32_t record[4])
{
    memset(record, 0, 16);
    if (option == SO_LINGER)
        return 8;
    for (unsigned i = 0; i < CONSTANTS; i++) {
        if (constants[i].option == option) {
            record[0] = constants[i].value;
            return 4;
        }
    }
    return -ENOPROTOOPT;
}

static bool is_time(uint64_t option)
{
    return option == OPTION_RECEIVE_TIME || option == OPTION_SEND_TIME;
}

/* A longest time to wait, as the program has it: seconds and microseconds. */
static int64_t get_time(struct uxrt_thread *t, int fd, uint64_t option, uint32_t record[4])
{
    uint64_t most;
    int64_t result = socket_read_record(t, fd, SOCKET_OPTION, option, &most, sizeof(most));
    const int64_t time[] = {(int64_t)most / SECOND, (int64_t)most % SECOND / MICROSECOND};

    if (result < 0)
        return result;
    memcpy(record, time, sizeof(time));
    return sizeof(time);
}

/* Times before now are over at once; so long ones are none. */
static int64_t set_time(struct uxrt_thread *t, int fd, uint64_t option, const void *user,
    uint64_t room)
{
    int64_t time[2];
    uint64_t most = 0;

    if (room < sizeof(time))
        return -EINVAL;
    if (take(time, user, sizeof(time)))
        return -EFAULT;
    if (time[1] < 0 || time[1] >= SECOND / MICROSECOND)
        return -EDOM;
    if (time[0] < 0)
        most = 1;
    else if (time[0] < INT64_MAX / SECOND - 1)
        most = (uint64_t)(time[0] * SECOND + time[1] * MICROSECOND);
    return socket_write_record(t, fd, SOCKET_OPTION, option, &most, sizeof(most));
}

UNIX_HANDLER(getsockopt)
{
    int fd = argument_int(frame, 0);
    uint64_t option = argument(frame, 2);
    uint32_t record[4];
    int32_t room;
    int64_t size = socket_check(fd);

    if (size)
        return size;
    if (argument(frame, 1) != SOL_SOCKET)
        return -EOPNOTSUPP;
    if (take(&room, argument_pointer(frame, 4), sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    size = is_time(option) ? get_time(t, fd, option, record) : constant(option, record);
    if (size == -ENOPROTOOPT)
        size = socket_read_record(t, fd, SOCKET_OPTION, option, record, sizeof(record));
    if (size < 0)
        return size;
    if (room > size)
        room = (int32_t)size;
    if (give(argument_pointer(frame, 3), record, (size_t)room))
        return -EFAULT;
    return give(argument_pointer(frame, 4), &room, sizeof(room));
}

UNIX_HANDLER(setsockopt)
{
    int fd = argument_int(frame, 0);
    uint32_t word, ignored[4];
    int64_t error = socket_check(fd);

    if (error)
        return error;
    if (argument(frame, 1) != SOL_SOCKET)
        return -EOPNOTSUPP;
    if ((int32_t)argument(frame, 4) < (int32_t)sizeof(word))
        return -EINVAL;
    if (take(&word, argument_pointer(frame, 3), sizeof(word)))
        return -EFAULT;
    if (is_time(argument(frame, 2)))
        return set_time(t, fd, argument(frame, 2), argument_pointer(frame, 3),
            argument(frame, 4));
    if (constant(argument(frame, 2), ignored) >= 0)
        return 0;
    return socket_write_record(t, fd, SOCKET_OPTION, argument(frame, 2), &word,
        sizeof(word));
}
