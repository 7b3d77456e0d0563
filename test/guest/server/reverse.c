/* SPDX-License-Identifier: BSD-2-Clause */
/* A server for tests: serves /srv/reverse, whose answer to a request is its bytes backwards. */
#include <server/server.h>
#include <util/errno.h>
#include <util/mode.h>

static struct server_node node = {
    .number = 1, .mode = S_IFCHR | 0666, .links = 1,
};

static int64_t reverse(struct server_request *request, const void *data, size_t count,
    void *answer, size_t size)
{
    const char *from = data;
    char *to = answer;

    (void)request;
    if (count > size)
        return -EMSGSIZE;
    for (size_t i = 0; i < count; i++)
        to[i] = from[count - 1 - i];
    return (int64_t)count;
}

static const struct server_operations operations = { .rpc = reverse };

int main(void)
{
    return server_run("reverse", &operations, &node) < 0;
}
