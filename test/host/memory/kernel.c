/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel that is made up: capabilities in an array, page tables as records. */
#define _GNU_SOURCE
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <abi/object.h>

enum { CAPS = 1 << 16, SPACES = 64, WINDOW_PAGES = 128, TABLES = 4096, OWN_SPACE = 0 };

#define WINDOW UINT64_C(0x20000000)     /* where threads look at memory */

struct cap {
    unsigned type;          /* enum object_type + 1; 0: empty */
    unsigned bits;          /* untyped: size */
    uint64_t place;         /* in memory; of a PML4: its number */
    uint64_t used;          /* untyped */
    cptr parent;            /* untyped that it was made of */
    bool mapped;
    unsigned space;
    uint64_t address;
};

/* A table in use: of a space, for the addresses with this prefix. */
struct table {
    bool used;
    unsigned space, level;
    uint64_t prefix;
};

struct entry {
    cptr page;
    bool writable;
};

static struct cap caps[CAPS];
static struct table tables[TABLES];
static struct entry window[SPACES][WINDOW_PAGES];
static unsigned space_count = OWN_SPACE + 1;
static char *memory;
static int memory_file;
static struct ipc_buffer buffer;
static bool short_of_memory;

static _Noreturn void mistake(const char *what, uint64_t value)
{
    fprintf(stderr, "the kernel was used wrongly: %s (0x%lx)\n", what, value);
    abort();
}

static void must(bool holds, const char *what, uint64_t value)
{
    if (!holds) {
        mistake(what, value);
    }
}

void kernel_begin(void)
{
    size_t size = (size_t)1 << MEMORY_BITS;

    kc_ipc_buffer_ptr = &buffer;
    memory_file = memfd_create("memory", 0);
    must(memory_file >= 0 && ftruncate(memory_file, (off_t)size) == 0, "memory", size);
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
    must(memory != MAP_FAILED, "memory", size);
    caps[MEMORY_CAP] = (struct cap){.type = OBJECT_UNTYPED + 1, .bits = MEMORY_BITS};
    caps[ROOT_SLOT_VSPACE] = (struct cap){.type = OBJECT_PML4 + 1, .place = OWN_SPACE};
}

void kernel_run_short(bool on)
{
    short_of_memory = on;
}

bool kernel_is_short(void)
{
    return short_of_memory && rand() % 40 == 0;
}

static struct cap *cap_of(cptr cap, unsigned type)
{
    must(cap < CAPS && caps[cap].type == type + 1, "type of a capability", cap);
    return &caps[cap];
}

static unsigned object_bits(unsigned type, unsigned size_bits)
{
    switch (type) {
    case OBJECT_UNTYPED: return size_bits;
    case OBJECT_TCB: return TCB_BITS_FXSAVE;
    case OBJECT_ENDPOINT: return ENDPOINT_BITS;
    case OBJECT_NOTIFICATION: return NOTIFICATION_BITS;
    case OBJECT_CNODE: return size_bits + SLOT_BITS;
    case OBJECT_SCHED_CONTEXT: return size_bits;
    case OBJECT_REPLY: return REPLY_BITS;
    default: return PAGE_BITS;
    }
}

static enum error_code retype(cptr from, unsigned type, unsigned size_bits, cptr first,
    uint64_t count)
{
    struct cap *untyped = cap_of(from, OBJECT_UNTYPED);
    unsigned bits = object_bits(type, size_bits);
    uint64_t size = UINT64_C(1) << bits, start = (untyped->used + size - 1) & ~(size - 1);

    must(count > 0 && count <= RETYPE_MAX_OBJECTS, "number of objects", count);
    if (start + count * size > UINT64_C(1) << untyped->bits || kernel_is_short()) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    untyped->used = start + count * size;
    for (uint64_t i = 0; i < count; i++) {
        must(first + i < CAPS && !caps[first + i].type, "a slot is taken", first + i);
        caps[first + i] = (struct cap){.type = type + 1, .bits = bits, .parent = from,
            .place = untyped->place + start + i * size};
        if (type == OBJECT_PML4) {
            must(space_count < SPACES, "too many spaces", space_count);
            caps[first + i].place = space_count++;
        }
    }
    memset(memory + untyped->place + start, 0, count * size);
    return ERROR_NONE;
}

