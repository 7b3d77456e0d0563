/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event: serves /srv/event, whose files are new ones for each open: `counter` and
 * `semaphore` hold a number that writes add to and reads take away; `timer` and `clock`
 * count how often their time has come. Manual: event(4).
 */
#include <program/heap.h>
#include <program/time.h>
#include <server/server.h>
#include <transport/event.h>
#include <transport/layout.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/list.h>
#include <util/mode.h>
#include <util/string.h>

enum { ROOT_NUMBER = 1, FIRST_NEW = 2, FIRST_NUMBER = 16, EVENTS_MAX = 4096,
       ALARM_LEAST = 100000 };
enum kind { COUNTER, SEMAPHORE, TIMER, CLOCK, KINDS };
static const char *const kind_names[KINDS] = {"counter", "semaphore", "timer", "clock"};

struct event {
    struct server_node node;    /* first: the library's */
    enum kind kind;
    uint64_t value;             /* the number; of a timer, how often its time has come */
    struct list link;           /* of timers */
    int64_t next, interval;     /* nanoseconds since 1970; 0: none */
};

static struct server_node root = {
    .number = ROOT_NUMBER, .mode = S_IFDIR | 0555, .links = 2, .references = 1};
static struct server_node new_nodes[KINDS];
static struct list timers = {&timers, &timers};
static uint64_t next_number = FIRST_NUMBER;
static unsigned event_count;

static struct event *event_of(const struct server_file *file)
{
    return (struct event *)file->node;
}

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server, (void)parent;
    for (unsigned i = 0; i < KINDS; i++) {
        if (strlen(kind_names[i]) == length && !memcmp(kind_names[i], name, length)) {
            *node = &new_nodes[i];
            return 0;
        }
    }
    return -ENOENT;
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    uint64_t kind = file->node->number - FIRST_NEW;
    struct event *event;

    (void)server;
    if (file->node == &root)
        return 0;
    event = kind < KINDS && event_count < EVENTS_MAX ? heap_zero(1, sizeof(*event)) : NULL;
    if (!event)
        return kind < KINDS ? -ENFILE : -EINVAL;
    event_count++;
    event->kind = (enum kind)kind;
    event->node = (struct server_node){
        .number = next_number++, .mode = S_IFCHR | 0600, .uid = caller->uid,
        .gid = caller->gid, .references = 1};
    list_init(&event->link);
    file->node->references--;
    file->node = &event->node;
    return 0;
}

static void forget(struct server *server, struct server_node *node)
{
    struct event *event = (struct event *)node;

    (void)server;
    list_remove(&event->link);
    heap_free(event);
    event_count--;
}

/* --- timers ---------------------------------------- */

static bool is_timer(const struct event *event)
{
    return event->kind == TIMER || event->kind == CLOCK;
}

/* Counts how often its time has come by now; true: it has. */
static bool update(struct event *event, int64_t now)
{
    int64_t times = 1;

    if (!event->next || now < event->next)
        return false;
    if (event->interval)
        times += (now - event->next) / event->interval;
    event->value += (uint64_t)times;
    if (!event->interval)
        event->next = 0;
    else if (__builtin_add_overflow(event->next, times * event->interval, &event->next))
        event->next = INT64_MAX;
    return true;
}

/* Asks to be woken for the first one. */
static void set_alarm(int64_t now)
{
    int64_t first = INT64_MAX;

    for (struct list *at = timers.next; at != &timers; at = at->next) {
        const struct event *event = list_entry(at, struct event, link);

        if (event->next && event->next < first)
            first = event->next;
    }
    if (first != INT64_MAX)
        uxrt_alarm(first - now > ALARM_LEAST ? first - now : ALARM_LEAST);
}

