/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of a Unix test program: TAP subtests on its output. Such a program is linked with
 * the host's C library; it runs as it is on UX/RT and on Linux, and must pass on both.
 */
#ifndef UNIX_CHECK_H
#define UNIX_CHECK_H

#include <stdio.h>

static int check_number, check_failed;

/* Tells whether the check that NAME describes was GOOD. */
static inline void ok(int good, const char *name)
{
    printf("    %sok %d - %s\n", good ? "" : "not ", ++check_number, name);
    fflush(stdout);
    check_failed += !good;
}

/* Ends the list of checks; returns what main() returns. */
static inline int checks_done(void)
{
    printf("    1..%d\n", check_number);
    fflush(stdout);
    return check_failed != 0 || check_number == 0;
}

#endif
