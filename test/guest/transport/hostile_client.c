/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients that break every rule: requests whose fields are random or at their limits,
 * sent by raw kernel calls while a second thread changes the shared buffer and takes the
 * memory of reply windows away. Then a good client must get right answers, and nothing
 * is lost. `hostile_client attack SERVICE SEED` is one such client, `serve NAME` a server for it.
 * A number is the first seed of other attacks than those of number 0.
 */
#include <native/tap.h>
#include <server/server.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

#include "counters.h"
#include "raw.h"

enum { REQUESTS = 250, ATTACKS = 7, SPINS = 500, NAPS = 100, NAP_NS = 2000000, BUFFER = 64 * 1024, PAGE = 4096,
       WINDOW = 16 * PAGE, DOTS = 0x2e, STACK = 16 * 1024 };

/* The attack. */

static struct {
    const char *service;
    uint64_t seed, place;
    unsigned slot;
    volatile unsigned done;
    char *buffer, *window, *fixed;      /* fixed: cannot be written */
} attack;

static char stack[STACK] __attribute__((aligned(16)));

static uint64_t random_below(uint64_t limit)
{
    return raw_random(&attack.seed) % limit;
}

static uint64_t pick(const uint64_t *list, uint64_t count)
{
    return random_below(3) ? list[random_below(count)] : raw_limit(&attack.seed);
}
#define PICK(...) pick((const uint64_t[]){__VA_ARGS__}, \
    sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* Time for the first thread, however few processors the machine has. */
static void nap(void)
{
    enum { NANOSLEEP = 35 };
    const struct { int64_t seconds, nanoseconds; } time = {0, NAP_NS};
    int64_t result = NANOSLEEP;

    __asm__ volatile("syscall" : "+a"(result) : "D"(&time), "S"(NULL)
        : "rcx", "r11", "memory");
}

/* The second thread: nothing stays as it is. The process ends when its first thread waits
 * for an answer that does not come. */
static void disturb(void *unused)
{
    unsigned seen = 0, same = 0;

    for (unsigned i = 0; same < SPINS + NAPS; i++) {
        if (attack.buffer)
            attack.buffer[i * 61 % BUFFER] = (char)i;
        if (i % 8 == 0)
            (void)uxrt_unmap(attack.window + WINDOW / 2, WINDOW / 2);
        else
            (void)uxrt_map(attack.window + WINDOW / 2, WINDOW / 2, UXRT_READ | UXRT_WRITE,
                PROC_MAP_FIXED, -1, 0);
        same = seen == attack.done ? same + 1 : 0;
        seen = attack.done;
        if (same < SPINS)
            uxrt_yield();
        else
            nap();
    }
    (void)unused;
    uxrt_exit((int)(attack.done / 2));
}

/* The words that are the window. */
static void make_window(uint64_t mr[4])
{
    const uint64_t places[] = {
        (uint64_t)attack.window, (uint64_t)attack.window + WINDOW / 2 - 8,
        (uint64_t)attack.fixed, 0x1000, LIBRARY_BASE, BUFFER_AREA,
        (uint64_t)attack.window,
        UINT64_C(0x7fffffffe000), UINT64_C(0xffffffff80000000), thread_block(0),
    };

    mr[1] = places[random_below(sizeof(places) / sizeof(*places))];
    mr[2] = PICK(WINDOW, WINDOW, 1, PAGE, 961, 0, UINT64_MAX);
    mr[3] = PICK(1, 2, 3, 0);
}

/* Calls of the process server that end the process or the machine, or disturb others by
 * right: this user may do everything. */
static bool is_forbidden(unsigned call)
{
    static const uint8_t list[] = {
        PROC_THREAD, PROC_THREAD_EXIT, PROC_FORK, PROC_EXEC, PROC_EXIT, PROC_KILL,
        PROC_TLS, PROC_PORTS, PROC_INTERRUPT, PROC_LOG, PROC_SHUTDOWN,
    };

    return memchr(list, (int)(call - ATTR_PROC), sizeof(list)) != NULL;
}

