/* intake - products and payloads into the queue: read on the server's thread, answered after the commit that holds
 * them.
 *
 * The puts of many requests share a commit: they are submitted and not waited for, and the queue's thread answers. */
#include "admin/intake.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_AT_ONCE = 16, TEXT_MAX = 16 << 20, REASON_MAX = 256 };

static void free_intake(void *arg)
{
    struct psync_intake *in = arg;
    psync_api_uncount(in->api);
    psync_putset_done(&in->set);
    psync_buf_done(&in->text);
    if (in->items != &in->one)
        free(in->items);
    free(in);
}

static struct psync_intake *new_intake(struct psync_api *api, struct psync_web_request *rq)
{
    struct psync_intake *in = calloc(1, sizeof(*in));
    if (!in) {
        psync_api_uncount(api);
        psync_answer_later(rq, "Out of memory", false);
        return NULL;
    }
    in->api = api;
    in->rq = rq;
    in->shop = "";
    in->type = PSYNC_TYPE_CREATED;
    in->items = &in->one;
    in->cap = 1;
    psync_buf_init(&in->text, TEXT_MAX);
    psync_web_attach(rq, in, free_intake);
    return in;
}

/* ---- records ---- */

static enum psync_result add_item(struct psync_intake *in, const struct psync_intake_item *item,
                                  struct psync_error *err)
{
    if (in->n_items == PSYNC_API_RECORDS_MAX)
        return psync_fail(err, PSYNC_REJECT, "more than %d products in one request", PSYNC_API_RECORDS_MAX);
    if (in->n_items == in->cap) {
        size_t cap = in->cap < ITEMS_AT_ONCE ? ITEMS_AT_ONCE : 2 * in->cap;
        struct psync_intake_item *more = realloc(in->items == &in->one ? NULL : in->items, cap * sizeof(*more));
        if (!more)
            return psync_fail(err, PSYNC_NOMEM, "out of memory");
        if (in->items == &in->one)
            *more = in->one;
        in->items = more;
        in->cap = cap;
    }
    in->items[in->n_items++] = *item;
    in->n_taken += item->product != 0;
    return PSYNC_OK;
}

/* A record with text of its own: its payload, or, with product 0, why it is refused. */
static enum psync_result add_text(struct psync_intake *in, uint64_t line, int64_t product, struct psync_span text,
                                  struct psync_error *err)
{
    const struct psync_intake_item item = {line, product, in->text.len, text.len};
    enum psync_result r = psync_buf_add(&in->text, text.data, text.len);
    if (r != PSYNC_OK)
        return psync_fail(err, r, "the products are too large for one request");
    return add_item(in, &item, err);
}

/* ---- products, in any shape that the reader knows ---- */

static enum psync_result take_record(void *arg, uint64_t line, int64_t product, struct psync_span text,
                                     struct psync_error *err)
{
    struct psync_intake *in = arg;
    if (product == 0)
        text.len = psync_utf8_cut(text, REASON_MAX);
    return add_text(in, line, product, text, err);
}

static bool is_array(struct psync_span body)
{
    size_t i = body.len >= 3 && memcmp(body.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a mark of UTF-8 */
    while (i < body.len && strchr(" \t\r\n", body.data[i]) && body.data[i])
        i++;
    return i < body.len && body.data[i] == '[';
}

static enum psync_result read_products(struct psync_intake *in, struct psync_error *err)
{
    const struct psync_product_reader *reader = in->api->open.reader;
    enum psync_result r = reader->read(in->api->rules, psync_web_body(in->rq), take_record, in, err);
    if (r == PSYNC_OK && in->n_items == 0)
        r = psync_fail(err, PSYNC_REJECT, "there is no product in the body");
    if (r == PSYNC_OK && in->key[0] && in->n_items != 1)
        r = psync_fail(err, PSYNC_REJECT, "Idempotency-Key goes with one product, and here are %zu", in->n_items);
    if (r == PSYNC_OK && in->key[0] && is_array(psync_web_body(in->rq))) /* whose length is chance */
        r = psync_fail(err, PSYNC_REJECT, "Idempotency-Key goes with one product, and not with an array");
    return r;
}

/* Bare, or as the structured-field String of draft-ietf-httpapi-idempotency-key-header. */
static enum psync_result read_key(struct psync_intake *in, struct psync_error *err)
{
    const char *text = psync_web_header(in->rq, "Idempotency-Key");
    if (!text)
        return PSYNC_OK;
    struct psync_span key = {text, strlen(text)};
    bool opened = key.len > 0 && key.data[0] == '"', closed = key.len > 1 && key.data[key.len - 1] == '"';
    if (opened && closed) {
        key.data++;
        key.len -= 2;
    }
    if (opened != closed || !psync_key_valid(key))
        return psync_fail(err, PSYNC_REJECT, "Idempotency-Key must be 1 to %d visible ASCII characters",
                          PSYNC_KEY_MAX - 1);
    memcpy(in->key, key.data, key.len);
    in->key[key.len] = '\0';
    return PSYNC_OK;
}

/* One that is not valid is as good as none: it is no reason to refuse a product. */
static void read_trace(struct psync_intake *in)
{
    const char *text = psync_web_header(in->rq, "traceparent");
    if (text && psync_trace_read((struct psync_span){text, strlen(text)}, in->trace) != PSYNC_OK)
        in->trace[0] = '\0';
}

/* ---- payloads as they shall be sent ---- */

static enum psync_result check_payload(struct psync_span line, int64_t *ret_product, struct psync_error *why)
{
    json_object *value = NULL;
    if (line.len > PSYNC_PAYLOAD_MAX)
        return psync_fail(why, PSYNC_REJECT, "longer than %d bytes", PSYNC_PAYLOAD_MAX);
    enum psync_result r = psync_json_parse(line, &value, why);
    if (r != PSYNC_OK)
        return r;
    int64_t id = psync_json_int(value, "id", 0);
    json_object_put(value);
    if (id <= 0)
        return psync_fail(why, PSYNC_REJECT, "not an object with a positive integer \"id\"");
    *ret_product = id;
    return PSYNC_OK;
}

static enum psync_result read_payloads(struct psync_intake *in, struct psync_error *err)
{
    struct psync_span body = psync_web_body(in->rq);
    uint64_t number = 1;
    for (size_t at = 0; at < body.len; number++) {
        const char *end = memchr(body.data + at, '\n', body.len - at);
        size_t len = (end ? (size_t)(end - body.data) : body.len) - at;
        struct psync_intake_item item = {.line = number, .at = at, .len = len};
        struct psync_error why = {0};
        struct psync_span line = {body.data + at, len};
        at += len + 1;
        if (len == 0)
            continue;
        enum psync_result r = check_payload(line, &item.product, &why);
        if (r == PSYNC_NOMEM)
            return psync_fail(err, r, "out of memory");
        r = r == PSYNC_OK ? add_item(in, &item, err)
                          : take_record(in, number, 0, (struct psync_span){why.text, strlen(why.text)}, err);
        if (r != PSYNC_OK)
            return r;
    }
    return in->n_items ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "there is no payload in the body");
}

