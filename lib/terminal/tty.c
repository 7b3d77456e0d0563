/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads, writes and readiness of a terminal's file; sessions. */
#include <terminal/tty.h>

#include <program/time.h>
#include <transport/layout.h>
#include <util/errno.h>
#include <util/string.h>

/* A message's bytes are taken in one piece: calls in between change the registers. */
enum { CHUNK = 1024, SIGHUP = 1, SIGTTIN = 21, SIGTTOU = 22, SIGWINCH = 28 };
#define TENTH INT64_C(100000000)

static struct tty *timed;       /* those with a deadline */

static uint32_t queue_room(const struct tty *tty)
{
    return TTY_QUEUE - (tty->queued - tty->sent);
}

/* What there is no room for is lost; only echo can be too much. */
static void enqueue(void *context, const char *bytes, size_t count)
{
    struct tty *tty = context;

    for (size_t i = 0; i < count && queue_room(tty) > 0; i++)
        tty->queue[tty->queued++ % TTY_QUEUE] = bytes[i];
}

int tty_ask(const struct tty *tty, unsigned what, uint64_t badge, uint64_t argument,
    struct uxrt_terminal *terminal)
{
    *terminal = (struct uxrt_terminal){
        .device = tty->node.device, .badge = badge, .argument = argument,
        .name = tty->name,
    };
    return uxrt_terminal(what, terminal);
}

static void signal_front(void *context, int number)
{
    struct uxrt_terminal terminal;

    tty_ask(context, UXRT_TERMINAL_SIGNAL, 0, (uint64_t)number, &terminal);
}

/* Input has gone, too. */
static void drop_output(void *context)
{
    struct tty *tty = context;

    tty->sent = tty->queued;
    tty->flushed = TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE;
}

static const struct terminal_hooks hooks = {
    .echo = enqueue, .signal = signal_front, .flush = drop_output};

void tty_init(struct tty *tty, const char *name, void (*output)(struct tty *))
{
    terminal_init(&tty->terminal, &hooks, tty);
    tty->name = name;
    tty->output = output;
    tty->foreground = 0;
    tty->sent = tty->queued;
}

/* --- time ---------------------------------------- */

static void take_time(struct tty *tty)
{
    struct tty **at = &timed;

    while (*at && *at != tty)
        at = &(*at)->next_timed;
    if (*at)
        *at = tty->next_timed;
    tty->deadline = 0;
}

/* Wakes the server at the earliest deadline. */
static void set_alarm(void)
{
    int64_t first = 0, now = program_time();

    for (const struct tty *tty = timed; tty; tty = tty->next_timed) {
        if (!first || tty->deadline < first)
            first = tty->deadline;
    }
    if (first)
        uxrt_alarm(first > now ? first - now : 1);
}

/* The first reader waits VTIME: from its beginning, or with VMIN from the last byte on. */
static void set_time(struct tty *tty)
{
    const struct terminal *t = &tty->terminal;
    const uint8_t *characters = t->settings.characters;
    bool waits = tty->readers && !(t->settings.local & ICANON) && characters[VTIME]
                 && (!characters[VMIN] || terminal_pending(t));

    if (waits && tty->deadline && !characters[VMIN])
        return;
    if (tty->deadline)
        take_time(tty);
    if (waits) {
        tty->deadline = program_time() + characters[VTIME] * TENTH;
        tty->next_timed = timed;
        timed = tty;
        set_alarm();
    }
}

/* --- reading ---------------------------------------- */

/* Gives input to a request; if its bytes cannot be put, they stay. */
static int64_t give(struct tty *tty, struct server_request *request)
{
    static char line[TERMINAL_INPUT];
    struct terminal *t = &tty->terminal;
    size_t count = request->count < sizeof(line) ? request->count : sizeof(line);
    uint32_t head = t->head;
    size_t taken = terminal_read(t, line, count);
    int64_t put = taken ? server_put(request, 0, line, taken) : 0;

    if (put != (int64_t)taken)
        t->head = head;
    request->end = taken == 0;
    if (taken && tty->taken)
        tty->taken(tty);
    return put == (int64_t)taken || put < 0 ? put : -EFAULT;
}

static void finish_first(struct tty *tty)
{
    struct server_request *request = tty->readers;

    tty->readers = request->next;
    server_finish(request, give(tty, request));
}

void tty_serve(struct tty *tty)
{
    while (tty->readers && terminal_readable(&tty->terminal, tty->readers->count)) {
        take_time(tty);
        finish_first(tty);
    }
    set_time(tty);
    if (tty->server && terminal_ready(&tty->terminal))
        server_changed(tty->server, &tty->node, UXRT_READY_READ);
}

void tty_alarm(struct server *server)
{
    int64_t now = program_time();
    struct tty *tty = timed, *next;

    (void)server;
    for (; tty; tty = next) {
        next = tty->next_timed;
        if (tty->deadline > now)
            continue;
        take_time(tty);
        if (tty->readers)
            finish_first(tty);
        set_time(tty);
    }
    set_alarm();
}

static void cancelled(struct server_request *request)
{
    struct tty *tty = tty_of(request->file);
    struct server_request **at = &tty->readers;

    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    take_time(tty);
    set_time(tty);
}

