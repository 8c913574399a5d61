/* server - starting and stopping. */
#include "web/server_impl.h"

#include "web/listen.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DEFAULT_BODY_BYTES = 1 << 20,
    DEFAULT_HEADER_BYTES = 16 << 10,
    DEFAULT_CONNECTIONS = 512,
    DEFAULT_IDLE_S = 75,
    LEAST_POOL_BYTES = 32 << 10, /* for a connection; also the most that is read of a body at a time */
    OPTIONS = 9
};

/* Nothing older than TLS 1.2 (RFC 8996), and no key exchange whose records the key opens later (RFC 9325). */
static char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA";

static size_t or_default(size_t value, size_t dflt)
{
    return value ? value : dflt;
}

static struct psync_web_server *make_server(const struct psync_web_conf *conf)
{
    struct psync_web_server *s = calloc(1, sizeof(*s));
    struct psync_web_route *routes = calloc(conf->n_routes + 1, sizeof(*routes));
    if (!s || !routes || pthread_mutex_init(&s->lock, NULL) != 0) {
        free(routes);
        free(s);
        return NULL;
    }
    if (conf->n_routes)
        memcpy(routes, conf->routes, conf->n_routes * sizeof(*routes));
    s->routes = routes;
    s->n_routes = conf->n_routes;
    s->max_body_bytes = or_default(conf->max_body_bytes, DEFAULT_BODY_BYTES);
    s->max_header_bytes = or_default(conf->max_header_bytes, DEFAULT_HEADER_BYTES);
    s->listen_fd = conf->listen_fd;
    s->port = psync_web_listen_port(conf->listen_fd);
    s->certificate = conf->certificate;
    s->patience = conf->patience;
    s->max_connections = or_default(conf->max_connections, DEFAULT_CONNECTIONS);
    s->max_held_bytes = or_default(conf->max_held_bytes, SIZE_MAX);
    s->headers = conf->headers;
    s->n_headers = conf->n_headers;
    s->admit = conf->admit;
    s->owners = 1;
    psync_list_init(&s->suspended);
    psync_list_init(&s->crowd);
    psync_heap_init(&s->timers);
    return s;
}

/* The daemon's thread inherits our signal mask: none is for it. */
static struct MHD_Daemon *start_daemon(struct psync_web_server *s, const struct psync_web_conf *conf)
{
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    size_t pool = 2 * s->max_header_bytes;
    struct MHD_OptionItem options[OPTIONS] = {
        {MHD_OPTION_LISTEN_SOCKET, conf->listen_fd, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)psync_web_on_target, s},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)psync_web_on_end, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)psync_web_on_connection, s},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)s->max_connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)or_default(conf->idle_timeout_s, DEFAULT_IDLE_S), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)(pool > LEAST_POOL_BYTES ? pool : LEAST_POOL_BYTES), NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    if (s->certificate) {
        flags |= MHD_USE_TLS;
        options[OPTIONS - 2] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, tls_priorities};
    }
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, psync_web_on_request, s, MHD_OPTION_ARRAY, options,
                         s->certificate ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, psync_web_on_handshake,
                         MHD_OPTION_END);
    int why = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return daemon;
}

enum psync_result psync_web_server_new(const struct psync_web_conf *conf, struct psync_web_server **ret_server,
                                       struct psync_error *err)
{
    struct psync_web_server *s = make_server(conf);
    if (!s) {
        (void)close(conf->listen_fd);
        psync_web_certificate_free(conf->certificate);
        return psync_fail(err, PSYNC_NOMEM, "no memory for a web server");
    }
    s->daemon = psync_web_start_timers(s) ? start_daemon(s, conf) : NULL;
    if (!s->daemon) {
        enum psync_result r = psync_fail(err, PSYNC_FATAL, "the web server cannot start: %s", strerror(errno));
        (void)close(conf->listen_fd);
        psync_web_wake_all(s);
        psync_web_server_disown(s);
        return r;
    }
    *ret_server = s;
    return PSYNC_OK;
}

void psync_web_server_free(struct psync_web_server *server)
{
    if (!server)
        return;
    psync_web_wake_all(server);
    MHD_stop_daemon(server->daemon); /* joins its thread; from here on no connection is an owner */
    psync_web_server_disown(server);
}

uint16_t psync_web_server_port(const struct psync_web_server *server)
{
    return server->port;
}
