/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stand-ins for servers and for the calls of them (client.h), to test how names are
 * resolved. A service is a list of absolute paths: "/a/" is a directory, "/a/b" a file,
 * "/l>TARGET" a link, "/m@N" leads to service N.
 */
#pragma once

#include <transport/client.h>
#include <transport/resolve.h>

enum { FAKE_SERVICES = 8, FAKE_CREATED = 64, FAKE_SLOT = 100 };

struct fake_service {
    const char *const *paths;
};
extern struct fake_service fake_services[FAKE_SERVICES];

/* What the last request was, and how many there were. */
struct fake_request {
    unsigned slot, attribute, calls;
    uint32_t file;
    uint64_t argument;
    char name[8192];
    char made[FAKE_CREATED];    /* name of the last file made: "slot:name" */
    int open;                   /* ids that are open */
};
extern struct fake_request fake;

/* If set, every request is answered with this turn and error. */
extern int fake_error;
extern struct name_turn *fake_turn;

struct uxrt_thread *fake_thread(void);
/* Empties namespace and counters, and makes the current directory "/". */
void fake_reset(void);
/* The namespace, or a name that led somewhere, has changed. */
void fake_changed(void);
void fake_mount(const char *prefix, uint32_t service, uint16_t root, uint16_t flags);
