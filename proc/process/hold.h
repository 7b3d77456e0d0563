/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds: a process keeps an exported file alive (ATTR_EXPORT), whose token it knows, on
 * the way from one process to another. When a hold ends, the file's service is told, and
 * drops the file unless it has been imported. Nothing is known here but the two numbers.
 */
#pragma once

#include <process/connection.h>

struct call;
int call_hold(struct call *call);
int call_held(struct call *call);
int call_released(struct call *call);

/* Is there a hold of a file of this service? */
bool hold_held(const struct service *service, uint64_t token);
/* May the process connect to the service: by its namespace, or as it holds a file of it? */
bool hold_reaches(const struct process *process, const struct service *service);
/* All holds of a process end; all of a service are forgotten. */
void hold_end_process(const struct process *process);
void hold_end_service(const struct service *service);
