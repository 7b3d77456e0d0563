/* SPDX-License-Identifier: BSD-2-Clause */
/* Sparse arrays: see sparse.h. Bit n of `present` says that branch n is there. */
#include <memory/sparse.h>

#include <util/heap.h>

enum { BRANCH_BITS = 6, BRANCHES = 1 << BRANCH_BITS, HEIGHT_MAX = 8 };

struct sparse_node {
    uint64_t present;
    union {
        struct sparse_node *child[BRANCHES];
        uint32_t value[BRANCHES];   /* on the lowest level */
    };
};

static const size_t leaf_size = offsetof(struct sparse_node, value)
                                + BRANCHES * sizeof(uint32_t);

static struct sparse_node *node_create(unsigned level)
{
    struct sparse_node *node = heap_alloc(level ? sizeof(*node) : leaf_size);

    if (node) {
        node->present = 0;
    }
    return node;
}

static unsigned branch(size_t index, unsigned level)
{
    return index >> (level * BRANCH_BITS) & (BRANCHES - 1);
}

static bool has(const struct sparse_node *node, unsigned n)
{
    return node->present >> n & 1;
}

/* True if the index is beyond what a tree of this height can hold. */
static bool beyond(size_t index, unsigned height)
{
    return index >> ((height + 1) * BRANCH_BITS) != 0;
}

/* The node on the lowest level that an index would be in, or null. */
static const struct sparse_node *find_leaf(const struct sparse *sparse, size_t index)
{
    const struct sparse_node *node = sparse->root;

    if (!node || beyond(index, sparse->height)) {
        return NULL;
    }
    for (unsigned level = sparse->height; level > 0; level--) {
        unsigned n = branch(index, level);

        if (!has(node, n)) {
            return NULL;
        }
        node = node->child[n];
    }
    return node;
}

uint32_t sparse_get(const struct sparse *sparse, size_t index)
{
    const struct sparse_node *leaf = find_leaf(sparse, index);

    return leaf && has(leaf, branch(index, 0)) ? leaf->value[branch(index, 0)] : 0;
}

/* Makes the tree high enough for an index; it has a root then. */
static bool raise(struct sparse *sparse, size_t index)
{
    while (!sparse->root || beyond(index, sparse->height)) {
        struct sparse_node *old = sparse->root;
        unsigned height = old ? sparse->height + 1 : 0;

        while (!old && beyond(index, height)) {
            height++;
        }
        sparse->root = node_create(height);
        if (!sparse->root) {
            sparse->root = old;
            return false;
        }
        if (old) {
            sparse->root->present = 1;
            sparse->root->child[0] = old;
        }
        sparse->height = height;
    }
    return true;
}

struct sparse_row sparse_row(const struct sparse *sparse, size_t index)
{
    const struct sparse_node *leaf = find_leaf(sparse, index);

    return (struct sparse_row){
        .base = index & ~(size_t)(BRANCHES - 1),
        .present = leaf ? leaf->present : 0,
        .values = leaf ? leaf->value : NULL,
    };
}

bool sparse_set(struct sparse *sparse, size_t index, uint32_t value)
{
    struct sparse_node *node;

    if (!raise(sparse, index)) {
        return false;
    }
    node = sparse->root;
    for (unsigned level = sparse->height; level > 0; level--) {
        unsigned n = branch(index, level);

        if (!has(node, n)) {
            node->child[n] = node_create(level - 1);
            if (!node->child[n]) {
                (void)sparse_clear(sparse, index);
                return false;
            }
            node->present |= UINT64_C(1) << n;
        }
        node = node->child[n];
    }
    node->present |= UINT64_C(1) << branch(index, 0);
    node->value[branch(index, 0)] = value;
    return true;
}

/* Frees the nodes of a path that have become empty. */
static void prune(struct sparse *sparse, struct sparse_node **path, size_t index,
    unsigned level)
{
    for (; level <= sparse->height && !path[level]->present; level++) {
        heap_free(path[level]);
        if (level == sparse->height) {
            sparse->root = NULL;
            return;
        }
        path[level + 1]->present &= ~(UINT64_C(1) << branch(index, level + 1));
    }
}

uint32_t sparse_clear(struct sparse *sparse, size_t index)
{
    struct sparse_node *path[HEIGHT_MAX], *node = sparse->root;
    unsigned level = sparse->height;
    uint32_t value = 0;

    if (!node || beyond(index, level)) {
        return 0;
    }
    for (path[level] = node; level > 0 && has(node, branch(index, level)); level--) {
        node = node->child[branch(index, level)];
        path[level - 1] = node;
    }
    if (level == 0 && has(node, branch(index, 0))) {
        value = node->value[branch(index, 0)];
        node->present &= ~(UINT64_C(1) << branch(index, 0));
    }
    prune(sparse, path, index, level);
    return value;
}

/* The first leaf, and the path to it; returns an index in it. */
static size_t first_leaf(const struct sparse *sparse, struct sparse_node **path)
{
    struct sparse_node *node = sparse->root;
    size_t index = 0;

    path[sparse->height] = node;
    for (unsigned level = sparse->height; level > 0; level--) {
        unsigned n = (unsigned)__builtin_ctzll(node->present);

        node = node->child[n];
        path[level - 1] = node;
        index |= (size_t)n << (level * BRANCH_BITS);
    }
    return index;
}

size_t sparse_drain(struct sparse *sparse, size_t least,
    void (*give)(void *context, uint32_t value), void *context)
{
    struct sparse_node *path[HEIGHT_MAX];
    size_t done = 0;

    while (sparse->root && done < least) {
        size_t index = first_leaf(sparse, path);

        for (uint64_t rest = path[0]->present; rest; rest &= rest - 1) {
            give(context, path[0]->value[__builtin_ctzll(rest)]);
            done++;
        }
        path[0]->present = 0;
        prune(sparse, path, index, 0);
    }
    return done;
}

/* The first index from `from` on below a node, relative to it; SPARSE_END: none. */
static size_t next_below(const struct sparse_node *node, unsigned level, size_t from)
{
    size_t mask = ((size_t)1 << (level * BRANCH_BITS)) - 1;

    for (unsigned n = branch(from, level); n < BRANCHES; n++) {
        uint64_t rest = node->present >> n;
        size_t found = 0;

        if (!rest) {
            break;
        }
        if (!(rest & 1)) {
            n += (unsigned)__builtin_ctzll(rest);
            from = 0;
        }
        if (level > 0) {
            found = next_below(node->child[n], level - 1, from & mask);
        }
        if (found != SPARSE_END) {
            return (size_t)n << (level * BRANCH_BITS) | found;
        }
        from = 0;
    }
    return SPARSE_END;
}

size_t sparse_next(const struct sparse *sparse, size_t from, size_t end)
{
    const struct sparse_node *leaf = find_leaf(sparse, from);
    uint64_t rest = leaf ? leaf->present >> branch(from, 0) : 0;
    size_t found = SPARSE_END;

    if (rest) {
        found = from + (unsigned)__builtin_ctzll(rest);
    } else if (end > (from | (BRANCHES - 1)) + 1 && sparse->root
               && !beyond(from, sparse->height)) {
        found = next_below(sparse->root, sparse->height, from);
    }
    return found < end ? found : end;
}
