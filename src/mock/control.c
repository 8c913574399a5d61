/* control - the routes that tests and people steer and question the mock by: /ledger and /control. */
#include "mock/mock_impl.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 256 << 10, SMALL_BYTES = 1 << 20 };

/* ---- the whole ledger, page by page, so that millions of products need no memory of their own ---- */

struct listing {
    struct psync_mock *mock;
    struct psync_buf page;
    size_t next;   /* product */
    uint64_t sent; /* bytes of the pages before this one */
    bool begun, ended;
};

static void fill_page(struct listing *l)
{
    enum psync_result r = PSYNC_OK;
    psync_mock_lock(l->mock);
    const struct psync_mock_ledger *ledger = &l->mock->ledger;
    if (!l->begun)
        r = psync_buf_add_str(&l->page, "{\"products\":[");
    for (; r == PSYNC_OK && l->next < ledger->n_products && l->page.len < PAGE_BYTES / 2; l->next++) {
        if (l->next)
            r = psync_buf_add_char(&l->page, ',');
        if (r == PSYNC_OK)
            r = psync_mock_product_show(ledger->products[l->next], &l->page);
    }
    if (r == PSYNC_OK && l->next >= ledger->n_products) {
        r = psync_buf_add_str(&l->page, "]}");
        l->ended = true;
    }
    psync_mock_unlock(l->mock);
    l->begun = true;
    if (r != PSYNC_OK) { /* an end that is missing is seen; a product that is missing would not be */
        l->ended = true;
        psync_buf_clear(&l->page);
    }
}

static ssize_t read_listing(void *arg, uint64_t position, char *bytes, size_t max, psync_ms *ret_wait_ms)
{
    struct listing *l = arg;
    (void)ret_wait_ms;
    if (position >= l->sent + l->page.len && !l->ended) {
        l->sent += l->page.len;
        psync_buf_clear(&l->page);
        fill_page(l);
    }
    size_t at = (size_t)(position - l->sent), n = l->page.len - at;
    if (n > max)
        n = max;
    if (n)
        memcpy(bytes, l->page.data + at, n);
    return (ssize_t)n;
}

static void free_listing(void *arg)
{
    struct listing *l = arg;
    psync_buf_done(&l->page);
    free(l);
}

static void list_all(struct psync_web_request *rq, struct psync_mock *mock)
{
    struct listing *l = calloc(1, sizeof(*l));
    if (!l) {
        psync_web_problem(rq, 503, "Out of memory", NULL);
        return;
    }
    l->mock = mock;
    psync_buf_init(&l->page, PSYNC_MOCK_ANSWER_MAX);
    psync_web_reply_with(rq, &(struct psync_web_reply){.status = 200,
                                                       .content_type = "application/json",
                                                       .stream = {.read = read_listing,
                                                                  .done = free_listing,
                                                                  .arg = l,
                                                                  .length = PSYNC_WEB_LENGTH_UNKNOWN}});
}

/* ---- small answers ---- */

static void reply_json(struct psync_web_request *rq, enum psync_result r, struct psync_buf *b)
{
    if (r == PSYNC_OK)
        psync_web_reply_buf(rq, 200, "application/json", b);
    else
        psync_web_problem(rq, 503, "Out of memory", NULL);
    psync_buf_done(b);
}

static void show_one(struct psync_web_request *rq, struct psync_mock *mock, const char *id_text)
{
    struct psync_buf b;
    enum psync_result r = PSYNC_EMPTY;
    psync_buf_init(&b, PSYNC_MOCK_ANSWER_MAX);
    psync_mock_lock(mock);
    const struct psync_mock_product *p = psync_mock_ledger_find(&mock->ledger, strtoll(id_text, NULL, 10));
    if (p)
        r = psync_mock_product_show(p, &b);
    psync_mock_unlock(mock);
    if (r == PSYNC_EMPTY)
        psync_web_problem(rq, 404, "No such product was seen", NULL);
    else
        reply_json(rq, r, &b);
    psync_buf_done(&b);
}

void psync_mock_get_ledger(struct psync_web_request *rq, void *arg)
{
    const char *id_text = psync_web_query(rq, "product");
    if (id_text)
        show_one(rq, arg, id_text);
    else
        list_all(rq, arg);
}

void psync_mock_get_summary(struct psync_web_request *rq, void *arg)
{
    struct psync_buf b;
    struct psync_mock_totals totals;
    psync_buf_init(&b, SMALL_BYTES);
    psync_mock_totals(arg, &totals);
    reply_json(rq, psync_mock_totals_show(&totals, &b), &b);
}

void psync_mock_delete_ledger(struct psync_web_request *rq, void *arg)
{
    struct psync_mock *mock = arg;
    psync_mock_lock(mock);
    psync_mock_ledger_done(&mock->ledger);
    psync_mock_ledger_init(&mock->ledger);
    psync_mock_unlock(mock);
    psync_web_reply(rq, 204, NULL, PSYNC_SPAN(""));
}

void psync_mock_get_control(struct psync_web_request *rq, void *arg)
{
    struct psync_mock *mock = arg;
    struct psync_buf b;
    psync_buf_init(&b, SMALL_BYTES);
    psync_mock_lock(mock);
    enum psync_result r = psync_mock_rules_show(mock->rules, &b);
    psync_mock_unlock(mock);
    reply_json(rq, r, &b);
}

void psync_mock_put_control(struct psync_web_request *rq, void *arg)
{
    struct psync_error err = {{0}};
    enum psync_result r = psync_mock_control(arg, psync_web_body(rq), &err);
    if (r == PSYNC_OK)
        psync_web_reply(rq, 204, NULL, PSYNC_SPAN(""));
    else
        psync_web_problem(rq, r == PSYNC_NOMEM ? 503 : 422, "The rules are wrong", "%s", err.text);
}
