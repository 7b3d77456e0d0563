/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport as lib/server sees it, for the process server's own service: it is handed
 * messages that the main loop received, and answers at once. Data in a shared buffer is
 * reached through the client's address space and never mapped here, so lib/server sees
 * such requests as plain ones. One request is done at a time.
 */
#include <files/files.h>
#include <files/node.h>

#include <kcall/invoke.h>
#include <process/connection.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/server.h>

enum { SERVICE = 0, PLAIN = 2 };

/* The request that is being done, as it came. */
static struct {
    cptr reply;
    uint64_t badge;
    enum request_form form;
    uint64_t place;             /* FORM_BUFFER: address in the client */
    uint64_t out[MESSAGE_MAX_LENGTH];   /* bytes of a write; of a read, or a turn */
} current;

static struct server *server;

extern const struct server_operations tree_operations;

/* Processes to end when the request is done. */
static struct {
    uint32_t pid;
    int signal;
} killed;

void files_init(void)
{
    struct tree_node *root = tree_get(&kind_root, 0, 0, 0);

    boot_init();
    server = server_create(&tree_operations, &root->server, SERVICE);
}

int files_mount(struct namespace *namespace)
{
    static const struct {
        const char *prefix;
        uint64_t node;
    } mounts[] = {
        {"/boot", PROC_ROOT_BOOT}, {"/srv", PROC_ROOT_SRV}, {"/proc", PROC_ROOT_PROC},
    };
    int error = 0;

    for (unsigned i = 0; !error && i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        error = namespace_mount(namespace, SERVICE_PROC, mounts[i].node,
            UXRT_MOUNT_REPLACE, mounts[i].prefix, strlen(mounts[i].prefix));
    }
    return error;
}

/* The words of a message that follow the first `from`. */
static void take_words(const uint64_t mr[4], unsigned from, unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        current.out[i] = from + i < 4 ? mr[from + i] : kc_word(from + i);
    }
}

/* Does the connection have these bytes in a buffer? */
static bool check_buffer(uint64_t badge, uint64_t place, uint64_t count)
{
    struct buffer_entry entry;
    uint64_t index = place / BUFFER_STRIDE, within = place % BUFFER_STRIDE;

    return index < BUFFERS_MAX
           && object_read(connection_buffers(), index * sizeof(entry), &entry,
               sizeof(entry)) == sizeof(entry)
           && entry.badge == badge && within <= entry.size
           && count <= entry.size - within;
}

static bool check_message(struct uxrt_request *request, uint64_t words,
    const uint64_t mr[4])
{
    request->data = current.out;
    if (!request->write) {
        return request->count <= SHORT_READ_MAX;
    }
    if (request->count > SHORT_WRITE_MAX || words < 1 + words_of(request->count)) {
        return false;
    }
    take_words(mr, 1, (unsigned)words_of(request->count));
    return true;
}

static bool check_form(struct uxrt_request *request, uint64_t words, const uint64_t mr[4])
{
    switch (request->form) {
    case FORM_MESSAGE:
        return check_message(request, words, mr);
    case FORM_BUFFER:
        request->form = PLAIN;
        current.place = BUFFER_AREA + mr[1];
        return words >= 2 && check_buffer(request->badge, mr[1], request->count);
    default:
        return request->form == FORM_WINDOW;
    }
}

/* Checks a message and makes a request of it. */
static bool parse(struct uxrt_request *request, uint64_t info, const uint64_t mr[4])
{
    uint64_t label = message_label(info), words = message_length(info);

    *request = (struct uxrt_request){
        .badge = current.badge,
        .offset = mr[0],
        .file = label >> REQUEST_FILE_SHIFT & LAST_FILE,
        .count = (uint32_t)REPLY_COUNT(label),
        .write = (label & REQUEST_WRITE) != 0,
        .current = (label & REQUEST_CURRENT) != 0,
        .form = label >> REQUEST_FORM_SHIFT & 3,
    };
    current.form = request->form;
    return words >= 1 && words <= MESSAGE_MAX_LENGTH && !message_extra_caps(info)
           && check_form(request, words, mr);
}

/* Puts the first bytes of current.out into a message, zero-filled. */
static uint64_t put_words(uint64_t mr[4], uint64_t label, size_t bytes)
{
    unsigned words = (unsigned)words_of(bytes);

    if (bytes % 8) {
        memset((char *)current.out + bytes, 0, 8 - bytes % 8);
    }
    for (unsigned i = 0; i < words; i++) {
        if (i < 4) {
            mr[i] = current.out[i];
        } else {
            kc_set_word(i, current.out[i]);
        }
    }
    return message_info(label, 0, 0, words);
}

static uint64_t answer_error(uint64_t mr[4], int64_t error)
{
    const struct name_turn *turn = (const void *)current.out;
    size_t bytes = 0;

    if (error == -EFAULT && current.form == FORM_WINDOW) {
        return message_info(REPLY_SERVED | REPLY_TOUCH, 0, 0, 0);
    }
    if (error == -ERROR_MOUNT) {
        bytes = sizeof(*turn);
    } else if (error == -ERROR_LINK && turn->length <= LINK_TARGET_MAX) {
        bytes = sizeof(*turn) + turn->length;
    }
    return put_words(mr, reply_error((int)-error), bytes);
}

