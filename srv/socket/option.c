/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations of ATTR_SOCKET, and the controls that are as those of pipes. */
#include "socket.h"

#include <terminal/termios.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

static struct socket *socket_for(const struct server_request *request)
{
    return socket_of(request->file->node);
}

static int64_t give(void *record, size_t size, const void *from, size_t count)
{
    if (size < count)
        return -EINVAL;
    memcpy(record, from, count);
    return (int64_t)count;
}

/* --- reading ---------------------------------------- */

static int64_t get_word(struct socket *socket, uint64_t option, uint32_t *word)
{
    switch (option) {
    case OPTION_TYPE: *word = socket->type; return 0;
    case OPTION_ERROR:
        *word = (uint32_t)socket->error;
        socket->error = 0;
        return 0;
    case OPTION_SEND_BUFFER: *word = socket->send_buffer; return 0;
    case OPTION_RECEIVE_BUFFER: *word = socket->receive_buffer; return 0;
    case OPTION_PASS_USER: *word = socket->pass_user; return 0;
    case OPTION_LISTENS: *word = socket->state == SOCKET_LISTENING; return 0;
    default: return -ENOPROTOOPT;
    }
}

static int64_t get_option(struct socket *socket, uint64_t option, void *record,
    size_t size)
{
    static const struct socket_user nobody = {0, UINT32_MAX, UINT32_MAX};
    bool connected = socket->state == SOCKET_CONNECTED || socket->state == SOCKET_ENDED;
    uint32_t word;
    int64_t error;

    if (option == OPTION_RECEIVE_TIME || option == OPTION_SEND_TIME)
        return give(record, size, &socket->times[option - OPTION_RECEIVE_TIME],
            sizeof(socket->times[0]));
    if (option == OPTION_PEER_USER)
        return give(record, size, connected ? &socket->peer_user : &nobody,
            sizeof(nobody));
    error = get_word(socket, option, &word);
    return error ? error : give(record, size, &word, sizeof(word));
}

static int64_t get_name(const struct name *name, void *record, size_t size)
{
    struct socket_address address;

    name_tell(name, &address);
    return give(record, size, &address, sizeof(address));
}

static int64_t get_peer(const struct socket *socket, void *record, size_t size)
{
    return socket->peer ? get_name(socket->peer->name, record, size) : -ENOTCONN;
}

/* The files are the receiver's from now on. */
static int64_t get_message(struct server_request *request, uint64_t tag, void *record,
    size_t size)
{
    struct socket *socket = socket_for(request);
    struct note *note = note_find(socket, request->request.badge, (uint32_t)tag, true);
    struct socket_message *message = record;
    uint32_t files = 0;

    if (!note || size < sizeof(*message))
        return note ? -EINVAL : -ENODATA;
    *message = note->about;
    while (note->cargo && files < note->cargo->count
           && (files + 1) * sizeof(struct socket_file) <= size - sizeof(*message)) {
        const struct socket_file *file = &note->cargo->files[files];

        if (uxrt_hold(file->service, file->token, request->request.badge))
            break;
        message->files[files++] = *file;
    }
    message->file_count = files;
    if (note->cargo) {
        note->cargo->count -= files;
        memmove(note->cargo->files, note->cargo->files + files,
            note->cargo->count * sizeof(struct socket_file));
        message->flags |= note->cargo->count ? MESSAGE_FILES_CUT : 0;
    }
    note_free(socket, note);
    return (int64_t)(sizeof(*message) + files * sizeof(struct socket_file));
}

static uint32_t bytes_there(const struct socket *socket)
{
    uint32_t bytes = 0;

    for (const struct list *at = socket->queue.next; at != &socket->queue; at = at->next) {
        const struct message *message = list_entry(at, struct message, link);

        bytes += message->size - message->taken;
        if (socket->type != TYPE_STREAM)
            break;
    }
    return bytes;
}

int64_t socket_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    struct socket *socket = socket_for(request);
    uint64_t number = argument >> SOCKET_NUMBER_SHIFT;

    if (S_ISDIR(socket->node.mode))
        return -ENOTTY;
    if (attribute == ATTR_CONTROL && argument == FIONREAD) {
        uint32_t bytes = bytes_there(socket);

        return give(record, size, &bytes, sizeof(bytes));
    }
    if (attribute != ATTR_SOCKET)
        return -ENOTTY;
    switch (argument & ((1 << SOCKET_NUMBER_SHIFT) - 1)) {
    case SOCKET_KEY: return give(record, size, &socket->key, sizeof(socket->key));
    case SOCKET_NAME: return get_name(socket->name, record, size);
    case SOCKET_PEER: return get_peer(socket, record, size);
    case SOCKET_OPTION: return get_option(socket, number, record, size);
    case SOCKET_MESSAGE: return get_message(request, number, record, size);
    default: return -EINVAL;
    }
}

/* --- writing ---------------------------------------- */

