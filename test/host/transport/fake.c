/* SPDX-License-Identifier: BSD-2-Clause */
/* Stand-ins for servers: see fake.h. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <transport/plain.h>
#include <transport/poll.h>
#include <util/errno.h>

struct fake_service fake_services[FAKE_SERVICES];
struct fake_request fake;
int fake_error;
struct name_turn *fake_turn;

/* Memory at an address of layout.h. */
static void *memory_at(uint64_t address, size_t size)
{
    void *at = mmap((void *)address, size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (at != (void *)address) {
        abort();
    }
    return at;
}

static struct mount_table *mounts(void)
{
    static struct mount_table *table;

    if (!table) {
        struct process_page *page = memory_at(PROCESS_PAGE, sizeof(*page));

        page->limits[LIMIT_FILES].soft = LIMIT_NONE;
        table = memory_at(MOUNT_TABLE, sizeof(*table));
    }
    return table;
}

struct uxrt_thread *fake_thread(void)
{
    static struct ipc_buffer ipc;
    static struct thread_page page;
    static struct uxrt_thread thread = {.ipc = &ipc, .shared = &page};

    return &thread;
}

void fake_changed(void)
{
    mounts()->sequence += 2;
}

void fake_reset(void)
{
    uint32_t sequence = mounts()->sequence;

    memset(mounts(), 0, sizeof(struct mount_table));
    mounts()->sequence = sequence;
    fake_changed();
    memset(&fake, 0, sizeof(fake));
    fake_error = 0;
    current_set("", 0);
}

/* As the process server does: longest prefix first. */
void fake_mount(const char *prefix, uint32_t service, uint16_t root, uint16_t flags)
{
    struct mount_table *table = mounts();
    size_t length = strlen(prefix);
    uint32_t place = table->count++;

    while (place > 0 && table->entries[place - 1].length < length) {
        table->entries[place] = table->entries[place - 1];
        place--;
    }
    table->entries[place] = (struct mount_entry){
        .service = service, .root = root, .flags = flags, .length = (uint8_t)length,
    };
    memcpy(table->entries[place].prefix, prefix, length);
}

/* What is at a path: "" if nothing, else what follows it in the list. */
static const char *find(unsigned service, const char *path, size_t length)
{
    const char *const *list = fake_services[service].paths;

    if (length == 0) {
        return "/";
    }
    for (; list && *list; list++) {
        if (!strncmp(*list, path, length) && (!(*list)[length] || strchr("/>@",
                (*list)[length]))) {
            return (*list)[length] ? *list + length : "f";
        }
    }
    return "";
}

static int64_t turn(int error, uint32_t used, const char *target, uint32_t service)
{
    struct name_turn *answer = (struct name_turn *)fake_thread()->ipc->msg;

    answer->used = used;
    if (target) {
        answer->length = (uint32_t)strlen(target);
        memcpy(answer->target, target, answer->length);
    } else {
        answer->service = service;
    }
    return -error;
}

static int64_t found(const char *what, uint64_t argument, bool open)
{
    if (argument >> REQUEST_FILE_BITS & UXRT_DIRECTORY && what[0] != '/') {
        return -ENOTDIR;
    }
    fake.open += open;
    return 0;
}

static int64_t make(unsigned service, const char *path, bool open)
{
    fake.open += open;
    snprintf(fake.made, sizeof(fake.made), "%u:%.50s", service, path);
    return 0;
}

/* Walks as a server does. */
static int64_t walk(unsigned service, const char *name, unsigned attribute,
    uint64_t argument)
{
    bool looks = attribute == ATTR_OPEN || attribute == ATTR_STAT;
    uint64_t flags = looks ? argument >> REQUEST_FILE_BITS : 0;
    char path[8200];
    size_t length = (size_t)snprintf(path, sizeof(path), "%s%s", *name ? "/" : "", name);
    bool nofollow = flags & UXRT_NOFOLLOW || !looks;
    const char *what = "/";

    for (size_t end = 1; end <= length; end++) {
        bool last = end == length;

        if (!last && path[end] != '/') {
            continue;
        }
        if (what[0] != '/') {
            return *what ? -ENOTDIR : -ENOENT;
        }
        what = find(service, path, end);
        if (what[0] == '>' && !(last && nofollow)) {
            return turn(ERROR_LINK, (uint32_t)end - 1, what + 1, 0);
        }
        if (what[0] == '@') {
            return turn(ERROR_MOUNT, (uint32_t)end - 1, NULL, (uint32_t)atoi(what + 1));
        }
    }
    if (!looks || (!*what && flags & UXRT_CREATE)) {
        return make(service, path, looks);
    }
    return *what ? found(what, argument, attribute == ATTR_OPEN) : -ENOENT;
}

static unsigned service_of(unsigned slot)
{
    return slot == SLOT_PROC ? SERVICE_PROC : slot - FAKE_SLOT;
}

int64_t client_write_two(struct uxrt_thread *t, unsigned slot, uint32_t file,
    int64_t offset, const void *head, size_t head_count, const void *tail,
    size_t tail_count)
{
    (void)t;
    (void)head;
    if (head_count + tail_count > SHORT_WRITE_MAX) {
        return -EMSGSIZE;
    }
    fake.calls++;
    fake.slot = slot;
    fake.file = file;
    fake.attribute = ATTRIBUTE_OF((uint64_t)offset);
    fake.argument = (uint64_t)offset & ATTRIBUTE_ARGUMENT;
    if (tail_count) {
        memcpy(fake.name, tail, tail_count);
    }
    fake.name[tail_count] = 0;
    if (fake_error) {
        memcpy(t->ipc->msg, fake_turn, sizeof(*fake_turn) + 8);
        return -fake_error;
    }
    return walk(service_of(slot), fake.name, fake.attribute, fake.argument);
}

int64_t client_write(struct uxrt_thread *t, unsigned slot, uint32_t file,
    const void *data, size_t count, int64_t offset)
{
    (void)t;
    fake.calls++;
    fake.slot = slot;
    fake.file = file;
    fake.attribute = ATTRIBUTE_OF((uint64_t)offset);
    fake.argument = (uint64_t)offset & ATTRIBUTE_ARGUMENT;
    if (count) {
        memcpy(fake.name, data, count);
    }
    if (fake.attribute == ATTR_OPEN) {
        char name[sizeof(fake.name)];

        memcpy(name, fake.name + 4, count - 4);
        name[count - 4] = 0;
        return walk(service_of(slot), name, fake.attribute, fake.argument);
    }
    fake.open -= fake.attribute == ATTR_CLOSE;
    return (int64_t)count;
}

int64_t client_read(struct uxrt_thread *t, unsigned slot, uint32_t file, void *data,
    size_t count, int64_t offset)
{
    (void)t;
    (void)file;
    (void)count;
    fake.slot = slot;
    fake.calls++;
    if (ATTRIBUTE_OF((uint64_t)offset) == ATTR_STAT) {
        memset(data, 0, sizeof(struct uxrt_stat));
        return sizeof(struct uxrt_stat);
    }
    return -EINVAL;
}

int64_t client_read_named(struct uxrt_thread *t, unsigned slot, uint32_t file,
    int64_t address, const char *name, size_t length, void *data, size_t count)
{
    int64_t result = length > SHORT_NAME_MAX ? -EMSGSIZE
        : client_write_two(t, slot, file, address, NULL, 0, name, length);

    if (result >= 0) {
        memset(data, 0, count);
        result = (int64_t)count;
    }
    return result;
}

int64_t client_proc(struct uxrt_thread *t, enum proc_call call, const uint64_t *words,
    unsigned count, const void *bytes, size_t byte_count)
{
    (void)count;
    (void)bytes;
    (void)byte_count;
    if (call != PROC_CONNECT || words[0] >= FAKE_SERVICES) {
        return -ENOENT;
    }
    t->shared->result[0] = FAKE_SLOT + words[0];
    return 0;
}

bool client_again_limited(struct uxrt_thread *t, int64_t *result)
{
    (void)t, (void)result;
    return false;               /* no server here limits waits */
}

uint32_t client_wait(struct uxrt_thread *t)
{
    (void)t;
    return EVENT_WAKE;
}

int publish(struct uxrt_thread *t, const struct walk *walk, unsigned flags)
{
    (void)t;
    (void)walk;
    (void)flags;
    return -ENXIO;
}

void local_closed(const struct file *file)
{
    (void)file;
}