static uint64_t first_word(void)
{
    unsigned attribute = (unsigned)random_below(3) ? (unsigned)random_below(30)
                                                   : (unsigned)raw_limit(&attack.seed);
    uint64_t argument = PICK(0, 16, 17, 18, 19, 20, 21);

    if (attack.slot == SLOT_PROC && random_below(2))
        attribute = ATTR_PROC + (unsigned)random_below(PROC_CALLS + 1);
    attribute &= 0x7fff;
    if (is_forbidden(attribute))
        attribute = ATTR_STAT;
    if (attribute == ATTR_OPEN)     /* most opens do not wait */
        argument |= (random_below(4096) | (random_below(9) ? UXRT_NONBLOCK : 0)) << 20;
    else if (attribute >= ATTR_PROC)
        argument = random_below(3) ? 0 : argument;
    return random_below(3) ? attribute_address(attribute, argument)
                           : raw_limit(&attack.seed);
}

/* A mode or length, and a name. Returns how many bytes. */
static uint64_t make_name(char *data, uint64_t room)
{
    static const char *const names[] = {
        "", ".", "..", "a", "b", "a/../b", "a/b/c", "/", "//a", "new", "null", "zero",
        "random", "file", "sys/memory", "self/mounts", "srv/null", "boot/init.conf", "x/",
    };
    const char *name = names[random_below(sizeof(names) / sizeof(*names))];
    uint64_t length = strlen(name), head = random_below(5) ? 4 : 0;
    uint32_t mode = random_below(2) ? 0777 : (uint32_t)raw_limit(&attack.seed);

    memcpy(data, &mode, sizeof(mode));
    memcpy(data + head, name, length);
    if (!random_below(6)) {
        length = PICK(4000, 4087, 4088, 4089, 4096, 255, 256, 8192) % (room - head);
        memset(data + head, random_below(2) ? 'x' : '/', length);
    }
    if (!random_below(10) && length)
        data[head + random_below(length)] = (char)random_below(2);
    return head + length;
}

/* Bytes of the kind that does no harm on the console. */
static void make_bytes(char *data, uint64_t count)
{
    uint64_t word = 0;

    for (uint64_t i = 0; i < count; i++) {
        if (i % 8 == 0)
            word = random_below(3) ? raw_limit(&attack.seed) : 0;
        data[i] = !strcmp(attack.service, "console") ? DOTS : (char)(word >> i % 8 * 8);
    }
}

static uint64_t make_place(void)
{
    switch (random_below(4)) {
    case 0:
        return raw_limit(&attack.seed);
    case 1:         /* perhaps another's */
        return random_below(BUFFERS_MAX + 1) * BUFFER_STRIDE + random_below(2) * BUFFER;
    default:
        return attack.place + PICK(0, 0, 8, BUFFER - 1, BUFFER, BUFFER - PAGE);
    }
}

static void request(void)
{
    char *message = (char *)&raw_ipc()->msg[1], *data = message;
    uint64_t form = PICK(0, 0, 1, 2, 3) & 3, write = random_below(3) != 0, count, length;
    uint64_t file = PICK(0, 1, 1, 2, 8, 9, 16, 17, 18, 19, 20) & LAST_FILE;
    uint64_t mr[4] = {first_word()}, info;
    bool named = random_below(2);

    if (form == FORM_BUFFER && attack.buffer)
        data = attack.buffer;
    if (form == FORM_WINDOW)
        data = attack.window;           /* its first half stays */
    count = data == message ? SHORT_WRITE_MAX : BUFFER / 4;
    make_bytes(data, data == message ? count : 64);
    if (named)
        count = make_name(data, count);
    else
        count = PICK(0, 1, 4, 8, 24, 32, 33, 952, 953, 960, 961, 4096, 16384, BUFFER,
            REQUEST_COUNT_MAX) & REQUEST_COUNT_MAX;
    if (!random_below(10))
        count = raw_limit(&attack.seed) & REQUEST_COUNT_MAX;
    length = form == FORM_BUFFER ? 2 : form == FORM_WINDOW || !write ? 1
             : 1 + words_of(count < SHORT_WRITE_MAX ? count : SHORT_WRITE_MAX);
    if (!random_below(6))
        length = random_below(128);
    info = count | file << REQUEST_FILE_SHIFT | write << 48 | form << REQUEST_FORM_SHIFT
           | (random_below(9) ? 0 : REQUEST_CURRENT);
    if (!random_below(30))
        info = raw_random(&attack.seed);
    info = message_info(info, 0, random_below(12) ? 0 : random_below(4), length);
    memcpy(&mr[1], message, 24);
    if (form == FORM_BUFFER)
        mr[1] = make_place();
    if (form == FORM_WINDOW)
        make_window(mr);
    for (unsigned i = 0; i < 3; i++)
        raw_ipc()->caps_or_badges[i] = random_below(2000) ? cap_at(attack.slot)
                                                       : raw_limit(&attack.seed);
    raw_message(random_below(7) ? form == FORM_WINDOW ? SYSCALL_CALL_WINDOW : SYSCALL_CALL
                : random_below(2) ? SYSCALL_SEND : SYSCALL_NBSEND,
        attack.slot, info, mr);
}

