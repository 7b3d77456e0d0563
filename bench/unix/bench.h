/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring of Unix calls, for the files of this program. An operation is a function that
 * returns how often something went wrong; a measurement is the mean of many.
 */
#pragma once

/* Prints `bench NAME VALUE`: mean nanoseconds of one of `rounds` operations, each of
 * which does `parts` of what is measured, less what calling an empty operation takes. */
void measure(const char *name, int (*operation)(void), unsigned rounds, unsigned parts);

/* The groups of measurements. */
void measure_calls(void);
void measure_files(void);
void measure_memory(void);
void measure_processes(const char *program);
void measure_waiting(void);

/* The name of this program's file. */
extern const char *own_name;
