/* SPDX-License-Identifier: BSD-2-Clause */
/* plain_native NAME: the server of plain_server.h as a native program. */
#include "plain_server.h"

#include <uxrt/server.h>

static int64_t read_places(int file, const struct plain_place *v, int count)
{
    return uxrt_readv(file, (const struct uxrt_iovec *)v, count);
}

static int64_t write_places(int file, const struct plain_place *v, int count)
{
    return uxrt_writev(file, (const struct uxrt_iovec *)v, count);
}

int main(int argc, char **argv)
{
    static const struct plain_calls calls = {
        uxrt_read, uxrt_write, read_places, write_places};
    int service = argc > 1 ? uxrt_serve(argv[1], 3) : -1;

    if (service >= 0)
        plain_server(service, &calls);
    return 1;
}
