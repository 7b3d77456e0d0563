/* SPDX-License-Identifier: BSD-2-Clause */
/* bind [-abc] NEW OLD: what is at NEW is at OLD as well. Manual: bind(1). */
#include <uxrt/transport.h>

#include "../common/command.h"

static const char usage[] = "[-abc] NEW OLD";

int main(int argc, char **argv)
{
    unsigned flags = 0;
    char *value, option;
    int next = 1, error;

    command_begin(argv[0]);
    while ((option = command_option(argv, "abc", &next, &value))) {
        if (option == '?')
            return command_usage(usage);
        flags |= option == 'a' ? UXRT_MOUNT_AFTER
                 : option == 'b' ? UXRT_MOUNT_BEFORE : UXRT_MOUNT_CREATE;
    }
    if (argc - next != 2)
        return command_usage(usage);
    error = uxrt_bind(argv[next], argv[next + 1], flags);
    return error ? command_fail(argv[next], error) : 0;
}
