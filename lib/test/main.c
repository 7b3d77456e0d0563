/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of an image that has nothing but tests. */
#include <test/start.h>
#include <test/test.h>

unsigned guest_main(void)
{
    return run_tests();
}
