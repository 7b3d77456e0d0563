/* SPDX-License-Identifier: BSD-2-Clause */
/* From messages to requests and back: what comes is believed only after these checks. */
#include <files/message.h>

#include <util/errno.h>
#include <util/string.h>

enum { PLAIN = 2 };

static struct message current;

struct message *message_now(void)
{
    return &current;
}

/* Words of a message, from number `from` on. */
static void take_words(const uint64_t mr[4], unsigned from, unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        current.words[i] = from + i < 4 ? mr[from + i] : kc_word(from + i);
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
    request->data = current.words;
    if (!request->write) {
        take_words(mr, 0, (unsigned)words);
        return request->count <= SHORT_READ_MAX
               && (words == 1 || (!request->current && request->offset & ATTRIBUTE
                                  && !(current.words[words - 1] >> 56)));
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

bool message_take(struct uxrt_request *request, cptr reply, uint64_t badge,
    uint64_t info, const uint64_t mr[4])
{
    uint64_t label = message_label(info), words = message_length(info);

    *request = (struct uxrt_request){
        .badge = badge,
        .offset = mr[0],
        .words = words & 0x7f,
        .file = label >> REQUEST_FILE_SHIFT & LAST_FILE,
        .count = (uint32_t)REPLY_COUNT(label),
        .write = (label & REQUEST_WRITE) != 0,
        .current = (label & REQUEST_CURRENT) != 0,
        .form = label >> REQUEST_FORM_SHIFT & 3,
    };
    current.reply = reply;
    current.badge = badge;
    current.form = request->form;
    return words >= 1 && words <= MESSAGE_MAX_LENGTH && !message_extra_caps(info)
           && check_form(request, words, mr);
}

/* Puts the first bytes of current.words into a message, zero-filled. */
static uint64_t put_words(uint64_t mr[4], uint64_t label, size_t bytes)
{
    unsigned words = (unsigned)words_of(bytes);

    if (bytes % 8) {
        memset((char *)current.words + bytes, 0, 8 - bytes % 8);
    }
    for (unsigned i = 0; i < words; i++) {
        if (i < 4) {
            mr[i] = current.words[i];
        } else {
            kc_set_word(i, current.words[i]);
        }
    }
    return message_info(label, 0, 0, words);
}

uint64_t message_error(uint64_t mr[4], int64_t error)
{
    const struct name_turn *turn = (const void *)current.words;
    size_t bytes = 0;

    if (error == -EFAULT && current.form == FORM_WINDOW) {
        return message_info(REPLY_SERVED | REPLY_TOUCH, 0, 0, 0);
    }
    if (error == -ERROR_MOUNT) {
        bytes = sizeof(*turn);
    } else if ((error == -ERROR_LINK || error == -ERROR_FILE)
               && turn->length <= LINK_TARGET_MAX) {
        bytes = sizeof(*turn) + turn->length;
    }
    return put_words(mr, reply_error((int)-error), bytes);
}

uint64_t message_answer(const struct uxrt_request *request, uint64_t mr[4],
    int64_t result, bool end)
{
    uint64_t label;

    if (result < 0) {
        return message_error(mr, result);
    }
    if (result > request->count) {
        result = request->count;
    }
    label = reply_label((uint64_t)result) | (end ? REPLY_END : 0);
    return put_words(mr, label,
        request->write || current.form != FORM_MESSAGE ? 0 : (size_t)result);
}
