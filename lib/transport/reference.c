/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files of processes by name: see reference.h. */
#include <transport/reference.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/resolve.h>
#include <util/errno.h>
#include <util/string.h>

enum { DIGITS = 20 };

int reference_adopt(struct uxrt_thread *t, const struct file_turn *turn,
    struct file **file)
{
    const struct adoption adoption = {.badge = turn->badge, .file = turn->file};
    uint16_t root = turn->root;
    int slot = connection_slot(t, turn->service);
    int64_t result = slot;

    if (slot < 0) {
        return slot;
    }
    *file = file_create(FILE_CONNECTION, (uint8_t)slot, UXRT_PATH);
    if (!*file) {
        return -ENFILE;
    }
    (*file)->root = root;
    result = client_write(t, (unsigned)slot, CONTROL_FILE, &adoption, sizeof(adoption),
        (int64_t)attribute_address(ATTR_ADOPT, (*file)->id));
    if (result < 0) {
        file_forget(*file);
        return (int)result;
    }
    return 0;
}

static uint32_t put(char *to, uint32_t used, const char *text, size_t length)
{
    memcpy(to + used, text, length);
    return used + (uint32_t)length;
}

/* As "pipe:[17]". */
static uint32_t number_text(char *to, const char *service, uint64_t number)
{
    char digits[DIGITS];
    uint32_t count = 0, used = put(to, 0, service, strlen(service));

    do {
        digits[DIGITS - ++count] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    used = put(to, used, ":[", 2);
    used = put(to, used, digits + DIGITS - count, count);
    return put(to, used, "]", 1);
}

int64_t reference_name(struct uxrt_thread *t, const struct file_turn *turn, char *target,
    size_t size)
{
    static const char gone[] = " (deleted)";
    char service[sizeof(turn->name) + 1] = {0};
    struct uxrt_stat stat;
    struct walk walk;
    struct file *file;
    int64_t result;

    memcpy(service, turn->name, sizeof(turn->name));
    result = reference_adopt(t, turn, &file);
    if (result < 0) {
        return result;
    }
    result = client_get(t, file->slot, file->id, &stat, sizeof(stat),
        (int64_t)attribute_address(ATTR_STAT, 0));
    if (result == sizeof(stat)) {
        result = walk_file(t, &walk, file);
        if (result < 0) {
            walk.length = number_text(walk.text, service, stat.node);
        } else if (!walk.length) {
            walk.length = put(walk.text, 0, "/", 1);
        } else if (!stat.links && walk.length < TEXT_SIZE - sizeof(gone)) {
            walk.length = put(walk.text, walk.length, gone, sizeof(gone) - 1);
        }
        size = walk.length < size ? walk.length : size;
        memcpy(target, walk.text, size);
        result = (int64_t)size;
    } else if (result >= 0) {
        result = -EIO;
    }
    file_close(t, file);
    return result;
}
