/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that only reads and writes its service's descriptor (server(7) below): the
 * files "data" and "state" of peer.h. It is built as a native program, and as a Linux
 * program with the host's C library, which differ in what is here.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PLAIN_NATIVE "/boot/test/plain_native"
#define PLAIN_UNIX   "/boot/test/plain_unix"

/* One of the places of readv and writev: as both kinds of programs have it. */
struct plain_place {
    void *base;
    size_t length;
};

/* Returns are counts, or negative for errors. */
struct plain_calls {
    int64_t (*read)(int file, void *data, size_t count);
    int64_t (*write)(int file, const void *data, size_t count);
    int64_t (*readv)(int file, const struct plain_place *v, int count);
    int64_t (*writev)(int file, const struct plain_place *v, int count);
};

/* Serves until a call fails. */
void plain_server(int service, const struct plain_calls *calls);
