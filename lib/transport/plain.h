/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serving by plain reads and writes on the service's descriptor: <uxrt/server.h>, struct
 * uxrt_message. The places of readv and writev are taken as one row of bytes, of which
 * the first holds the whole of the structure.
 */
#pragma once

#include <transport/descriptor.h>

/* An open has failed with ENXIO: if it was an exclusive creation in /srv, for reading and
 * writing, the name becomes a service: its descriptor, or a negative error. */
struct walk;
int publish(struct uxrt_thread *t, const struct walk *walk, unsigned flags);

int64_t plain_receive(struct uxrt_thread *t, const struct file *service,
    const struct uxrt_iovec *v, int count);
int64_t plain_answer(struct uxrt_thread *t, const struct file *service,
    const struct uxrt_iovec *v, int count);