static struct table *find_table(unsigned space, unsigned level, uint64_t address)
{
    for (unsigned i = 0; i < TABLES; i++) {
        if (tables[i].used && tables[i].space == space && tables[i].level == level
            && tables[i].prefix == address >> (21 + 9 * level)) {
            return &tables[i];
        }
    }
    return NULL;
}

/* The level of the table that is missing for something on `level`, or -1. */
static int missing(unsigned space, int level, uint64_t address)
{
    for (int i = 2; i >= level; i--) {
        if (!find_table(space, (unsigned)i, address)) {
            return i;
        }
    }
    return -1;
}

static enum error_code lookup_failed(int level, uint64_t mr[4])
{
    mr[2] = 21 + 9 * (uint64_t)level;
    return ERROR_FAILED_LOOKUP;
}

static enum error_code map_table(cptr table, unsigned type, unsigned level, uint64_t mr[4])
{
    struct cap *cap = cap_of(table, type);
    unsigned space = (unsigned)cap_of(buffer.caps_or_badges[0], OBJECT_PML4)->place;
    int above = missing(space, (int)level + 1, mr[0]);
    unsigned i = 0;

    must(!cap->mapped, "a table is mapped twice", table);
    if (above >= 0) {
        return lookup_failed(above, mr);
    }
    must(!find_table(space, level, mr[0]), "there is a table", mr[0]);
    while (i < TABLES - 1 && tables[i].used) {
        i++;
    }
    tables[i] = (struct table){true, space, level, mr[0] >> (21 + 9 * level)};
    cap->mapped = true;
    cap->space = space;
    cap->address = mr[0];
    return ERROR_NONE;
}

static enum error_code unmap_table(cptr table, unsigned type, unsigned level)
{
    struct cap *cap = cap_of(table, type);

    if (cap->mapped) {
        find_table(cap->space, level, cap->address)->used = false;
        cap->mapped = false;
    }
    return ERROR_NONE;
}

/* The place where a mapping in a space is noted, or null outside of the window. */
static struct entry *entry_of(unsigned space, uint64_t address)
{
    uint64_t page = (address - WINDOW) >> PAGE_BITS;

    return address >= WINDOW && page < WINDOW_PAGES ? &window[space][page] : NULL;
}

static enum error_code map_page(cptr page, uint64_t mr[4])
{
    struct cap *cap = cap_of(page, OBJECT_PAGE_4K);
    unsigned space = (unsigned)cap_of(buffer.caps_or_badges[0], OBJECT_PML4)->place;
    uint64_t address = mr[0];
    struct entry *entry = entry_of(space, address);
    int level = missing(space, 0, address);

    if (level >= 0) {
        return lookup_failed(level, mr);
    }
    must(!cap->mapped || (cap->space == space && cap->address == address),
        "a page is mapped elsewhere", page);
    if (entry) {
        must(!entry->page || entry->page == page, "another page is mapped", address);
        *entry = (struct entry){page, mr[1] & RIGHT_WRITE};
    }
    if (space == OWN_SPACE) {
        void *at = mmap((void *)address, 1 << PAGE_BITS, PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_FIXED, memory_file, (off_t)cap->place);
        must(at == (void *)address, "memory", address);
    }
    cap->mapped = true;
    cap->space = space;
    cap->address = address;
    return ERROR_NONE;
}

static enum error_code unmap_page(cptr page)
{
    struct cap *cap = cap_of(page, OBJECT_PAGE_4K);

    if (cap->mapped) {
        struct entry *entry = entry_of(cap->space, cap->address);

        if (entry) {
            entry->page = 0;
        }
        if (cap->space == OWN_SPACE) {
            munmap((void *)cap->address, 1 << PAGE_BITS);
        }
        cap->mapped = false;
    }
    return ERROR_NONE;
}

static enum error_code batch(cptr vspace, unsigned count, uint64_t mr[4])
{
    unsigned space = (unsigned)cap_of(vspace, OBJECT_PML4)->place, done;
    uint64_t result[4] = {0};

