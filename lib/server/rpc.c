/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request and its answer, as a write and a read with the same tag: the answer waits
 * with the connection until it has been read to its end.
 */
#include <server/internal.h>
#include <util/heap.h>
#include <util/string.h>

struct answer {
    struct list link;
    uint64_t id, tag;
    size_t size, taken;
    char data[];
};

enum { HALF = RECORD_MAX / 2 };     /* of the record: request, then answer */

static struct answer *answer_find(struct connection *connection, uint64_t id,
    uint64_t tag)
{
    struct list *head = &connection->answers;

    for (struct list *at = head->next; at != head; at = at->next) {
        struct answer *answer = list_entry(at, struct answer, link);

        if (answer->id == id && answer->tag == tag)
            return answer;
    }
    return NULL;
}

static struct answer *first_answer(struct connection *connection)
{
    return list_entry(connection->answers.next, struct answer, link);
}

static void answer_free(struct connection *connection, struct answer *answer)
{
    list_remove(&answer->link);
    connection->answer_count--;
    heap_free(answer);
}

void fs_answers_end(struct connection *connection)
{
    while (!list_empty(&connection->answers))
        answer_free(connection, first_answer(connection));
}

void fs_answers_drop(struct connection *connection, uint64_t id)
{
    struct list *at = connection->answers.next;

    while (at != &connection->answers) {
        struct answer *answer = list_entry(at, struct answer, link);

        at = at->next;
        if (answer->id == id)
            answer_free(connection, answer);
    }
}

static int keep(struct connection *connection, uint64_t id, uint64_t tag,
    const char *data, size_t size)
{
    struct answer *answer = answer_find(connection, id, tag);

    if (answer)
        answer_free(connection, answer);
    if (connection->answer_count >= ANSWERS_MAX)
        answer_free(connection, first_answer(connection));
    answer = heap_alloc(sizeof(*answer) + size);
    if (!answer)
        return -ENOMEM;
    *answer = (struct answer){ .id = id, .tag = tag, .size = size };
    memcpy(answer->data, data, size);
    list_append(&connection->answers, &answer->link);
    connection->answer_count++;
    return 0;
}

int64_t fs_rpc_write(struct attribute_call *call)
{
    struct server_request *request = call->request;
    char *data = call->data + HALF;
    int64_t size;
    int error;

    if (request->file->flags & UXRT_PATH)
        return -EBADF;
    if (fs_is_queue(request->file->node))
        return -ENOTTY;
    size = call->server->operations.rpc(request, call->data, call->size, data, HALF);
    if (size == -EAGAIN && !(request->file->flags & UXRT_NONBLOCK))
        return fs_wait_arm(call->server, call->connection, request->file->node,
            UXRT_READY_READ | UXRT_READY_WRITE, request->request.file);
    if (size < 0)
        return size;
    error = keep(call->connection, request->request.file, call->argument, data,
        size < HALF ? (size_t)size : HALF);
    return error ? error : (int64_t)call->size;
}

static void read_then(struct attribute_call *call, bool done)
{
    struct answer *answer = call->object;

    if (!done)
        return;
    answer->taken += call->token;
    if (answer->taken == answer->size)
        answer_free(call->connection, answer);
}

int64_t fs_rpc_read(struct attribute_call *call)
{
    struct answer *answer = answer_find(call->connection, call->request->request.file,
        call->argument);
    size_t left;

    if (!answer)
        return -ENODATA;
    left = answer->size - answer->taken;
    if (left > call->size)
        left = call->size;
    memcpy(call->data, answer->data + answer->taken, left);
    call->request->end = answer->taken + left == answer->size;
    call->then = read_then;
    call->object = answer;
    call->token = left;
    return (int64_t)left;
}