static enum psync_result read_common(struct psync_intake *in, struct psync_error *err)
{
    int64_t revision = 0;
    const char *shop = psync_query_text(in->rq, "shop"), *type = psync_query_text(in->rq, "type");
    if (shop && (strlen(shop) >= PSYNC_SHOP_MAX || !psync_key_valid((struct psync_span){shop, strlen(shop)})))
        return psync_fail(err, PSYNC_REJECT, "shop must be visible ASCII, less than %d characters", PSYNC_SHOP_MAX);
    if (type && (strlen(type) >= PSYNC_TYPE_MAX || !psync_key_valid((struct psync_span){type, strlen(type)})))
        return psync_fail(err, PSYNC_REJECT, "type must be visible ASCII, less than %d characters", PSYNC_TYPE_MAX);
    enum psync_result r = psync_query_int(in->rq, "revision", 0, UINT32_MAX, 0, &revision, err);
    in->shop = shop ? shop : in->shop;
    in->type = type ? type : in->type;
    in->revision = (uint32_t)revision;
    return r;
}

/* ---- into the queue ---- */

static void on_put(void *arg, enum psync_result result, const char *why, struct psync_put *puts, size_t n)
{
    struct psync_intake *in = arg;
    struct psync_error err = {0};
    (void)puts, (void)n;
    if (result == PSYNC_OK) {
        psync_intake_answer(in);
        return;
    }
    (void)psync_fail(&err, result, "%s", why ? why : "");
    psync_answer_failure(in->rq, result, &err);
}

/* The settings are held: the set copies the destinations' names. */
static enum psync_result make_set(struct psync_intake *in, struct psync_error *err)
{
    const struct psync_putset_common common = {.shop = in->shop,
                                               .type = in->type,
                                               .trace = in->trace,
                                               .revision = in->revision,
                                               .key = in->key[0] ? in->key : NULL,
                                               .now = psync_clock_now()};
    const char *from = in->frozen ? psync_web_body(in->rq).data : in->text.data;
    struct psync_putset_item few[ITEMS_AT_ONCE], *items = few;
    if (in->n_taken > ITEMS_AT_ONCE && !(items = calloc(in->n_taken, sizeof(*items))))
        return PSYNC_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < in->n_items; i++) {
        const struct psync_intake_item *item = &in->items[i];
        if (item->product)
            items[n++] = (struct psync_putset_item){item->product, {from + item->at, item->len}};
    }
    enum psync_result r = psync_putset_init(&in->set, in->api->config, &common, items, n, err);
    if (items != few)
        free(items);
    return r;
}

static void submit(struct psync_intake *in, enum psync_result r, const struct psync_error *err)
{
    if (r == PSYNC_OK && in->n_taken == 0) {
        psync_intake_answer(in);
        return;
    }
    if (r == PSYNC_OK)
        r = psync_queue_put_async(in->api->open.queue, in->set.puts, in->set.n_puts, on_put, in);
    if (r != PSYNC_OK)
        psync_answer_failure(in->rq, r, err);
}

void psync_route_products(struct psync_api *api, struct psync_web_request *rq)
{
    struct psync_error err = {0};
    struct psync_intake *in = new_intake(api, rq);
    if (!in)
        return;
    read_trace(in);
    psync_api_read(api);
    enum psync_result r = read_key(in, &err);
    if (r == PSYNC_OK)
        r = read_products(in, &err);
    if (r == PSYNC_OK && in->n_taken)
        r = make_set(in, &err);
    psync_api_read_end(api);
    submit(in, r, &err);
}

void psync_route_payloads(struct psync_api *api, struct psync_web_request *rq)
{
    struct psync_error err = {0};
    struct psync_intake *in = new_intake(api, rq);
    if (!in)
        return;
    in->frozen = true;
    read_trace(in);
    enum psync_result r = read_common(in, &err);
    if (r == PSYNC_OK)
        r = read_payloads(in, &err);
    psync_api_read(api);
    if (r == PSYNC_OK && in->n_taken)
        r = make_set(in, &err);
    psync_api_read_end(api);
    submit(in, r, &err);
}
