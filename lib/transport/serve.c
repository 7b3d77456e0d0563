/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiving and answering: <uxrt/server.h>. Each thread has reply objects of its own;
 * those that are free are bits in reply_free. One holds a client from the receive to the
 * answer. Requests that break the rules are answered here.
 */
#include <kcall/syscall.h>
#include <transport/data.h>
#include <transport/request.h>
#include <transport/small.h>
#include <transport/table.h>
#include <transport/trap.h>
#include <util/string.h>

/* The thread whose reply object it is. */
static uint8_t reply_owner[REPLIES_MAX];

/* What descriptor_word() says of a service's descriptor, or 0. */
static inline uint64_t service_word(int descriptor)
{
    uint64_t word = descriptor_word(descriptor);

    return LIKELY(word & DESCRIPTOR_SERVICE) ? word : 0;
}

static inline cptr service_cap(uint64_t word)
{
    return cap_at(SLOT_ENDPOINT) + (word & DESCRIPTOR_SLOT);
}

/* Number of a reply object in the process. */
static inline unsigned reply_number(cptr reply)
{
    return (unsigned)(reply - cap_at(SLOT_REPLY)) % REPLIES_MAX;
}

/* Notes `count` reply objects from `first` on as the thread's. */
static void take_replies(struct uxrt_thread *t, uint64_t first, unsigned count)
{
    t->reply_first = (uint8_t)first;
    t->reply_count = (uint8_t)count;
    t->reply_free = count == 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
    for (unsigned i = 0; i < count; i++) {
        reply_owner[(first + i) % REPLIES_MAX] = (uint8_t)t->number;
    }
}

int library_serve(struct uxrt_thread *t, const char *name, unsigned parked)
{
    unsigned wanted = t->reply_count ? 0 : parked + 1;
    uint64_t words[2] = {wanted, 1};
    struct file *file;
    int result;

    if (parked >= REPLIES_MAX) {
        return -EINVAL;
    }
    result = (int)client_proc(t, PROC_SERVE, words, 2, name, name ? strlen(name) : 0);
    if (result < 0) {
        return result;
    }
    if (wanted) {
        take_replies(t, t->shared->result[2], wanted);
    }
    words[0] = t->shared->result[0];
    file = file_create(FILE_SERVICE, (uint8_t)words[0], 0);
    if (!file) {
        client_proc(t, PROC_UNSERVE, words, 1, NULL, 0);
        return -EMFILE;
    }
    file->cookie = t->shared->result[1];
    result = descriptor_create(file, 0, true);
    if (result < 0) {
        client_proc(t, PROC_UNSERVE, words, 1, NULL, 0);
        file_forget(file);
    }
    return result;
}

int library_serve_also(struct uxrt_thread *t, int service, unsigned parked)
{
    uint64_t wanted = parked + UINT64_C(1);
    int result;

    if (!service_word(service)) {
        return -EBADF;
    }
    if (t->reply_count) {
        return 0;
    }
    if (wanted > REPLIES_MAX) {
        return -EINVAL;
    }
    result = (int)client_proc(t, PROC_REPLIES, &wanted, 1, NULL, 0);
    if (result >= 0) {
        take_replies(t, t->shared->result[0], (unsigned)wanted);
    }
    return result;
}

int library_unserve(struct uxrt_thread *t, int service)
{
    if (!service_word(service)) {
        return -EBADF;
    }
    t->service = -1;
    return descriptor_close(t, service);
}

int64_t library_serve_name(struct uxrt_thread *t, int service, const char *name)
{
    uint64_t word = service_word(service), index = word & DESCRIPTOR_SLOT;
    int64_t result;

    if (!word) {
        return -EBADF;
    }
    result = client_proc(t, PROC_SERVE_NAME, &index, 1, name, strlen(name));
    return result < 0 ? result : (int64_t)t->shared->result[0];
}

int library_unserve_name(struct uxrt_thread *t, uint32_t number)
{
    uint64_t word = number;

    return (int)client_proc(t, PROC_UNSERVE_NAME, &word, 1, NULL, 0);
}

/* Gives a reply object back to its thread. */
static void free_reply(cptr reply)
{
    unsigned number = reply_number(reply);
    struct uxrt_thread *owner = thread_numbered(reply_owner[number]);

    __atomic_fetch_or(&owner->reply_free,
        UINT64_C(1) << (number - owner->reply_first) % 64, __ATOMIC_RELEASE);
}