static uint32_t buffer_size(uint32_t asked)
{
    uint32_t bytes = asked < BUFFER_DEFAULT ? 2 * asked : 2 * BUFFER_DEFAULT;

    return bytes < BUFFER_MIN ? BUFFER_MIN : bytes;
}

static int set_option(struct socket *socket, uint64_t option, uint32_t word)
{
    switch (option) {
    case OPTION_SEND_BUFFER: socket->send_buffer = buffer_size(word); return 0;
    case OPTION_RECEIVE_BUFFER: socket->receive_buffer = buffer_size(word); return 0;
    case OPTION_PASS_USER: socket->pass_user = word != 0; return 0;
    default: return -ENOPROTOOPT;
    }
}

/* Takes the files over, so that they live on when their sender does not. */
static int take_files(struct server *server, struct note *note,
    const struct socket_message *message)
{
    uint32_t taken = 0;

    note->cargo = cargo_create(message->files, message->file_count);
    if (!note->cargo)
        return -ENOMEM;
    while (taken < message->file_count) {
        const struct socket_file *file = &message->files[taken];
        int error = uxrt_hold(file->service, file->token, HOLD_OWN);

        if (error) {
            note->cargo->count = taken;
            sockets_collect(server);
            return error == -ENOSPC ? -ETOOMANYREFS : error;
        }
        taken++;
    }
    return 0;
}

static int check_user(const struct socket_user *user, uint64_t badge)
{
    struct socket_user own = user_of(badge);

    return !own.uid || (user->pid == own.pid && user->uid == own.uid
                        && user->gid == own.gid) ? 0 : -EPERM;
}

static int find_target(struct socket *socket, const struct socket_message *message,
    struct note *note)
{
    if (!message->address.length)
        return 0;
    if (socket->type != TYPE_DATAGRAM)
        return socket->state == SOCKET_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    return name_find(&message->address, socket->type, &note->target);
}

static int prepare(struct server_request *request, uint64_t tag,
    const struct socket_message *message, size_t size)
{
    struct socket *socket = socket_for(request);
    uint64_t badge = request->request.badge;
    struct note *note;
    int error;

    if (size < sizeof(*message) || message->file_count > SOCKET_FILES_MAX
        || size != sizeof(*message) + message->file_count * sizeof(struct socket_file))
        return -EINVAL;
    note = note_create(socket, badge, (uint32_t)tag, false);
    if (!note)
        return -ENOMEM;
    note->about = *message;
    error = find_target(socket, message, note);
    if (!error && message->flags & MESSAGE_USER)
        error = check_user(&message->user, badge);
    if (!error && message->file_count)
        error = take_files(request->server, note, message);
    if (error || !(message->flags || message->file_count || note->target))
        note_free(socket, note);
    return error;
}

static int64_t with_address(struct server_request *request, uint64_t operation,
    const void *record, size_t size)
{
    struct socket *socket = socket_for(request);
    struct socket_address address;

    if (size != sizeof(address))
        return -EINVAL;
    memcpy(&address, record, sizeof(address));
    if (operation == SOCKET_UNBIND)
        return name_end(socket), 0;
    if (operation == SOCKET_BIND)
        return name_bind(socket, &address);
    return socket_connect(request->server, socket, &address, request->request.badge);
}

static int64_t set_time(struct socket *socket, uint64_t option, const void *record,
    size_t size)
{
    if (size != sizeof(socket->times[0]))
        return -EINVAL;
    memcpy(&socket->times[option - OPTION_RECEIVE_TIME], record, size);
    return 0;
}

static int64_t with_word(struct server_request *request, uint64_t operation,
    uint64_t number, const void *record, size_t size)
{
    struct socket *socket = socket_for(request);
    uint32_t word;

    if (operation == SOCKET_OPTION
        && (number == OPTION_RECEIVE_TIME || number == OPTION_SEND_TIME))
        return set_time(socket, number, record, size);
    if (size != sizeof(word))
        return -EINVAL;
    memcpy(&word, record, sizeof(word));
    switch (operation) {
    case SOCKET_LISTEN:
        return socket_listen(request->server, socket, word, request->request.badge);
    case SOCKET_SHUTDOWN: return socket_shutdown(request->server, socket, word);
    case SOCKET_OPTION: return set_option(socket, number, word);
    default: return -EINVAL;
    }
}

int64_t socket_set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    uint64_t operation = argument & ((1 << SOCKET_NUMBER_SHIFT) - 1);
    uint64_t number = argument >> SOCKET_NUMBER_SHIFT;
    int64_t result;

    if (attribute != ATTR_SOCKET || S_ISDIR(request->file->node->mode))
        return -ENOTTY;
    if (operation == SOCKET_PREPARE)
        result = prepare(request, number, record, size);
    else if (operation == SOCKET_BIND || operation == SOCKET_CONNECT
             || operation == SOCKET_UNBIND)
        result = with_address(request, operation, record, size);
    else
        result = with_word(request, operation, number, record, size);
    return result ? result : (int64_t)size;
}
