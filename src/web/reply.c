/* reply - answers: bytes, streams, problems, and connections that end without one. */
#include "web/server_impl.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROBLEM_MAX = 4096, DETAIL_MAX = 1024, STREAM_BLOCK = 64 << 10 };

/* ---- streams ---- */

struct stream { /* belongs to the response */
    struct psync_web_stream source;
    struct psync_web_request *rq; /* alive as long as its connection sends */
};

static ssize_t read_stream(void *arg, uint64_t position, char *bytes, size_t max)
{
    struct stream *stream = arg;
    psync_ms wait_ms = 0;
    ssize_t n = stream->source.read(stream->source.arg, position, bytes, max, &wait_ms);
    if (n > 0)
        return n;
    if (n == 0 && wait_ms == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0 && psync_web_pause(stream->rq, wait_ms))
        return 0;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_stream(void *arg)
{
    struct stream *stream = arg;
    if (stream->source.done)
        stream->source.done(stream->source.arg);
    free(stream);
}

static struct MHD_Response *response_of_stream(struct psync_web_request *rq, const struct psync_web_stream *source)
{
    struct stream *stream = malloc(sizeof(*stream));
    if (stream) {
        *stream = (struct stream){*source, rq};
        struct MHD_Response *response = MHD_create_response_from_callback(
            source->length == PSYNC_WEB_LENGTH_UNKNOWN ? MHD_SIZE_UNKNOWN : source->length, STREAM_BLOCK, read_stream,
            stream, free_stream);
        if (response)
            return response;
        free(stream);
    }
    if (source->done)
        source->done(source->arg);
    return NULL;
}

/* ---- building a response; NULL: out of memory ---- */

static struct MHD_Response *response_of_span(struct psync_span body)
{
    return MHD_create_response_from_buffer(body.len, (void *)body.data, MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *response_of_buf(struct psync_buf *buf)
{
    if (buf->cap == 0) /* no memory of its own to take */
        return response_of_span(PSYNC_SPAN(""));
    struct MHD_Response *response = MHD_create_response_from_buffer(buf->len, buf->data, MHD_RESPMEM_MUST_FREE);
    if (response)
        psync_buf_init(buf, buf->max);
    return response;
}

static bool has_header(const struct psync_web_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->n_headers; i++)
        if (strcasecmp(reply->headers[i].name, name) == 0)
            return true;
    return false;
}

static bool add_common_headers(struct MHD_Response *response, const struct psync_web_server *s,
                               const struct psync_web_reply *reply)
{
    bool complete = true;
    for (size_t i = 0; i < s->n_headers && complete; i++)
        if (!has_header(reply, s->headers[i].name))
            complete = MHD_add_response_header(response, s->headers[i].name, s->headers[i].value) == MHD_YES;
    return complete;
}

static struct MHD_Response *build(struct psync_web_request *rq, const struct psync_web_reply *reply)
{
    struct MHD_Response *response = reply->stream.read ? response_of_stream(rq, &reply->stream)
                                    : reply->buf       ? response_of_buf(reply->buf)
                                                       : response_of_span(reply->body);
    if (!response)
        return NULL;
    bool complete = !reply->content_type || MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                                                    reply->content_type) == MHD_YES;
    complete = complete && add_common_headers(response, rq->server, reply);
    for (size_t i = 0; i < reply->n_headers && complete; i++)
        complete = MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) == MHD_YES;
    if (complete)
        return response;
    MHD_destroy_response(response);
    return NULL;
}

void psync_web_reply_with(struct psync_web_request *rq, const struct psync_web_reply *reply)
{
    struct MHD_Response *response = NULL;
    if (reply->ending == PSYNC_WEB_ANSWER)
        response = build(rq, reply);
    /* Without memory for an answer there is still the plainest one: the connection closes, and the client may ask
     * again. */
    bool short_of_memory = reply->ending == PSYNC_WEB_ANSWER && !response;
    psync_web_answer(rq, short_of_memory ? PSYNC_WEB_CLOSE : reply->ending, reply->status, response);
}

void psync_web_reply(struct psync_web_request *rq, unsigned status, const char *content_type, struct psync_span body)
{
    psync_web_reply_with(rq,
                         &(struct psync_web_reply){.status = status, .content_type = content_type, .body = body});
}

