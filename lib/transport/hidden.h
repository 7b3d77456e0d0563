/* SPDX-License-Identifier: BSD-2-Clause */
/* Before all else in each file of the library: nothing in it is replaced by others, so code
 * need not look up where things are. */
#pragma GCC visibility push(hidden)