static void *memory(size_t size, unsigned protection)
{
    return uxrt_map(NULL, size, protection, 0, -1, 0);
}

static int attack_main(const char *service, const char *seed)
{
    uint64_t words[2] = {0, BUFFER};
    int slot;

    attack.service = service;
    for (; *seed; seed++)
        attack.seed = attack.seed * 10 + (uint64_t)(*seed - '0');
    attack.window = memory(WINDOW, UXRT_READ | UXRT_WRITE);
    attack.fixed = memory(WINDOW, UXRT_READ);
    if (!raw_begin() || uxrt_unshare() < 0 || (slot = raw_connect(service)) < 0)
        return 255;
    attack.slot = (unsigned)slot;
    words[0] = attack.slot;
    if (!raw_proc(PROC_BUFFER, words, 2, NULL)) {
        attack.place = raw_results()[0];
        attack.buffer = (char *)BUFFER_AREA + attack.place;
    }
    if (uxrt_thread(disturb, NULL, stack + STACK) < 0)
        return 254;
    for (; attack.done < REQUESTS; attack.done++)
        request();
    return REQUESTS / 2;
}

/* The server. */

enum { BYTES = 64 * 1024 };
static char bytes[BYTES];
static struct server_node node = {.number = 1, .mode = S_IFREG | 0666, .links = 1,
                                  .size = BYTES};

static int64_t serve_read(struct server_request *r)
{
    uint64_t room = r->offset < BYTES ? BYTES - r->offset : 0;

    return server_put(r, 0, bytes + r->offset, r->count < room ? r->count : room);
}

static int64_t serve_write(struct server_request *r)
{
    uint64_t room = r->offset < BYTES ? BYTES - r->offset : 0;

    return server_get(r, 0, bytes + r->offset, r->count < room ? r->count : room);
}

static int serve_main(const char *name)
{
    static const struct server_operations operations = {
        .read = serve_read, .write = serve_write};

    return server_run(name, &operations, &node) < 0;
}

/* The test. */

static uint8_t pattern[40000], got[40000];

static bool check_file(const char *name, unsigned flags)
{
    int file = uxrt_open(name, UXRT_READ | UXRT_WRITE | flags, 0600);
    bool good = file >= 0;

    tap_fill(pattern, sizeof(pattern), 5);
    for (size_t size = 1; good && size <= sizeof(pattern); size = size * 3 + 1) {
        good = uxrt_pwrite(file, pattern, size, 0) == (int64_t)size
               && uxrt_pread(file, got, size, 0) == (int64_t)size
               && tap_check(got, size, 5, 0) < 0;
    }
    return uxrt_close(file) == 0 && good;
}

static bool check_own(void)
{
    return check_file("/srv/hostile-own", 0);
}

static bool check_ramfs(void)
{
    return check_file("/srv/hostile-ramfs/good", UXRT_CREATE)
           && uxrt_remove("/srv/hostile-ramfs/good") == 0;
}

static bool check_pipe(void)
{
    int ends[2];
    bool good = uxrt_pipe(ends, 0) == 0 && uxrt_write(ends[1], pattern, 3000) == 3000
                && uxrt_read(ends[0], got, sizeof(got)) == 3000
                && memcmp(got, pattern, 3000) == 0 && uxrt_close(ends[1]) == 0
                && uxrt_read(ends[0], got, 1) == 0;

    return uxrt_close(ends[0]) == 0 && good;
}