static void alarm(struct server *server)
{
    int64_t now = program_time();

    for (struct list *at = timers.next; at != &timers;) {
        struct event *event = list_entry(at, struct event, link);

        at = at->next;
        if (update(event, now))
            server_changed(server, &event->node, UXRT_READY_READ);
        if (!event->next)
            list_remove(&event->link);
    }
    set_alarm(now);
}

static int64_t set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    struct event *event = event_of(request->file);
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    int64_t now = program_time(), base = now;
    struct event_time time;

    if (attribute != ATTR_CONTROL || argument != EVENT_TIME || request->file->node == &root
        || !is_timer(event))
        return -ENOTTY;
    if (size != sizeof(time))
        return -EINVAL;
    memcpy(&time, record, sizeof(time));
    if (time.value < 0 || time.interval < 0)
        return -EINVAL;
    if (time.absolute)
        base = event->kind == CLOCK ? 0 : page->boot_time;
    event->value = 0;
    event->interval = time.interval;
    event->next = !time.value ? 0 : time.value > INT64_MAX - base ? INT64_MAX
                  : base + time.value;
    list_remove(&event->link);
    if (event->next)
        list_append(&timers, &event->link);
    set_alarm(now);
    return sizeof(time);
}

static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    struct event *event = event_of(request->file);
    int64_t now = program_time();
    struct event_time time = {0};

    if (attribute != ATTR_CONTROL || argument != EVENT_TIME || request->file->node == &root
        || !is_timer(event))
        return -ENOTTY;
    if (size < sizeof(time))
        return -EINVAL;
    update(event, now);
    time.value = event->next ? event->next - now : 0;
    time.interval = event->interval;
    memcpy(record, &time, sizeof(time));
    return sizeof(time);
}

/* --- numbers ---------------------------------------- */

static int64_t read(struct server_request *request)
{
    struct event *event = event_of(request->file);
    uint64_t value;
    int64_t done;

    if (request->file->node == &root)
        return -EISDIR;
    if (request->count < sizeof(value))
        return -EINVAL;
    if (is_timer(event))
        update(event, program_time());
    if (!event->value)
        return -EAGAIN;
    value = event->kind == SEMAPHORE ? 1 : event->value;
    done = server_put(request, 0, &value, sizeof(value));
    if (done != sizeof(value))
        return done < 0 ? done : -EFAULT;
    event->value -= value;
    server_changed(request->server, &event->node, UXRT_READY_WRITE);
    return done;
}

static int64_t write(struct server_request *request)
{
    struct event *event = event_of(request->file);
    uint64_t value;
    int64_t got;

    if (request->file->node == &root || is_timer(event) || request->count < sizeof(value))
        return -EINVAL;
    got = server_get(request, 0, &value, sizeof(value));
    if (got != sizeof(value))
        return got < 0 ? got : -EFAULT;
    if (value == UINT64_MAX)
        return -EINVAL;
    if (value > UINT64_MAX - 1 - event->value)
        return -EAGAIN;
    event->value += value;
    if (event->value)
        server_changed(request->server, &event->node, UXRT_READY_READ);
    return sizeof(value);
}

static uint32_t ready(struct server_file *file)
{
    struct event *event = event_of(file);

    if (file->node == &root)
        return UXRT_READY_READ;
    if (is_timer(event))
        update(event, program_time());
    return (event->value ? UXRT_READY_READ : 0)
           | (!is_timer(event) && event->value < UINT64_MAX - 1 ? UXRT_READY_WRITE : 0);
}

static const struct server_operations operations = {
    .lookup = lookup, .open = open, .read = read, .write = write, .ready = ready,
    .get = get, .set = set, .forget = forget, .alarm = alarm};

int main(void)
{
    program_heap();
    root.accessed = root.modified = root.changed = program_time();
    for (unsigned i = 0; i < KINDS; i++)
        new_nodes[i] = (struct server_node){.number = FIRST_NEW + i,
            .mode = S_IFCHR | 0666, .links = 1, .references = 1};
    server_run("event", &operations, &root);
    return 1;
}
