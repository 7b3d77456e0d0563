/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request as a server sees it, and its answer: decoding and checking of what came, and
 * the data in any form. Nothing here waits.
 */
#pragma once

#include <transport/thread.h>
#include <uxrt/server.h>

enum request_check { REQUEST_GOOD, REQUEST_BAD, REQUEST_NOTIFICATION };

/*
 * Fills in *request from the message info, badge and registers that were received through
 * reply object `reply`. BAD: it breaks the rules of the protocol, or its connection has
 * ended; answer EINVAL. A client's other threads may change a shared buffer, but neither
 * the message nor the tables that are looked at.
 */
enum request_check request_decode(struct uxrt_thread *t, struct uxrt_request *request,
    uint8_t reply, uint64_t info, uint64_t badge, const uint64_t mr[4]);

/* Brings a read's bytes to where its form wants them, and makes the message info of the
 * answer. The answer's words 0 to 3 are in the IPC buffer then. */
uint64_t request_answer(struct uxrt_thread *t, const struct uxrt_request *request,
    int64_t result, bool end);