static bool check_null(void)
{
    int null = uxrt_open("/dev/null", UXRT_WRITE, 0);
    int zero = uxrt_open("/dev/zero", UXRT_READ, 0);
    bool good = uxrt_write(null, pattern, sizeof(pattern)) == sizeof(pattern)
                && uxrt_read(zero, got, 5000) == 5000 && got[0] == 0 && got[4999] == 0;

    return uxrt_close(null) == 0 && uxrt_close(zero) == 0 && good;
}

static bool check_console(void)
{
    int file = uxrt_open("/srv/console", UXRT_WRITE, 0);
    bool good = uxrt_write(file, "\n", 1) == 1;

    return uxrt_close(file) == 0 && good;
}

static bool check_proc(void)
{
    struct uxrt_stat stat;

    return uxrt_getpid() > 1 && uxrt_kill(1, 0) == 0
           && uxrt_stat("/boot/init", &stat) == 0 && stat.size > 1000;
}

static const struct target {
    char *service;
    bool (*check)(void);
} targets[] = {
    {"hostile-own", check_own}, {"hostile-ramfs", check_ramfs}, {"pipe", check_pipe},
    {"null", check_null}, {"console", check_console}, {"", check_proc},
};
enum { OWN_TARGETS = 2, TARGETS = sizeof(targets) / sizeof(*targets) };

/* Returns how many requests were made. */
static unsigned attack_once(char *program, const struct target *target, unsigned seed)
{
    char number[12];
    int status = -1;

    print(number, sizeof(number), "%u", seed);
    int pid = tap_spawn((char *[]){program, "attack", target->service, number, NULL});

    if (uxrt_wait(pid, &status, 0) != pid || status >> 8 > REQUESTS / 2)
        tap_say("%s, attack %u: status 0x%x", target->service, seed, status);
    return status >> 8 > REQUESTS / 2 ? 0 : (unsigned)status >> 8 << 1;
}

static unsigned first_seed;

static unsigned attack_all(char *program, const struct target *target)
{
    unsigned requests = 0;

    for (unsigned i = 0; i < ATTACKS; i++)
        requests += attack_once(program, target, first_seed + i);
    return requests;
}

static void check_target(char *program, const struct target *target)
{
    const char *name = *target->service ? target->service : "proc";
    struct counters before;
    unsigned requests;
    bool good = target->check();

    requests = attack_all(program, target);     /* servers learn, pools grow */
    counters_read(&before);
    requests += attack_all(program, target);
    good = good && target->check();
    tap_ok(requests > ATTACKS * REQUESTS / 2, "%s: %u requests", name, requests);
    tap_ok(good, "%s: a good client gets right answers", name);
    counters_returned(&before, name);
}

static void check_servers(char *program, bool attacked)
{
    int own = tap_spawn((char *[]){program, "serve", "hostile-own", NULL});
    int ramfs = tap_spawn((char *[]){"/boot/srv/ramfs", "hostile-ramfs", "8",
                                     "/boot/none", NULL});

    tap_ok(tap_await("hostile-own", own) && tap_await("hostile-ramfs", ramfs),
        "servers begin");
    for (unsigned i = 0; i < OWN_TARGETS; i++) {
        if (attacked)
            check_target(program, &targets[i]);
        else if (targets[i].check())
            (void)attack_once(program, &targets[i], 1);
    }
    tap_is(tap_kill(own), 9, "the own server lives to be killed");
    tap_is(tap_kill(ramfs), 9, "ramfs, too");
}

int main(int argc, char **argv)
{
    struct counters before;

    if (argc > 3)
        return attack_main(argv[2], argv[3]);
    if (argc > 2)
        return serve_main(argv[2]);
    first_seed = argc > 1 ? raw_number(argv[1]) : 0;
    check_servers(argv[0], false);
    counters_read(&before);
    check_servers(argv[0], true);
    counters_returned(&before, "with their servers");
    for (unsigned i = OWN_TARGETS; i < TARGETS; i++)
        check_target(argv[0], &targets[i]);
    return tap_end();
}
