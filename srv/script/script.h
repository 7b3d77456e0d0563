/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the text adapter. A script has a channel, the file .serve/NAME, which it
 * reads and writes; a service, /srv/NAME, for its clients; and asks: requests of clients
 * that wait for what the script says. When it has answered, the client's request is begun
 * anew, and finds the answer where it asked before (ask.c).
 */
#pragma once

#include <server/server.h>
#include <util/list.h>

#include "text.h"

enum {
    SCRIPTS_MAX = 31, SCRIPTS_OF_USER = 16,
    PARKED = 63,                        /* clients that wait, in all */
    ASKS_MAX = 8,                       /* of one script; one is always free for it */
    ASKS_SHARED = PARKED - SCRIPTS_MAX, /* beyond the first ones of all scripts */
    NODES_KEPT = 256,                   /* of a script, that nobody has open */
    NAME_MAX_BYTES = 64, PATH_MAX_BYTES = 4096,
    READERS_MAX = 4,                    /* of a channel that are remembered */
    COMPLAINTS_MAX = 8,                 /* of a script, in the log */
};

enum op { OP_STAT, OP_LIST, OP_GET, OP_PUT, OP_NEW, OP_DEL, OP_READ, OP_WRITE, OP_TRUNC,
          OP_MOVE, OP_WAIT /* for another ask: the script is not told */ };

/* What a script has said hello to. */
enum feature { CAN_READ = 1, CAN_WRITE = 2, CAN_TRUNC = 4, CAN_MOVE = 8, CAN_CANCEL = 16,
               CAN_RAW = 32, CAN_TAGS = 64 };

struct node {
    struct server_node node;    /* first: the library's */
    struct list link;           /* of the script: found last comes last */
    uint64_t found, sized;      /* when the script has told of it, and of its size */
    struct ask *writer;         /* who changes its contents */
    bool flush;                 /* was opened to be emptied, closed, and nothing written */
    bool gone;                  /* without a name: freed when nobody has it open */
    bool live;                  /* who reads it waits until the script says "ready" */
    bool ready;                 /* for who opens it: there is something now */
    uint32_t version;           /* of a live one: how often it has become ready */
    struct bytes list;          /* of a directory: its entries (list.c) */
    size_t length;
    char *path;                 /* from the root on, which is "" */
};

/* What an open file of a script has in memory. */
struct open_data {
    char *data;                 /* contents as they were read, or null */
    size_t size;
    bool fresh;                 /* nothing of it has been given to the client */
    bool empty;                 /* was emptied when it was opened: not told yet */
    /* Of a live file: */
    uint64_t base;              /* offset of the first byte of `data` */
    uint32_t seen;              /* the version that has been read */
};

/* What is to be asked. Pointers are the asker's but `data`, which is taken over. */
struct question {
    enum op op;
    const char *path, *other;           /* other: where it moves */
    size_t length, other_length;
    uint64_t offset;
    uint32_t count, mode;
    uint32_t version;                   /* of a live file that is to be read */
    char *data;
    size_t size;
};

enum ask_state { ASK_QUEUED, ASK_SENT, ASK_ANSWERED, ASK_TAKEN };

struct ask {
    struct list link;                   /* of the script, in order */
    struct server_request *request;     /* of the client; null: nobody waits */
    uint64_t began;                     /* when its request came */
    int64_t deadline;                   /* its client has a signal to take; 0: it has not */
    enum ask_state state;
    struct question question;           /* with copies of its own; data: the answer's */
    uint32_t tag;
    int error;                          /* of the answer */
    uint32_t mode;                      /* of the answer to OP_STAT */
    bool has_size, has_time, has_ready, ready;
    uint64_t size;
    int64_t time;
    struct node *locked;                /* of which it is the writer */
    char *absent;                       /* a path that the script does not have */
    size_t absent_length;
};

