/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of the console: records to read and to write, in tables. */
#include "console.h"

#include <transport/layout.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/string.h>

/* Who asks for the foreground group while there is none becomes it: there are no sessions
 * yet that would say. A group goes with its leader. */
static void find_foreground(uint64_t badge)
{
    const struct identity *who = uxrt_identity(badge);
    int group = (int)console.foreground;

    if (who && (group == 0 || uxrt_kill(group, 0) == -ESRCH))
        console.foreground = who->pgid;
}

int64_t settings_get(struct server_request *request, unsigned attribute,
    uint64_t argument, void *record, size_t size)
{
    const struct terminal *terminal = &console.terminal;
    uint32_t pending = (uint32_t)terminal_pending(terminal);
    uint32_t unsent = console.queued - console.sent;
    const struct { unsigned attribute; uint64_t argument; const void *data; size_t size; }
    records[] = {
        {ATTR_TERMIOS, 0, &terminal->settings, sizeof(terminal->settings)},
        {ATTR_CONTROL, TIOCGWINSZ, &terminal->size, sizeof(terminal->size)},
        {ATTR_CONTROL, TIOCGPGRP, &console.foreground, sizeof(console.foreground)},
        {ATTR_CONTROL, FIONREAD, &pending, sizeof(pending)},
        {ATTR_CONTROL, TIOCOUTQ, &unsent, sizeof(unsent)},
    };

    if (attribute == ATTR_CONTROL && argument == TIOCGPGRP)
        find_foreground(request->request.badge);
    for (unsigned i = 0; i < sizeof(records) / sizeof(*records); i++) {
        if (records[i].attribute != attribute || records[i].argument != argument)
            continue;
        if (size < records[i].size)
            return -EINVAL;
        memcpy(record, records[i].data, records[i].size);
        return (int64_t)records[i].size;
    }
    return -ENOTTY;
}

static int set_termios(const void *record, bool flush)
{
    struct terminal_settings settings;

    memcpy(&settings, record, sizeof(settings));
    terminal_set(&console.terminal, &settings, flush);
    return 0;
}

/* Now, and after output: that has been processed when it was written. */
static int set_now(const void *record)
{
    return set_termios(record, false);
}

static int set_flush(const void *record)
{
    return set_termios(record, true);
}

static int set_size(const void *record)
{
    memcpy(&console.terminal.size, record, sizeof(console.terminal.size));
    return 0;
}

static int set_foreground(const void *record)
{
    uint32_t group;

    memcpy(&group, record, sizeof(group));
    if (group > INT32_MAX)
        return -EINVAL;
    console.foreground = group;
    return 0;
}

/* TCFLSH: 0 input, 1 output, 2 both. */
static int flush(const void *record)
{
    uint32_t what;

    memcpy(&what, record, sizeof(what));
    if (what > 2)
        return -EINVAL;
    if (what != 1)
        terminal_flush(&console.terminal);
    if (what != 0)
        console.sent = console.queued;
    return 0;
}

static const struct {
    unsigned attribute;
    uint64_t argument;
    size_t size;
    int (*set)(const void *record);
} setters[] = {
    {ATTR_TERMIOS, 0, sizeof(struct terminal_settings), set_now},
    {ATTR_TERMIOS, TCSETS, sizeof(struct terminal_settings), set_now},
    {ATTR_TERMIOS, TCSETSW, sizeof(struct terminal_settings), set_now},
    {ATTR_TERMIOS, TCSETSF, sizeof(struct terminal_settings), set_flush},
    {ATTR_CONTROL, TIOCSWINSZ, sizeof(struct terminal_size), set_size},
    {ATTR_CONTROL, TIOCSPGRP, sizeof(uint32_t), set_foreground},
    {ATTR_CONTROL, TCFLSH, sizeof(uint32_t), flush},
};

int64_t settings_set(struct server_request *request, unsigned attribute,
    uint64_t argument, const void *record, size_t size)
{
    for (unsigned i = 0; i < sizeof(setters) / sizeof(*setters); i++) {
        if (setters[i].attribute != attribute || setters[i].argument != argument)
            continue;
        if (size != setters[i].size)
            return -EINVAL;

        int error = setters[i].set(record);

        console_changed(request->server);
        return error ? error : (int64_t)size;
    }
    return -ENOTTY;
}
