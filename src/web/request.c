/* request - from libmicrohttpd's callbacks to a handler: reading, limits, routes; and what handlers ask of it. */
#include "web/server_impl.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A body that is too large is still read, and dropped, up to this size: a client that is busy sending would not see an
 * answer before a closed connection. */
enum { DRAIN_BYTES = 16 << 20, ALLOW_MAX = 128 };

/* Comes with the request line, before anything is decoded. The request is freed when libmicrohttpd reports its end. */
void *psync_web_on_target(void *server, const char *target, struct MHD_Connection *connection)
{
    struct psync_web_server *s = server;
    size_t n = strlen(target) + 1;
    struct psync_web_request *rq = calloc(1, sizeof(*rq) + 2 * n); /* the second copy is for the wildcard */
    if (!rq)
        return NULL;
    struct psync_web_seat *seat = psync_web_crowd_seat(connection);
    if (!psync_web_own(s, seat)) {
        free(rq);
        return NULL;
    }
    rq->server = s;
    rq->connection = connection;
    rq->seat = seat;
    rq->owners = 1;
    rq->later_ms = -1;
    rq->wildcard = rq->target_text + n;
    rq->max_body_bytes = s->max_body_bytes;
    psync_buf_init(&rq->body, s->max_body_bytes);
    psync_list_init(&rq->link);
    psync_heap_item_init(&rq->timer);
    memcpy(rq->target_text, target, n);
    if (psync_web_target_parse(rq->target_text, &rq->target) != PSYNC_OK) {
        rq->target.path = rq->target_text;
        rq->refusal = MHD_HTTP_BAD_REQUEST;
    }
    return rq;
}

/* ---- routes ---- */

/* HEAD is served by a GET route; libmicrohttpd leaves the body out. */
static bool method_fits(const char *method, const char *asked)
{
    return strcmp(method, asked) == 0 || (strcmp(asked, "HEAD") == 0 && strcmp(method, "GET") == 0);
}

static unsigned find_route(struct psync_web_request *rq, const char *method)
{
    unsigned refusal = MHD_HTTP_NOT_FOUND;
    for (size_t i = 0; i < rq->server->n_routes; i++) {
        const struct psync_web_route *route = &rq->server->routes[i];
        struct psync_span segment;
        if (!psync_web_pattern_match(route->pattern, rq->target.path, &segment))
            continue;
        refusal = MHD_HTTP_METHOD_NOT_ALLOWED;
        if (!method_fits(route->method, method))
            continue;
        rq->handler = route->handler;
        rq->handler_arg = route->arg;
        if (segment.len == 0)
            return 0;
        memcpy(rq->wildcard, segment.data, segment.len);
        rq->wildcard[segment.len] = '\0';
        return psync_web_decode(rq->wildcard, false) ? 0 : MHD_HTTP_BAD_REQUEST;
    }
    return refusal;
}

static void list_methods(const struct psync_web_request *rq, char ret_list[ALLOW_MAX])
{
    struct psync_span ignored;
    size_t len = 0;
    ret_list[0] = '\0';
    for (size_t i = 0; i < rq->server->n_routes; i++) {
        const struct psync_web_route *route = &rq->server->routes[i];
        size_t n = strlen(route->method);
        if (len + n + 3 > ALLOW_MAX || !psync_web_pattern_match(route->pattern, rq->target.path, &ignored))
            continue;
        len += (size_t)snprintf(ret_list + len, ALLOW_MAX - len, "%s%s", len ? ", " : "", route->method);
    }
}

/* ---- limits ---- */

static size_t header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

static uint64_t announced_bytes(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length ? strtoull(length, NULL, 10) : 0; /* libmicrohttpd has checked that it is a number */
}

static bool expects_continue(struct MHD_Connection *connection)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT) != NULL;
}

static const char *refusal_title(unsigned status)
{
    switch (status) {
    case MHD_HTTP_BAD_REQUEST:
        return "The request target is malformed";
    case MHD_HTTP_NOT_FOUND:
        return "No such resource";
    case MHD_HTTP_METHOD_NOT_ALLOWED:
        return "The resource does not have this method";
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return "The body is too large";
    case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
        return "The header is too large";
    case MHD_HTTP_SERVICE_UNAVAILABLE:
        return "Too much at once";
    default:
        return "Out of memory";
    }
}

