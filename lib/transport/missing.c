/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the table that are not there yet. */
#include <transport/table.h>
#include <util/errno.h>

#define UXRT_FUNCTION(type, name, parameters, names) \
    __attribute__((weak)) type library_##name(struct uxrt_thread *t, UXRT_NAMES parameters) \
    { return (type)(intptr_t)-ENOSYS; }
#define UXRT_FUNCTION0(type, name) \
    __attribute__((weak)) type library_##name(struct uxrt_thread *t) \
    { return (type)(intptr_t)-ENOSYS; }
#pragma GCC diagnostic ignored "-Wunused-parameter"
UXRT_ALL_FUNCTIONS