static int64_t park(struct tty *tty, struct server_request *request)
{
    struct server_request *kept, **at = &tty->readers;

    if (request->file->flags & UXRT_NONBLOCK)
        return -EAGAIN;
    kept = server_park(request, cancelled);
    if (!kept)
        return -ERROR_WAIT;
    while (*at)
        at = &(*at)->next;
    kept->next = NULL;
    *at = kept;
    set_time(tty);
    return SERVER_PARKED;
}

int64_t tty_check(struct tty *tty, const struct server_request *request, int signal)
{
    const struct identity *who = uxrt_identity(request->request.badge);
    struct uxrt_terminal terminal;

    if (who && who->pgid == tty->foreground)
        return 0;
    return tty_ask(tty, UXRT_TERMINAL_CHECK, request->request.badge, (uint64_t)signal,
        &terminal);
}

int64_t tty_read(struct server_request *request)
{
    struct tty *tty = tty_of(request->file);
    int64_t error;

    if (request->count == 0 || tty_is_hung_up(request->file)) {
        request->end = true;
        return 0;
    }
    error = tty_check(tty, request, SIGTTIN);
    if (error)
        return error;
    if (tty->readers || !terminal_readable(&tty->terminal, request->count))
        return park(tty, request);
    return give(tty, request);
}

void tty_input(struct tty *tty, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        terminal_input(&tty->terminal, bytes[i]);
}

/* --- writing ---------------------------------------- */

size_t tty_output_take(struct tty *tty, char *bytes, size_t count)
{
    size_t done = 0;

    while (done < count && tty_has_output(tty))
        bytes[done++] = tty->queue[tty->sent++ % TTY_QUEUE];
    return done;
}

/* Half a queue at once, so that writers are not woken for every byte. */
static bool has_room(const struct tty *tty)
{
    return queue_room(tty) >= TTY_QUEUE / 2;
}

void tty_room(struct tty *tty)
{
    if (tty->server && has_room(tty))
        server_changed(tty->server, &tty->node, UXRT_READY_WRITE);
}

/* Takes one chunk of a write; returns how much was taken. */
static int64_t write_chunk(struct tty *tty, struct server_request *request, uint64_t from)
{
    char bytes[CHUNK], device[CHUNK];
    uint64_t left = request->count - from;
    int64_t got = server_get(request, from, bytes, left < CHUNK ? left : CHUNK);
    int64_t error = got > 0 && from == 0 && tty->terminal.settings.local & TOSTOP
                    ? tty_check(tty, request, SIGTTOU) : 0;
    int64_t taken = 0;
    size_t used = 1;

    if (got <= 0 || error)
        return error ? error : got;
    while (taken < got && used) {
        size_t room = queue_room(tty) < CHUNK ? queue_room(tty) : CHUNK;

        room = terminal_output(&tty->terminal, bytes + taken, (size_t)(got - taken),
            device, room, &used);
        enqueue(tty, device, room);
        taken += (int64_t)used;
    }
    return taken;
}

int64_t tty_write(struct server_request *request)
{
    struct tty *tty = tty_of(request->file);
    uint64_t done = 0;
    int64_t part = 1;

    if (tty_is_hung_up(request->file))
        return -EIO;
    while (done < request->count && part > 0) {
        part = write_chunk(tty, request, done);
        done += part > 0 ? (uint64_t)part : 0;
        if (queue_room(tty) < CHUNK)
            tty->output(tty);
        if (request->request.form == 0 && part > 0)
            break;      /* all that a message has, or all that there was room for */
    }
    tty->output(tty);
    if (done > 0 || part < 0 || request->count == 0)
        return done > 0 ? (int64_t)done : part < 0 ? part : 0;
    return request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
}

uint32_t tty_ready(struct server_file *file)
{
    const struct tty *tty = tty_of(file);

    if (tty_is_hung_up(file))
        return UXRT_READY_READ | UXRT_READY_WRITE | UXRT_READY_ERROR | UXRT_READY_HANGUP;
    return (terminal_ready(&tty->terminal) ? UXRT_READY_READ : 0)
           | (has_room(tty) ? UXRT_READY_WRITE : 0);
}

/* --- sessions ---------------------------------------- */

bool tty_is_hung_up(const struct server_file *file)
{
    return (uintptr_t)file->data != tty_of(file)->generation;
}

void tty_open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    struct tty *tty = tty_of(file);
    const struct identity *who = uxrt_identity(caller->badge);
    struct uxrt_terminal terminal;

    tty->server = server;
    file->data = (void *)tty->generation;
    if (!(file->flags & UXRT_NO_TERMINAL) && who && who->sid == who->pid
        && tty_ask(tty, UXRT_TERMINAL_ATTACH, caller->badge, 0, &terminal) == 0)
        tty->foreground = terminal.foreground;
}

void tty_hang_up(struct tty *tty)
{
    struct uxrt_terminal terminal;

    tty->generation++;
    tty->foreground = 0;
    terminal_flush(&tty->terminal);
    while (tty->readers)
        finish_first(tty);
    take_time(tty);
    tty_ask(tty, UXRT_TERMINAL_SIGNAL, 0, SIGHUP, &terminal);
    if (tty->server)
        server_changed(tty->server, &tty->node, UXRT_READY_READ | UXRT_READY_WRITE
            | UXRT_READY_HANGUP);
}

void tty_set_size(struct tty *tty, const struct terminal_size *size)
{
    if (memcmp(&tty->terminal.size, size, sizeof(*size)) == 0)
        return;
    tty->terminal.size = *size;
    signal_front(tty, SIGWINCH);
}
