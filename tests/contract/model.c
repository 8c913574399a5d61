/* model - see model.h. */
#include "model.h"

#include "queue/key.h"

#include <stdio.h>
#include <string.h>

enum { PUTS = 5, LEASED = 4, LEASE_MS = 60000 };

void model_init(struct model *m, const struct psync_queue_driver *driver, const struct psync_queue_conf *conf)
{
    memset(m, 0, sizeof *m);
    m->driver = driver;
    m->conf = conf;
    m->now = 1700000000000;
    m->next = 1;
    for (int p = 0; p <= MODEL_PRODUCTS; p++)
        m->fates[p] = FATE_ABSENT;
}

enum psync_result model_open(struct model *m, struct psync_error *err)
{
    m->failed = false;
    return m->driver->open(m->conf, false, m->now, NULL, &m->self, err);
}

void model_close(struct model *m)
{
    m->driver->close(m->self, !m->failed);
    m->self = NULL;
}

static enum psync_result fill(struct psync_put *put, int64_t product, char key[PSYNC_PRODUCT_KEY_MAX], char payload[64])
{
    int len = snprintf(payload, 64, "{\"id\":%lld}", (long long)product);
    *put = (struct psync_put){.destination = "default", .key = key, .type = "product.created", .trace = "",
                              .subject = {product, ""}, .payload = {payload, (size_t)len}, .created_at = 1};
    return psync_key_product(&put->subject, put->type, 0, put->payload, key);
}

/* In doubt until the commit: it may be what it was, or what it will be. */
static void expect(struct model *m, int64_t product, unsigned fate)
{
    if (m->pending[product] == 0 && m->fates[product] != FATE_ABSENT)
        m->fates[product] &= FATE_OPEN | FATE_DONE | FATE_DEAD;
    m->pending[product] = fate;
}

static enum psync_result put_some(struct model *m)
{
    struct psync_put puts[PUTS];
    static char keys[PUTS][PSYNC_PRODUCT_KEY_MAX], payloads[PUTS][64];
    size_t n = 0;
    for (; n < PUTS && m->next <= MODEL_PRODUCTS; n++, m->next++) {
        enum psync_result r = fill(&puts[n], m->next, keys[n], payloads[n]);
        if (r != PSYNC_OK)
            return r;
    }
    enum psync_result r = n == 0 ? PSYNC_OK : m->driver->put(m->self, puts, n, m->now, NULL);
    for (size_t i = 0; i < n; i++)
        expect(m, puts[i].subject.product, FATE_OPEN);
    if (n > 0 && r == PSYNC_OK)
        memcpy(m->latest, puts[n - 1].ret_id, sizeof m->latest);
    return r;
}

/* The latest that was put: nobody leased it yet. */
static enum psync_result withdraw_latest(struct model *m)
{
    const char *id = m->latest;
    struct psync_select one = {.ids = &id, .n_ids = 1, .max = 1, .cursor = "", .waiting = true};
    if (m->next > MODEL_PRODUCTS)
        return PSYNC_OK;
    expect(m, m->next - 1, FATE_ABSENT);
    return m->driver->discard(m->self, &one, m->now, NULL);
}

static enum psync_result settle_some(struct model *m, unsigned round)
{
    static const enum psync_verdict verdicts[] = {PSYNC_VERDICT_DONE, PSYNC_VERDICT_DEAD, PSYNC_VERDICT_RETRY,
                                                  PSYNC_VERDICT_RELEASE};
    static const unsigned fates[] = {FATE_DONE, FATE_OPEN, FATE_DEAD, FATE_OPEN}; /* by enum psync_verdict */
    struct psync_message *messages[LEASED];
    struct psync_settle settles[LEASED];
    struct psync_want want = {"default", LEASED, m->now + LEASE_MS};
    size_t n = 0;
    psync_ms due;
    enum psync_result r = m->driver->lease(m->self, &want, m->now, messages, &n, &due, NULL);
    if (r != PSYNC_OK)
        return r == PSYNC_EMPTY ? PSYNC_OK : r;
    for (size_t i = 0; i < n; i++) {
        settles[i] = (struct psync_settle){.message = messages[i], .verdict = verdicts[(i + round) % 4],
                                           .not_before = m->now + 10,
                                           .attempt = {.at = m->now, .status = 500, .counted = true, .error = "e",
                                                       .problem = ""}};
        expect(m, messages[i]->subject.product, fates[settles[i].verdict]);
    }
    r = m->driver->settle(m->self, settles, n, m->now, NULL);
    for (size_t i = 0; i < n; i++)
        psync_message_free(messages[i]);
    return r;
}

