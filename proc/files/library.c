/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only a process's own library knows: its program, arguments, current directory and
 * descriptors. The library's header says where each is, and it is read out of the memory
 * of the process, which is asked nothing and pays nothing for it. A process that writes
 * nonsense there shows nonsense about itself, no more: numbers are checked here, open
 * files by their servers.
 */
#include <files/node.h>

#include <process/connection.h>
#include <process/image.h>
#include <transport/descriptor.h>
#include <transport/program.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

enum { PART = 4096, ARGUMENTS_MAX = 4 << 20 };

bool read_all(struct process *process, uint64_t address, void *data, size_t bytes)
{
    return process && process->space
           && space_read(process->space, address, data, bytes) == (int64_t)bytes;
}

void text_memory(struct text *text, struct process *process, uint64_t from, uint64_t end)
{
    static char part[PART];
    uint64_t skipped = text->skip < end - from ? text->skip : end - from;

    from += skipped;
    text->skip -= skipped;
    while (from < end && !text->cut) {
        size_t count = end - from < PART ? (size_t)(end - from) : PART;

        if (!read_all(process, from, part, count)) {
            break;
        }
        text_add(text, part, count);
        from += count;
    }
}

/* --- arguments and environment ---------------------------------------- */

/* Where they are; false: nobody knows. */
static bool find_program(struct process *process, uint64_t place[3])
{
    return read_all(process, image_header()->program, place, 3 * sizeof(place[0]))
           && place[0] <= place[1] && place[1] <= place[2]
           && place[2] - place[0] <= ARGUMENTS_MAX;
}

static void cmdline(struct tree_node *node, struct text *text)
{
    struct process *process = tree_process(node);
    uint64_t place[3];

    if (find_program(process, place)) {
        text_memory(text, process, place[0], place[1]);
    }
}

static void environment(struct tree_node *node, struct text *text)
{
    struct process *process = tree_process(node);
    uint64_t place[3];

    if (files_may_control(process) && find_program(process, place)) {
        text_memory(text, process, place[1], place[2]);
    }
}

const struct node_kind kind_cmdline = {
    .name = "cmdline", .code = 2, .mode = S_IFREG | 0444, .of_process = true,
    .text = cmdline,
};

const struct node_kind kind_environ = {
    .name = "environ", .code = 17, .mode = S_IFREG | 0400, .of_process = true,
    .text = environment,
};

/* --- links to names ---------------------------------------- */

/* A text of `length` bytes at an address, or up to a byte 0, as a link's target. */
static int64_t target_at(struct tree_node *node, uint64_t address, size_t length,
    char *target, size_t size)
{
    struct process *process = tree_process(node);

    if (!process || process->zombie) {
        return -ENOENT;
    }
    if (!files_may_control(process)) {
        return -EACCES;
    }
    length = length < size ? length : size;
    if (!read_all(process, address, target, length)) {
        return -ENOENT;
    }
    length = strnlen(target, length);
    return length ? (int64_t)length : -ENOENT;
}

static int64_t read_exe(struct tree_node *node, char *target, size_t size)
{
    return target_at(node,
        image_header()->program + offsetof(struct program_place, path), TEXT_SIZE, target,
        size);
}

static int64_t read_directory(struct tree_node *node, char *target, size_t size)
{
    uint64_t at = image_header()->directory;
    uint32_t length;

    if (!read_all(tree_process(node), at, &length, sizeof(length))
        || length > TEXT_SIZE) {
        return -ENOENT;
    }
    if (!length) {
        target[0] = '/';
        return size ? 1 : 0;
    }
    return target_at(node, at + offsetof(struct current_directory, text), length, target,
        size);
}

static int64_t read_root(struct tree_node *node, char *target, size_t size)
{
    (void)node;
    target[0] = '/';
    return size ? 1 : 0;
}

#define PROCESS_LINK(word, number, read_) { \
    .name = (word), .code = (number), .mode = S_IFLNK | 0777, .of_process = true, \
    .readlink = (read_) }

