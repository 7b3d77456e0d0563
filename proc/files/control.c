/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/PID/ctl: words that are written do something to the process: "signal N" or "signal
 * NAME" (also "kill"), "stop", "continue", "renice N". One command in each write.
 */
#include <files/node.h>

#include <process/limit.h>
#include <process/signal.h>
#include <util/errno.h>
#include <util/string.h>

enum { LINE = 64 };

/* What is left of a line. */
struct line {
    const char *text;
    size_t length;
};

/* Takes a word off its front; false: there is none. */
static bool take_word(struct line *line, struct line *word)
{
    while (line->length && (*line->text == ' ' || *line->text == '\n')) {
        line->text++;
        line->length--;
    }
    word->text = line->text;
    while (line->length && *line->text != ' ' && *line->text != '\n') {
        line->text++;
        line->length--;
    }
    word->length = (size_t)(line->text - word->text);
    return word->length > 0;
}

static bool is_word(const struct line *word, const char *text)
{
    return word->length == strlen(text) && !memcmp(word->text, text, word->length);
}

/* A number or a name with or without SIG; -1: there is none such. */
static int signal_of(struct line word)
{
    static const char names[][8] = {
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
        "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN",
        "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    };
    uint64_t number;

    if (parse_number(word.text, word.length, 10, &number)) {
        return number <= SIGNALS ? (int)number : -1;
    }
    if (word.length > 3 && !memcmp(word.text, "SIG", 3)) {
        word.text += 3;
        word.length -= 3;
    }
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_word(&word, names[i])) {
            return (int)i + 1;
        }
    }
    return -1;
}

static int send_signal(struct process *process, struct line *line)
{
    struct line word;
    int signal = take_word(line, &word) ? signal_of(word) : -1;

    if (signal < 0) {
        return -EINVAL;
    }
    if (signal) {
        files_kill_later(process->pid, signal);
    }
    return 0;
}

static int stop(struct process *process, struct line *line)
{
    (void)line;
    files_kill_later(process->pid, SIGNAL_STOP);
    return 0;
}

static int go_on(struct process *process, struct line *line)
{
    (void)line;
    files_kill_later(process->pid, SIGNAL_CONTINUE);
    return 0;
}

static int renice(struct process *process, struct line *line)
{
    struct line word = {0};
    bool negative = take_word(line, &word) && *word.text == '-';
    uint64_t number;
    int64_t nice;

    word.text += negative;
    word.length -= negative;
    if (!parse_number(word.text, word.length, 10, &number)
        || number > -PROC_NICE_LEAST) {
        return -EINVAL;
    }
    nice = negative ? -(int64_t)number : (int64_t)number;
    if (nice < process->page->nice && files_caller()->uid) {
        return -EACCES;
    }
    limit_set_nice(process, nice);
    return 0;
}

static const struct {
    const char *word;
    unsigned arguments;
    int (*run)(struct process *process, struct line *line);
} commands[] = {
    {"signal", 1, send_signal}, {"kill", 1, send_signal}, {"stop", 0, stop},
    {"continue", 0, go_on}, {"renice", 1, renice},
};

static unsigned count_words(struct line line)
{
    struct line word;
    unsigned count = 0;

    while (take_word(&line, &word)) {
        count++;
    }
    return count;
}

static int run(struct process *process, struct line line)
{
    struct line word;

    if (!take_word(&line, &word)) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (is_word(&word, commands[i].word)
            && count_words(line) == commands[i].arguments) {
            return commands[i].run(process, &line);
        }
    }
    return -EINVAL;
}

static int64_t control(struct tree_node *node, struct server_request *request)
{
    struct process *process = tree_process(node);
    char text[LINE];
    int64_t count;
    int error;

    if (request->count > sizeof(text)) {
        return -EINVAL;
    }
    count = server_get(request, 0, text, request->count);
    if (count < 0) {
        return count;
    }
    if ((size_t)count != request->count) {
        return -EFAULT;
    }
    if (!files_may_control(process)) {
        return -EPERM;
    }
    if (process->zombie) {
        return -ESRCH;
    }
    error = run(process, (struct line){text, (size_t)count});
    return error ? error : count;
}

const struct node_kind kind_control = {
    .name = "ctl", .code = 5, .mode = S_IFREG | 0200, .of_process = true,
    .write = control,
};
