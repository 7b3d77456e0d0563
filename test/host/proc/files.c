/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process server's files, asked by messages as the main loop gets them: what they
 * say, who may use them, and requests of all kinds of nonsense.
 */
#include "world.h"

#include <transport/descriptor.h>

enum { FILE_ID = 20, BOOT = ROOT_FILE + 1, SRV = ROOT_FILE + 2, PROC = ROOT_FILE + 3 };

static uint32_t caller = USER_PID;
static uint64_t answer[MESSAGE_MAX_LENGTH];
static bool at_end;

/* Sends a request; returns the count or the negative error. */
static int64_t send(uint64_t label, unsigned words, const uint64_t *message)
{
    uint64_t mr[4], info;

    for (unsigned i = 0; i < words; i++) {
        *(i < 4 ? &mr[i] : &kc_ipc_buffer()->msg[i]) = message[i];
    }
    info = files_request(1, badge_of(caller, 1), message_info(label, 0, 0, words), mr);
    assert_in_range(message_length(info), 0, MESSAGE_MAX_LENGTH);
    assert_int_equal(message_extra_caps(info), 0);
    for (unsigned i = 0; i < message_length(info); i++) {
        answer[i] = i < 4 ? mr[i] : kc_word(i);
    }
    label = message_label(info);
    assert_true(label & REPLY_SERVED);
    at_end = label & REPLY_END;
    return (int64_t)REPLY_COUNT(label) * (label & REPLY_ERROR ? -1 : 1);
}

static int64_t ask_write(uint32_t file, uint64_t offset, const void *data, size_t count)
{
    uint64_t message[MESSAGE_MAX_LENGTH] = {offset};

    memcpy(message + 1, data, count);
    return send(request_label(true, FORM_MESSAGE, file, count),
        1 + (unsigned)words_of(count), message);
}

static int64_t ask_read(uint32_t file, uint64_t offset, size_t count)
{
    return send(request_label(false, FORM_MESSAGE, file, count), 1, &offset);
}

static int64_t open_from(uint32_t root, const char *name, unsigned flags)
{
    char data[256] = {0};
    int64_t result;

    memcpy(data + 4, name, strlen(name));
    result = ask_write(root,
        attribute_address(ATTR_OPEN, FILE_ID | (uint64_t)flags << 20), data,
        4 + strlen(name));
    return result < 0 ? result : 0;
}

static void close_file(void)
{
    assert_int_equal(ask_write(FILE_ID, attribute_address(ATTR_CLOSE, 0), "", 0), 0);
}

/* Opens a file and reads all of it; returns what it holds. */
static const char *contents(uint32_t root, const char *name)
{
    static char text[16384];
    size_t length = 0;
    int64_t got;

    assert_int_equal(open_from(root, name, UXRT_READ), 0);
    do {
        got = ask_read(FILE_ID, length, 100);
        assert_true(got >= 0);
        memcpy(text + length, answer, (size_t)got);
        length += (size_t)got;
    } while (!at_end && got);
    close_file();
    text[length] = 0;
    return text;
}

static void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

static int64_t write_file(const char *name, const char *data)
{
    int64_t result = open_from(PROC, name, UXRT_WRITE | UXRT_TRUNCATE);

    if (!result) {
        result = ask_write(FILE_ID, 0, data, strlen(data));
        close_file();
    }
    return result;
}

