/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client makes of a reply: the label is checked before anything else is believed.
 */
#pragma once

#include <transport/protocol.h>
#include <util/errno.h>

/* Those of programs are less. */
enum { ERROR_NUMBERS = 256 };

/* Is it an error number that a reply to such a request can have? Names, with which the
 * library has to go on elsewhere, are written or go along with a read; what a link stands
 * for is read, too. */
static inline bool reply_may_fail(uint64_t request, uint64_t number)
{
    return number - 1 < ERROR_NUMBERS - 1 || number == ERROR_WAIT || number == ERROR_FILE
           || number == ERROR_TIMED
           || ((number == ERROR_LINK || number == ERROR_MOUNT)
               && request & (REQUEST_WRITE | REQUEST_NAMED));
}

/* The label of this reply to a request with that label; an error if the reply breaks the
 * rules: no server spoke, an error that is none, more bytes done than asked for, or fewer
 * sent than it says. */
static inline uint64_t reply_checked(uint64_t request, uint64_t info)
{
    uint64_t reply = message_label(info), count = REPLY_COUNT(reply);

    if (!(reply & REPLY_SERVED)) {
        return reply_error(EIO);
    }
    if (reply & REPLY_ERROR) {
        return reply_may_fail(request, count) ? reply : reply_error(EIO);
    }
    if (count > REPLY_COUNT(request)) {
        return reply_error(EIO);
    }
    if (!(request & (REQUEST_WRITE | UINT64_C(3) << REQUEST_FORM_SHIFT))
        && words_of(count) > message_length(info)) {
        return reply_error(EIO);
    }
    return reply;
}

/* The count of a checked reply, or a negative error number. */
static inline int64_t reply_result(uint64_t reply)
{
    int64_t count = (int64_t)REPLY_COUNT(reply);

    return reply & REPLY_ERROR ? -count : count;
}