static uint64_t answer(const struct uxrt_request *request, uint64_t mr[4], int64_t result,
    bool end)
{
    uint64_t label;

    if (result < 0) {
        return answer_error(mr, result);
    }
    if (result > request->count) {
        result = request->count;
    }
    label = reply_label((uint64_t)result) | (end ? REPLY_END : 0);
    return put_words(mr, label,
        request->write || current.form != FORM_MESSAGE ? 0 : (size_t)result);
}

static void kill_now(void)
{
    struct process *process = killed.pid ? process_find(killed.pid) : NULL;

    killed.pid = 0;
    if (process && !process->zombie) {
        process_kill(process, killed.signal);
    }
}

/* Modes and owners of these files are what they are. */
static bool is_change(const struct uxrt_request *request)
{
    return request->write && !request->current && request->offset & ATTRIBUTE
           && ATTRIBUTE_OF(request->offset) == ATTR_SET;
}

uint64_t files_request(cptr reply, uint64_t badge, uint64_t info, uint64_t mr[4])
{
    struct uxrt_request request;
    int64_t result = -EINVAL;
    bool end = false;

    current.reply = reply;
    current.badge = badge;
    tree_tidy();
    if (!connection_find(badge)) {
        return answer_error(mr, -EIO);
    }
    if (parse(&request, info, mr)) {
        result = -EPERM;
        if (!is_change(&request) && !server_handle(server, &request, &result, &end)) {
            result = -EIO;
        }
    }
    info = answer(&request, mr, result, end);
    kill_now();
    return info;
}

void files_ended(uint64_t badge)
{
    server_ended(server, badge);
}

const struct identity *files_caller(void)
{
    return connection_identity(BADGE_INDEX(current.badge));
}

bool files_may_control(const struct process *process)
{
    const struct identity *caller = files_caller();
    const struct process_page *page = process->page;

    return caller->uid == 0
           || (page && caller->uid == page->uid && caller->uid == page->euid
               && caller->uid == page->suid);
}

void files_kill_later(uint32_t pid, int signal)
{
    killed.pid = pid;
    killed.signal = signal;
}

int64_t files_token(struct object *object, unsigned protection)
{
    return connection_share(current.badge, object, protection);
}

/* The functions of <uxrt/server.h> that lib/server needs. */

void *uxrt_request_registers(int service, struct uxrt_request *request)
{
    size_t most = request->write ? SHORT_WRITE_MAX : SHORT_READ_MAX;

    (void)service;
    if (request->count > most) {
        request->count = (uint32_t)most;
    }
    if (request->write && current.form != FORM_MESSAGE) {
        int64_t got = uxrt_request_get(service, request, 0, current.out, request->count);

        request->count = got > 0 ? (uint32_t)got : 0;
    }
    return current.out;
}

/* Copies by the reply window, part by part. */
static int64_t copy_window(uint64_t from, void *data, size_t count,
    enum window_direction direction)
{
    uint64_t all = 0, done = 1;

    while (all < count && done) {
        if (kc_reply_window_copy(current.reply, from + all, (uint64_t)data + all,
            count - all, direction, &done)) {
            break;
        }
        all += done;
    }
    return all || !count ? (int64_t)all : -EFAULT;
}

static size_t part_of(const struct uxrt_request *request, uint64_t from, size_t count)
{
    if (from >= request->count) {
        return 0;
    }
    return count < request->count - from ? count : (size_t)(request->count - from);
}

/* Never asked for: requests with a buffer look plain. */
void *uxrt_request_buffer(int service, struct uxrt_request *request)
{
    (void)service;
    (void)request;
    return NULL;
}

int64_t uxrt_request_get(int service, const struct uxrt_request *request, uint64_t from,
    void *data, size_t count)
{
    (void)service;
    count = part_of(request, from, count);
    switch (current.form) {
    case FORM_MESSAGE:
        memmove(data, (const char *)current.out + from, count);
        return (int64_t)count;
    case FORM_BUFFER:
        return space_read(connection_process(current.badge)->space, current.place + from,
            data, count);
    default:
        return copy_window(from, data, count, WINDOW_READ);
    }
}

int64_t uxrt_request_put(int service, const struct uxrt_request *request, uint64_t to,
    const void *data, size_t count)
{
    (void)service;
    count = part_of(request, to, count);
    switch (current.form) {
    case FORM_MESSAGE:
        memmove((char *)current.out + to, data, count);
        return (int64_t)count;
    case FORM_BUFFER:
        return space_write(connection_process(current.badge)->space, current.place + to,
            data, count);
    default:
        return copy_window(to, (void *)(uintptr_t)data, count, WINDOW_WRITE);
    }
}

const struct identity *uxrt_identity(uint64_t badge)
{
    return connection_find(badge) ? connection_identity(BADGE_INDEX(badge)) : NULL;
}

const struct identity *server_identity(uint32_t index)
{
    return index < IDENTITY_MAX ? connection_identity(index) : NULL;
}

int uxrt_wake(uint64_t badge, uint32_t bits)
{
    struct process *process = connection_process(badge);

    if (process) {
        process_wake(process, bits);
    }
    return process ? 0 : -EINVAL;
}

/* The process server has freed the connection itself. */
int uxrt_done(uint64_t badge)
{
    (void)badge;
    return 0;
}

/* Requests are answered at once, so none is parked or answered later. */
int uxrt_park(int service, const struct uxrt_request *request)
{
    (void)service;
    (void)request;
    return -ENOBUFS;
}

int uxrt_answer(int service, const struct uxrt_request *request, int64_t result, bool end)
{
    (void)service;
    (void)request;
    (void)result;
    (void)end;
    return -EINVAL;
}
