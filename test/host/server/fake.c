/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <util/errno.h>
#include <util/heap.h>

struct fake fake;
static uint64_t registers[MESSAGE_MAX_LENGTH];

/* What any call of a server to others does to its message registers. */
static void scramble(void)
{
    memset(registers, 0xdd, sizeof(registers));
}

/* As an answer without bytes does, and a small call of the process server. */
static void scramble_first(void)
{
    memset(registers, 0xdd, 8 * sizeof(registers[0]));
}

void *heap_alloc(size_t size)
{
    void *block = fake.full ? NULL : malloc(size);

    scramble();
    fake.blocks += block != NULL;
    return block;
}

void *heap_zero(size_t count, size_t size)
{
    void *block = heap_alloc(count * size);

    return block ? memset(block, 0, count * size) : NULL;
}

void *heap_resize(void *block, size_t size)
{
    if (!block)
        return heap_alloc(size);
    return fake.full ? NULL : realloc(block, size);
}

void heap_free(void *block)
{
    fake.blocks -= block != NULL;
    free(block);
}

const struct identity *server_identity(uint32_t index)
{
    return index < IDENTITY_MAX ? &fake.identities[index] : NULL;
}

const struct identity *uxrt_identity(uint64_t badge)
{
    const struct identity *identity = server_identity(BADGE_INDEX(badge));

    return identity && identity->generation == BADGE_GENERATION(badge)
           && identity->state == IDENTITY_LIVE ? identity : NULL;
}

int64_t server_time(void)
{
    static int64_t now;

    return ++now;
}

bool server_held(uint64_t token)
{
    return token == fake.held;
}

int uxrt_wake(uint64_t badge, uint64_t files)
{
    scramble_first();
    fake.woken++;
    fake.woken_badge = badge;
    fake.woken_files = files;
    return 0;
}

int uxrt_done(uint64_t badge)
{
    struct identity *identity = &fake.identities[BADGE_INDEX(badge)];

    assert(identity->state == IDENTITY_ENDING);
    assert(identity->generation == BADGE_GENERATION(badge));
    identity->state = IDENTITY_FREE;
    scramble();
    fake.done++;
    return 0;
}

static struct fake_reply *reply_of(const struct uxrt_request *request)
{
    struct fake_reply *reply = &fake.replies[request->reply];

    assert(request->reply < FAKE_REPLIES && reply->taken && !reply->answered);
    return reply;
}

void *uxrt_request_registers(int service, struct uxrt_request *request)
{
    (void)service;
    reply_of(request);
    request->data = request->write ? registers + 1 : registers;
    return request->data;
}

void *uxrt_request_buffer(int service, struct uxrt_request *request)
{
    (void)service;
    assert(request->form == FORM_BUFFER);
    return request->data = reply_of(request)->memory;
}

static size_t within(const struct uxrt_request *request, uint64_t from, size_t count)
{
    if (from >= request->count)
        return 0;
    return count < request->count - from ? count : request->count - from;
}

int64_t uxrt_request_get(int service, const struct uxrt_request *request, uint64_t from,
    void *data, size_t count)
{
    struct fake_reply *reply = reply_of(request);
    const unsigned char *bytes = reply->memory;

    (void)service;
    assert(request->write);
    count = within(request, from, count);
    if (request->form == FORM_WINDOW && fake.fault && count)
        return -EFAULT;
    if (request->form == FORM_MESSAGE)
        bytes = (unsigned char *)(registers + 1);
    memcpy(data, bytes + from, count);
    return (int64_t)count;
}

int64_t uxrt_request_put(int service, const struct uxrt_request *request, uint64_t to,
    const void *data, size_t count)
{
    struct fake_reply *reply = reply_of(request);
    unsigned char *bytes = reply->memory;

    (void)service;
    assert(!request->write);
    count = within(request, to, count);
    if (request->form == FORM_WINDOW && fake.fault && count)
        return -EFAULT;
    if (request->form == FORM_MESSAGE)
        bytes = (unsigned char *)registers;
    memcpy(bytes + to, data, count);
    return (int64_t)count;
}