static void refuse(struct psync_web_request *rq)
{
    char methods[ALLOW_MAX];
    const char *title = refusal_title(rq->refusal);
    switch (rq->refusal) {
    case MHD_HTTP_METHOD_NOT_ALLOWED:
        list_methods(rq, methods);
        psync_web_problem_allow(rq, title, methods);
        return;
    case MHD_HTTP_SERVICE_UNAVAILABLE:
        psync_web_problem_later(rq, title);
        return;
    case MHD_HTTP_CONTENT_TOO_LARGE:
        psync_web_problem(rq, rq->refusal, title, "at most %zu bytes are taken", rq->max_body_bytes);
        return;
    default:
        psync_web_problem(rq, rq->refusal, title, NULL);
    }
}

/* Two lengths, or a length beside chunks: whoever stands in front may have believed the other one, and what is body to
 * him would be a request to us, or the reverse (RFC 9112 sections 6.3 and 11.2). */
static bool is_ambiguous(const struct psync_web_request *rq)
{
    unsigned lengths = psync_web_header_count(rq, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return lengths > 1 || (lengths > 0 && psync_web_header_count(rq, MHD_HTTP_HEADER_TRANSFER_ENCODING) > 0);
}

static void refuse_ambiguous(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_problem(rq, MHD_HTTP_BAD_REQUEST, "The body has more than one length", NULL);
}

/* ---- the callback, called once for the header, then for each piece of the body, then for the end ---- */

static void refuse_for(struct psync_web_request *rq, unsigned status)
{
    if (rq->refusal == 0)
        rq->refusal = status;
}

/* Calls whoever answers, and queues the answer or suspends the connection until there is one. RUNNING. */
static enum MHD_Result run(struct psync_web_request *rq)
{
    rq->later_ms = -1;
    if (rq->refusal)
        refuse(rq);
    else
        rq->handler(rq, rq->handler_arg);
    if (psync_web_park(rq))
        return MHD_YES;
    return psync_web_state(rq) == ANSWERED ? psync_web_send(rq) : MHD_NO;
}

static enum MHD_Result on_header(struct psync_web_request *rq, const char *method)
{
    uint64_t announced = announced_bytes(rq->connection);
    rq->method = method;
    if (is_ambiguous(rq)) {
        psync_web_divert(rq, refuse_ambiguous, NULL);
        rq->refusal = 0;
        return psync_web_run(rq) ? run(rq) : MHD_NO; /* now: the connection is closed behind the answer */
    }
    if (header_bytes(rq->connection) > rq->server->max_header_bytes)
        refuse_for(rq, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE);
    if (rq->refusal == 0)
        refuse_for(rq, find_route(rq, method));
    if (rq->refusal == 0 && rq->server->admit)
        rq->server->admit(rq, rq->handler_arg);
    uint64_t limit = rq->max_body_bytes;
    if (announced > limit && !rq->drops_body)
        refuse_for(rq, MHD_HTTP_CONTENT_TOO_LARGE);
    bool refused = rq->refusal || rq->drops_body;
    if (refused && announced > 0 && (expects_continue(rq->connection) || announced > limit + DRAIN_BYTES))
        return psync_web_run(rq) ? run(rq) : MHD_NO; /* now; the connection is closed behind the answer */
    return MHD_YES;
}

static enum MHD_Result on_body(struct psync_web_request *rq, const char *bytes, size_t n)
{
    rq->received_bytes += n;
    if (rq->refusal == 0 && !rq->drops_body && !psync_web_hold(rq, n))
        refuse_for(rq, MHD_HTTP_SERVICE_UNAVAILABLE);
    if (rq->refusal == 0 && !rq->drops_body) {
        enum psync_result r = psync_buf_add(&rq->body, bytes, n);
        if (r != PSYNC_OK)
            refuse_for(rq, r == PSYNC_REJECT ? MHD_HTTP_CONTENT_TOO_LARGE : MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    /* Chunked, so the header could not tell. */
    return rq->received_bytes > rq->max_body_bytes + (uint64_t)DRAIN_BYTES ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_complete(struct psync_web_request *rq)
{
    switch (psync_web_state(rq)) {
    case READING:
        return psync_web_run(rq) ? run(rq) : MHD_NO;
    case DUE:
        return psync_web_take_due(rq) ? run(rq) : MHD_NO;
    case ANSWERED:
        return psync_web_send(rq);
    default:
        return MHD_NO; /* the server stops */
    }
}

enum MHD_Result psync_web_on_request(void *server, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *upload, size_t *upload_len,
                                     void **request)
{
    (void)server, (void)connection, (void)url, (void)version;
    struct psync_web_request *rq = *request;
    if (!rq)
        return MHD_NO; /* no memory when it began */
    if (!rq->method)
        return on_header(rq, method);
    if (*upload_len == 0)
        return on_complete(rq);
    size_t n = *upload_len;
    *upload_len = 0;
    return on_body(rq, upload, n);
}

/* If the client left while its request waited for psync_web_call_later, the call is made all the same: what the handler
 * has begun it may finish, like a server that knows nothing of its client's leaving. */
void psync_web_on_end(void *server, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode why)
{
    (void)server, (void)connection, (void)why;
    struct psync_web_request *rq = *request;
    *request = NULL;
    if (!rq)
        return;
    psync_web_rest(rq);
    if (psync_web_take_due(rq)) {
        rq->later_ms = -1;
        rq->handler(rq, rq->handler_arg);
        if (rq->later_ms >= 0)
            psync_web_disown(rq); /* it wants to wait again: for nobody */
    }
    psync_web_disown(rq);
}

/* ---- for handlers ---- */

const char *psync_web_method(const struct psync_web_request *rq)
{
    return rq->method;
}

const char *psync_web_path(const struct psync_web_request *rq)
{
    return rq->target.path;
}

const char *psync_web_wildcard(const struct psync_web_request *rq)
{
    return rq->wildcard;
}

const char *psync_web_query(const struct psync_web_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->target.n_parameters; i++)
        if (strcmp(rq->target.parameters[i].name, name) == 0)
            return rq->target.parameters[i].value;
    return NULL;
}

const char *psync_web_header(const struct psync_web_request *rq, const char *name)
{
    return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

struct fields { /* of one name */
    const char *name, *last;
    unsigned n;
};

static enum MHD_Result add_field(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct fields *fields = arg;
    (void)kind;
    if (strcasecmp(name, fields->name) == 0) {
        fields->n++;
        fields->last = value;
    }
    return MHD_YES;
}

static struct fields find_fields(const struct psync_web_request *rq, const char *name)
{
    struct fields fields = {.name = name};
    (void)MHD_get_connection_values(rq->connection, MHD_HEADER_KIND, add_field, &fields);
    return fields;
}

unsigned psync_web_header_count(const struct psync_web_request *rq, const char *name)
{
    return find_fields(rq, name).n;
}

const char *psync_web_header_last(const struct psync_web_request *rq, const char *name)
{
    return find_fields(rq, name).last;
}

const char *psync_web_client_address(const struct psync_web_request *rq, char ret_text[PSYNC_WEB_CLIENT_MAX])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    static const char mapped[] = "::ffff:"; /* an IPv4 client of an IPv6 socket (RFC 4291 section 2.5.5.2) */
    ret_text[0] = '\0';
    if (address && address->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, ret_text,
                        PSYNC_WEB_CLIENT_MAX);
    else if (address && address->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, ret_text,
                        PSYNC_WEB_CLIENT_MAX);
    if (strncmp(ret_text, mapped, sizeof mapped - 1) == 0 && strchr(ret_text, '.'))
        memmove(ret_text, ret_text + sizeof mapped - 1, strlen(ret_text) - sizeof mapped + 2);
    return ret_text;
}

void psync_web_divert(struct psync_web_request *rq, psync_web_handler *handler, void *arg)
{
    rq->handler = handler;
    rq->handler_arg = arg;
    rq->drops_body = true;
}

void psync_web_limit_body(struct psync_web_request *rq, size_t max_bytes)
{
    if (max_bytes < rq->max_body_bytes)
        rq->max_body_bytes = rq->body.max = max_bytes;
}

struct psync_span psync_web_body(const struct psync_web_request *rq)
{
    return (struct psync_span){rq->body.data, rq->body.len};
}

void psync_web_attach(struct psync_web_request *rq, void *context, void (*release)(void *context))
{
    PSYNC_INVARIANT(!rq->release);
    rq->context = context;
    rq->release = release;
}

void *psync_web_attached(const struct psync_web_request *rq)
{
    return rq->context;
}

void psync_web_call_later(struct psync_web_request *rq, psync_ms delay_ms, psync_web_handler *handler, void *arg)
{
    rq->handler = handler;
    rq->handler_arg = arg;
    rq->later_ms = delay_ms > 0 ? delay_ms : 0;
}
