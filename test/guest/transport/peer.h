/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server for tests, written to <uxrt/server.h> alone: `peer NAME FORM` serves /srv/NAME
 * with data in one of the forms. Any open gives the file that its name says:
 *   data     PEER_SIZE bytes, read and written at offsets; a read of PEER_COUNTS tells
 *            what the server's calls have cost (struct uxrt_counts)
 *   silent   never answers, until it is cancelled (EINTR)
 *   later    nothing yet, until "wake" is written: then one byte
 *   wake     a write makes "later" ready
 *   die      a read ends the server, a write ends it with requests parked
 *   record   a read has to take the whole of the last write, or gets EMSGSIZE
 *   state    a read gives struct peer_state
 */
#pragma once

#include <stdint.h>

#define PEER_PROGRAM "/boot/test/peer"
#define PEER_SIZE    (UINT64_C(1) << 21)
#define PEER_COUNTS  (UINT64_C(1) << 40)   /* an offset */

enum peer_form { PEER_SHORT, PEER_LONG, PEER_PLAIN, PEER_FORMS };

struct peer_state {
    uint32_t opened, closed;    /* files, by ATTR_OPEN and ATTR_CLOSE */
    uint32_t ended;             /* connections that have ended */
    uint32_t parked;            /* requests without an answer */
    uint32_t cancelled;         /* parked requests that were answered with EINTR */
    uint32_t requests;
};
