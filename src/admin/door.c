/* door - see the header.
 *
 * A socket cannot be given its name back: so another one is made, with a server of its own beside the first one's. */
#include "admin/door.h"

#include "admin/folder.h"
#include "admin/thread.h"
#include "queue/identity.h"
#include "web/listen.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IDLE_S = 600,             /* a client that waits for a person keeps its connection */
    CONNECTIONS_MAX = 512,
    SERVERS_MAX = 16,         /* who removes the file more often than that wants it so */
    LOOK_EVERY_US = 1000000,
    GROUP_BYTES = 16 << 10
};

struct psync_door {
    struct psync_door_open open;
    pthread_mutex_t lock;     /* of what follows */
    struct psync_web_server *servers[SERVERS_MAX]; /* the last one listens under the name */
    size_t n_servers;
    struct psync_identity file;
    uint64_t looked_us;
    bool closed, told;
};

static const char *path_of(const struct psync_door *d)
{
    return d->open.config->queue.socket;
}

/* ---- the group ---- */

static enum psync_result find_group(const char *name, gid_t *ret_gid, struct psync_error *err)
{
    struct group entry, *found = NULL;
    char *room = malloc(GROUP_BYTES);
    if (!room)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    int failed = getgrnam_r(name, &entry, room, GROUP_BYTES, &found);
    gid_t gid = found ? found->gr_gid : 0;
    free(room);
    if (failed || !found)
        return psync_fail(err, PSYNC_REJECT, "queue.socket_group: there is no group %s", name);
    *ret_gid = gid;
    return PSYNC_OK;
}

/* First 0600 and then opened to the group, so that nobody else gets in between. */
static enum psync_result give_to_group(const struct psync_door *d, struct psync_error *err)
{
    const char *name = d->open.config->queue.socket_group, *path = path_of(d);
    struct psync_error why = {0};
    gid_t gid = 0;
    if (name[0] == '\0')
        return PSYNC_OK;
    enum psync_result r = find_group(name, &gid, err);
    if (r != PSYNC_OK)
        return r;
    if (chown(path, (uid_t)-1, gid) != 0 || chmod(path, 0660) != 0)
        return psync_fail(err, PSYNC_REJECT, "queue.socket_group: cannot give %s to the group %s: %s", path, name,
                          strerror(errno));
    r = psync_folder_open_to(d->open.config, gid, &why);
    if (r == PSYNC_REJECT)
        d->open.on_warning(d->open.arg, why.text);
    return r == PSYNC_REJECT ? PSYNC_OK : r;
}

/* ---- the socket ---- */

static enum psync_result serve(struct psync_door *d, struct psync_error *err)
{
    struct psync_web_conf conf = {.routes = d->open.routes, .n_routes = d->open.n_routes,
                                  .max_body_bytes = d->open.max_body_bytes,
                                  .max_connections = CONNECTIONS_MAX,
                                  .idle_timeout_s = IDLE_S};
    enum psync_result r = psync_web_listen_unix(path_of(d), 0600, &conf.listen_fd, err);
    if (r != PSYNC_OK)
        return r == PSYNC_RETRY ? PSYNC_REJECT : r;
    r = psync_identity_read(path_of(d), &d->file)
            ? give_to_group(d, err)
            : psync_fail(err, PSYNC_FATAL, "the queue's socket %s: %s", path_of(d), strerror(errno));
    if (r != PSYNC_OK)
        (void)close(conf.listen_fd);
    else
        r = psync_web_server_new(&conf, &d->servers[d->n_servers], err);
    if (r == PSYNC_OK)
        d->n_servers++;
    else
        (void)unlink(path_of(d));
    return r;
}

static bool is_gone(const char *path)
{
    struct stat st;
    return lstat(path, &st) != 0 && errno == ENOENT;
}

/* Under the lock. A failure is told once: it is tried again in a second. */
static void serve_again(struct psync_door *d)
{
    const struct psync_queue_conf *conf = &d->open.config->queue;
    struct psync_error err = {0};
    enum psync_result r = psync_folder_of_socket(conf->socket, conf->path, &err);
    if (r == PSYNC_OK)
        r = serve(d, &err);
    if (r == PSYNC_OK)
        (void)psync_fail(&err, PSYNC_OK, "the queue's socket %s was removed, and is made again", conf->socket);
    if (r == PSYNC_OK || !d->told)
        d->open.on_warning(d->open.arg, err.text);
    d->told = r != PSYNC_OK;
}

void psync_door_look(struct psync_door *d)
{
    uint64_t now = psync_clock_us();
    psync_mutex_lock(&d->lock);
    bool due = !d->closed && now - d->looked_us >= LOOK_EVERY_US && d->n_servers < SERVERS_MAX;
    if (due)
        d->looked_us = now;
    if (due && is_gone(path_of(d)))
        serve_again(d);
    psync_mutex_unlock(&d->lock);
}

/* ---- making and ending ---- */

enum psync_result psync_door_new(const struct psync_door_open *open, struct psync_door **ret_door,
                                 struct psync_error *err)
{
    struct psync_door *d = calloc(1, sizeof(*d));
    if (!d)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    d->open = *open;
    psync_mutex_init(&d->lock);
    enum psync_result r = serve(d, err);
    if (r == PSYNC_OK) {
        *ret_door = d;
        return r;
    }
    psync_mutex_done(&d->lock);
    free(d);
    return r;
}

void psync_door_close(struct psync_door *d)
{
    psync_mutex_lock(&d->lock);
    if (!d->closed && psync_identity_holds(path_of(d), d->file))
        (void)unlink(path_of(d));
    d->closed = true; /* and no other server is made */
    psync_mutex_unlock(&d->lock);
    for (; d->n_servers > 0; d->n_servers--)
        psync_web_server_free(d->servers[d->n_servers - 1]);
}

void psync_door_free(struct psync_door *d)
{
    if (!d)
        return;
    psync_door_close(d);
    psync_mutex_done(&d->lock);
    free(d);
}
