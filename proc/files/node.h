/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes of the process server's file tree. Each has a kind, which is a table of what can
 * be done with it; most are made when their name is looked up, and go when nobody uses
 * them. A node names what it shows (a process by its pid), and finds it again at every
 * use: what has gone meanwhile is an error, never a stale pointer.
 */
#pragma once

#include <process/process.h>
#include <server/server.h>
#include <util/list.h>
#include <util/mode.h>


struct tree_node;

/* Text made at the time of a read: only the part that was asked for is kept. */
struct text {
    uint64_t skip;          /* bytes before that part, yet to come */
    char *out;
    size_t room, done;
    bool cut;               /* there is more text than room: the rest need not be made */
};

/* What is left out does not exist, or is an error. Returns are counts or errors. */
struct node_kind {
    const char *name;       /* in its directory, if it always has the same */
    uint32_t code;          /* node number of the only one, or 0 to 255 for those that
                               belong to a process or service */
    uint32_t mode;
    bool of_process;        /* `id` is a pid; it belongs to the process's user */
    const struct node_kind *const *children;    /* with fixed names; ends with null */
    int (*lookup)(struct tree_node *directory, const char *name, size_t length,
        struct tree_node **node);
    int (*entry)(struct tree_node *directory, uint64_t cookie, struct uxrt_entry *entry,
        char name[256]);    /* cookies of those without fixed names, from 0 on */
    void (*text)(struct tree_node *node, struct text *text);
    int64_t (*read)(struct tree_node *node, struct server_request *request);
    int64_t (*write)(struct tree_node *node, struct server_request *request);
    int64_t (*object)(struct tree_node *node, unsigned protection);
    int64_t (*readlink)(struct tree_node *node, char *target, size_t size);
    int (*remove)(struct tree_node *node);
};

struct tree_node {
    struct server_node server;
    const struct node_kind *kind;
    struct list link;       /* in its chain of the table */
    uint32_t id;            /* pid, or service number */
    uint64_t start, end;    /* of a region; a thread or descriptor: NODE_PART of it */
    uint64_t used;          /* request that looked it up last */
};

/* A number that is part of a process, as the `start` of its node. */
#define NODE_PART(number) (((uint64_t)(number) + 1) << 12)
#define NODE_PART_NUMBER(node) ((uint32_t)((node)->start >> 12) - 1)

static inline struct tree_node *tree_node_of(struct server_node *node)
{
    return list_entry(node, struct tree_node, server);
}

/* Finds or makes a node of this kind; null: no memory. */
struct tree_node *tree_get(const struct node_kind *kind, uint32_t id, uint64_t start,
    uint64_t end);
/* Sets what a node has from its kind. */
void tree_begin(struct tree_node *node, const struct node_kind *kind, uint32_t id);
/* The same, but only if it is there already, else null. */
struct tree_node *tree_find(const struct node_kind *kind, uint32_t id, uint64_t start,
    uint64_t end);
/* Frees one that nobody uses. */
void tree_free(struct tree_node *node);
/* A request begins: nodes that no file uses may be freed, if there are many. */
void tree_tidy(void);
size_t tree_count(void);

/* The number of such a node, as stat and readdir show it. */
uint64_t tree_number(const struct node_kind *kind, uint32_t id, uint64_t start);
/* The directory with this number, or null: for namespaces that are made of it. */
struct tree_node *tree_numbered(uint64_t number);

/* Its process, if that has not ended, else null. */
struct process *tree_process(const struct tree_node *node);

/* Fills a directory entry. Returns 1. */
int entry_fill(struct uxrt_entry *entry, char name[256], const struct node_kind *kind,
    uint64_t number, uint64_t next, const char *text, size_t length);

/* A number in digits to base 10 or 16, the whole of these bytes; false: it is none. */
bool parse_number(const char *text, size_t length, unsigned base, uint64_t *number);

void text_add(struct text *text, const char *bytes, size_t count);
/* As print(), at most 256 bytes at a time. */
void text_print(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A name of somebody's choice: blanks and what is not printed as \ooo. */
void text_name(struct text *text, const char *name, size_t length);

/* Bytes that are asked for in parts: what `skip` says is not even read. */
struct process;
void text_memory(struct text *text, struct process *process, uint64_t from, uint64_t end);

/* Reads memory of a process, all of it or nothing. */
bool read_all(struct process *process, uint64_t address, void *data, size_t bytes);

/* What the library has counted, a word and a number in each line. */
void counts_text(const struct uxrt_counts *sum, struct text *text);

/* Who makes the request that is being done. */
const struct identity *files_caller(void);
/* May it look into this process: the same user in every respect, or uid 0. */
bool files_may_control(const struct process *process);
/* Ends a process when the request has been done. */
void files_kill_later(uint32_t pid, int signal);

/* A one-use token for the caller, or an error. */
int64_t files_token(struct object *object, unsigned protection);

extern const struct server_operations tree_operations;

/* The directories, and other files with a fixed name. */
extern const struct node_kind kind_root, kind_boot, kind_services, kind_processes;
extern const struct node_kind kind_process, kind_map, kind_memory, kind_self, kind_system;
extern const struct node_kind kind_descriptors, kind_tasks;
extern const struct node_kind kind_exe, kind_current, kind_process_root, kind_control;
extern const struct node_kind kind_cmdline, kind_environ, kind_life;
/* A file of text under /proc or /proc/sys, which `make` writes. */
#define SYSTEM_FILE(number, word, make) \
    (&(const struct node_kind){ \
        .name = (word), .code = (number), .mode = S_IFREG | 0444, .text = (make)})

/* life.c */
uint32_t life_ready(const struct tree_node *node);
int64_t life_get(const struct tree_node *node, uint64_t argument, void *record, size_t size);

/* linux.c: what is in /proc, and directories of settings in /proc/sys. */
extern const struct node_kind *const linux_files[];
extern const struct node_kind kind_settings_kernel, kind_settings_vm, kind_settings_fs;
extern const struct node_kind kind_settings_net;

/* linux_process.c: texts of one process, and of one thread of it. */
void linux_stat(struct tree_node *node, struct text *text);
void linux_statm(struct tree_node *node, struct text *text);
void linux_comm(struct tree_node *node, struct text *text);
int64_t linux_set_comm(struct tree_node *node, struct server_request *request);
void linux_limits(struct tree_node *node, struct text *text);
void linux_mounts(struct tree_node *node, struct text *text);
void linux_mountinfo(struct tree_node *node, struct text *text);
/* R, S, T, Z: what the node's process or thread does, and in words. */
char process_state(const struct tree_node *node);
const char *process_state_text(char state);
/* The name of a process, as it was told by its first thread. */
void process_command(const struct process *process, char name[THREAD_NAME]);
/* A node's thread: that which it names, else the first one there is; or null. */
struct thread *tree_thread(const struct tree_node *node);

void boot_init(void);
/* The directory of the boot files with this number, or null. */
struct tree_node *boot_numbered(uint64_t number);
