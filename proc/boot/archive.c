/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of cpio archives, format "newc": a header of 110 characters, the name and the data,
 * the two aligned to 4. The archive is linked between two symbols.
 */
#include <boot/archive.h>

#include <util/string.h>

enum {
    MAGIC_SIZE = 6,
    FIELD_SIZE = 8,
    FIELD_MODE = 1,
    FIELD_FILE_SIZE = 6,
    FIELD_NAME_SIZE = 11,
    FIELDS = 13,
    HEADER_SIZE = MAGIC_SIZE + FIELDS * FIELD_SIZE,
    TYPE_MASK = 0170000,
    TYPE_REGULAR = 0100000,
};

extern const char archive_start[] __attribute__((weak));
extern const char archive_end[] __attribute__((weak));

/* A number in hexadecimal digits. */
static bool field(const char *header, unsigned number, uint32_t *value)
{
    const char *digits = header + MAGIC_SIZE + number * FIELD_SIZE;

    *value = 0;
    for (unsigned i = 0; i < FIELD_SIZE; i++) {
        const char *all = "0123456789abcdef0123456789ABCDEF";
        const char *digit = digits[i] ? strchr(all, digits[i]) : NULL;

        if (!digit) {
            return false;
        }
        *value = *value << 4 | ((uint32_t)(digit - all) & 15);
    }
    return true;
}

static size_t aligned(size_t place)
{
    return (place + 3) & ~(size_t)3;
}

/* Names in archives often begin with "./". */
static const char *plain_name(const char *name)
{
    if (name[0] == '.' && name[1] == '/') {
        name += 2;
    }
    while (*name == '/') {
        name++;
    }
    return name;
}

bool archive_next(size_t *place, struct archive_file *file)
{
    size_t size = (size_t)(archive_end - archive_start), data;
    const char *header = archive_start + *place, *name = header + HEADER_SIZE;
    uint32_t mode, file_size, name_size;

    if (*place > size || size - *place < HEADER_SIZE
        || memcmp(header, "070701", MAGIC_SIZE) != 0
        || !field(header, FIELD_MODE, &mode) || !field(header, FIELD_FILE_SIZE, &file_size)
        || !field(header, FIELD_NAME_SIZE, &name_size)) {
        return false;
    }
    data = aligned(*place + HEADER_SIZE + name_size);
    if (name_size == 0 || data > size || file_size > size - data
        || name[name_size - 1] != '\0' || strcmp(name, "TRAILER!!!") == 0) {
        return false;
    }
    *file = (struct archive_file){
        .name = plain_name(name),
        .data = archive_start + data,
        .size = file_size,
        .mode = mode,
    };
    *place = aligned(data + file_size);
    return true;
}

bool archive_find(const char *name, const void **data, size_t *size)
{
    struct archive_file file;
    size_t place = 0;

    while (archive_next(&place, &file)) {
        if ((file.mode & TYPE_MASK) == TYPE_REGULAR && strcmp(file.name, name) == 0) {
            *data = file.data;
            *size = file.size;
            return true;
        }
    }
    return false;
}