int uxrt_park(int service, const struct uxrt_request *request)
{
    struct fake_reply *reply = reply_of(request);
    unsigned left = 0;

    (void)service;
    for (unsigned i = 0; i < FAKE_REPLIES; i++)
        left += !fake.replies[i].taken;
    if (left == 0)
        return -ENOBUFS;
    reply->parked = true;
    return 0;
}

int uxrt_answer_from(int service, const struct uxrt_request *request, const void *data,
    int64_t result, bool end)
{
    struct fake_reply *reply = reply_of(request);
    bool turn = result == -ERROR_LINK || result == -ERROR_MOUNT;

    (void)service;
    result = result > (int64_t)reply->count ? (int64_t)reply->count : result;
    assert(result >= -4095 && result <= (int64_t)reply->count);
    assert(!turn || (!request->write && !request->form
        && request->count <= SHORT_READ_MAX));
    if (turn)
        memcpy(reply->memory, registers, SHORT_READ_MAX);
    else if (result > 0 && !reply->write && !reply->form)
        memcpy(reply->memory, data, (size_t)result);
    reply->result = result;
    reply->end = end;
    reply->answered = true;
    fake.answered++;
    return 0;
}

int uxrt_answer(int service, const struct uxrt_request *request, int64_t result, bool end)
{
    assert(result <= (int64_t)reply_of(request)->count);
    uxrt_answer_from(service, request, registers, result, end);
    scramble_first();
    return 0;
}

uint64_t fake_connect(uint32_t index, uint32_t uid, uint32_t gid)
{
    struct identity *identity = &fake.identities[index];
    uint32_t generation = identity->generation + 1;

    assert(identity->state == IDENTITY_FREE);
    fake.identities[0].used_end = IDENTITY_MAX;
    *identity = (struct identity){
        .generation = generation, .state = IDENTITY_LIVE, .service = 5, .pid = index,
        .uid = uid, .gid = gid, .umask = 022, .root_count = 1,
    };
    return badge_of(index, generation);
}

uint64_t fake_child(uint32_t index, uint64_t parent, uint64_t token)
{
    struct identity *of = &fake.identities[BADGE_INDEX(parent)];
    uint64_t badge = fake_connect(index, of->uid, of->gid);

    fake.identities[index].parent = parent;
    fake.identities[index].fork_token = token;
    return badge;
}

void fake_end(uint64_t badge)
{
    fake.identities[BADGE_INDEX(badge)].state = IDENTITY_ENDING;
    fake.identities[0].cancel++;
    server_notified(fake.server, BADGE_SERVICE);
    assert(fake.identities[BADGE_INDEX(badge)].state == IDENTITY_FREE);
}

void fake_cancel(uint64_t badge)
{
    fake.identities[BADGE_INDEX(badge)].cancel++;
    server_notified(fake.server, BADGE_SERVICE);
}

static unsigned free_reply(void)
{
    unsigned i = 0;

    while (i < FAKE_REPLIES && fake.replies[i].taken)
        i++;
    assert(i < FAKE_REPLIES);
    return i;
}

static unsigned form_for(size_t count, bool write)
{
    size_t most = write ? SHORT_WRITE_MAX : SHORT_READ_MAX;

    return fake.form == FORM_MESSAGE && count > most ? FORM_BUFFER : fake.form;
}

int64_t fake_take(unsigned number)
{
    struct fake_reply *reply = &fake.replies[number];
    int64_t result = reply->result;

    assert(reply->taken && reply->answered);
    memcpy(fake.memory, reply->memory, reply->room);
    fake.end = reply->end;
    free(reply->memory);
    *reply = (struct fake_reply){ 0 };
    return result;
}

bool fake_waits(unsigned reply)
{
    return fake.replies[reply].taken && !fake.replies[reply].answered;
}

