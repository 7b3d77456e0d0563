/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small server in memory for the tests of lib/server: directories, files of at most
 * TOY_BYTES bytes, links, FIFOs that park readers, and names of type socket that lead to
 * other services. It counts what lib/server owes it.
 */
#pragma once

#include <server/server.h>

enum { TOY_BYTES = 256 };

struct toy_node {
    struct server_node node;
    struct toy_node *parent, *next, *children;  /* next: in its directory */
    char name[256];                             /* as a directory or file */
    char data[TOY_BYTES];
    struct server_request *readers;             /* parked */
    struct toy_node *original;                  /* of a hard link's entry */
    bool forgotten;
};

struct toy {
    struct toy_node *root;
    uint64_t opened, closed;    /* open files */
    uint64_t nodes, forgotten;  /* made; and told to forget */
    bool keep;                  /* the next request that looks for a name */
    struct server_request *kept;
    bool park;                  /* readers of empty FIFOs; else EAGAIN */
};
extern struct toy toy;
extern const struct server_operations toy_operations;

/* Makes the tree: only the root, owned by user 0, mode 0777; and lib/server's server. */
void toy_begin(void);
/* Ends all connections, and checks that everything came back. */
void toy_end(void);