static enum psync_result requeue_dead(struct model *m)
{
    struct psync_select all = {.cursor = "", .max = 1000};
    for (int p = 1; p <= MODEL_PRODUCTS; p++)
        if (m->fates[p] & FATE_DEAD || m->pending[p] == FATE_DEAD)
            m->pending[p] = FATE_OPEN;
    return m->driver->requeue(m->self, &all, m->now, NULL);
}

static enum psync_result commit(struct model *m)
{
    enum psync_result r = m->driver->commit(m->self, NULL);
    for (int p = 1; r == PSYNC_OK && p <= MODEL_PRODUCTS; p++)
        m->fates[p] = m->pending[p] != 0 ? m->pending[p] : m->fates[p];
    if (r == PSYNC_OK)
        memset(m->pending, 0, sizeof m->pending);
    return r;
}

static enum psync_result do_round(struct model *m, unsigned round)
{
    bool readied;
    enum psync_result r = put_some(m);
    if (r == PSYNC_OK && round % 2 == 0)
        r = commit(m);
    if (r == PSYNC_OK && round % 3 == 0)
        r = withdraw_latest(m);
    if (r == PSYNC_OK)
        r = settle_some(m, round);
    if (r == PSYNC_OK && round % 5 == 4)
        r = requeue_dead(m);
    if (r == PSYNC_OK)
        r = commit(m);
    m->now += round % 3 == 2 ? 2000 : 20; /* idle for two seconds: a checkpoint */
    if (r == PSYNC_OK) {
        r = m->driver->tidy(m->self, m->now, &readied, NULL);
        r = r == PSYNC_EMPTY ? PSYNC_OK : r;
    }
    return r == PSYNC_OK ? commit(m) : r;
}

enum psync_result model_work(struct model *m, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        enum psync_result r = do_round(m, (unsigned)round);
        if (r == PSYNC_NOMEM || r == PSYNC_RETRY) {
            m->undone++;
            memset(m->pending, 0, sizeof m->pending);
        } else if (r != PSYNC_OK) {
            m->failed = true;
            for (int p = 1; p <= MODEL_PRODUCTS; p++) /* in doubt for good */
                m->fates[p] |= m->pending[p];
            memset(m->pending, 0, sizeof m->pending);
            return r;
        }
    }
    return PSYNC_OK;
}

static unsigned fate_of(const struct psync_put *put)
{
    if (put->ret_outcome == PSYNC_PUT_NEW)
        return FATE_ABSENT;
    return put->ret_state == PSYNC_STATE_DONE ? FATE_DONE : put->ret_state == PSYNC_STATE_DEAD ? FATE_DEAD : FATE_OPEN;
}

unsigned model_violations(struct model *m)
{
    unsigned violations = 0;
    struct psync_buf report;
    char key[PSYNC_PRODUCT_KEY_MAX], payload[64];
    psync_buf_init(&report, 65536);
    enum psync_result r = m->driver->check(m->self, &report, NULL);
    for (int64_t p = 1; r == PSYNC_OK && p < m->next; p++) {
        struct psync_put put;
        r = fill(&put, p, key, payload);
        if (r == PSYNC_OK)
            r = m->driver->put(m->self, &put, 1, m->now, NULL);
        if (r == PSYNC_OK && (fate_of(&put) & m->fates[p]) == 0)
            violations++;
    }
    if (r == PSYNC_OK)
        r = m->driver->commit(m->self, NULL);
    psync_buf_done(&report);
    return r == PSYNC_OK ? violations : violations + 1;
}