/* The message of a short request. */
static void put_message(struct uxrt_request *request, const void *data)
{
    size_t bytes = request->write ? request->count : data ? strlen(data) + 1 : 0;

    request->words = 1 + words_of(bytes);
    request->data = request->write ? registers + 1 : registers;
    if (bytes) {
        registers[words_of(bytes)] = 0;
        memcpy(registers + 1, data, bytes);
    }
}

int64_t fake_call(uint64_t badge, uint32_t file, bool write, uint64_t offset,
    bool current, const void *data, size_t count)
{
    unsigned number = free_reply();
    struct fake_reply *reply = &fake.replies[number];
    struct uxrt_request request = {
        .badge = badge, .offset = offset, .file = file, .count = (uint32_t)count,
        .write = write, .current = current, .form = (uint8_t)form_for(count, write),
        .reply = (uint8_t)number,
    };
    int64_t result = 0;
    bool end = false;

    assert(count <= FAKE_ROOM);
    *reply = (struct fake_reply){ .taken = true, .write = write, .form = request.form,
        .badge = badge, .count = (uint32_t)count,
        .room = count < SHORT_READ_MAX ? SHORT_READ_MAX : count };
    reply->memory = calloc(1, reply->room);
    if (write && count)
        memcpy(reply->memory, data, count);
    memset(registers, 0xee, sizeof(registers));
    if (request.form == FORM_MESSAGE) {
        put_message(&request, data);
    } else if (request.form == FORM_BUFFER) {
        request.data = reply->memory;
    }
    fake.received++;
    fake.reply = number;
    if (server_handle(fake.server, &request, &result, &end))
        uxrt_answer(0, &request, result, end);
    else
        assert(reply->parked);
    return reply->answered ? fake_take(number) : FAKE_PARKED;
}

int64_t fake_read(uint64_t badge, uint32_t file, size_t count, int64_t offset)
{
    return fake_call(badge, file, false, (uint64_t)offset, offset == UXRT_CURRENT, NULL,
        count);
}

int64_t fake_write(uint64_t badge, uint32_t file, const char *text, int64_t offset)
{
    return fake_call(badge, file, true, (uint64_t)offset, offset == UXRT_CURRENT, text,
        strlen(text));
}

int64_t fake_get(uint64_t badge, uint32_t file, unsigned attribute, uint64_t argument,
    size_t count)
{
    return fake_call(badge, file, false, attribute_address(attribute, argument), false,
        NULL, count);
}

int64_t fake_set(uint64_t badge, uint32_t file, unsigned attribute, uint64_t argument,
    const void *data, size_t count)
{
    return fake_call(badge, file, true, attribute_address(attribute, argument), false,
        data, count);
}

int64_t fake_names(uint64_t badge, uint32_t base, unsigned attribute, uint64_t argument,
    const uint32_t *head, const char *first, const char *second)
{
    char record[3 * 4096];
    size_t at = 0, length = strlen(first), more = second ? strlen(second) : 0;

    assert(length + more + 4 <= sizeof(record));
    if (head)
        memcpy(record, head, at = 4);
    memcpy(record + at, first, length);
    if (second)
        memcpy(record + at + length, second, more);
    return fake_set(badge, base, attribute, argument, record, at + length + more);
}

int64_t fake_stat(uint64_t badge, uint32_t base, const char *name, uint32_t flags)
{
    return fake_call(badge, base, false,
        attribute_address(ATTR_STAT, (uint64_t)flags << REQUEST_FILE_BITS), false, name,
        sizeof(struct uxrt_stat));
}

int64_t fake_open(uint64_t badge, uint32_t base, const char *name, uint32_t id,
    uint32_t flags, uint32_t mode)
{
    return fake_names(badge, base, ATTR_OPEN, id | (uint64_t)flags << REQUEST_FILE_BITS,
        &mode, name, NULL);
}

int64_t fake_close(uint64_t badge, uint32_t id)
{
    return fake_set(badge, id, ATTR_CLOSE, 0, NULL, 0);
}
