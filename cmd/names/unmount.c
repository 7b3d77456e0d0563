/* SPDX-License-Identifier: BSD-2-Clause */
/* unmount DIR...: takes away all that is mounted at a place. Also umount. Manual:
 * unmount(1). */
#include <uxrt/transport.h>

#include "../common/command.h"

int main(int argc, char **argv)
{
    int failed = 0;

    command_begin(argv[0]);
    if (argc < 2 || argv[1][0] == '-')
        return command_usage("DIR...");
    for (int i = 1; i < argc; i++) {
        int error = uxrt_unmount(argv[i]);

        failed |= error ? command_fail(argv[i], error) : 0;
    }
    return failed;
}
