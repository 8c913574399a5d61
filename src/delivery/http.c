/* http - requests over libcurl's multi interface: the loop, and the requests that run in it. */
#include "delivery/http.h"

#include "delivery/http_exchange.h"

#include <stdlib.h>

struct psync_http {
    CURLM *multi;
    struct psync_link running; /* exchanges */
    int watched;               /* not ours; -1: none */
    atomic_size_t connections;
};

enum psync_result psync_http_global_init(struct psync_error *err)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    return code == CURLE_OK ? PSYNC_OK : psync_fail(err, PSYNC_FATAL, "libcurl: %s", curl_easy_strerror(code));
}

/* No request ever waits inside libcurl for a connection, where its time would run out: there may be as many
 * connections as requests in flight, and as many are kept. */
void psync_http_resize(struct psync_http *h, size_t max_in_flight)
{
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)max_in_flight);
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)max_in_flight);
}

struct psync_http *psync_http_new(size_t max_in_flight)
{
    struct psync_http *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    psync_list_init(&h->running);
    h->watched = -1;
    h->multi = curl_multi_init();
    if (!h->multi) {
        psync_http_free(h);
        return NULL;
    }
    (void)curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    psync_http_resize(h, max_in_flight);
    return h;
}

/* Takes the exchange out of the loop; it is still referenced by nothing but the caller. */
static void detach(struct psync_http *h, struct psync_http_exchange *x)
{
    (void)curl_multi_remove_handle(h->multi, x->easy);
    psync_list_remove(&x->link);
}

void psync_http_free(struct psync_http *h)
{
    if (!h)
        return;
    struct psync_link *link;
    while ((link = psync_list_pop(&h->running)) != NULL) {
        struct psync_http_exchange *x = PSYNC_CONTAINER(link, struct psync_http_exchange, link);
        detach(h, x);
        psync_http_exchange_give_back(x);
    }
    (void)curl_multi_cleanup(h->multi);
    free(h);
}

/* Of an exchange that is used again it is said already. */
static enum psync_result count_connections(struct psync_http *h, struct psync_http_exchange *x)
{
    if (x->connections == &h->connections)
        return PSYNC_OK;
    x->connections = &h->connections;
    CURLcode code = curl_easy_setopt(x->easy, CURLOPT_CLOSESOCKETDATA, (void *)x->connections);
    return code == CURLE_OK ? PSYNC_OK : PSYNC_NOMEM;
}

enum psync_result psync_http_start(struct psync_http *h, const struct psync_http_send *send, psync_http_done *done,
                                   void *arg)
{
    struct psync_http_exchange *x = psync_http_exchange_take(send->target);
    if (!x)
        return PSYNC_NOMEM;
    x->done = done;
    x->arg = arg;
    enum psync_result r = count_connections(h, x);
    if (r == PSYNC_OK)
        r = psync_http_exchange_prepare(x, send);
    if (r == PSYNC_OK && curl_multi_add_handle(h->multi, x->easy) != CURLM_OK)
        r = PSYNC_NOMEM;
    if (r != PSYNC_OK) {
        psync_http_exchange_give_back(x);
        return r;
    }
    psync_list_push(&h->running, &x->link);
    return PSYNC_OK;
}

/* Reports to the owner, who may start the next request from there: it must not get this handle while its response is
 * looked at, so the exchange goes back only afterwards. */
static void report(struct psync_http_exchange *x, const struct psync_response *response)
{
    x->done(x->arg, x->tag, response);
    psync_http_exchange_give_back(x);
}

static struct psync_http_exchange *exchange_of(CURL *easy)
{
    char *private = NULL;
    CURLcode code = curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    PSYNC_INVARIANT(code == CURLE_OK && private != NULL);
    return (struct psync_http_exchange *)(void *)private;
}

/* Returns how many ended. */
static size_t collect(struct psync_http *h)
{
    CURLMsg *message;
    int left;
    size_t n = 0;
    while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct psync_http_exchange *x = exchange_of(message->easy_handle);
        struct psync_response response;
        CURLcode code = message->data.result; /* the message dies with the removal */
        detach(h, x);
        psync_http_exchange_outcome(x, code, &response);
        report(x, &response);
        n++;
    }
    return n;
}

static enum psync_result check(CURLMcode code, struct psync_error *err)
{
    /* Without memory nothing is lost: the next turn tries again. */
    if (code == CURLM_OK || code == CURLM_OUT_OF_MEMORY)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_FATAL, "libcurl: %s", curl_multi_strerror(code));
}

static enum psync_result perform(struct psync_http *h, size_t *ret_ended, struct psync_error *err)
{
    int running;
    enum psync_result r = check(curl_multi_perform(h->multi, &running), err);
    *ret_ended = r == PSYNC_OK ? collect(h) : 0;
    return r;
}

enum psync_result psync_http_poll(struct psync_http *h, psync_ms wait_ms, struct psync_error *err)
{
    size_t ended = 0;
    enum psync_result r = perform(h, &ended, err);
    if (r != PSYNC_OK || ended > 0 || wait_ms <= 0)
        return r;
    int wait = wait_ms > INT32_MAX ? INT32_MAX : (int)wait_ms;
    struct curl_waitfd watched = {.fd = h->watched, .events = CURL_WAIT_POLLIN};
    r = check(curl_multi_poll(h->multi, &watched, h->watched >= 0, wait, NULL), err);
    return r == PSYNC_OK ? perform(h, &ended, err) : r;
}

void psync_http_watch(struct psync_http *h, int fd)
{
    h->watched = fd;
}

size_t psync_http_connections(const struct psync_http *h)
{
    return atomic_load(&h->connections);
}

void psync_http_wakeup(struct psync_http *h)
{
    (void)curl_multi_wakeup(h->multi);
}

void psync_http_abort_all(struct psync_http *h)
{
    struct psync_link running;
    struct psync_link *link;
    psync_list_init(&running);
    while ((link = psync_list_pop(&h->running)) != NULL) /* what is started meanwhile is not meant */
        psync_list_push(&running, link);
    while ((link = psync_list_pop(&running)) != NULL) {
        struct psync_http_exchange *x = PSYNC_CONTAINER(link, struct psync_http_exchange, link);
        struct psync_response response;
        bool sent;
        detach(h, x);
        psync_http_exchange_outcome(x, CURLE_ABORTED_BY_CALLBACK, &response);
        sent = response.sent;
        response = (struct psync_response){.transport = PSYNC_NET_ABORTED, .sent = sent, .at = response.at,
                                           .latency_ms = response.latency_ms, .detail = "stopped"};
        report(x, &response);
    }
}
