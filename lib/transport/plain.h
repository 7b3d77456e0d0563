/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serving by plain read() and write() on the service's descriptor: <uxrt/server.h>, struct
 * uxrt_message.
 */
#pragma once

#include <transport/descriptor.h>

int64_t plain_receive(struct uxrt_thread *t, const struct file *service, void *data,
    size_t count);
int64_t plain_answer(struct uxrt_thread *t, const struct file *service, const void *data,
    size_t count);
