/* SPDX-License-Identifier: BSD-2-Clause */
/* Namespaces: the order of entries, unions, indices of roots, limits and bad prefixes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <files/files.h>
#include <process/connection.h>
#include <util/errno.h>
#include <uxrt/transport.h>

enum { FRAMES = 256 };

/* Memory objects whose pages follow each other in one array. */
struct object {
    size_t pages;
    uint32_t first;
};

static _Alignas(PAGE_SIZE) char memory[FRAMES][PAGE_SIZE];
static uint32_t frames, frames_used, objects;
static unsigned updates;
static struct process first;

uint32_t frame_alloc(bool zero)
{
    assert_true(zero && frames < FRAMES);
    frames_used++;
    return ++frames;
}

void frame_put(uint32_t frame)
{
    assert_in_range(frame, 1, frames);
    frames_used--;
}

void *frame_memory(uint32_t frame)
{
    return memory[frame - 1];
}

struct object *object_create(size_t pages)
{
    struct object *object = malloc(sizeof(*object));

    *object = (struct object){pages, frames + 1};
    frames += pages;
    assert_true(frames <= FRAMES);
    objects++;
    return object;
}

void object_put(struct object *object)
{
    objects--;
    free(object);
}

uint32_t object_frame(struct object *object, size_t page, bool create)
{
    (void)create;
    return page < object->pages ? object->first + (uint32_t)page : 0;
}

int64_t object_read(struct object *object, uint64_t offset, void *data, size_t bytes)
{
    memcpy(data, memory[object->first - 1] + offset, bytes);
    return (int64_t)bytes;
}

int64_t object_write(struct object *object, uint64_t offset, const void *data,
    size_t bytes)
{
    assert_in_range(offset + bytes, 0, object->pages * PAGE_SIZE);
    memcpy(memory[object->first - 1] + offset, data, bytes);
    return (int64_t)bytes;
}

struct process *process_next(uint32_t after)
{
    return after < first.pid ? &first : NULL;
}

void connection_update(struct process *process)
{
    assert_ptr_equal(process, &first);
    updates++;
}

static struct namespace *begin(void)
{
    struct namespace *namespace;

    memset(memory, 0, sizeof(memory));
    frames = frames_used = 0;
    namespace = namespace_create();
    assert_non_null(namespace);
    first = (struct process){.pid = 1, .namespace = namespace};
    return namespace;
}

static void end(struct namespace *namespace)
{
    first.namespace = NULL;
    namespace_put(namespace);
    assert_int_equal(frames_used, 0);
    assert_int_equal(objects, 0);
}

static const struct mount_table *table(struct namespace *namespace)
{
    return frame_memory(object_frame(namespace_object(namespace), 0, false));
}

static int mount(struct namespace *namespace, uint32_t service, uint64_t node,
    unsigned flags, const char *prefix)
{
    uint32_t sequence = table(namespace)->sequence;
    int result = namespace_mount(namespace, service, node, flags, prefix, strlen(prefix));

    assert_int_equal(table(namespace)->sequence, sequence + (result ? 0 : 2));
    return result;
}

/* The entry's prefix, service and node are these. */
static void expect(struct namespace *namespace, unsigned index, const char *prefix,
    uint32_t service, uint64_t node)
{
    const struct mount_entry *entry = &table(namespace)->entries[index];

    assert_in_range(index, 0, table(namespace)->count - 1);
    assert_int_equal(entry->length, strlen(prefix));
    assert_memory_equal(entry->prefix, prefix, entry->length);
    assert_int_equal(entry->service, service);
    assert_int_equal(namespace_node(namespace, entry), node);
}

