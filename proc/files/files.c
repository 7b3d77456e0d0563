/* SPDX-License-Identifier: BSD-2-Clause */
/* The way of a request through the file tree, and who makes it. */
#include <files/files.h>
#include <files/message.h>
#include <files/node.h>

#include <boot/log.h>
#include <process/connection.h>
#include <process/signal.h>
#include <util/errno.h>
#include <util/string.h>

static struct server *server;

/* A process to end when the request is done. */
static struct {
    uint32_t pid;
    int signal;
} killed;

void files_init(void)
{
    struct tree_node *root = tree_get(&kind_root, 0, 0, 0);

    boot_init();
    if (root) {
        server = server_create(&tree_operations, &root->server, 0);
    }
    if (!server) {
        panic("no memory for files", 0);
    }
}

int files_mount(struct namespace *namespace)
{
    static const struct {
        const char *prefix;
        uint64_t node;
    } mounts[] = {
        {"/boot", PROC_ROOT_BOOT}, {"/srv", PROC_ROOT_SRV}, {"/proc", PROC_ROOT_PROC},
    };
    int error = 0;

    for (unsigned i = 0; !error && i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        error = namespace_mount(namespace, SERVICE_PROC, mounts[i].node,
            UXRT_MOUNT_REPLACE, mounts[i].prefix, strlen(mounts[i].prefix));
        namespace_set_path(namespace, SERVICE_PROC, mounts[i].node, 0,
            mounts[i].prefix + 1, strlen(mounts[i].prefix + 1));
    }
    return error;
}

static void kill_now(void)
{
    const struct signal_info info = {.code = SIGNAL_USER};
    struct process *process = killed.pid ? process_find(killed.pid) : NULL;

    killed.pid = 0;
    if (process && !process->zombie) {
        signal_send(process, NULL, (unsigned)killed.signal, &info);
    }
}

/* Modes and owners of these files are what they are. */
static bool is_change(const struct uxrt_request *request)
{
    return request->write && !request->current && request->offset & ATTRIBUTE
           && ATTRIBUTE_OF(request->offset) == ATTR_SET;
}

uint64_t files_request(cptr reply, uint64_t badge, uint64_t info, uint64_t mr[4])
{
    struct uxrt_request request;
    int64_t result = -EINVAL;
    bool end = false;

    tree_tidy();
    if (!connection_find(badge)) {
        return message_error(mr, -EIO);
    }
    if (message_take(&request, reply, badge, info, mr)) {
        result = -EPERM;
        if (!is_change(&request) && !server_handle(server, &request, &result, &end)) {
            result = -EIO;
        }
    }
    info = message_answer(&request, mr, result, end);
    kill_now();
    return info;
}

void files_released(uint64_t token)
{
    server_released(server, token);
}

void files_process_ended(uint32_t pid)
{
    struct tree_node *node = tree_find(&kind_life, pid, 0, 0);

    if (node) {
        server_changed(server, &node->server, UXRT_READY_READ);
    }
}

void files_ended(uint64_t badge)
{
    server_ended(server, badge);
}

const struct identity *files_caller(void)
{
    return connection_identity(BADGE_INDEX(message_now()->badge));
}

bool files_may_control(const struct process *process)
{
    const struct identity *caller = files_caller();
    const struct process_page *page = process->page;

    return caller->uid == 0
           || (page && caller->uid == page->uid && caller->uid == page->euid
               && caller->uid == page->suid);
}

void files_kill_later(uint32_t pid, int signal)
{
    killed.pid = pid;
    killed.signal = signal;
}

int64_t files_token(struct object *object, unsigned protection)
{
    return connection_share(message_now()->badge, object, protection);
}