struct script {
    struct server_node channel;         /* first: the library's */
    struct list link;                   /* of all channels */
    char name[NAME_MAX_BYTES];
    struct server *server;              /* null: not begun, or ended */
    uint64_t opener, readers[READERS_MAX];  /* badges: who opened the channel, who read it */
    bool dead, known;                   /* known: it has said what its root is */
    unsigned features, answers, complaints;
    struct text_input input;
    struct bytes output;
    size_t taken;                       /* of the output */
    struct list asks;
    unsigned sent;                      /* asks in the state ASK_SENT */
    uint32_t tag, answered;             /* the last one; the last with an answer */
    bool turned_away;                   /* clients that found no place to wait */
    struct node root;
    struct list nodes;
    /* The client's request at hand. */
    struct ask *current;                /* if it is begun anew; null: it is new */
    struct ask *asked;                  /* what it has asked */
    uint64_t began;
    struct server_file *opening;
};

/* channel.c: the tree .serve */
extern const struct server_operations channel_operations;
extern struct server_node channel_root;
void channel_begin(struct server *control, int service);
extern struct list scripts;
struct script *script_of(const struct server *server);
/* The script whose service has this number, or null. */
struct script *script_numbered(uint32_t service);
/* Those whose processes have ended are dead. */
void scripts_look(void);
/* There is something to read for it. */
void channel_changed(struct script *script);
/* Ends a dead script: all is given back but the channel, while that is open. */
void script_end(struct script *script);

/* answer.c: what a script writes. */
void answer_take(struct script *script, const char *data, size_t count);
void complain(struct script *script, const char *why);

/* ask.c */
/* Time in steps: each request, each answer. */
extern uint64_t script_clock;
/* Asks a question for the client's request (null: the one at hand). 0: it is answered,
 * script->current has it; else what the operation returns. */
int64_t ask(struct script *script, const struct server_request *request,
    const struct question *question);
/* The answer to this question if the request at hand has it, else null. */
struct ask *ask_answer(struct script *script, enum op op, const char *path,
    size_t length);
/* Asks without a client. */
void ask_root(struct script *script);
void ask_answered(struct script *script, struct ask *ask, int error);
/* The script has the changes of a node's contents to itself until its ask ends. */
void ask_lock(struct script *script, struct node *node);
void ask_wake_waiting(struct script *script);
/* Does what there is to do after a request: sends, begins anew, ends. */
void asks_settle(void);
/* Operation `stay`: waits on for an answer, when its client was interrupted. */
bool ask_stays(struct server_request *request);
/* Those that have waited long enough get EINTR. */
void asks_expire(void);
void ask_free(struct script *script, struct ask *ask);

/* send.c: requests to the script. */
bool send_ask(struct script *script, struct ask *ask);
void send_cancel(struct script *script, const struct ask *ask);

/* node.c */
static inline struct node *node_of(struct server_node *node)
{
    return (struct node *)node;
}
void node_begin(struct script *script, uint32_t uid, uint32_t gid);
struct node *node_find(const struct script *script, const char *path, size_t length);
/* Finds or makes it, as the answer says. Null: no memory. */
struct node *node_get(struct script *script, const char *path, size_t length,
    const struct ask *stat);
void node_lose(struct script *script, struct node *node);
void node_move(struct script *script, struct node *node, const char *path, size_t length);
/* A number that is the same for the same path. */
uint64_t node_number(const char *path, size_t length);
/* Frees what nobody uses, all but the last found, or all. */
void nodes_trim(struct script *script, bool all);

/* tree.c: names; list.c: entries; data.c: contents. */
extern const struct server_operations tree_operations;
int list_entry_of(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256]);
int data_open(struct server *server, struct server_file *file,
    const struct server_caller *caller);
void data_close(struct server *server, struct server_file *file);
int64_t data_read(struct server_request *request);
int64_t data_write(struct server_request *request);
int data_resize(struct server *server, struct server_node *node, uint64_t size);
uint32_t data_ready(struct server_file *file);
/* The script says that there is something to read, if it is a live file. */
void data_changed(struct script *script, const char *path, size_t length);
int data_stat(struct server *server, struct server_node *node, struct uxrt_stat *stat);