/* Gives the reply object back, and tells the server why it was woken. */
static int notified(struct uxrt_thread *t, struct uxrt_request *request)
{
    request->badge |= t->unusual & UNUSUAL_REASONS;
    t->unusual &= ~UNUSUAL_REASONS;
    free_reply(request->reply);
    return UXRT_NOTIFIED;
}

/* What was received: answers and receives on until it is
 * something for the server. */
static __attribute__((noinline)) int received_other(struct uxrt_thread *t,
    struct uxrt_request *request, uint64_t info, uint64_t badge)
{
    for (;;) {
        enum request_check check = request_decode(t, request, info, badge);

        if (badge == 0) {       /* nobody has it: the service has ended */
            free_reply(request->reply);
            return -EBADF;
        }
        if (check == REQUEST_GOOD) {
            return 0;
        }
        if (check == REQUEST_NOTIFICATION) {
            return notified(t, request);
        }
        info = kc_reply_recv(t->endpoint, request->reply,
            message_info(reply_error(EINVAL), 0, 0, 0), &badge, t->ipc->msg);
    }
}

int library_receive(struct uxrt_thread *t, int descriptor, struct uxrt_request *request)
{
    uint64_t word = service_word(descriptor), badge, info;

    if (!word) {
        return -EBADF;
    }
    if (t->unusual & UNUSUAL_REASONS) {
        request->badge = BADGE_NOTIFY | (t->unusual & UNUSUAL_REASONS);
        t->unusual &= ~UNUSUAL_REASONS;
        return UXRT_NOTIFIED;
    }
    uint64_t available = __atomic_load_n(&t->reply_free, __ATOMIC_ACQUIRE);

    if (available == 0) {
        return -ENOBUFS;
    }
    unsigned bit = (unsigned)__builtin_ctzll(available);

    request->reply = cap_at(SLOT_REPLY) + t->reply_first + bit;
    __atomic_fetch_and(&t->reply_free, ~(UINT64_C(1) << bit), __ATOMIC_ACQUIRE);
    t->service = t->unusual ? -1 : descriptor;
    t->endpoint = service_cap(word);
    info = kc_recv(t->endpoint, request->reply, &badge, t->ipc->msg);
    if (LIKELY(request_decode_fast(t, request, info, badge, t->ipc->msg))) {
        t->counts.served++;
        return 0;
    }
    return received_other(t, request, info, badge);
}

int library_answer(struct uxrt_thread *t, int descriptor,
    const struct uxrt_request *request, int64_t result, bool end)
{
    if (!service_word(descriptor)) {
        return -EBADF;
    }
    uint64_t info = request_answer(t, request, result, end);

    kc_send(request->reply, info, t->ipc->msg);
    free_reply(request->reply);
    return 0;
}

/* What library_answer_from does not do itself: more bytes than registers hold come to the IPC
 * buffer, and what was there comes back. */
static __attribute__((noinline)) int answer_more(struct uxrt_thread *t, int descriptor,
    const struct uxrt_request *request, const void *data, int64_t result, bool end)
{
    uint64_t saved[MESSAGE_MAX_LENGTH], *msg = t->ipc->msg;
    bool bytes = request->form == FORM_MESSAGE && !request->write && result > 0;
    size_t size = bytes ? words_of((uint64_t)result) * sizeof(*msg) : 0;
    int error = 0;

    memcpy(saved, msg, size);
    if (bytes && !copy_in(msg, data, (size_t)result)) {
        error = -EFAULT;
    } else {
        error = library_answer(t, descriptor, request, result, end);
    }
    memcpy(msg, saved, size);
    return error;
}

int library_answer_from(struct uxrt_thread *t, int descriptor,
    const struct uxrt_request *request, const void *data, int64_t result, bool end)
{
    bool bytes = request->form == FORM_MESSAGE && !request->write;
    uint64_t words[4] = {0}, info;

    if (result > request->count) {
        result = request->count;
    }
    if (result < 0 || (!request->write && (!bytes || result > SMALL_READ))) {
        return answer_more(t, descriptor, request, data, result, end);
    }
    if (!service_word(descriptor)) {
        return -EBADF;
    }
    if (bytes && !copy_in(words, data, (size_t)result)) {
        return -EFAULT;
    }
    info = message_info(reply_label((uint64_t)result) | (end ? REPLY_END : 0), 0, 0,
        bytes ? words_of((uint64_t)result) : 0);
    kc_send(request->reply, info, words);
    free_reply(request->reply);
    return 0;
}

/* Answers in the registers, then receives. The reply object stays in use and keeps its
 * owner, whichever thread this is. Nothing but a good short request is looked at here. */