static void order(void **state)
{
    struct namespace *namespace = begin();

    (void)state;
    assert_int_equal(mount(namespace, 5, 0, 0, "/"), 0);
    assert_int_equal(mount(namespace, 6, 0, 0, "/a/b"), 0);
    assert_int_equal(mount(namespace, 7, 0, 0, "/a"), 0);
    assert_int_equal(mount(namespace, 8, 0, UXRT_MOUNT_AFTER, "/a"), 0);
    assert_int_equal(mount(namespace, 9, 0, UXRT_MOUNT_BEFORE, "/a"), 0);
    assert_int_equal(mount(namespace, 9, 0, UXRT_MOUNT_AFTER, "/a"), -EEXIST);
    assert_int_equal(table(namespace)->count, 5);
    expect(namespace, 0, "/a/b", 6, 0);
    expect(namespace, 1, "/a", 9, 0);
    expect(namespace, 2, "/a", 7, 0);
    expect(namespace, 3, "/a", 8, 0);
    expect(namespace, 4, "", 5, 0);

    assert_int_equal(mount(namespace, 8, 3, UXRT_MOUNT_REPLACE, "/a"), 0);
    assert_int_equal(table(namespace)->count, 3);
    expect(namespace, 1, "/a", 8, 3);
    assert_int_equal(namespace_unmount(namespace, "/a", 2), 0);
    assert_int_equal(namespace_unmount(namespace, "/a", 2), -ENOENT);
    expect(namespace, 0, "/a/b", 6, 0);
    expect(namespace, 1, "", 5, 0);
    end(namespace);
}

static void roots_stay(void **state)
{
    struct namespace *namespace = begin(), *copy;
    uint64_t roots[ROOTS_MAX];
    char name[] = "/x0";

    (void)state;
    for (unsigned i = 1; i < ROOTS_MAX; i++) {
        name[2] = (char)('0' + i);
        assert_int_equal(mount(namespace, 5, 100 + i, 0, name), 0);
    }
    assert_int_equal(mount(namespace, 5, 200, 0, "/y"), -ENOSPC);
    assert_int_equal(mount(namespace, 5, 101, 0, "/y"), 0);
    assert_int_equal(mount(namespace, 5, 0, 0, "/z"), 0);
    assert_int_equal(namespace_roots(namespace, 5, roots), ROOTS_MAX);
    assert_int_equal(roots[0], 0);
    assert_int_equal(roots[1], 101);

    assert_int_equal(namespace_unmount(namespace, "/x2", 3), 0);
    assert_int_equal(namespace_unmount(namespace, "/x7", 3), 0);
    assert_int_equal(namespace_roots(namespace, 5, roots), ROOTS_MAX - 1);
    assert_true(roots[2] == ROOT_GONE);
    assert_int_equal(roots[3], 103);
    assert_int_equal(mount(namespace, 5, 200, 0, "/y"), 0);
    assert_int_equal(namespace_roots(namespace, 5, roots), ROOTS_MAX - 1);
    assert_int_equal(roots[2], 200);

    copy = namespace_copy(namespace);
    assert_int_equal(namespace_roots(copy, 5, roots), ROOTS_MAX - 1);
    assert_int_equal(roots[2], 200);
    expect(copy, 0, "/x6", 5, 106);
    namespace_put(copy);
    end(namespace);
}

static void services(void **state)
{
    struct namespace *namespace = begin();
    uint64_t roots[ROOTS_MAX];

    (void)state;
    assert_int_equal(mount(namespace, 5, 7, 0, "/a"), 0);
    assert_int_equal(namespace_roots(namespace, 5, roots), 2);
    assert_true(roots[0] == ROOT_GONE && roots[1] == 7);
    assert_int_equal(namespace_roots(namespace, 6, roots), 0);
    assert_false(namespace_reaches(namespace, 6));
    assert_true(namespace_reaches(namespace, 5));
    assert_false(namespace_reaches_root(namespace, 5, 8));
    assert_false(namespace_reaches_root(namespace, 5, 0));
    assert_true(namespace_reaches_root(namespace, 5, 7));
    assert_int_equal(mount(namespace, SERVICE_PROC, PROC_ROOT_SRV, 0, "/srv"), 0);
    assert_int_equal(namespace_roots(namespace, 5, roots), 2);
    assert_true(roots[0] == 0 && roots[1] == 7);
    assert_int_equal(namespace_roots(namespace, 6, roots), 1);
    assert_true(namespace_reaches_root(namespace, 6, 9));
    assert_int_equal(roots[0], 0);
    end(namespace);
}

