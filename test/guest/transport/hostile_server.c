/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that break every rule: each way in which an answer can be wrong, for each kind
 * of call, and servers that die in each of them or never answer. A client's call ends with
 * a defined error and writes nothing where it must not, or the client can be killed.
 * `hostile_server serve MODE` is such a server, `client` a client of it.
 */
#include <native/tap.h>
#include <uxrt/server.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

#include "counters.h"
#include "raw.h"

#define PLACE "/srv/evil/"
enum mode {
    MODE_MORE, MODE_MOST, MODE_NO_ERROR, MODE_ERROR_RANGE, MODE_ERROR_LAST, MODE_TOUCH,
    MODE_KERNEL, MODE_LINK_LOOP, MODE_LINK, MODE_MOUNT_LOOP, MODE_MOUNT, MODE_RANDOM,
    MODE_NO_WORDS, MODE_TWICE, MODE_NOTHING, MODE_JUNK, MODE_MIXED, MODES,
    MODE_DIE = 30, MODE_SILENT,
};

/* The server. */

static struct {
    int service;
    uint64_t seed;
    uint32_t number;            /* the service's */
} server;

static void send_on(uint64_t reply, uint64_t info, const uint64_t *words)
{
    struct raw raw = {
        .rdi = reply, .rsi = info, .rdx = (uint64_t)(int64_t)SYSCALL_SEND,
        .r10 = words[0], .r8 = words[1], .r9 = words[2], .r15 = words[3],
    };

    memcpy(&raw_ipc()->msg[4], words + 4, (MESSAGE_MAX_LENGTH - 4) * sizeof(*words));
    raw_trap(&raw);
}

/* An operation's name is after the mode; as if all of it were a link, or a mount. */
static unsigned make_turn(const struct uxrt_request *r, uint64_t *words, bool right)
{
    struct name_turn *turn = (struct name_turn *)words;
    const char *target = raw_random(&server.seed) & 1 ? PLACE "a/b" : "c";

    turn->used = right ? (uint32_t)r->count - 4 : (uint32_t)raw_limit(&server.seed);
    turn->length = right ? (uint32_t)strlen(target) : (uint32_t)raw_limit(&server.seed);
    if (right)
        memcpy(turn->target, target, strlen(target));
    return MESSAGE_MAX_LENGTH;
}

static void answer_wrong(enum mode mode, const struct uxrt_request *r)
{
    uint64_t words[MESSAGE_MAX_LENGTH], label = reply_label(r->count);
    unsigned length = MESSAGE_MAX_LENGTH;

    for (unsigned i = 0; i < MESSAGE_MAX_LENGTH; i++)
        words[i] = raw_limit(&server.seed);
    if (mode == MODE_MIXED)
        mode = (enum mode)(raw_random(&server.seed) % MODE_MIXED);
    switch (mode) {
    case MODE_MORE:
        label = reply_label(r->count + 1);
        break;
    case MODE_MOST:
        label = reply_label(REQUEST_COUNT_MAX);
        break;
    case MODE_NO_ERROR:
        label = reply_error(0);
        break;
    case MODE_ERROR_RANGE:
        label = reply_error(4096 + (int)(raw_random(&server.seed) % 100000));
        break;
    case MODE_ERROR_LAST:
        label = reply_error(4000 + (int)(raw_random(&server.seed) & 1) * 95);
        break;
    case MODE_TOUCH:
        label = REPLY_SERVED | REPLY_TOUCH;
        break;
    case MODE_KERNEL:
        label = raw_random(&server.seed) % 20;
        break;
    case MODE_LINK:
    case MODE_LINK_LOOP:
        label = reply_error(ERROR_LINK);
        length = make_turn(r, words, mode == MODE_LINK_LOOP);
        break;
    case MODE_MOUNT:
    case MODE_MOUNT_LOOP:
        label = reply_error(ERROR_MOUNT);
        words[0] = mode == MODE_MOUNT_LOOP ? 1 : (uint32_t)words[1];
        words[0] |= (uint64_t)server.number << 32;
        break;
    case MODE_RANDOM:
        label = raw_random(&server.seed) >> 12;
        label = label & REPLY_ERROR && (label & 0xfffffff) == ERROR_WAIT ? 0 : label;
        length = (unsigned)(raw_random(&server.seed) & 127);
        break;
    case MODE_NO_WORDS:
        length = 0;
        break;
    case MODE_NOTHING:
        send_on(cap_at(SLOT_REPLY + 3), 0, words);
        send_on(cap_at(SLOT_REPLY + 2), message_info(label, 7, 0, length), words);
        break;
    default:
        break;
    }
    send_on(r->reply, message_info(label, raw_random(&server.seed) & 7, 0, length),
        words);
    if (mode == MODE_TWICE)
        send_on(r->reply, message_info(label ^ 1, 0, 0, length), words);
}

