/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients that are killed at random points of their requests, again and again, while the
 * transfers of others stay right. A server of its own counts: each open file is closed
 * exactly once. Nothing is left afterwards.
 * `death_client serve` is the server. A number is that of kills, else it is 250; the thousand:
 * ./uxrt run --smp 4 -- /boot/test/transport/death_client 1000
 */
#include <native/tap.h>
#include <server/server.h>
#include <program/heap.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "counters.h"
#include "raw.h"

enum { KILLS = 250, AT_ONCE = 4, STEADY = 2, BYTES = 16 * 1024 };
#define NAME "/srv/mortal"

struct state {
    uint32_t opened, closed, twice, parked;
};

/* The server: each open file has bytes of its own, and some never answer. */

static struct state state;
static struct server_node root = {.number = 1, .mode = S_IFDIR | 0777, .links = 2};
static struct server_node nodes[] = {
    {.number = 2, .mode = S_IFREG | 0666, .links = 1, .size = BYTES},
    {.number = 3, .mode = S_IFREG | 0666, .links = 1},
    {.number = 4, .mode = S_IFREG | 0666, .links = 1},
};
static const char *const names[] = {"data", "silent", "state"};

static int serve_lookup(struct server *server, struct server_node *parent,
    const char *name, size_t length, struct server_node **node)
{
    (void)server;
    (void)parent;
    for (unsigned i = 0; i < 3; i++) {
        if (strlen(names[i]) == length && !memcmp(names[i], name, length)) {
            *node = &nodes[i];
            return 0;
        }
    }
    return -ENOENT;
}

static int serve_open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    (void)server;
    (void)caller;
    file->data = NULL;
    if (file->node == &nodes[2])
        return 0;
    file->data = heap_alloc(BYTES);
    state.opened += file->data != NULL;
    return file->data ? 0 : -ENOMEM;
}

static void serve_close(struct server *server, struct server_file *file)
{
    (void)server;
    if (file->node == &nodes[2])
        return;
    state.closed++;
    state.twice += !file->data;
    heap_free(file->data);
    file->data = NULL;
}

static void cancelled(struct server_request *request)
{
    (void)request;
    state.parked--;
}

static int64_t serve_bytes(struct server_request *r)
{
    char *bytes = r->file->data;
    uint64_t room = r->offset < BYTES ? BYTES - r->offset : 0;
    uint64_t count = r->count < room ? r->count : room;

    if (r->file->node == &nodes[1]) {
        if (!server_park(r, cancelled))
            return -EBUSY;
        state.parked++;
        return SERVER_PARKED;
    }
    if (r->file->node == &nodes[2])
        return server_put(r, 0, &state, sizeof(state));
    return r->request.write ? server_get(r, 0, bytes + r->offset, count)
                            : server_put(r, 0, bytes + r->offset, count);
}

static int serve_main(void)
{
    static const struct server_operations operations = {
        .lookup = serve_lookup, .open = serve_open, .close = serve_close,
        .read = serve_bytes, .write = serve_bytes,
    };

    program_heap();
    return server_run("mortal", &operations, &root) < 0;
}

/* The clients. */

static uint8_t data[BYTES], got[BYTES];

/* One file's life: written, read, and sometimes without an answer for ever. */
static bool use_file(uint64_t *seed, bool steady)
{
    uint64_t random = raw_random(seed);
    int file = uxrt_open(random % 6 || steady ? NAME "/data" : NAME "/silent",
        UXRT_READ | UXRT_WRITE, 0);
    size_t size = random >> 8 & 1 ? random >> 16 & 31 : random >> 16 & (BYTES - 1);
    bool good = file >= 0;
    char *buffer = random >> 60 & 1 && file >= 0 ? uxrt_buffer(file, BYTES) : NULL;

    size += !size;
    tap_fill(data, size, (uint32_t)random);
    if (buffer) {
        memcpy(buffer, data, size);
        good = uxrt_write_long(file, 0, size, 0) == (int64_t)size;
        memset(buffer, 0, size);
        good = good && uxrt_read_long(file, 0, size, 0) == (int64_t)size;
        memcpy(got, buffer, size);
    } else if (good) {
        good = uxrt_pwrite(file, data, size, 0) == (int64_t)size
               && uxrt_pread(file, got, size, 0) == (int64_t)size;
    }
    good = good && memcmp(data, got, size) == 0;
    if (random >> 59 & 1)
        file = uxrt_dup(file);
    return random >> 57 & 3 ? uxrt_close(file) == 0 && good : good;
}

