/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of a shell script, and of the example doc/examples/forms.c, used by a program in
 * each of the transport's three forms; and a script's files mounted in the tree.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { BYTES = 900, PLACE = 100 };

static char data[2 * BYTES], got[2 * BYTES];

static int64_t write_short(int file, const char *from, size_t count)
{
    memcpy(uxrt_registers_out(), from, count);
    return uxrt_write_short(file, count, 0);
}

static int64_t read_short(int file)
{
    int64_t count = uxrt_read_short(file, BYTES, 0);

    if (count > 0)
        memcpy(got, uxrt_registers_in(), (size_t)count);
    return count;
}

static int64_t write_long(int file, const char *from, size_t count)
{
    char *buffer = uxrt_buffer(file, 0);

    if (!buffer)
        return -ENOMEM;
    memcpy(buffer + PLACE, from, count);
    return uxrt_write_long(file, PLACE, count, 0);
}

static int64_t read_long(int file)
{
    char *buffer = uxrt_buffer(file, 0);
    int64_t count = buffer ? uxrt_read_long(file, PLACE, BYTES, 0) : -ENOMEM;

    if (count > 0)
        memcpy(got, buffer + PLACE, (size_t)count);
    return count;
}

static int64_t write_plain(int file, const char *from, size_t count)
{
    return uxrt_pwrite(file, from, count, 0);
}

static int64_t read_plain(int file)
{
    return uxrt_pread(file, got, BYTES, 0);
}

static const struct form {
    const char *name;
    int64_t (*write)(int file, const char *from, size_t count);
    int64_t (*read)(int file);
} forms[] = {
    {"short", write_short, read_short}, {"long", write_long, read_long},
    {"plain", write_plain, read_plain},
};
enum { FORMS = sizeof(forms) / sizeof(*forms) };

/* Writes the file in each form, and reads it in each. */
static void use(const char *name)
{
    int file = uxrt_open(name, UXRT_READ | UXRT_WRITE | UXRT_CREATE, 0644);

    if (!tap_ok(file >= 0, "%s opened", name))
        return;
    for (unsigned w = 0; w < FORMS; w++) {
        tap_fill(data, BYTES, w + 1);
        tap_is(forms[w].write(file, data, BYTES), BYTES, "%s written, %s", name,
            forms[w].name);
        for (unsigned r = 0; r < FORMS; r++) {
            memset(got, 0, sizeof(got));
            tap_is(forms[r].read(file), BYTES, "read, %s", forms[r].name);
            tap_ok(!memcmp(data, got, BYTES), "the same bytes");
        }
    }
    uxrt_close(file);
}

static int start(char *const arguments[], const char *service)
{
    int pid = tap_spawn(arguments);

    tap_ok(pid > 0 && tap_await(service, pid), "%s runs", service);
    return pid;
}

static void script(void)
{
    int pid = start((char *[]){"/bin/sh", "/boot/example/kv", NULL}, "kv");
    struct uxrt_stat stat;
    int file;

    use("/srv/kv/file");
    tap_is(uxrt_mkdir("/tmp/kv", 0755), 0, "a place");
    tap_is(uxrt_mount("kv", "/tmp/kv", UXRT_MOUNT_REPLACE), 0, "mounted there");
    tap_is(uxrt_stat("/tmp/kv/file", &stat), 0, "stat by its new name");
    tap_is((int64_t)stat.size, BYTES, "its size");
    use("/tmp/kv/other");
    file = uxrt_open("/tmp/kv/file", UXRT_READ, 0);
    tap_is(uxrt_pread(file, got, BYTES, 0), BYTES, "read");
    tap_ok(!memcmp(data, got, BYTES), "the same bytes");
    tap_kill(pid);
    tap_is(uxrt_pread(file, got, BYTES, 0), -EIO, "the script was killed");
    tap_is(uxrt_open("/tmp/kv/file", UXRT_READ, 0), -EIO, "its mount leads nowhere");
    uxrt_close(file);
    tap_is(uxrt_unmount("/tmp/kv"), 0, "unmounted");
    tap_is(uxrt_rmdir("/tmp/kv"), 0, "an empty directory again");
}

static void example(void)
{
    static const char *const names[] = {"short", "long", "plain", "any"};
    int pid = start((char *[]){"/boot/example/forms", NULL}, "forms");
    char name[40];

    for (unsigned i = 0; i < 4; i++) {
        print(name, sizeof(name), "/srv/forms/%s", names[i]);
        use(name);
    }
    tap_kill(pid);
}

int main(void)
{
    script();
    example();
    return tap_end();
}
