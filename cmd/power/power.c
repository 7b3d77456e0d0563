/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poweroff, halt, reboot: end the machine. With a number, poweroff and halt make it the
 * code with which ./uxrt ends. Files are in memory only, so nothing has to be kept.
 */
#include <stdbool.h>

#include <uxrt/driver.h>
#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

enum { RESET_PORT = 0xcf9, RESET_HARD = 2, RESET_NOW = 6, CODE_MAX = 127 };

static int fail(const char *name, const char *what, int error)
{
    char line[100];

    uxrt_write(2, line, print(line, sizeof(line), "%s: %s (%d)\n", name, what, error));
    return 1;
}

/* -1: it is none. */
static int code_of(const char *digits)
{
    int code = *digits ? 0 : -1;

    for (; code >= 0 && *digits; digits++) {
        bool good = *digits >= '0' && *digits <= '9' && code <= CODE_MAX;

        code = good ? code * 10 + *digits - '0' : -1;
    }
    return code > CODE_MAX ? -1 : code;
}

static int restart(void)
{
    int error = uxrt_ports(0, RESET_PORT, RESET_PORT);

    if (error == 0) {
        (void)uxrt_port_out(0, RESET_PORT, 1, RESET_HARD);
        error = uxrt_port_out(0, RESET_PORT, 1, RESET_NOW);
    }
    return error;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
    bool again = !strcmp(name, "reboot");
    int code = argc > 1 && !again ? code_of(argv[1]) : 0;

    if (code < 0 || argc > (again ? 1 : 2))
        return fail(name, again ? "usage: reboot" : "usage: poweroff [CODE]", 22);
    return fail(name, "not done", again ? restart() : uxrt_shutdown(code));
}
