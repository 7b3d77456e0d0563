/* SPDX-License-Identifier: BSD-2-Clause */
/* The system as a whole: names, random numbers. */
#include <unix/unix.h>

enum { UTS_LENGTH = 65 };

UNIX_HANDLER(uname)
{
    static const char texts[6][24] = {
        "Linux", "uxrt", "6.1.0-uxrt", "UX/RT", "x86_64", "(none)",
    };
    char names[6][UTS_LENGTH] = {0};

    for (unsigned i = 0; i < 6; i++)
        memcpy(names[i], texts[i], strlen(texts[i]));
    return give(argument_pointer(frame, 0), names, sizeof(names));
}

/* From a file, as there is one for it. */
UNIX_HANDLER(getrandom)
{
    int file = library_open(t, "/dev/urandom", UXRT_READ, 0);
    int64_t result;

    if (file < 0)
        return -ENOSYS;
    result = library_read(t, file, argument_pointer(frame, 0), argument(frame, 1));
    library_close(t, file);
    return result;
}
