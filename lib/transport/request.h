/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request as a server sees it, and its answer: decoding and checking of what came, and
 * where the data of an answer are. Nothing here waits. Short requests, which are most, have
 * a path of their own that does the same in fewer instructions.
 */
#pragma once

#include <stddef.h>

#include <transport/layout.h>
#include <transport/thread.h>
#include <uxrt/server.h>

enum request_check { REQUEST_GOOD, REQUEST_BAD, REQUEST_NOTIFICATION };

/*
 * Fills in *request, all but `reply`, from the message info and badge that were received;
 * the words are in the IPC buffer. BAD: it breaks the rules of the protocol, or its connection has ended; answer
 * EINVAL. A client's other threads may change a shared buffer, but neither the message nor
 * the tables that are looked at.
 */
enum request_check request_decode(struct uxrt_thread *t, struct uxrt_request *request,
    uint64_t info, uint64_t badge);

/* Brings a read's bytes to where its form wants them, and makes the message info of the
 * answer. The answer's words 0 to 3 are in the IPC buffer then. */
uint64_t request_answer(struct uxrt_thread *t, const struct uxrt_request *request,
    int64_t result, bool end);

/* Is it the badge of a connection that is alive? The process server makes the generation a
 * new one only after the connection's capability has gone. */
static inline bool request_is_live(uint64_t badge)
{
    const struct identity *identity = (const struct identity *)IDENTITY_TABLE
                                      + BADGE_INDEX(badge);

    return __atomic_load_n(&identity->generation, __ATOMIC_RELAXED)
           == BADGE_GENERATION(badge);
}

/* The fields of a request that are together as in the message info, as one word of it. */
enum { INFO_LABEL = 12, INFO_FLAGS = 48 + INFO_LABEL };
#define INFO_FORM (UINT64_C(3) << (REQUEST_FORM_SHIFT + INFO_LABEL))
#define INFO_FORM_AND_LENGTH (INFO_FORM | ((UINT64_C(1) << INFO_LABEL) - 1))
#define REQUEST_FIELDS (offsetof(struct uxrt_request, place) - sizeof(uint64_t))

static inline void request_set_fields(struct uxrt_request *request, uint64_t info)
{
    __builtin_memcpy((char *)request + REQUEST_FIELDS, &info, sizeof(info));
}

static inline uint64_t request_fields(const struct uxrt_request *request)
{
    uint64_t info;

    __builtin_memcpy(&info, (const char *)request + REQUEST_FIELDS, sizeof(info));
    return info;
}

/* request_decode for good requests of form MESSAGE; false, with *request in any state, for
 * all others. */
static inline bool request_decode_short(struct uxrt_thread *t, struct uxrt_request *request,
    uint64_t info, uint64_t badge, const uint64_t mr[4])
{
    uint64_t *msg = t->ipc->msg, form_and_length = info & INFO_FORM_AND_LENGTH;
    uint32_t count = info >> INFO_LABEL & REQUEST_COUNT_MAX;

    if ((int64_t)badge < 0 || !request_is_live(badge)) {
        return false;
    }
    request->badge = badge;
    request->offset = mr[0];
    request_set_fields(request, info);
    if (info & REQUEST_WRITE << INFO_LABEL) {
        request->data = &msg[1];
        msg[1] = mr[1];
        msg[2] = mr[2];
        msg[3] = mr[3];
        return form_and_length == (count + UINT64_C(15)) / 8;
    }
    request->data = msg;
    return form_and_length == 1 && count <= SHORT_READ_MAX;
}

/*
 * request_answer for a result that fits the request, if nothing is to be brought anywhere:
 * of a write, or of a short read from the registers; else 0. What the registers hold after
 * the bytes of a read may have been another client's, so it is taken away.
 */
static inline uint64_t request_answer_short(struct uxrt_thread *t,
    const struct uxrt_request *request, int64_t result, bool end)
{
    uint64_t fields = request_fields(request), count = (uint64_t)result;
    uint64_t info = count << INFO_LABEL | (uint64_t)end << INFO_FLAGS
                    | REPLY_SERVED << INFO_LABEL;

    if (t->unusual || count > (fields >> INFO_LABEL & REQUEST_COUNT_MAX)) {
        return 0;
    }
    if (fields & REQUEST_WRITE << INFO_LABEL) {
        return info;
    }
    if (fields & INFO_FORM) {
        return 0;
    }
    if (count & 7) {
        t->ipc->msg[count / 8] &= ~(~UINT64_C(0) << (count & 7) * 8);
    }
    return info | (count + 7) / 8;
}
