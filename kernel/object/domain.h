/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling domains (manual, "Domains"): this kernel has one, and checks as usual. */
#pragma once

#include <api/invocation.h>

#define DOMAIN_COUNT      1
#define DOMAIN_SCHEDULES  2     /* entries of the schedule; the last is an end marker */

enum outcome domain_decode(struct invocation *inv);