static void full(void **state)
{
    struct namespace *namespace = begin();
    char name[8];

    (void)state;
    for (unsigned i = 0; i < MOUNTS_MAX; i++) {
        name[0] = '/';
        name[1] = (char)('a' + i / 26);
        name[2] = (char)('a' + i % 26);
        name[3] = 0;
        assert_int_equal(mount(namespace, 10 + i, 50, 0, name), 0);
    }
    assert_int_equal(mount(namespace, 5, 0, 0, "/"), -ENOSPC);
    assert_int_equal(mount(namespace, 5, 0, UXRT_MOUNT_AFTER, "/aa"), -ENOSPC);
    assert_int_equal(mount(namespace, 5, 0, UXRT_MOUNT_REPLACE, "/aa"), 0);
    assert_int_equal(mount(namespace, 5, 0, UXRT_MOUNT_REPLACE, "/aa"), 0);
    assert_int_equal(table(namespace)->count, MOUNTS_MAX);
    end(namespace);
}

static void nonsense(void **state)
{
    static const char *const bad[] = {
        "a", "//", "/a/", "/a//b", "/.", "/..", "/a/..", "/a/./b", "a/b", " ",
    };
    struct namespace *namespace = begin();
    char name[MOUNT_PREFIX + 1];

    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(mount(namespace, 5, 0, 0, bad[i]), -EINVAL);
        assert_int_equal(namespace_unmount(namespace, bad[i], strlen(bad[i])), -EINVAL);
    }
    assert_int_equal(namespace_mount(namespace, 5, 0, 0, "/a\0b", 4), -EINVAL);
    assert_int_equal(mount(namespace, 5, 0, 3, "/a"), -EINVAL);
    assert_int_equal(mount(namespace, 5, 0, 8, "/a"), -EINVAL);
    assert_int_equal(mount(namespace, 5, UINT64_MAX, 0, "/a"), -EINVAL);
    memset(name, 'a', sizeof(name));
    name[0] = '/';
    assert_int_equal(namespace_mount(namespace, 5, 0, 0, name, sizeof(name)), -EINVAL);
    assert_int_equal(namespace_mount(namespace, 5, 0, 0, name, SIZE_MAX), -EINVAL);
    assert_int_equal(namespace_mount(namespace, 5, 0, 0, name, MOUNT_PREFIX), 0);
    assert_int_equal(table(namespace)->count, 1);
    end(namespace);
}

/* Mounts of a service's root follow to another one; others do not, and order stays. */
static void follow(void **state)
{
    struct namespace *namespace = begin();
    struct mount_entry entry;
    char path[256];

    (void)state;
    assert_int_equal(mount(namespace, 5, 0, 0, "/a"), 0);
    assert_int_equal(mount(namespace, 6, 0, UXRT_MOUNT_AFTER, "/a"), 0);
    assert_int_equal(mount(namespace, 5, 9, 0, "/bb"), 0);
    namespace_set_path(namespace, 5, 9, 0, "x/y", 3);
    namespace_follow(namespace, 5, 8);
    assert_true(namespace_entry(namespace, 0, &entry));
    assert_int_equal(entry.service, 5);
    namespace_path(namespace, &entry, path);
    assert_string_equal(path, "x/y");
    assert_true(namespace_entry(namespace, 1, &entry));
    assert_int_equal(entry.service, 8);
    assert_int_equal(namespace_node(namespace, &entry), 0);
    assert_true(namespace_entry(namespace, 2, &entry));
    assert_int_equal(entry.service, 6);
    assert_int_equal(namespace_unmount(namespace, "/a", 2), 0);
    assert_false(namespace_reaches(namespace, 8));
    end(namespace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),
        cmocka_unit_test(roots_stay),
        cmocka_unit_test(services),
        cmocka_unit_test(full),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(follow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