/* Opens of "good" and closes are done as they should be. */
static bool is_good(const struct uxrt_request *r, enum mode mode)
{
    unsigned attribute = r->offset & ATTRIBUTE ? ATTRIBUTE_OF(r->offset) : 0;
    char name[8] = {0};

    if (attribute == ATTR_CLOSE && mode >= MODES)
        return true;
    return attribute == ATTR_OPEN && r->count == 8
           && uxrt_request_get(server.service, r, 4, name, 4) == 4
           && !memcmp(name, "good", 4);
}

static int serve_main(enum mode mode)
{
    struct uxrt_request request;
    int got;

    server.seed = mode * 7919 + (uint64_t)uxrt_getpid();    /* others in each run */
    server.service = uxrt_serve("evil", 6);
    if (!raw_begin() || server.service < 0)
        return 1;
    raw_proc(PROC_LOOKUP, NULL, 0, "evil");
    server.number = (uint32_t)raw_results()[0];
    for (;;) {
        got = uxrt_receive(server.service, &request);
        if (got == -ENOBUFS)
            uxrt_yield();       /* every reply object is taken, for ever */
        if (got)
            continue;           /* it never says that a connection is cleaned up */
        bool good = is_good(&request, mode);

        if (!good && mode == MODE_DIE)
            uxrt_exit(5);
        if (!good && mode == MODE_SILENT)
            continue;
        if (!good)
            answer_wrong(mode, &request);
        (void)uxrt_answer(server.service, &request, good ? request.count : 0, false);
    }
}

/* The client: each kind of call, on a file that was opened well, and on names. */

enum { SIZE = 100000, GUARD = 64 };
static uint8_t memory[GUARD + SIZE + GUARD], *const data = memory + GUARD;
static int file;