    memcpy(buffer.msg, mr, 4 * sizeof(mr[0]));
    for (done = 0; done < count; done++) {
        uint64_t page = buffer.msg[2 * done], place = buffer.msg[2 * done + 1];
        uint64_t words[4] = {place & -UINT64_C(4096), place % 4096};

        buffer.caps_or_badges[0] = vspace;
        must(words[1] || !caps[page].mapped || caps[page].space == space,
            "a page of another space", page);
        if (!words[1]) {
            unmap_page(page);
        } else if (map_page(page, words) != ERROR_NONE) {
            result[1] = words[2];
            break;
        }
    }
    result[0] = done;
    memcpy(mr, result, sizeof(result));
    return ERROR_NONE;
}

static void delete(cptr slot)
{
    if (caps[slot].type == OBJECT_PAGE_4K + 1) {
        unmap_page(slot);
    }
    caps[slot].type = 0;
}

static enum error_code copy(cptr to, cptr from)
{
    must(caps[from].type && !caps[to].type, "slots of a copy", to);
    caps[to] = caps[from];
    caps[to].mapped = false;
    return ERROR_NONE;
}

static enum error_code revoke_untyped(cptr slot)
{
    for (cptr i = 0; i < CAPS; i++) {
        if (caps[i].type && caps[i].parent == slot) {
            delete(i);
        }
    }
    caps[slot].used = 0;
    return ERROR_NONE;
}

static enum error_code invoke(cptr cap, uint64_t info, uint64_t mr[4])
{
    uint64_t label = message_label(info);

    switch (label) {
    case INVOKE_VSPACE_BATCH:
        return batch(cap, (unsigned)message_length(info) / 2, mr);
    case INVOKE_UNTYPED_RETYPE:
        return retype(cap, (unsigned)mr[0], (unsigned)mr[1], buffer.msg[4], buffer.msg[5]);
    case INVOKE_CNODE_COPY: return copy(mr[0], mr[2]);
    case INVOKE_CNODE_DELETE: delete(mr[0]); return ERROR_NONE;
    case INVOKE_CNODE_REVOKE: return revoke_untyped(mr[0]);
    case INVOKE_PAGE_MAP: return map_page(cap, mr);
    case INVOKE_PAGE_UNMAP: return unmap_page(cap);
    case INVOKE_PAGE_TABLE_MAP: return map_table(cap, OBJECT_PAGE_TABLE, 0, mr);
    case INVOKE_PAGE_DIRECTORY_MAP: return map_table(cap, OBJECT_PAGE_DIRECTORY, 1, mr);
    case INVOKE_PDPT_MAP: return map_table(cap, OBJECT_PDPT, 2, mr);
    case INVOKE_PAGE_TABLE_UNMAP: return unmap_table(cap, OBJECT_PAGE_TABLE, 0);
    case INVOKE_PAGE_DIRECTORY_UNMAP: return unmap_table(cap, OBJECT_PAGE_DIRECTORY, 1);
    case INVOKE_PDPT_UNMAP: return unmap_table(cap, OBJECT_PDPT, 2);
    case INVOKE_ASID_POOL_ASSIGN: return ERROR_NONE;
    default: mistake("an invocation", label);
    }
}

uint64_t kc_trap(int64_t number, uint64_t *cap_badge, uint64_t info, uint64_t mr[4])
{
    must(number == SYSCALL_CALL, "a system call", (uint64_t)number);
    return message_info(invoke(*cap_badge, info, mr), 0, 0, 0);
}

uint64_t kc_trap_reply(int64_t number, uint64_t *cap_badge, uint64_t info, uint64_t mr[4],
    cptr reply, cptr dest)
{
    (void)reply;
    (void)dest;
    return kc_trap(number, cap_badge, info, mr);
}

void kc_trap_null(int64_t number)
{
    mistake("a system call", (uint64_t)number);
}

uint64_t *kernel_access(cptr vspace, uint64_t address, bool write)
{
    unsigned space = (unsigned)cap_of(vspace, OBJECT_PML4)->place;
    const struct entry *entry = entry_of(space, address);

    if (!entry || !entry->page || (write && !entry->writable)) {
        return NULL;
    }
    return (uint64_t *)(memory + caps[entry->page].place + (address & ((1 << PAGE_BITS) - 1)));
}