void psync_web_reply_buf(struct psync_web_request *rq, unsigned status, const char *content_type,
                         struct psync_buf *body)
{
    psync_web_reply_with(rq, &(struct psync_web_reply){.status = status, .content_type = content_type, .buf = body});
    psync_buf_clear(body);
}

/* ---- problems (RFC 9457) ---- */

void psync_web_problem_with(struct psync_web_request *rq, unsigned status, const char *title, const char *detail,
                            const struct psync_web_header *header)
{
    struct psync_buf b;
    struct psync_json_writer w;
    psync_buf_init(&b, PROBLEM_MAX);
    psync_json_writer_begin(&w, &b);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "title", title);
    psync_json_put_int(&w, "status", status);
    if (detail)
        psync_json_put_text(&w, "detail", detail);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) != PSYNC_OK)
        psync_buf_clear(&b); /* the status alone says most of it */
    psync_web_reply_with(rq, &(struct psync_web_reply){.status = status,
                                                       .content_type = "application/problem+json",
                                                       .buf = &b,
                                                       .headers = header,
                                                       .n_headers = header != NULL});
    psync_buf_done(&b);
}

void psync_web_problem(struct psync_web_request *rq, unsigned status, const char *title, const char *fmt, ...)
{
    char detail[DETAIL_MAX];
    va_list args;
    va_start(args, fmt);
    if (fmt)
        (void)vsnprintf(detail, sizeof(detail), fmt, args);
    va_end(args);
    psync_web_problem_with(rq, status, title, fmt ? detail : NULL, NULL);
}

void psync_web_problem_later(struct psync_web_request *rq, const char *title)
{
    psync_web_problem_with(rq, MHD_HTTP_SERVICE_UNAVAILABLE, title, NULL,
                           &(struct psync_web_header){MHD_HTTP_HEADER_RETRY_AFTER, "1"});
}

void psync_web_problem_allow(struct psync_web_request *rq, const char *title, const char *methods)
{
    psync_web_problem_with(rq, MHD_HTTP_METHOD_NOT_ALLOWED, title, NULL,
                           &(struct psync_web_header){MHD_HTTP_HEADER_ALLOW, methods});
}

/* ---- sending ---- */

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Closes our descriptor of the connection right here, by putting a socket that was never connected in its place: before
 * libmicrohttpd closes one it calls shutdown(2), which would send FIN. False: there is none to put. */
static bool vacate(int fd)
{
    int stand_in = socket(AF_UNIX, SOCK_STREAM, 0), r;
    if (stand_in < 0)
        return false;
    do
        r = dup2(stand_in, fd);
    while (r < 0 && errno == EINTR);
    (void)close(stand_in);
    return r >= 0;
}

/* Closing with a linger time of 0 makes TCP send RST (an "abort", RFC 9293 section 3.10.5). */
static void reset(int fd)
{
    struct linger abort_now = {.l_onoff = 1, .l_linger = 0};
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_now, sizeof(abort_now)) == 0)
        (void)vacate(fd); /* or it is closed later, with FIN and RST */
}

int psync_web_take_over(struct psync_web_request *rq)
{
    int fd = rq->server->certificate ? -1 : socket_of(rq->connection), ours = fd < 0 ? -1 : dup(fd);
    if (ours < 0)
        return -1;
    if (fcntl(ours, F_SETFD, FD_CLOEXEC) != 0 || !vacate(fd)) {
        (void)close(ours);
        return -1;
    }
    psync_web_answer(rq, PSYNC_WEB_CLOSE, 0, NULL);
    return ours;
}

enum MHD_Result psync_web_send(struct psync_web_request *rq)
{
    if (rq->ending == PSYNC_WEB_RESET)
        reset(socket_of(rq->connection));
    if (rq->ending != PSYNC_WEB_ANSWER)
        return MHD_NO;
    rq->state = SENDING; /* nobody else has a say in it any more */
    struct MHD_Response *response = rq->response;
    rq->response = NULL;
    enum MHD_Result queued = MHD_queue_response(rq->connection, rq->status, response);
    MHD_destroy_response(response); /* our share of it */
    return queued;
}
