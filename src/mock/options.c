/* options - the flags of `productsync mock`. Those that make it misbehave are short forms of rules (mock.h). */
#include "mock/options.h"

#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULE_MAX = 64 << 10, WORD_MAX = 64 };

/* ---- plain settings ---- */

static enum psync_result set_text(char *field, size_t size, const char *value, struct psync_error *err)
{
    size_t n = strlen(value);
    if (n >= size)
        return psync_fail(err, PSYNC_REJECT, "too long, %zu bytes at most", size - 1);
    memcpy(field, value, n + 1);
    return PSYNC_OK;
}

static enum psync_result read_number(const char *value, uint64_t max, uint64_t *ret_n, struct psync_error *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end)
        return psync_fail(err, PSYNC_REJECT, "\"%s\" is not an integer from 0 to %llu", value,
                          (unsigned long long)max);
    if (errno || n > max)
        return psync_fail(err, PSYNC_REJECT, "\"%s\" is too large, at most %llu", value, (unsigned long long)max);
    *ret_n = n;
    return PSYNC_OK;
}

/* The index of `value` among the words. */
static enum psync_result read_word(const char *value, const char *const *words, size_t n, size_t *ret_index,
                                   struct psync_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (words[i] && strcmp(words[i], value) == 0) {
            *ret_index = i;
            return PSYNC_OK;
        }
    return psync_fail(err, PSYNC_REJECT, "\"%s\" is none of its values", value);
}

static enum psync_result set_listen(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return set_text(c->listen, sizeof(c->listen), value, err);
}

static enum psync_result set_token(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return set_text(c->token, sizeof(c->token), value, err);
}

static enum psync_result set_certificate(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return set_text(c->certificate_file, sizeof(c->certificate_file), value, err);
}

static enum psync_result set_require_key(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    (void)value, (void)err;
    c->require_key = true;
    return PSYNC_OK;
}

static enum psync_result set_lenient(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    (void)value, (void)err;
    c->lenient = true;
    return PSYNC_OK;
}

static enum psync_result set_price_digits(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    uint64_t n = 0;
    enum psync_result r = read_number(value, 6, &n, err);
    if (r == PSYNC_OK)
        c->price_digits = (unsigned)n;
    return r;
}

static enum psync_result set_seed(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return read_number(value, UINT64_MAX, &c->seed, err);
}

static enum psync_result set_max_requests(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return read_number(value, UINT64_MAX, &c->max_requests, err);
}

static enum psync_result set_batch(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    static const char *const words[PSYNC_MOCK_BATCHES] = {
        [PSYNC_MOCK_BATCH_207] = "207", [PSYNC_MOCK_BATCH_200] = "200", [PSYNC_MOCK_BATCH_WHOLE] = "whole"};
    size_t i = 0;
    enum psync_result r = read_word(value, words, PSYNC_MOCK_BATCHES, &i, err);
    if (r == PSYNC_OK)
        c->batch = (enum psync_mock_batch)i;
    return r;
}

static enum psync_result set_tls(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    static const char *const words[PSYNC_MOCK_TLS_KINDS] = {[PSYNC_MOCK_PLAIN] = "off",
                                                            [PSYNC_MOCK_TLS] = "good",
                                                            [PSYNC_MOCK_TLS_EXPIRED] = "expired",
                                                            [PSYNC_MOCK_TLS_WRONG_HOST] = "wrong-host"};
    size_t i = 0;
    enum psync_result r = read_word(value, words, PSYNC_MOCK_TLS_KINDS, &i, err);
    if (r == PSYNC_OK)
        c->tls = (enum psync_mock_tls)i;
    return r;
}

/* ---- rules ---- */

static enum psync_result set_rule(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return psync_mock_conf_rule(c, (struct psync_span){value, strlen(value)}, err);
}

/* A value of a rule's member: a number stays one, "true" too, anything else is text. */
static void put_value(struct psync_json_writer *w, const char *name, struct psync_span value)
{
    bool number = value.len > 0 && strspn(value.data, "0123456789.") >= value.len;
    if (number || psync_span_eq(value, "true"))
        psync_json_put_raw(w, name, value);
    else
        psync_json_put_span(w, name, value);
}

/* A rule of up to two members; a second value follows the first behind a colon. `more` NULL: there is no second. */
static enum psync_result add_rule(struct psync_mock_conf *c, const char *fixed, const char *name, const char *more,
                                  const char *value, struct psync_error *err)
{
    struct psync_buf b;
    struct psync_json_writer w;
    const char *colon = more ? strchr(value, ':') : NULL;
    psync_buf_init(&b, RULE_MAX);
    psync_json_writer_begin(&w, &b);
    psync_json_open(&w, NULL, '{');
    if (fixed)
        psync_json_put_bool(&w, fixed, true);
    put_value(&w, name, (struct psync_span){value, colon ? (size_t)(colon - value) : strlen(value)});
    if (colon)
        put_value(&w, more, (struct psync_span){colon + 1, strlen(colon + 1)});
    psync_json_close(&w, '}');
    enum psync_result r = psync_json_writer_end(&w);
    r = r == PSYNC_OK ? set_rule(c, b.data, err) : psync_fail(err, r, "too long");
    psync_buf_done(&b);
    return r;
}

static enum psync_result set_fail(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "status", "probability", value, err);
}

static enum psync_result set_first(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "first", "status", value, err);
}

