/* crowd - the connections of a server: who takes too long, and who makes room for others.
 *
 * libmicrohttpd forgets an idle connection after a while, but any byte makes it wait anew: a client that sends one
 * now and then would stay forever. So each connection has a seat here, which says since when it does what it does.
 * One that must go is shut down with shutdown(2): libmicrohttpd's thread then finds its end, as if the client had
 * left. */
#include "web/server_impl.h"

#include "base/timefmt.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRESH_MS = 1000, ANSWER_MAX = 4096 };

struct psync_web_seat {
    struct psync_link link;
    int fd;
    enum psync_web_doing doing;
    bool served;      /* it has had an answer */
    psync_ms since;
};

static void lock(struct psync_web_server *s)
{
    PSYNC_INVARIANT(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct psync_web_server *s)
{
    PSYNC_INVARIANT(pthread_mutex_unlock(&s->lock) == 0);
}

/* ---- under the lock ---- */

static psync_ms allowed_ms(const struct psync_web_server *s, const struct psync_web_seat *seat)
{
    const struct psync_web_patience *p = &s->patience;
    switch (seat->doing) {
    case PSYNC_WEB_IDLE:
        return seat->served ? p->idle_ms : p->begin_ms;
    case PSYNC_WEB_READING:
        return p->read_ms;
    case PSYNC_WEB_SENDING:
        return p->send_ms;
    default:
        return 0;
    }
}

/* 408 (RFC 9110 section 15.5.9). libmicrohttpd answers only what it has read, so this goes past it: to a client that is
 * still sending it says nothing itself. There is no way past TLS; a connection that has no room for it does without. */
static void say_too_slow(const struct psync_web_server *s, int fd)
{
    static const char body[] = "{\"title\":\"The request did not come in time\",\"status\":408}";
    char date[PSYNC_TIME_MAX];
    struct psync_buf text;
    psync_buf_init(&text, ANSWER_MAX);
    enum psync_result r = psync_buf_printf(&text,
                                           "HTTP/1.1 408 Request Timeout\r\nDate: %s\r\nConnection: close\r\n"
                                           "Content-Type: application/problem+json\r\nContent-Length: %zu\r\n",
                                           psync_http_date_format(psync_clock_wall(), date), sizeof body - 1);
    for (size_t i = 0; i < s->n_headers && r == PSYNC_OK; i++)
        r = psync_buf_printf(&text, "%s: %s\r\n", s->headers[i].name, s->headers[i].value);
    if (r == PSYNC_OK)
        r = psync_buf_printf(&text, "\r\n%s", body);
    if (r == PSYNC_OK)
        (void)!write(fd, text.data, text.len); /* it does not block */
    psync_buf_done(&text);
}

static void show_out(struct psync_web_server *s, struct psync_web_seat *seat)
{
    if (seat->doing == PSYNC_WEB_READING && !s->certificate)
        say_too_slow(s, seat->fd);
    seat->doing = PSYNC_WEB_LEAVING;
    (void)shutdown(seat->fd, SHUT_RDWR); /* a connection that has ended already is no failure */
    s->figures.shown_out++;
}

/* Of those that do that, the one that does it longest; NULL: nobody does. */
static struct psync_web_seat *longest(struct psync_web_server *s, enum psync_web_doing doing)
{
    struct psync_web_seat *found = NULL;
    for (struct psync_link *l = s->crowd.next; l != &s->crowd; l = l->next) {
        struct psync_web_seat *seat = PSYNC_CONTAINER(l, struct psync_web_seat, link);
        if (seat->doing == doing && (!found || seat->since < found->since))
            found = seat;
    }
    return found;
}

/* Who came just now, and is about to ask, does not give way to those who began long ago and do not go on.
 *
 * An eighth of the seats is kept free, so that whoever comes is let in, and then finds out who has to leave. */
static void make_room(struct psync_web_server *s)
{
    if (!s->patience.idle_ms || s->figures.connections + s->max_connections / 8 <= s->max_connections)
        return;
    struct psync_web_seat *idle = longest(s, PSYNC_WEB_IDLE), *slow = longest(s, PSYNC_WEB_READING);
    bool fresh = idle && psync_clock_now() - idle->since < FRESH_MS;
    struct psync_web_seat *seat = !idle || (fresh && slow && slow->since < idle->since) ? slow : idle;
    if (seat)
        show_out(s, seat);
}

/* ---- for the other files ---- */

void psync_web_crowd_check(struct psync_web_server *s, psync_ms now)
{
    for (struct psync_link *l = s->crowd.next; l != &s->crowd; l = l->next) {
        struct psync_web_seat *seat = PSYNC_CONTAINER(l, struct psync_web_seat, link);
        psync_ms allowed = allowed_ms(s, seat);
        if (allowed > 0 && now - seat->since > allowed)
            show_out(s, seat);
    }
}

bool psync_web_crowd_set(struct psync_web_seat *seat, enum psync_web_doing doing)
{
    if (!seat)
        return true;
    if (seat->doing == PSYNC_WEB_LEAVING)
        return false;
    seat->served = seat->served || doing == PSYNC_WEB_SENDING;
    seat->doing = doing;
    seat->since = psync_clock_now();
    return true;
}

struct psync_web_seat *psync_web_crowd_seat(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void arrive(struct psync_web_server *s, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct psync_web_seat *seat = malloc(sizeof(*seat));
    *context = seat;
    psync_web_certificate_serve(s);
    lock(s);
    s->figures.connections++;
    s->figures.accepted++;
    s->figures.turns++;
    if (seat) { /* else nobody looks after it, but libmicrohttpd's own patience */
        *seat = (struct psync_web_seat){.fd = info->connect_fd, .since = psync_clock_now()};
        psync_list_init(&seat->link);
        make_room(s);
        psync_list_push(&s->crowd, &seat->link);
    }
    unlock(s);
}

static void leave(struct psync_web_server *s, struct psync_web_seat *seat)
{
    lock(s);
    s->figures.connections--;
    s->figures.turns++;
    if (seat)
        psync_list_remove(&seat->link);
    unlock(s);
    free(seat);
}

void psync_web_on_connection(void *server, struct MHD_Connection *connection, void **context,
                             enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        arrive(server, connection, context);
    else
        leave(server, *context);
}

void psync_web_server_figures(struct psync_web_server *s, struct psync_web_figures *ret_figures)
{
    lock(s);
    *ret_figures = s->figures;
    unlock(s);
}

/* Not asked of libmicrohttpd: the server may have ended, while the request is kept by whoever answers it. */
unsigned psync_web_connections(const struct psync_web_request *rq)
{
    struct psync_web_figures figures;
    psync_web_server_figures(rq->server, &figures);
    return (unsigned)figures.connections;
}
