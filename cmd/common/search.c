/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs by their names alone: see search.h. */
#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

#include "search.h"

char *search_program(char *name, char *const environment[], const char *folders)
{
    static char path[512];
    struct uxrt_stat stat;

    for (; *environment; environment++) {
        if (!strncmp(*environment, "PATH=", 5))
            folders = *environment + 5;
    }
    while (!strchr(name, '/') && *folders) {
        const char *end = strchr(folders, ':');
        size_t length = end ? (size_t)(end - folders) : strlen(folders);

        print(path, sizeof(path), "%.*s/%s", (int)length, folders, name);
        if (uxrt_stat(path, &stat) == 0)
            return path;
        folders += length + (end != NULL);
    }
    return name;
}