#define NAME PLACE "x/y"
static int64_t read_of(size_t size)
{
    memset(memory, 0xa5, sizeof(memory));
    int64_t got = uxrt_read(file, data, size);

    for (size_t i = 0; i < GUARD; i++) {
        if (data[-1 - (int)i] != 0xa5 || data[size + i] != 0xa5)
            return INT64_MAX;
    }
    return got > (int64_t)size ? INT64_MAX : got;
}
static int64_t do_read1(void) { return read_of(1); }
static int64_t do_read32(void) { return read_of(32); }
static int64_t do_read100(void) { return read_of(100); }
static int64_t do_read960(void) { return read_of(960); }
static int64_t do_read_window(void) { return read_of(SIZE); }
static int64_t do_write1(void) { return uxrt_write(file, data, 1); }
static int64_t do_write24(void) { return uxrt_write(file, data, 24); }
static int64_t do_write952(void) { return uxrt_write(file, data, 952); }
static int64_t do_write_window(void) { return uxrt_write(file, data, SIZE); }
static int64_t do_read_short(void) { return uxrt_read_short(file, 20, 0); }
static int64_t do_write_short(void) { return uxrt_write_short(file, 900, 7); }
static int64_t do_read_long(void)
{
    return uxrt_buffer(file, 0) ? uxrt_read_long(file, 0, 9000, 0) : -ENOBUFS;
}
static int64_t do_write_long(void)
{
    return uxrt_buffer(file, 0) ? uxrt_write_long(file, 100, 9000, 0) : -ENOBUFS;
}
static int64_t do_readv(void)
{
    struct uxrt_iovec v[3] = {{data, 10}, {data + 50, 5000}, {data + 6000, 70}};
    int64_t got = uxrt_readv(file, v, 3);

    return got < 0 ? got : uxrt_writev(file, v, 3);
}
static int64_t do_open(void)
{
    int got = uxrt_open(NAME, UXRT_READ | UXRT_CREATE, 0644);

    return got < 0 ? got : (uxrt_close(got), 0);
}
static int64_t do_open_parent(void)
{
    int got = uxrt_open(NAME "/../../z/.", UXRT_READ, 0);

    return got < 0 ? got : (uxrt_close(got), 0);
}
static int64_t do_stat(void)
{
    struct uxrt_stat stat;
    int got = uxrt_stat(NAME, &stat);

    return got < 0 ? got : uxrt_lstat(NAME, &stat);
}
static int64_t do_fstat(void)
{
    struct uxrt_stat stat;

    return uxrt_fstat(file, &stat);
}
static int64_t do_change(void)
{
    return uxrt_change(file, &(struct uxrt_change){.what = UXRT_SET_SIZE, .size = 3});
}
static int64_t do_seek(void)
{
    int64_t got = uxrt_seek(file, 3, 2);

    return got < 0 ? got : 0;       /* any place can be */
}
static int64_t do_readdir(void)
{
    uint64_t cookie = 0;
    int64_t got = 0;

    for (unsigned i = 0; i < 20 && got >= 0; i++)
        got = uxrt_readdir(file, data, 4096, cookie += 77);
    return got;
}
static int64_t do_mkdir(void) { return uxrt_mkdir(NAME, 0755); }
static int64_t do_rmdir(void) { return uxrt_rmdir(NAME); }
static int64_t do_remove(void) { return uxrt_remove(NAME); }
static int64_t do_rename(void) { return uxrt_rename(NAME, PLACE "z"); }
static int64_t do_link(void) { return uxrt_link(NAME, PLACE "z"); }
static int64_t do_symlink(void) { return uxrt_symlink("target", NAME); }
static int64_t do_readlink(void)
{
    int64_t got = uxrt_readlink(NAME, (char *)data, 100);

    return got > 100 ? INT64_MAX : got;
}
static int64_t do_chdir(void)
{
    int64_t got = uxrt_chdir(NAME);

    return uxrt_chdir("/") < 0 ? INT64_MAX : got;
}
static int64_t do_openat(void)
{
    int got = uxrt_openat(file, "w", UXRT_READ, 0);

    return got < 0 ? got : (uxrt_close(got), 0);
}
static int64_t do_get(void) { return uxrt_get(file, ATTR_STATFS, 1, data, 500); }
static int64_t do_set(void) { return uxrt_set(file, ATTR_CONTROL, 1, data, 50); }
static int64_t do_rpc(void) { return uxrt_rpc(file, data, 50, data, 2000); }
static int64_t do_poll(void)
{
    struct uxrt_poll poll = {file, UXRT_READY_READ, 0};

    return uxrt_poll(&poll, 1, 0);
}
static int64_t do_map(void)
{
    int64_t got = (int64_t)uxrt_map(NULL, 8192, UXRT_READ, 0, file, 0);

    return got < 0 && got > -4096 ? got : uxrt_unmap((void *)got, 8192);
}
static int64_t do_dup(void)
{
    int got = uxrt_dup(file);

    return got < 0 ? got : uxrt_close(got);
}
static int64_t do_spawn(void)
{
    int status, pid = tap_spawn((char *[]){PLACE "good", NULL});

    return pid < 0 ? pid : uxrt_wait(pid, &status, 0) < 0 ? INT64_MAX : 0;
}
static int64_t do_fork(void)
{
    int status, pid = uxrt_fork();

    if (pid == 0)
        uxrt_exit(0);
    return pid < 0 ? pid : uxrt_wait(pid, &status, 0) < 0 ? INT64_MAX : 0;
}
static int64_t do_union(void)
{
    int64_t got = uxrt_bind("/srv/evil", "/tmp", UXRT_MOUNT_BEFORE), done = 0;
    int directory = got < 0 ? -1 : uxrt_open("/tmp", UXRT_READ | UXRT_DIRECTORY, 0);

    if (directory >= 0) {
        done = uxrt_readdir(directory, data + SIZE - 4096, 4096, 0);
        (void)uxrt_close(directory);
    }
    if (got >= 0 && uxrt_unmount("/tmp") < 0)
        return INT64_MAX;
    return done < 0 ? done : got < 0 ? got : 0;
}

#define CALL(name) {#name, do_##name}
static const struct call {
    const char *name;
    int64_t (*run)(void);
} calls[] = {
    CALL(read1), CALL(read32), CALL(read100), CALL(read960), CALL(read_window),
    CALL(write1), CALL(write24), CALL(write952), CALL(write_window), CALL(read_short),
    CALL(write_short), CALL(read_long), CALL(write_long), CALL(readv), CALL(open),
    CALL(open_parent), CALL(stat), CALL(fstat), CALL(change), CALL(seek), CALL(readdir),
    CALL(mkdir), CALL(rmdir), CALL(remove), CALL(rename), CALL(link), CALL(symlink),
    CALL(readlink), CALL(chdir), CALL(openat), CALL(get), CALL(set), CALL(rpc),
    CALL(poll), CALL(map), CALL(dup), CALL(spawn), CALL(fork), CALL(union),
};
enum { CALLS = sizeof(calls) / sizeof(*calls), LAST_ERROR = 255 };

