/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of nodes, by what they show. Nodes that no open file uses stay, to be found
 * again, until a request begins while there are many of them.
 */
#include <files/node.h>

#include <util/heap.h>
#include <util/string.h>

enum { CHAINS = 256, KEEP = 256 };

/* Numbers: the only one of its kind; a process's, a service's, a region's. */
#define NUMBER_PROCESS  (UINT64_C(1) << 60)
#define NUMBER_SERVICE  (UINT64_C(1) << 61)
#define NUMBER_REGION   (UINT64_C(1) << 62)

static struct list chains[CHAINS];
static size_t count, tidied;
static uint64_t requests;

static struct list *chain_of(const struct node_kind *kind, uint32_t id, uint64_t start)
{
    uint64_t hash = ((uint64_t)id << 8 ^ kind->code ^ start >> 12 << 8)
                    * UINT64_C(0x9e3779b97f4a7c15);
    struct list *chain = &chains[hash >> 56];

    if (!chain->next) {
        list_init(chain);
    }
    return chain;
}

/* A process's files are as old as it is; others have just been made. */
static void set_times(struct tree_node *node, const struct process *process)
{
    int64_t at = server_time();

    if (process)
        at -= (int64_t)(timer_uptime() - process->begun);
    node->server.accessed = node->server.modified = node->server.changed = at;
}

static void set_owner(struct tree_node *node)
{
    struct process *process = node->kind->of_process ? tree_process(node) : NULL;

    set_times(node, process);
    if (process && process->page) {
        node->server.uid = process->page->euid;
        node->server.gid = process->page->egid;
    }
}

void tree_begin(struct tree_node *node, const struct node_kind *kind, uint32_t id)
{
    node->kind = kind;
    node->id = id;
    node->server.mode = kind->mode;
    node->server.links = S_ISDIR(kind->mode) ? 2 : 1;
    node->server.number = tree_number(kind, id, node->start);
}

struct tree_node *tree_find(const struct node_kind *kind, uint32_t id, uint64_t start,
    uint64_t end)
{
    struct list *chain = chain_of(kind, id, start);

    for (struct list *link = chain->next; link != chain; link = link->next) {
        struct tree_node *node = list_entry(link, struct tree_node, link);

        if (node->kind == kind && node->id == id && node->start == start
            && node->end == end) {
            return node;
        }
    }
    return NULL;
}

static struct tree_node *create(const struct node_kind *kind, uint32_t id, uint64_t start,
    uint64_t end)
{
    struct tree_node *node = heap_zero(1, sizeof(*node));

    if (!node) {
        return NULL;
    }
    node->start = start;
    node->end = end;
    tree_begin(node, kind, id);
    list_append(chain_of(kind, id, start), &node->link);
    count++;
    return node;
}

struct tree_node *tree_get(const struct node_kind *kind, uint32_t id, uint64_t start,
    uint64_t end)
{
    struct tree_node *node = tree_find(kind, id, start, end);

    if (!node) {
        node = create(kind, id, start, end);
    }
    if (!node) {
        return NULL;
    }
    node->used = requests;
    set_owner(node);
    return node;
}

static bool in_use(const struct tree_node *node)
{
    return node->server.references || node->server.waiting || node->server.locks
           || node->used == requests;
}

void tree_free(struct tree_node *node)
{
    list_remove(&node->link);
    heap_free(node);
    count--;
}

static void tidy_chain(struct list *chain)
{
    struct list *next;

    for (struct list *link = chain->next; link && link != chain; link = next) {
        struct tree_node *node = list_entry(link, struct tree_node, link);

        next = link->next;
        if (!in_use(node)) {
            tree_free(node);
        }
    }
}

/* A sweep comes after at least as many new nodes as the last one left. */
void tree_tidy(void)
{
    requests++;
    if (count < KEEP || count < 2 * tidied) {
        return;
    }
    for (unsigned i = 0; i < CHAINS; i++) {
        tidy_chain(&chains[i]);
    }
    tidied = count;
}

size_t tree_count(void)
{
    return count;
}

uint64_t tree_number(const struct node_kind *kind, uint32_t id, uint64_t start)
{
    if (start) {
        return NUMBER_REGION | (uint64_t)(id & 0xffffff) << 36
               | ((start >> 12) ^ (uint64_t)kind->code << 28);
    }
    if (!id) {
        return kind->code;
    }
    return (kind->of_process ? NUMBER_PROCESS : NUMBER_SERVICE) | (uint64_t)id << 8
           | kind->code;
}

struct tree_node *tree_numbered(uint64_t number)
{
    static const struct node_kind *const only[] = {
        &kind_root, &kind_boot, &kind_services, &kind_processes, &kind_system,
    };
    uint32_t id = (uint32_t)(number >> 8);

    for (unsigned i = 0; i < sizeof(only) / sizeof(only[0]); i++) {
        if (only[i]->code == number) {
            return tree_get(only[i], 0, 0, 0);
        }
    }
    if (number == tree_number(&kind_process, id, 0)) {
        return tree_get(&kind_process, id, 0, 0);
    }
    if (number == tree_number(&kind_map, id, 0)) {
        return tree_get(&kind_map, id, 0, 0);
    }
    return boot_numbered(number);
}

struct process *tree_process(const struct tree_node *node)
{
    return process_find(node->id);
}

int entry_fill(struct uxrt_entry *entry, char name[256], const struct node_kind *kind,
    uint64_t number, uint64_t next, const char *text, size_t length)
{
    entry->node = number;
    entry->next = next;
    entry->type = (uint8_t)(kind->mode >> 12);
    entry->name_length = (uint8_t)length;
    memcpy(name, text, length);
    return 1;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool parse_number(const char *text, size_t length, unsigned base, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = digit_value(text[i]);

        if (digit >= base || __builtin_mul_overflow(*number, base, number)
            || __builtin_add_overflow(*number, digit, number)) {
            return false;
        }
    }
    return length > 0;
}