static void texts(void **state)
{
    (void)state;
    expect_text(contents(PROC, "7/status"), "Name:\tpro\\040gram\nState:\tR");
    expect_text(contents(PROC, "7/status"), "Services:\t\n");
    expect_text(contents(PROC, "10/status"), "Z (zombie)");
    expect_text(contents(PROC, "7/status"), "Uid:\t1000\t1000\t1000\t1000\n");
    assert_string_equal(contents(PROC, "9/cmdline"), "");
    expect_text(contents(PROC, "8/maps"),
        "000000500000-000000502000 rw-p 00000000 00:00");
    assert_string_equal(contents(PROC, "10/ns"), "");
    assert_string_equal(contents(PROC, "sys/processes"),
        "live 4\nzombies 1\nthreads 4\n");
    expect_text(contents(PROC, "sys/memory"), "pages 100\nfree 40\nused 60\n");
    assert_string_equal(contents(PROC, "sys/services"), "5 7 console\n6 1 ramfs\n");
    expect_text(contents(PROC, "sys/connections"), "live 4\nending 0\n");
    expect_text(contents(PROC, "sys/kernel-objects"), "page-table 9\n");
    assert_string_equal(contents(PROC, "sys/cores"), "0 3\n1 4\n");
    expect_text(contents(PROC, "sys/calls"), "cores 2\nmigrations 7\n");
    assert_int_equal(open_from(PROC, "3/status", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(PROC, "07", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(PROC, "4294967303", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(PROC, "7/nothing", UXRT_READ), -ENOENT);
}

static void links(void **state)
{
    const struct name_turn *turn = (const void *)answer;

    (void)state;
    assert_int_equal(open_from(PROC, "self/status", UXRT_READ), -ERROR_LINK);
    assert_int_equal(turn->used, 4);
    assert_int_equal(turn->length, 1);
    assert_memory_equal(turn->target, "7", 1);
    assert_int_equal(open_from(SRV, "ramfs/tmp/x", UXRT_READ), -ERROR_MOUNT);
    assert_int_equal(turn->used, 5);
    assert_int_equal(turn->service, 6);
    assert_int_equal(open_from(SRV, "nobody", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(BOOT, "root/lib/x", UXRT_READ), -ERROR_LINK);
    assert_int_equal(turn->used, 8);
    assert_memory_equal(turn->target, "etc", 3);
}

static void boot_files(void **state)
{
    struct uxrt_object object;

    (void)state;
    assert_string_equal(contents(BOOT, "init"), "program");
    assert_string_equal(contents(ROOT_FILE, "boot/root/etc/empty"), "");
    assert_int_equal(open_from(BOOT, "lost/child", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(BOOT, "init", UXRT_WRITE), -EACCES);
    assert_int_equal(open_from(BOOT, "init", UXRT_READ | UXRT_EXECUTE), 0);
    assert_int_equal(ask_read(FILE_ID, INT64_MAX, 100), 0);
    assert_int_equal(ask_read(FILE_ID, attribute_address(ATTR_OBJECT, PROC_READ), 16),
        16);
    memcpy(&object, answer, sizeof(object));
    assert_int_equal(object.token, TOKEN);
    assert_int_equal(object.size, 7);
    assert_int_equal(ask_read(FILE_ID, attribute_address(ATTR_OBJECT, PROC_WRITE), 16),
        -EACCES);
    close_file();
}

/* Names in a directory, each followed by a space. */
static const char *list(uint32_t root, const char *name)
{
    static char names[4096];
    size_t length = 0;
    uint64_t cookie = 0;
    int64_t got;

    assert_int_equal(open_from(root, name, UXRT_READ | UXRT_DIRECTORY), 0);
    while ((got = ask_read(FILE_ID, attribute_address(ATTR_READDIR, cookie), 80)) > 0) {
        for (int64_t at = 0; at < got;) {
            const struct uxrt_entry *entry = (const void *)((char *)answer + at);

            memcpy(names + length, entry->name, entry->name_length);
            length += entry->name_length;
            names[length++] = ' ';
            cookie = entry->next;
            at += entry->length;
        }
    }
    assert_int_equal(got, 0);
    close_file();
    names[length] = 0;
    return names;
}

static void directories(void **state)
{
    (void)state;
    assert_string_equal(list(ROOT_FILE, ""), "boot srv proc ");
    assert_string_equal(list(BOOT, ""), "init root ");
    assert_string_equal(list(BOOT, "root"), "etc lib ");
    assert_string_equal(list(SRV, ""), "console ramfs ");
    assert_string_equal(list(PROC, ""),
        "self sys uptime stat meminfo loadavg version cpuinfo mounts filesystems swaps "
        "vmstat 1 7 8 9 10 ");
    assert_string_equal(list(PROC, "9"),
        "status cmdline maps ns ctl mem map tty stat statm comm limits mounts mountinfo "
        "counts environ life exe cwd root fd task ");
    assert_string_equal(list(PROC, "9/task"), "9 ");
    assert_string_equal(list(PROC, "9/task/9"), "status stat comm ");
    assert_int_equal(open_from(PROC, "9/task/8", UXRT_READ), -ENOENT);
    assert_string_equal(list(PROC, "sys/kernel/random"), "entropy_avail ");
    assert_string_equal(list(PROC, "8/map"),
        "400000-402000 500000-502000 600000-602000 7a4020000000-7a4020002000 ");
    assert_int_equal(open_from(PROC, "9/map", UXRT_READ), -EACCES);
}

/* The forms that programs know: each field in its place. */
static void linux_forms(void **state)
{
    unsigned fields = 0;
    char copy[1024], *word;

    (void)state;
    assert_string_equal(contents(PROC, "uptime"), "100.50 191.00\n");
    expect_text(contents(PROC, "stat"), "cpu  1000 0 0 19100 0 0 0 0 0 0\ncpu0 500 ");
    expect_text(contents(PROC, "meminfo"), "MemTotal:            400 kB\nMemFree:  ");
    assert_string_equal(contents(PROC, "loadavg"), "0.00 0.00 0.00 1/4 10\n");
    expect_text(contents(PROC, "cpuinfo"), "processor\t: 1\n");
    assert_string_equal(contents(PROC, "sys/kernel/ostype"), "Linux\n");
    assert_string_equal(contents(PROC, "9/mounts"), "");
    assert_string_equal(contents(PROC, "9/comm"), "pro gram\n");
    assert_string_equal(contents(PROC, "9/statm"), "6 3 0 0 0 3 0\n");
    strcpy(copy, contents(PROC, "7/stat"));
    expect_text(copy, "7 (pro gram) R 0 0 0 0 -1 0 0 0 0 0 250 0 0 0 20 0 1 0 0 24576 3 ");
    for (word = strtok(strrchr(copy, ')'), " \n"); word; word = strtok(NULL, " \n")) {
        fields++;
    }
    assert_int_equal(fields, 51);
    expect_text(contents(PROC, "10/stat"), ") Z ");
    expect_text(contents(PROC, "1/stat"), ") R ");
    expect_text(contents(PROC, "9/stat"), ") S ");
    expect_text(contents(PROC, "7/task/7/stat"), "7 (pro gram) R ");
    expect_text(contents(PROC, "9/limits"), "Max open files            0        ");
}

/* What is read out of the memory of a process. */
static void library(void **state)
{
    const struct name_turn *turn = (const void *)answer;
    const struct file_turn *file = (const void *)turn->target;
    uint64_t place[3] = {DATA + 0x400, DATA + 0x406, DATA + 0x40a}, word;
    uint32_t length = 4;

    (void)state;
    memcpy(world_memory(FRIEND_PID, WORLD_PROGRAM), place, sizeof(place));
    strcpy(world_memory(FRIEND_PID, WORLD_PROGRAM + 24), "/bin/program");
    memcpy(world_memory(FRIEND_PID, DATA + 0x400), "ls\0-l\0A=B", 10);
    memcpy(world_memory(FRIEND_PID, WORLD_DIRECTORY), &length, sizeof(length));
    memcpy(world_memory(FRIEND_PID, WORLD_DIRECTORY + 4), "/tmp/x", 6);
    assert_memory_equal(contents(PROC, "8/cmdline"), "ls\0-l", 6);
    assert_string_equal(contents(PROC, "8/environ"), "A=B");
    assert_int_equal(open_from(PROC, "9/environ", UXRT_READ), -EACCES);
    assert_int_equal(open_from(PROC, "8/cwd/a", UXRT_READ), -ERROR_LINK);
    assert_memory_equal(turn->target, "/tmp", 4);
    assert_int_equal(turn->length, 4);
    assert_int_equal(open_from(PROC, "8/exe", UXRT_READ), -ERROR_LINK);
    assert_memory_equal(turn->target, "/bin/program", 12);
    assert_int_equal(open_from(PROC, "9/exe", UXRT_READ), -EACCES);

    word = UINT64_C(20) << DESCRIPTOR_FILE_SHIFT | DESCRIPTOR_CONNECTION | 3;
    memcpy(world_memory(FRIEND_PID, WORLD_DESCRIPTORS + 5 * 8), &word, sizeof(word));
    assert_string_equal(list(PROC, "8/fd"), "5 ");
    assert_int_equal(open_from(PROC, "8/fd/4", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(PROC, "8/fd/05", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(PROC, "8/fd/5/x", UXRT_READ), -ERROR_FILE);
    assert_int_equal(turn->used, 6);
    assert_int_equal(file->badge, badge_of(FRIEND_PID, 1));
    assert_int_equal(file->file, 20);
    assert_int_equal(file->service, 6);
    assert_string_equal(file->name, "ramfs");
    assert_int_equal(open_from(PROC, "8/fd/5", UXRT_PATH | UXRT_NOFOLLOW), 0);
    assert_int_equal(ask_read(FILE_ID, attribute_address(ATTR_LINK, 0), 100), -ERROR_FILE);
    assert_int_equal(file->file, 20);
    close_file();

    place[0] = UINT64_MAX - 4;
    place[2] = place[1] = UINT64_MAX;
    memcpy(world_memory(FRIEND_PID, WORLD_PROGRAM), place, sizeof(place));
    assert_string_equal(contents(PROC, "8/cmdline"), "");
    length = UINT32_MAX;
    memcpy(world_memory(FRIEND_PID, WORLD_DIRECTORY), &length, sizeof(length));
    assert_int_equal(open_from(PROC, "8/cwd/a", UXRT_READ), -ENOENT);
    memset(world_memory(FRIEND_PID, DATA), 0, REGION);
}

/* Another connection's open file, by its id. */
static void adopted(void **state)
{
    struct adoption adoption = {.badge = badge_of(FRIEND_PID, 1), .file = FILE_ID};
    const uint64_t to = attribute_address(ATTR_ADOPT, FILE_ID + 1);

    (void)state;
    caller = FRIEND_PID;
    assert_int_equal(open_from(BOOT, "init", UXRT_READ), 0);
    caller = OTHER_PID;
    assert_int_equal(ask_write(CONTROL_FILE, to, &adoption, sizeof(adoption)), -EACCES);
    caller = USER_PID;
    assert_int_equal(ask_write(CONTROL_FILE, to, &adoption, sizeof(adoption)),
        sizeof(adoption));
    assert_int_equal(ask_read(FILE_ID + 1, 0, 10), -EBADF);
    assert_int_equal(ask_read(FILE_ID + 1, attribute_address(ATTR_PATH, 0), 100), 4);
    assert_memory_equal(answer, "init", 4);
    assert_int_equal(open_from(FILE_ID + 1, "", UXRT_READ), 0);
    assert_int_equal(ask_read(FILE_ID, 0, 10), 7);
    close_file();
    assert_int_equal(open_from(FILE_ID + 1, "", UXRT_WRITE), -EACCES);
    assert_int_equal(ask_write(CONTROL_FILE, to, &adoption, sizeof(adoption)), -EBUSY);
    assert_int_equal(ask_write(FILE_ID + 1, attribute_address(ATTR_CLOSE, 0), "", 0), 0);
    adoption.file = 99;
    assert_int_equal(ask_write(CONTROL_FILE, to, &adoption, sizeof(adoption)), -ENOENT);
    adoption.badge = badge_of(FRIEND_PID, 7);
    assert_int_equal(ask_write(CONTROL_FILE, to, &adoption, sizeof(adoption)), -ENOENT);
    caller = FRIEND_PID;
    close_file();
    caller = USER_PID;
}

static void memory(void **state)
{
    (void)state;
    strcpy(world_memory(FRIEND_PID, DATA + 10), "hello");
    assert_int_equal(open_from(PROC, "8/mem", UXRT_READ | UXRT_WRITE), 0);
    assert_int_equal(ask_read(FILE_ID, DATA + 10, 6), 6);
    assert_string_equal((char *)answer, "hello");
    assert_int_equal(ask_read(FILE_ID, DATA + REGION - 8, 100), 8);
    assert_int_equal(ask_read(FILE_ID, DATA + REGION, 100), -EIO);
    assert_int_equal(ask_read(FILE_ID, INT64_MAX - 7, 100), 0);
    assert_int_equal(ask_write(FILE_ID, DATA, "abc", 3), 3);
    assert_memory_equal(world_memory(FRIEND_PID, DATA), "abc", 3);
    assert_int_equal(ask_write(FILE_ID, TEXT, "abc", 3), 3);
    assert_int_equal(ask_write(FILE_ID, SYSTEM, "abc", 3), -EIO);
    assert_int_equal(ask_write(FILE_ID, 0, "abc", 3), -EIO);
    close_file();

    assert_int_equal(open_from(PROC, "8/map/500000-502000", UXRT_READ | UXRT_WRITE), 0);
    assert_int_equal(ask_read(FILE_ID, 10, 6), 6);
    assert_string_equal((char *)answer, "hello");
    assert_int_equal(ask_read(FILE_ID, REGION, 6), 0);
    assert_int_equal(ask_write(FILE_ID, REGION, "x", 1), -ENOSPC);
    assert_int_equal(ask_read(FILE_ID, attribute_address(ATTR_OBJECT, 3), 16), 16);
    assert_int_equal(ask_read(FILE_ID, attribute_address(ATTR_OBJECT, 5), 16), -EACCES);
    close_file();
    assert_int_equal(open_from(PROC, "8/map/500000-503000", UXRT_READ), -ENOENT);
    assert_int_equal(open_from(PROC, "8/map/7a4020000000-7a4020002000", UXRT_READ), 0);
    assert_int_equal(ask_read(FILE_ID, attribute_address(ATTR_OBJECT, 1), 16), -ENODEV);
    close_file();
    assert_int_equal(open_from(PROC, "9/mem", UXRT_READ), -EACCES);
    assert_int_equal(open_from(PROC, "1/map/500000-502000", UXRT_READ), -EACCES);
}

/* A file that is open when its process, or the right to use it, has gone. */
static void gone(void **state)
{
    (void)state;
    assert_int_equal(open_from(PROC, "8/mem", UXRT_READ), 0);
    connection_identity(USER_PID)->uid = 2000;
    assert_int_equal(ask_read(FILE_ID, DATA, 8), -EPERM);
    connection_identity(USER_PID)->uid = 1000;
    world_end(FRIEND_PID);
    assert_int_equal(ask_read(FILE_ID, DATA, 8), -ESRCH);
    close_file();
    world_begin();
}

static void control(void **state)
{
    (void)state;
    world_killed = 0;
    assert_int_equal(write_file("8/ctl", "kill 9\n"), 7);
    assert_int_equal(world_killed, FRIEND_PID);
    assert_int_equal(world_signal, 9);
    world_killed = 0;
    assert_int_equal(write_file("8/ctl", "kill 0"), 6);
    assert_int_equal(write_file("8/ctl", "kill 65"), -EINVAL);
    assert_int_equal(write_file("8/ctl", "kill "), -EINVAL);
    assert_int_equal(write_file("8/ctl", "kill 18446744073709551625"), -EINVAL);
    assert_int_equal(write_file("8/ctl", ""), -EINVAL);
    assert_int_equal(write_file("8/ctl", "kill 1 2"), -EINVAL);
    assert_int_equal(write_file("8/ctl", "stop now"), -EINVAL);
    assert_int_equal(write_file("8/ctl", "signal SIGNOTHING"), -EINVAL);
    assert_int_equal(world_killed, 0);
    assert_int_equal(write_file("8/ctl", "signal SIGUSR1\n"), 15);
    assert_int_equal(world_signal, 10);
    assert_int_equal(write_file("8/ctl", "stop"), 4);
    assert_int_equal(world_signal, 19);
    assert_int_equal(write_file("8/ctl", " continue \n"), 11);
    assert_int_equal(world_signal, 18);
    assert_int_equal(write_file("8/ctl", "renice 7"), 8);
    assert_int_equal(process_find(FRIEND_PID)->page->nice, 7);
    assert_int_equal(write_file("8/ctl", "renice -1"), -EACCES);
    assert_int_equal(write_file("8/ctl", "renice 99"), -EINVAL);
    world_killed = 0;
    assert_int_equal(write_file("8/comm", "other"), -EPERM);
    assert_int_equal(write_file("7/comm", "another name\n"), 13);
    assert_string_equal(contents(PROC, "7/comm"), "another name\n");
    assert_int_equal(write_file("9/ctl", "kill 9"), -EACCES);
    assert_int_equal(write_file("8/status", "x"), -EACCES);
    assert_int_equal(world_killed, 0);
}

static uint64_t below(uint64_t limit)
{
    return ((uint64_t)rand() << 32 ^ (uint64_t)rand() << 16 ^ (uint64_t)rand()) % limit;
}

/* Random words: what is done is only what a command says. */
static void random_words(void **state)
{
    static const char *const words[] = {
        "signal", "kill", "stop", "continue", "renice", "-", "-5", "99", "TERM", "SIG", "\n",
        " ", "0", "184467440737095516150", "SIGSIGHUP", "x",
    };

    (void)state;
    for (unsigned step = 0; step < 20000; step++) {
        char line[80] = "";
        int64_t result;

        for (uint64_t i = below(4); i < 4; i++) {
            strcat(line, words[below(sizeof(words) / sizeof(words[0]))]);
            strcat(line, below(4) ? " " : "");
        }
        world_killed = 0;
        result = write_file("8/ctl", line);
        assert_true(result == (int64_t)strlen(line) || result == -EINVAL
                    || result == -EACCES);
        assert_true(!world_killed || (world_killed == FRIEND_PID && result > 0));
        assert_in_range(process_find(FRIEND_PID)->page->nice + 20, 0, 39);
    }
    world_begin();
}

static int64_t remove_from(uint32_t root, const char *name)
{
    return ask_write(root, attribute_address(ATTR_REMOVE, 0), name, strlen(name));
}

static void names(void **state)
{
    (void)state;
    assert_int_equal(remove_from(SRV, "ramfs"), -EPERM);
    assert_int_equal(remove_from(SRV, "console"), 7);
    assert_string_equal(list(SRV, ""), "ramfs ");
    assert_int_equal(open_from(SRV, "console", UXRT_READ), -ENOENT);
    assert_int_equal(remove_from(PROC, "7/status"), -EACCES);
    caller = ROOT_PID;
    assert_int_equal(remove_from(PROC, "7/status"), -EPERM);
    assert_int_equal(remove_from(SRV, "ramfs"), 5);
    caller = USER_PID;
    assert_string_equal(list(SRV, ""), "");
    world_begin();
}

static void buffers(void **state)
{
    uint64_t message[2] = {0, 16};

    (void)state;
    assert_int_equal(open_from(BOOT, "init", UXRT_READ), 0);
    assert_int_equal(send(request_label(false, FORM_BUFFER, FILE_ID, 100), 2, message),
        7);
    assert_memory_equal(world_buffer(USER_PID) + 16, "program", 7);
    message[1] = REGION - 99;
    assert_int_equal(send(request_label(false, FORM_BUFFER, FILE_ID, 100), 2, message),
        -EINVAL);
    message[1] = UINT64_MAX - 50;
    assert_int_equal(send(request_label(false, FORM_BUFFER, FILE_ID, 100), 2, message),
        -EINVAL);
    message[1] = BUFFER_STRIDE;
    assert_int_equal(send(request_label(false, FORM_BUFFER, FILE_ID, 0), 2, message),
        -EINVAL);
    close_file();
}

static uint64_t some_offset(void)
{
    static const uint64_t places[] = {
        0, 1, DATA, TEXT, SYSTEM, INT64_MAX, UINT64_C(1) << 47, REGION,
    };

    if (below(2)) {
        return attribute_address((unsigned)below(32), below(8)
            ? below(64) | below(2048) << 20 : below(UINT64_C(1) << 48));
    }
    return places[below(8)] + below(9) - 4;
}

static const char *some_name(void)
{
    static const char *const all[] = {
        "", "7", "8/mem", "self", "8/map/500000-502000", "8/status", "9/ctl", "7/maps",
        "sys/memory", "/", "..", "8/map/-", "console", "root/etc", "init", "8/map",
        "8/map/ffffffffffffffff-10000000000000000", "8//./ns", "ramfs/x", "8/fd/5/x",
        "7/fd", "8/task/8/stat", "7/comm", "stat", "7/environ", "8/cwd", "7/exe", "8/stat",
        "meminfo", "8/limits", "8/task",
    };

    return all[below(sizeof(all) / sizeof(all[0]))];
}

/* Random messages: nothing breaks, and every answer is well-formed. */
static void nonsense(void **state)
{
    uint64_t message[MESSAGE_MAX_LENGTH];

    (void)state;
    srand(1);
    for (unsigned i = 0; i < REGION; i++) {
        world_memory(FRIEND_PID, DATA)[i] = (char)below(256);
    }
    for (unsigned step = 0; step < 300000; step++) {
        const char *name = some_name();
        uint64_t count = below(4) ? below(64) : below(REQUEST_COUNT_MAX + 1);
        enum request_form form = below(8) ? FORM_MESSAGE : below(2) ? FORM_BUFFER : 3;

        caller = below(2) ? USER_PID : ROOT_PID;
        for (unsigned i = 0; i < MESSAGE_MAX_LENGTH; i++) {
            message[i] = below(64);
        }
        message[0] = some_offset();
        if (below(2)) {
            count = 4 + strlen(name);
            memcpy((char *)message + 12, name, strlen(name));
        }
        send(request_label(below(2), form, (uint32_t)below(64), count)
             | (below(8) ? 0 : REQUEST_CURRENT),
            (unsigned)below(MESSAGE_MAX_LENGTH + 1), message);
    }
    caller = USER_PID;
    world_end(USER_PID);
    world_end(ROOT_PID);
    assert_in_range(world_blocks, 3, 600);   /* some nodes are kept */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(links),
        cmocka_unit_test(boot_files),
        cmocka_unit_test(directories),
        cmocka_unit_test(linux_forms),
        cmocka_unit_test(library),
        cmocka_unit_test(adopted),
        cmocka_unit_test(memory),
        cmocka_unit_test(gone),
        cmocka_unit_test(control),
        cmocka_unit_test(random_words),
        cmocka_unit_test(names),
        cmocka_unit_test(buffers),
        cmocka_unit_test(nonsense),
    };

    world_begin();
    files_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
