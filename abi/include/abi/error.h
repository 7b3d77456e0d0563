/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Result codes of invocations, and the reasons of a failed capability look-up.
 * A code is the label of the reply to an invocation (see abi/message.h).
 */
#pragma once

enum error_code {
    ERROR_NONE = 0,
    ERROR_INVALID_ARGUMENT,   /* word 0: number of the argument */
    ERROR_INVALID_CAPABILITY, /* word 0: number of the capability */
    ERROR_ILLEGAL_OPERATION,
    ERROR_RANGE,              /* words 0, 1: lowest and highest value allowed */
    ERROR_ALIGNMENT,
    ERROR_FAILED_LOOKUP,      /* word 0: 1 for the source; see lookup_failure */
    ERROR_TRUNCATED_MESSAGE,
    ERROR_DELETE_FIRST,
    ERROR_REVOKE_FIRST,
    ERROR_NOT_ENOUGH_MEMORY,  /* word 0: bytes available */
    ERROR_COUNT
};

enum lookup_failure {
    LOOKUP_NO_FAILURE = 0,
    LOOKUP_INVALID_ROOT,
    LOOKUP_MISSING_CAPABILITY, /* then: bits left */
    LOOKUP_DEPTH_MISMATCH,     /* then: bits left, bits found */
    LOOKUP_GUARD_MISMATCH      /* then: bits left, guard found, bits found */
};
