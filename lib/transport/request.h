/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request as a server sees it, and its answer: decoding and checking of what came, and
 * where the data of an answer are. Nothing here waits. Short requests, which are most,
 * have a path of their own that does the same in fewer instructions.
 */
#pragma once

#include <stddef.h>

#include <transport/layout.h>
#include <transport/thread.h>
#include <uxrt/server.h>

enum request_check { REQUEST_GOOD, REQUEST_BAD, REQUEST_NOTIFICATION };

/*
 * Fills in *request, all but `reply`, from the message info and badge that were received;
 * the words are in the IPC buffer. BAD: it breaks the rules of the protocol, or its
 * connection has ended; answer EINVAL. A client's other threads may change a shared
 * buffer, but neither the message nor the tables that are looked at.
 */
enum request_check request_decode(struct uxrt_thread *t, struct uxrt_request *request,
    uint64_t info, uint64_t badge);

/* Brings a read's bytes to where its form wants them, and makes the message info of the
 * answer. The answer's words 0 to 3 are in the IPC buffer then. */
uint64_t request_answer(struct uxrt_thread *t, const struct uxrt_request *request,
    int64_t result, bool end);

/* Is it the badge of a connection that is alive? The process server makes the generation
 * a new one only after the connection's capability has gone. */
static inline bool request_is_live(const struct uxrt_thread *t, uint64_t badge)
{
    return t->identities[BADGE_INDEX(badge)].generation == BADGE_GENERATION(badge);
}

/* The fields of a request that are together as in the message info, as one word of it. */
enum { INFO_LABEL = 12, INFO_FLAGS = 48 + INFO_LABEL };
_Static_assert(FORM_WINDOW == 2, "another bit");
#define INFO_FORM (UINT64_C(3) << (REQUEST_FORM_SHIFT + INFO_LABEL))
#define INFO_FORM_AND_LENGTH (INFO_FORM | ((UINT64_C(1) << INFO_LABEL) - 1))
#define REQUEST_FIELDS (offsetof(struct uxrt_request, place) - sizeof(uint64_t))

static inline void request_set_fields(struct uxrt_request *request, uint64_t info)
{
    __builtin_memcpy((char *)request + REQUEST_FIELDS, &info, sizeof(info));
}

/* The first words of a message come to where its bytes are looked for. */
static inline void request_keep_words(struct uxrt_thread *t, const uint64_t words[4])
{
    uint64_t *msg = t->ipc->msg;

    msg[0] = words[0];
    msg[1] = words[1];
    msg[2] = words[2];
    msg[3] = words[3];
}

/* A short write is good if its bytes are as many as its words. */
static inline bool request_write_fits(uint64_t info)
{
    uint64_t count = info >> INFO_LABEL & REQUEST_COUNT_MAX;

    return (info & INFO_FORM_AND_LENGTH) == (count + 15) / 8 && count <= SHORT_WRITE_MAX;
}

/*
 * request_decode for good requests of form WINDOW, and of form MESSAGE that write, or read
 * less than 512 bytes; false, with *request in any state, for all others. `words` are the
 * first of the message. They are put into the IPC buffer if somebody will look there: not
 * those of a read or a window. Few values are alive here, lest registers be saved.
 */
static inline __attribute__((always_inline)) bool request_decode_fast(
    struct uxrt_thread *t, struct uxrt_request *request, uint64_t info, uint64_t badge,
    const uint64_t words[4])
{
    const uint64_t form = UINT64_C(1) << (REQUEST_FORM_SHIFT + INFO_LABEL);
    const uint64_t not_read = INFO_FORM_AND_LENGTH | REQUEST_WRITE << INFO_LABEL
                              | (REQUEST_COUNT_MAX & ~UINT64_C(511)) << INFO_LABEL;
    uint64_t generation = t->identities[BADGE_INDEX(badge)].generation;
    bool good;

    request->badge = badge;
    request->offset = words[0];
    request_set_fields(request, info);
    if (__builtin_expect((generation << BADGE_INDEX_BITS ^ badge)
                         >= UINT64_C(1) << BADGE_INDEX_BITS, 0)) {
        good = false;           /* or a notification: that bit is in no generation */
    } else if (__builtin_expect((info & not_read) == 1, 1)) {
        request->data = t->ipc->msg;
        return true;
    } else if (info & form * FORM_WINDOW) {
        request->data = NULL;
        good = !(info & form) && (info & ((1 << INFO_LABEL) - 1)) == 1;
    } else {
        request_keep_words(t, words);
        request->data = &t->ipc->msg[1];
        return info & REQUEST_WRITE << INFO_LABEL && request_write_fits(info);
    }
    if (!good) {
        request_keep_words(t, words);
    }
    return good;
}

/* The first bytes of a word. */
static const uint64_t kept_bytes[8] = {
    0, 0xff, 0xffff, 0xffffff, UINT64_C(0xffffffff), UINT64_C(0xffffffffff),
    UINT64_C(0xffffffffffff), UINT64_C(0xffffffffffffff),
};

/*
 * request_answer, while nothing is unusual (so a read's bytes are where its form wants
 * them), for a result that fits the request; else 0. What the registers hold after the
 * bytes of a short read may have been another client's, so it is taken away.
 */
static inline uint64_t request_answer_short(struct uxrt_thread *t,
    const struct uxrt_request *request, int64_t result, bool end)
{
    uint64_t count = (uint64_t)result;
    uint64_t info = count << INFO_LABEL | (uint64_t)end << INFO_FLAGS
                    | REPLY_SERVED << INFO_LABEL;

    if (count > request->count) {
        return 0;
    }
    if (request->write || __builtin_expect(request->form != FORM_MESSAGE, 0)) {
        return info;
    }
    if (count & 7) {
        t->ipc->msg[count / 8] &= kept_bytes[count & 7];
    }
    return info | (count + 7) / 8;
}
