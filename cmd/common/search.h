/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs by their names alone, as a shell finds them. */
#pragma once

/*
 * The first file of this name in the folders of PATH, or of `folders` if the environment has
 * no PATH; the name itself if it has a slash or there is none. The result of the last call
 * is overwritten.
 */
char *search_program(char *name, char *const environment[], const char *folders);
