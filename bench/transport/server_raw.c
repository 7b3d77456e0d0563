/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that a server can be, to measure the transport alone: /srv/raw, where every
 * name is one and the same endless file. It answers in the form of the request, and looks
 * at no byte of it.
 */
#include <transport/protocol.h>
#include <uxrt/server.h>
#include <util/errno.h>
#include <util/string.h>

static char memory[1 << 20] __attribute__((aligned(4096)));

/* Opening, closing and its other operations succeed, and there is nothing to them; of what
 * can be read, there is only the status. */
static int64_t attribute(const struct uxrt_request *r)
{
    static const struct uxrt_stat stat = {.node = 1, .mode = 0100666, .links = 1};

    if (r->write) {
        return r->count;
    }
    if (ATTRIBUTE_OF(r->offset) != ATTR_STAT || r->form != FORM_MESSAGE
        || r->count < sizeof(stat)) {
        return -ENOTTY;
    }
    memcpy(r->data, &stat, sizeof(stat));
    return sizeof(stat);
}

static int64_t data(int service, struct uxrt_request *r)
{
    if (r->form == FORM_MESSAGE && !r->write) {
        *(uint64_t *)r->data = 1;
    } else if (r->form == FORM_WINDOW) {
        size_t count = r->count < sizeof(memory) ? r->count : sizeof(memory);

        return r->write ? uxrt_request_get(service, r, 0, memory, count)
                        : uxrt_request_put(service, r, 0, memory, count);
    }
    return r->count;
}

int main(void)
{
    int service = uxrt_serve("raw", 0);
    struct uxrt_request r;
    int status = service < 0 ? service : uxrt_receive(service, &r);

    while (status >= 0) {
        if (status == UXRT_NOTIFIED) {
            status = uxrt_receive(service, &r);
            continue;
        }
        int64_t result = r.offset & ATTRIBUTE && !r.current ? attribute(&r)
                                                            : data(service, &r);
        status = uxrt_answer_and_receive(service, &r, result, false);
    }
    return 1;
}