static enum psync_result set_latency(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "latency", "probability", value, err);
}

static enum psync_result set_rate(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "rate", NULL, value, err);
}

static enum psync_result set_reset(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "reset", "probability", value, err);
}

static enum psync_result set_half(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, "half", "probability", NULL, value, err);
}

static enum psync_result set_slow(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "slow", "probability", value, err);
}

static enum psync_result set_huge(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "huge", "probability", value, err);
}

static enum psync_result set_endless(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, "endless", "probability", NULL, value, err);
}

static enum psync_result set_redirect(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    return add_rule(c, NULL, "location", NULL, value, err);
}

/* Whether the parts are times the rules' own reader decides. */
static enum psync_result set_outage(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    char from[WORD_MAX], rule[4 * WORD_MAX];
    const char *dash = strchr(value, '-');
    size_t n = dash ? (size_t)(dash - value) : 0;
    if (!dash || n >= sizeof(from) || strlen(dash) > sizeof(from) || strpbrk(value, "\"\\"))
        return psync_fail(err, PSYNC_REJECT, "\"%s\" is not FROM-TO, such as 10s-20s", value);
    memcpy(from, value, n);
    from[n] = '\0';
    (void)snprintf(rule, sizeof(rule), "{\"status\":503,\"from\":\"%s\",\"to\":\"%s\"}", from, dash + 1);
    return set_rule(c, rule, err);
}

static enum psync_result set_throttle(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    char rule[4 * WORD_MAX];
    uint64_t seconds = 0;
    const char *colon = strchr(value, ':');
    char number[WORD_MAX];
    size_t n = colon ? (size_t)(colon - value) : strlen(value);
    if (n >= sizeof(number) || (colon && strspn(colon + 1, "0123456789.") != strlen(colon + 1)))
        return psync_fail(err, PSYNC_REJECT, "\"%s\" is not SECONDS[:CHANCE]", value);
    memcpy(number, value, n);
    number[n] = '\0';
    enum psync_result r = read_number(number, INT32_MAX, &seconds, err);
    if (r != PSYNC_OK)
        return r;
    (void)snprintf(rule, sizeof(rule), "{\"status\":429,\"retry_after\":%llu,\"probability\":%.32s}",
                   (unsigned long long)seconds, colon ? colon + 1 : "1");
    return set_rule(c, rule, err);
}

static enum psync_result set_poison(struct psync_mock_conf *c, const char *value, struct psync_error *err)
{
    struct psync_buf b;
    psync_buf_init(&b, RULE_MAX);
    enum psync_result r = PSYNC_REJECT;
    if (strspn(value, "0123456789,") == strlen(value))
        r = psync_buf_printf(&b, "{\"status\":422,\"title\":\"The product is poison\",\"products\":[%s]}", value);
    r = r == PSYNC_OK ? set_rule(c, b.data, err)
                      : psync_fail(err, r, "\"%s\" is not a list of ids, such as 7,9", value);
    psync_buf_done(&b);
    return r;
}

const struct psync_mock_option psync_mock_options[] = {
    {"listen", "HOST:PORT", "where to listen; port 0 picks a free one (127.0.0.1:0)", set_listen},
    {"token", "TOKEN", "what the Authorization field must carry; without it everybody may come", set_token},
    {"require-key", NULL, "refuse requests without Idempotency-Key with 400", set_require_key},
    {"lenient", NULL, "take payloads that break the contract, and only count them", set_lenient},
    {"price-digits", "N", "digits of a price after the point (2)", set_price_digits},
    {"batch", "207|200|whole", "how a batch is answered: item by item, or as a whole (207)", set_batch},
    {"tls", "good|expired|wrong-host|off", "speak TLS, with a certificate made at start (off)", set_tls},
    {"certificate", "FILE", "write the certificate to this file, for clients to trust", set_certificate},
    {"seed", "N", "of the random values: the same seed, the same mishaps (1)", set_seed},
    {"max-requests", "N", "what the ledger holds at most (5000000)", set_max_requests},
    {"fail", "STATUS[:CHANCE]", "answer so, always or with a chance from 0 to 1: 500:0.3", set_fail},
    {"first", "N:STATUS", "answer so to the first N requests of each product", set_first},
    {"throttle", "SECONDS[:CHANCE]", "answer 429 with Retry-After", set_throttle},
    {"rate", "N", "take N requests a second and answer 429 to the rest", set_rate},
    {"poison", "ID,ID...", "refuse these products with 422", set_poison},
    {"outage", "FROM-TO", "answer 503 during this time after the start: 10s-20s", set_outage},
    {"latency", "TIME[-TIME][:CHANCE]", "take so long for an answer: 50ms, 50ms-200ms", set_latency},
    {"reset", "before|after[:CHANCE]", "reset the connection before or after the request takes effect", set_reset},
    {"half", "CHANCE", "take effect, send half of the answer, close the connection", set_half},
    {"slow", "BYTES[:CHANCE]", "answer at so many bytes a second", set_slow},
    {"huge", "SIZE[:CHANCE]", "answer with so many bytes: 10GB", set_huge},
    {"endless", "CHANCE", "an answer that never ends", set_endless},
    {"redirect", "URL", "answer 302 to there", set_redirect},
    {"rule", "JSON", "any rule of the control document: {\"status\":503,\"times\":3}", set_rule},
    {NULL, NULL, NULL, NULL},
};