const struct node_kind kind_exe = PROCESS_LINK("exe", 18, read_exe);
const struct node_kind kind_current = PROCESS_LINK("cwd", 19, read_directory);
const struct node_kind kind_process_root = PROCESS_LINK("root", 20, read_root);

/* --- descriptors ---------------------------------------- */

static uint64_t descriptor_at(struct process *process, uint64_t descriptor)
{
    uint64_t word = 0;

    if (descriptor >= DESCRIPTORS_MAX
        || !read_all(process, image_header()->descriptors + descriptor * sizeof(word),
            &word, sizeof(word))) {
        return 0;
    }
    return word & DESCRIPTOR_CONNECTION ? word : 0;
}

/* The open file behind a descriptor. The reader's library goes on with it. */
static int64_t read_descriptor(struct tree_node *node, char *target, size_t size)
{
    struct process *process = tree_process(node);
    uint64_t word = descriptor_at(process, NODE_PART_NUMBER(node));
    uint32_t id = (uint32_t)(word >> DESCRIPTOR_FILE_SHIFT), index;
    struct file_turn turn = {.file = id};
    const struct service *service;
    struct file file;

    if (!word || size < sizeof(turn)) {
        return -ENOENT;
    }
    if (!files_may_control(process)) {
        return -EACCES;
    }
    index = process->connections[word & DESCRIPTOR_SLOT];
    if (!index || !connection_at(index)) {
        return -ENOENT;
    }
    if (id >= FIRST_FILE && id - FIRST_FILE < FILES_MAX
        && read_all(process, image_header()->files + (id - FIRST_FILE) * sizeof(file),
            &file, sizeof(file))) {
        turn.root = file.root < ROOTS_MAX ? file.root : 0;
    }
    service = connection_at(index)->service;
    turn.badge = connection_badge(index);
    turn.service = service->number;
    memcpy(turn.name, service->number ? service->name : "proc",
        service->number ? strnlen(service->name, sizeof(turn.name)) : 4);
    memcpy(target, &turn, sizeof(turn));
    return -ERROR_FILE;
}

static const struct node_kind kind_descriptor = {
    .code = 22, .mode = S_IFLNK | 0700, .of_process = true, .readlink = read_descriptor,
};

static int find_descriptor(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node)
{
    uint64_t number;

    if (!parse_number(name, length, 10, &number) || (name[0] == '0' && length > 1)
        || !descriptor_at(tree_process(directory), number)) {
        return -ENOENT;
    }
    *node = tree_get(&kind_descriptor, directory->id, NODE_PART(number), 0);
    return *node ? 0 : -ENOMEM;
}

/* Cookies: the number of the descriptor + 1. */
static int next_descriptor(struct tree_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    static uint64_t words[PART / sizeof(uint64_t)];
    struct process *process = tree_process(directory);
    char digits[16];

    for (; cookie < DESCRIPTORS_MAX; cookie++) {
        uint64_t within = cookie % (PART / sizeof(words[0]));
        uint64_t at = image_header()->descriptors + (cookie - within) * sizeof(words[0]);

        if (!read_all(process, at, words, sizeof(words))) {
            return 0;
        }
        while (within < PART / sizeof(words[0])
               && !(words[within] & DESCRIPTOR_CONNECTION)) {
            within++;
            cookie++;
        }
        if (within < PART / sizeof(words[0])) {
            return entry_fill(entry, name, &kind_descriptor,
                tree_number(&kind_descriptor, directory->id, NODE_PART(cookie)),
                cookie + 1, digits,
                print(digits, sizeof(digits), "%u", (unsigned)cookie));
        }
        cookie--;
    }
    return 0;
}

const struct node_kind kind_descriptors = {
    .name = "fd", .code = 21, .mode = S_IFDIR | 0500, .of_process = true,
    .lookup = find_descriptor, .entry = next_descriptor,
};
