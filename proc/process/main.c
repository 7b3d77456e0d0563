/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop of the process server: each message is a fault or a request, and is done at
 * once and answered, if its sender still exists, with the receipt of the next one.
 */
#include <process/main.h>

#include <stddef.h>

#include <boot/boot.h>
#include <boot/log.h>
#include <files/files.h>
#include <memory/reclaim.h>
#include <process/call.h>
#include <process/connection.h>
#include <process/image.h>
#include <process/thread.h>
#include <transport/start.h>
#include <util/errno.h>
#include <util/string.h>

enum { CALL_WORDS = MESSAGE_MAX_LENGTH - 1 };

static cptr endpoint, reply;

cptr main_endpoint(void)
{
    return endpoint;
}

/* Puts the words of a message from number 1 on, which may change meanwhile elsewhere,
 * into memory; returns how many bytes the request gives. */
static size_t copy_message(uint64_t info, const uint64_t mr[4], uint64_t data[CALL_WORDS])
{
    uint64_t count = message_label(info) & REQUEST_COUNT_MAX;
    uint64_t length = message_length(info);

    for (unsigned i = 1; i < length; i++) {
        data[i - 1] = i < MESSAGE_FAST_REGISTERS ? mr[i] : kc_word(i);
    }
    return length > 0 && count <= (length - 1) * sizeof(uint64_t) ? count : SIZE_MAX;
}

/* A call of the process server; 0: no answer. */
static uint64_t handle_call(struct process *process, uint64_t info, const uint64_t mr[4])
{
    uint64_t data[CALL_WORDS];
    size_t bytes = copy_message(info, mr, data);
    uint64_t form = message_label(info) >> REQUEST_FORM_SHIFT & 3;
    int result = -EINVAL;

    if (bytes != SIZE_MAX && form == FORM_MESSAGE) {
        result = call_handle(process, ATTRIBUTE_OF(mr[0]) - ATTR_PROC,
            mr[0] & ATTRIBUTE_ARGUMENT, data, bytes);
    }
    if (result == CALL_NO_ANSWER) {
        return 0;
    }
    return message_info(result < 0 ? reply_error(-result) : reply_label(0), 0, 0, 0);
}

static uint64_t handle_request(uint64_t badge, uint64_t info, uint64_t mr[4])
{
    struct process *process = connection_process(badge);

    if (!process) {
        return 0;
    }
    return files_is_call(info, mr[0]) ? handle_call(process, info, mr)
        : files_request(reply, badge, info, mr);
}

/* An answer to a fault is the info word 0, too, so the two are told apart. */
static bool handle(uint64_t badge, uint64_t *info, uint64_t mr[4])
{
    if (badge & BADGE_NOTIFY) {
        timer_interrupt();
        return false;
    }
    if (badge & BADGE_FAULT) {
        struct thread *thread = thread_find((uint32_t)badge);
        uint64_t label = message_label(*info);

        *info = message_info(0, 0, 0, 0);
        return thread && process_fault(thread, label, mr);
    }
    *info = handle_request(badge, *info, mr);
    return *info != 0;
}

/* The next message. While there is none, memory of what has ended is taken apart. */
static uint64_t receive(uint64_t *badge, uint64_t mr[4])
{
    uint64_t info;

    while (memory_reclaim()) {
        info = kc_nbrecv(endpoint, reply, badge, mr);
        if (*badge != 0) {
            return info;
        }
    }
    return kc_recv(endpoint, reply, badge, mr);
}

static void serve(void)
{
    uint64_t mr[MESSAGE_FAST_REGISTERS] = {0}, badge;
    uint64_t info = kc_recv(endpoint, reply, &badge, mr);

    for (;;) {
        bool answer = handle(badge, &info, mr);

        process_free_discarded();

        if (answer && !memory_reclaiming()) {
            info = kc_reply_recv(endpoint, reply, info, &badge, mr);
            continue;
        }
        if (answer) {
            kc_send(reply, info, mr);
        }
        info = receive(&badge, mr);
    }
}

static void start_init(void)
{
    static char blob[PAGE_SIZE];
    char name[] = "/boot/init";
    char *const arguments[] = {name, NULL};
    const struct start_content content = {
        .name = name, .directory = "/", .path = "", .argv = arguments,
    };
    struct process *first;

    if (!start_build(&content, blob, sizeof(blob))
        || !(first = process_start_first(blob, sizeof(blob)))) {
        panic("cannot start the first process", 0);
    }
}

int proc_main(void)
{
    uint64_t flags;

    endpoint = pool_take(POOL_ENDPOINT);
    reply = pool_take(POOL_REPLY);
    if (!endpoint || !reply || !connection_init(endpoint)) {
        panic("no memory at boot", 0);
    }
    if (!image_init()) {
        panic("boot/library.elf is missing", 0);
    }
    if (kc_tcb_set_flags(ROOT_SLOT_TCB, 0, TCB_FLAG_LEND, &flags) != ERROR_NONE) {
        panic("the kernel does not lend", 0);
    }
    if (!timer_init()) {
        panic("there is no interval timer", 0);
    }
    files_init();
    start_init();
    serve();
    return 0;
}
