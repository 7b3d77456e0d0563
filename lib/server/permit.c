/* SPDX-License-Identifier: BSD-2-Clause */
/* Permission bits, judged with the identity that the process server vouches for. */
#include <server/internal.h>

bool fs_in_group(const struct identity *who, uint32_t gid)
{
    uint32_t count = who->group_count < GROUPS_MAX ? who->group_count : GROUPS_MAX;

    if (who->gid == gid)
        return true;
    for (uint32_t i = 0; i < count; i++) {
        if (who->groups[i] == gid)
            return true;
    }
    return false;
}

bool fs_permits(const struct server_node *node, const struct identity *who, unsigned want)
{
    unsigned bits = node->mode;

    if (!who->uid)
        return !(want & MAY_EXECUTE) || S_ISDIR(node->mode) || node->mode & 0111;
    if (who->uid == node->uid)
        bits >>= 6;
    else if (fs_in_group(who, node->gid))
        bits >>= 3;
    return (bits & want) == want;
}

void fs_drop_set_ids(struct server_node *node)
{
    node->mode &= ~(uint32_t)(node->mode & S_IXGRP ? S_ISUID | S_ISGID : S_ISUID);
}

void fs_bytes_changed(struct server_node *node, const struct identity *who)
{
    if (who->uid && S_ISREG(node->mode))
        fs_drop_set_ids(node);
}

void server_bytes_changed(const struct server_request *request)
{
    const struct identity *who = server_identity(BADGE_INDEX(request->request.badge));

    if (who)
        fs_bytes_changed(request->file->node, who);
}

bool fs_may_remove(const struct server_node *directory, const struct server_node *node,
    const struct identity *who)
{
    return !(directory->mode & S_ISVTX) || !who->uid || who->uid == node->uid
           || who->uid == directory->uid;
}
