/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where data of the library lies, which a child of fork copies page by page as it writes.
 * What has no mark is small and changes often; it begins a page together with what is
 * BEGIN_DATA, which a process writes once. What is large or rarely changed is COLD_DATA.
 */
#pragma once

#define BEGIN_DATA __attribute__((section(".bss.begin")))
#define COLD_DATA __attribute__((section(".bss.cold")))
