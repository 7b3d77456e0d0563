/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init: does what /boot/init.conf says, then runs one program and ends the machine with
 * its code: the command that the image holds (/boot/command: words that end with NUL), or
 * else what the table names. A command without a slash is looked for in PATH.
 *   init TABLE [COMMAND [ARGUMENT...]]
 * does the same as an ordinary program; it ends its services and returns the code.
 */
#include <terminal/termios.h>
#include <transport/protocol.h>
#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/search.h"
#include "init.h"

void init_say(const char *what, const char *name, int number)
{
    char line[200];
    size_t length = number ? print(line, sizeof(line), "init: %s %s (%d)\n", what, name,
                                   number)
                           : print(line, sizeof(line), "init: %s %s\n", what, name);

    uxrt_log(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

char *init_read(const char *name, size_t *size)
{
    static char memory[64 * 1024];
    static size_t used;
    char *text = memory + used;
    size_t room = sizeof(memory) - used - 1;
    int file = uxrt_open(name, UXRT_READ, 0);
    int64_t got = file < 0 ? file : 1;

    *size = 0;
    if (file < 0)
        return NULL;
    while (got > 0 && *size < room) {
        got = uxrt_read(file, text + *size, room - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    (void)uxrt_close(file);
    if (got < 0) {
        init_say("cannot read", name, (int)got);
        return NULL;
    }
    text[*size] = 0;
    used += *size + 1;
    return text;
}

/* The image's own command, in words. */
static void command(char **words)
{
    unsigned count = 0;
    size_t size;
    char *text = init_read("/boot/command", &size);

    for (size_t i = 0; text && i < size && count < WORDS_MAX; i += strlen(text + i) + 1)
        words[count++] = text + i;
    words[count] = NULL;
}

/* The image wants its command to have the second serial port, a plain stream of bytes, as
 * its input and output; errors go to the console. */
static void use_serial(void)
{
    static char program[] = "/boot/drv/serial";
    static char *arguments[] = {program, NULL};
    struct uxrt_stat stat;
    int file = uxrt_stat("/boot/plain", &stat);

    if (file < 0)
        return;
    file = service_start("serial", arguments, (struct respawn){0});
    if (file == 0)
        file = uxrt_open("/srv/serial", UXRT_READ | UXRT_WRITE, 0);
    if (file < 0) {
        init_say("cannot use", "/srv/serial", file);
        return;
    }
    (void)uxrt_dup_to(file, 0);
    (void)uxrt_dup_to(file, 1);
    (void)uxrt_close(file);
}

/* What the console still has to send would be lost. */
static void drain_console(void)
{
    uint32_t left = 0;

    while (uxrt_get(2, ATTR_CONTROL, TIOCOUTQ, &left, sizeof(left)) == sizeof(left) && left)
        uxrt_yield();
}

/* Does the table; runs `words`, if there are some, or what the table names. */
static int work(const char *name, char **words)
{
    size_t size;
    char *table = init_read(name, &size);
    bool own = !words[0];
    char **run = own ? init_program : words;

    if (table)
        table_do(table);
    else
        init_say("there is no", name, 0);
    if (!run[0])
        return 0;
    run[0] = search_program(run[0], init_environment, "");
    if (uxrt_getpid() == 1)
        use_serial();
    return child_run(run, own);
}

int main(int argc, char **argv, char **envp)
{
    static char *words[WORDS_MAX + 1];

    if (uxrt_getpid() == 1) {
        command(words);

        int code = work("/boot/init.conf", words);

        drain_console();
        uxrt_shutdown(code);
        return 1;
    }
    for (unsigned i = 0; envp[i] && i < ENVIRONMENT_MAX; i++)
        init_environment[i] = envp[i];
    int code = argc > 1 ? work(argv[1], argv + 2) : 2;

    service_stop();
    return code;
}