static bool is_defined(int64_t result)
{
    return result >= -LAST_ERROR && result <= SIZE;
}

static int client_main(enum mode mode)
{
    int bad = 0;

    file = uxrt_open(PLACE "good", UXRT_READ | UXRT_WRITE, 0);
    if (uxrt_unshare() < 0 || file < 0)
        return 100;
    for (unsigned i = 0; i < 2 * CALLS; i++) {
        int64_t got = calls[i % CALLS].run();

        if (!is_defined(got))
            tap_say("mode %u, %s: %ld", mode, calls[i % CALLS].name, (long)got);
        bad += !is_defined(got);
    }
    return bad;
}

/* The test. */

static int start(enum mode mode)
{
    char number[12];

    print(number, sizeof(number), "%u", mode);
    int pid = tap_spawn((char *[]){"/boot/test/transport/hostile_server", "serve", number,
                                   NULL});

    return tap_await("evil", pid) ? pid : -1;
}

static int spawn_client(enum mode mode)
{
    char number[12];

    print(number, sizeof(number), "%u", mode);
    return tap_spawn((char *[]){"/boot/test/transport/hostile_server", "client", number,
                                NULL});
}

static void check_mode(enum mode mode)
{
    int server_pid = start(mode), status = -1;
    int client = spawn_client(mode);

    tap_is(uxrt_wait(client, &status, 0), client, "mode %u: the client's calls end",
        mode);
    tap_is(status, 0, "mode %u: with defined errors", mode);
    tap_is(tap_kill(server_pid), 9, "mode %u: the server is killed", mode);
}

/* The server dies in this kind of call, if it gets a request at all. */
static bool check_death(const struct call *call)
{
    int pid = start(MODE_DIE), status = -1;
    int64_t got, later;

    file = uxrt_open(PLACE "good", UXRT_READ | UXRT_WRITE, 0);
    got = call->run();
    later = uxrt_read(file, data, 1);
    if (uxrt_wait(pid, &status, 0) != pid || file < 0 || later != -EIO
        || !is_defined(got))
        tap_say("%s: file %d, %ld, then %ld, status 0x%x", call->name, file, (long)got,
            (long)later, status);
    (void)uxrt_close(file);
    return file >= 0 && later == -EIO && is_defined(got) && status == 5 << 8;
}

static void check_deaths(void)
{
    unsigned good = 0;

    for (unsigned i = 0; i < CALLS; i++)
        good += check_death(&calls[i]);
    tap_is(good, CALLS, "servers die in calls, which end");
}

/* Clients in calls that are never answered, more than the server has reply objects. */
static void check_silent(void)
{
    enum { CLIENTS = 9 };
    int server_pid = start(MODE_SILENT), clients[CLIENTS], good = 0, null;

    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = spawn_client(MODE_SILENT);
    for (unsigned i = 0; i < 500; i++)
        uxrt_yield();
    for (unsigned i = 0; i < CLIENTS; i++)
        good += i % 2 == 0 && tap_kill(clients[i]) == 9;
    tap_is(good, (CLIENTS + 1) / 2, "clients without an answer are killed");
    null = uxrt_open("/dev/null", UXRT_WRITE, 0);
    tap_is(uxrt_write(null, data, 500), 500, "others go on");
    (void)uxrt_close(null);
    (void)uxrt_kill(server_pid, 9);
    (void)uxrt_wait(server_pid, &(int){0}, 0);
    good = 0;
    for (unsigned i = 1; i < CLIENTS; i += 2) {
        int status = -1;

        good += uxrt_wait(clients[i], &status, 0) == clients[i] && (status & 0x7f) == 0;
    }
    tap_is(good, CLIENTS / 2, "the rest get an error when the server is killed");
}

int main(int argc, char **argv)
{
    struct counters before;
    int mode = 0;

    for (const char *at = argc > 2 ? argv[2] : ""; *at; at++)
        mode = mode * 10 + (*at - '0');
    if (argc > 2)
        return argv[1][0] == 's' ? serve_main((enum mode)mode)
            : client_main((enum mode)mode);
    if (uxrt_unshare() < 0)
        return 1;
    check_silent();             /* pools grow */
    check_deaths();
    counters_read(&before);
    for (unsigned i = 0; i < MODES; i++)
        check_mode((enum mode)i);
    check_deaths();
    check_silent();
    counters_returned(&before, "hostile servers");
    return tap_end();
}