/* Until it is killed; what it has forked ends soon. */
static int client_main(uint64_t seed)
{
    int status, pid = 1;

    for (;;) {
        if (pid > 0 && raw_random(&seed) % 16 == 0)
            pid = uxrt_fork();
        for (unsigned i = 0; i < 10; i++)
            (void)use_file(&seed, pid == 0);
        if (pid == 0)
            return 0;
        (void)uxrt_wait(-1, &status, 1);
    }
}

/* Until something is wrong. */
static int steady_main(uint64_t seed)
{
    while (use_file(&seed, true)) {
        for (int file = 3; file < 20; file++)
            (void)uxrt_close(file);
    }
    return 1;
}

/* The test. */

static int spawn(int (*run)(uint64_t), uint64_t seed)
{
    int pid = uxrt_fork();

    if (pid == 0)
        uxrt_exit(run(seed));
    return pid;
}

static unsigned kill_clients(unsigned kills)
{
    uint64_t seed = kills;
    int clients[AT_ONCE];
    unsigned killed = 0;

    for (unsigned i = 0; i < AT_ONCE; i++)
        clients[i] = spawn(client_main, raw_random(&seed));
    for (unsigned i = 0; i < kills; i++) {
        uint64_t random = raw_random(&seed);
        unsigned which = random % AT_ONCE;

        raw_pause(random >> 8);
        killed += tap_kill(clients[which]) == 9;
        clients[which] = spawn(client_main, random >> 32);
    }
    for (unsigned i = 0; i < AT_ONCE; i++)
        killed += tap_kill(clients[i]) == 9;
    return killed;
}

/* As the server counts, when all that was killed has been cleaned up. */
static void check_state(int file)
{
    for (unsigned i = 0; i < 100000; i++) {
        if (uxrt_pread(file, &state, sizeof(state), 0) != sizeof(state)
            || (state.opened == state.closed && !state.parked))
            break;
        uxrt_yield();
    }
    tap_ok(state.opened > 0, "%u files were opened", state.opened);
    tap_is(state.closed, state.opened, "each was closed");
    tap_is(state.twice, 0, "none twice");
    tap_is(state.parked, 0, "no request is parked");
}

static void check_kills(unsigned kills)
{
    int steady[STEADY], status;

    for (unsigned i = 0; i < STEADY; i++)
        steady[i] = spawn(steady_main, i);
    tap_is(kill_clients(kills), kills + AT_ONCE, "clients are killed");
    for (unsigned i = 0; i < STEADY; i++) {
        tap_is(uxrt_wait(steady[i], &status, 1), 0, "what others transfer is right");
        (void)tap_kill(steady[i]);
    }
}

int main(int argc, char **argv)
{
    struct counters before;
    unsigned kills = argc > 1 ? raw_number(argv[1]) : KILLS;
    int server, file;

    if (argc > 1 && !strcmp(argv[1], "serve"))
        return serve_main();
    server = tap_spawn((char *[]){argv[0], "serve", NULL});
    tap_ok(tap_await("mortal", server), "the server begins");
    file = uxrt_open(NAME "/state", UXRT_READ, 0);
    check_kills(20);               /* pools grow */
    check_state(file);
    counters_read(&before);
    check_kills(kills);
    check_state(file);
    counters_returned(&before, "clients");
    (void)uxrt_close(file);
    tap_is(tap_kill(server), 9, "the server lives to be killed");
    return tap_end();
}