static inline __attribute__((always_inline)) int exchange(struct uxrt_thread *thread,
    struct uxrt_request *answered, uint64_t answer)
{
    register struct uxrt_thread *t __asm__("r11") = thread;
    register struct uxrt_request *request __asm__("rax") = answered;
    register uint64_t info __asm__("rsi") = answer;
    register uint64_t badge __asm__("rdi") = t->endpoint;
    register uint64_t reply __asm__("rdx") = request->reply;
    uint64_t *msg = t->ipc->msg, mr3 = msg[3];
    register uint64_t mr0 __asm__("r10") = msg[0];
    register uint64_t mr1 __asm__("r8") = msg[1];
    register uint64_t mr2 __asm__("r9") = msg[2];

    TRAP_REPLY_RECV(badge, info, mr0, mr1, mr2, mr3, reply, request, t);
    const uint64_t words[4] = {mr0, mr1, mr2, mr3};

    if (LIKELY(request_decode_fast(t, request, info, badge, words))) {
        t->counts.served++;
        return 0;
    }
    return received_other(t, request, info, badge);
}

/* What small_answer_and_receive does not do itself. */
static __attribute__((noinline)) int answer_other(int descriptor,
    struct uxrt_request *request, int64_t result, bool end, struct uxrt_thread *t)
{
    uint64_t word = service_word(descriptor);

    if (!word) {
        return -EBADF;
    }
    if (t->unusual & UNUSUAL_REASONS) {
        library_answer(t, descriptor, request, result, end);
        return library_receive(t, descriptor, request);
    }
    t->service = t->unusual ? -1 : descriptor;
    t->endpoint = service_cap(word);
    return exchange(t, request, request_answer(t, request, result, end));
}

int small_answer_and_receive(int descriptor, struct uxrt_request *request, int64_t result,
    bool end, struct uxrt_thread *t)
{
    uint64_t info;

    if (!LIKELY(descriptor == t->service)) {
        return answer_other(descriptor, request, result, end, t);
    }
    info = request_answer_short(t, request, result, end);
    if (!LIKELY(info)) {
        return answer_other(descriptor, request, result, end, t);
    }
    return exchange(t, request, info);
}

int library_answer_and_receive(struct uxrt_thread *t, int descriptor,
    struct uxrt_request *request, int64_t result, bool end)
{
    return small_answer_and_receive(descriptor, request, result, end, t);
}

int library_park(struct uxrt_thread *t, int descriptor,
    const struct uxrt_request *request)
{
    (void)request;
    if (!service_word(descriptor)) {
        return -EBADF;
    }
    return __atomic_load_n(&t->reply_free, __ATOMIC_ACQUIRE) ? 0 : -ENOBUFS;
}

int library_wake(struct uxrt_thread *t, uint64_t badge, uint64_t files)
{
    uint64_t words[2] = {badge, files};

    return (int)client_proc(t, PROC_WAKE, words, 2, NULL, 0);
}

int library_done(struct uxrt_thread *t, uint64_t badge)
{
    return (int)client_proc(t, PROC_DONE, &badge, 1, NULL, 0);
}

/* The message registers are kept over the call: a server that drops files may have put an
 * answer's bytes there. */
int library_hold(struct uxrt_thread *t, uint32_t service, uint64_t token, uint64_t badge)
{
    const uint64_t words[3] = {service, token, badge};
    uint64_t saved[1 + sizeof(words) / sizeof(*words)];
    int result;

    memcpy(saved, t->ipc->msg, sizeof(saved));
    result = (int)client_proc(t, PROC_HOLD, words, 3, NULL, 0);
    memcpy(t->ipc->msg, saved, sizeof(saved));
    return result;
}

int library_held(struct uxrt_thread *t, uint64_t token)
{
    int error = (int)client_proc(t, PROC_HELD, &token, 1, NULL, 0);

    return error ? error : (int)t->shared->result[0];
}

int library_released(struct uxrt_thread *t, uint64_t *token)
{
    int error = (int)client_proc(t, PROC_RELEASED, NULL, 0, NULL, 0);

    if (error) {
        return error;
    }
    return copy_out(token, &t->shared->result[0], sizeof(*token)) ? 0 : -EFAULT;
}

int64_t library_share(struct uxrt_thread *t, int handle, uint64_t badge,
    unsigned protection)
{
    uint64_t words[3] = {(uint64_t)(unsigned)handle, badge, protection};
    int64_t result = client_proc(t, PROC_SHARE, words, 3, NULL, 0);

    return result < 0 ? result : (int64_t)t->shared->result[0];
}
