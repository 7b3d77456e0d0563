/* SPDX-License-Identifier: BSD-2-Clause */
/* hello: writes a line to descriptor 1; what `./uxrt run` runs without a command. */
#include <uxrt/transport.h>

int main(void)
{
    static const char text[] = "Hello from UX/RT.\n";
    int64_t done = uxrt_write(1, text, sizeof(text) - 1);

    return done == sizeof(text) - 1 ? 0 : 1;
}
