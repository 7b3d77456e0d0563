/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From names to nodes: component by component, with permission to search each directory.
 * A symbolic link or another service on the way is the client's matter: the answer says
 * up to where the name was used (struct name_turn).
 */
#include <server/internal.h>
#include <util/string.h>

/* A component that was met. */
struct step {
    const char *name;
    size_t length;
    bool last, slash;       /* no other follows; a slash does */
};

/* Takes the next component; false: there is none. */
static bool next_step(const char **at, const char *end, struct step *step)
{
    const char *p = *at;

    while (p < end && *p == '/')
        p++;
    step->name = p;
    while (p < end && *p != '/')
        p++;
    step->length = (size_t)(p - step->name);
    step->slash = p < end;
    while (p < end && *p == '/')
        p++;
    step->last = p == end;
    *at = p;
    return step->length > 0;
}

static bool is_dots(const struct step *step, size_t count)
{
    return step->length == count && !memcmp(step->name, "..", count);
}

int fs_turn_file(struct server *server, uint32_t used, const void *file)
{
    struct name_turn *turn = (struct name_turn *)server->turn;

    memmove(turn->target, file, sizeof(struct file_turn));
    turn->used = used;
    turn->length = sizeof(struct file_turn);
    server->turn_bytes = sizeof(*turn) + sizeof(struct file_turn);
    return -ERROR_FILE;
}

static int turn_link(struct server *server, struct server_node *node, uint32_t used)
{
    struct name_turn *turn = (struct name_turn *)server->turn;
    int64_t length = server->operations.readlink(server, node, turn->target,
        LINK_TARGET_MAX);

    if (length == -ERROR_FILE)
        return fs_turn_file(server, used, turn->target);
    if (length < 0)
        return (int)length;
    if (length >= LINK_TARGET_MAX)
        return -ENAMETOOLONG;
    turn->used = used;
    turn->length = (uint32_t)length;
    server->turn_bytes = (uint32_t)(sizeof(*turn) + (size_t)length);
    return -ERROR_LINK;
}

static int turn_service(struct server *server, const struct step *step, uint32_t used)
{
    struct name_turn *turn = (struct name_turn *)server->turn;
    uint32_t service = 0;

    if (server->operations.turn)
        server->operations.turn(server, step->name, step->length, &service);
    if (!service)
        return 0;
    turn->used = used;
    turn->service = service;
    server->turn_bytes = sizeof(*turn);
    return -ERROR_MOUNT;
}

/* May the walk go beyond this node, or has the client to turn? */
static int check_turn(struct server *server, struct server_node *node,
    const struct step *step, unsigned flags, const char *name)
{
    uint32_t used = (uint32_t)(step->name + step->length - name);

    if (S_ISLNK(node->mode) && (!step->last || flags & WALK_FOLLOW))
        return turn_link(server, node, used);
    if ((node->mode & S_IFMT) == S_IFSOCK && (!step->last || flags & WALK_TURN))
        return turn_service(server, step, used);
    return 0;
}

/* One component further: walk->node is the directory before, the node found after. */
static int take_step(struct attribute_call *call, const struct step *step,
    struct walk *walk)
{
    struct server_node *directory = walk->node;
    int error;

    if (!S_ISDIR(directory->mode))
        return -ENOTDIR;
    if (is_dots(step, 2))
        return -EINVAL;
    if (step->length > NAME_COMPONENT)
        return -ENAMETOOLONG;
    if (!fs_permits(directory, call->identity, MAY_EXECUTE))
        return -EACCES;
    if (is_dots(step, 1)) {
        walk->slash = true;
        return 0;
    }
    walk->parent = directory;
    walk->node = NULL;
    walk->name = step->name;
    walk->length = step->length;
    walk->slash = step->slash;
    error = call->server->operations.lookup(call->server, directory, step->name,
        step->length, &walk->node);
    if (error == -ENOENT && step->last) {
        walk->node = NULL;
        return 0;
    }
    return error;
}

int fs_walk(struct attribute_call *call, const char *name, size_t length, unsigned flags,
    struct walk *walk)
{
    const char *at = name, *end = name + length;
    struct step step;
    int error = 0;

    *walk = (struct walk){ .node = call->request->file->node };
    if (length > NAME_BYTES)
        return -ENAMETOOLONG;
    if (memchr(name, 0, length))
        return -EINVAL;
    if (length && !S_ISDIR(walk->node->mode))
        return -ENOTDIR;
    while (!error && next_step(&at, end, &step)) {
        error = take_step(call, &step, walk);
        if (!error && walk->node && !is_dots(&step, 1))
            error = check_turn(call->server, walk->node, &step,
                step.slash ? flags | WALK_FOLLOW : flags, name);
    }
    if (!error && walk->node && walk->slash && !S_ISDIR(walk->node->mode))
        return -ENOTDIR;
    return error;
}

/* Can names be made in or taken from this directory? One without a name gets no new
 * ones. */
int fs_may_change(const struct attribute_call *call, const struct server_node *directory)
{
    if (!directory->links && directory != call->server->root)
        return -ENOENT;
    return fs_permits(directory, call->identity, MAY_WRITE | MAY_EXECUTE) ? 0 : -EACCES;
}

int fs_walk_change(struct attribute_call *call, const char *name, size_t length,
    struct walk *at)
{
    size_t end = length;
    int error;

    while (end && name[end - 1] == '/')
        end--;
    error = fs_walk(call, name, end, 0, at);
    if (error)
        return error;
    if (at->slash)
        return -EINVAL;
    if (!at->parent)
        return -EBUSY;
    at->slash = end < length;
    return fs_may_change(call, at->parent);
}
