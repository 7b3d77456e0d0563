/* SPDX-License-Identifier: BSD-2-Clause */
/* Data of the library that is large, or rarely changed, lies apart from the rest: a child of
 * fork copies what it writes page by page, and the rest is two pages. */
#pragma once

#define COLD_DATA __attribute__((section(".bss.cold")))
