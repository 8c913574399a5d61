/* ledger - products, keys, and how they are shown. */
#include "mock/ledger.h"

#include "base/digest.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

void psync_mock_ledger_init(struct psync_mock_ledger *l)
{
    *l = (struct psync_mock_ledger){.products = NULL};
    psync_map_init(&l->by_id);
    psync_map_init(&l->by_key);
}

static void free_product(struct psync_mock_product *p)
{
    for (size_t i = 0; i < PSYNC_MOCK_KEYS_KEPT; i++)
        free(p->keys[i]);
    free(p->payload);
    free(p);
}

static void free_key(struct psync_mock_key *k)
{
    if (k)
        free(k->answer);
    free(k);
}

void psync_mock_ledger_done(struct psync_mock_ledger *l)
{
    size_t cursor = 0;
    struct psync_mock_key *k;
    while ((k = psync_map_next(&l->by_key, &cursor)))
        free_key(k);
    for (size_t i = 0; i < l->n_products; i++)
        free_product(l->products[i]);
    free(l->products);
    psync_map_done(&l->by_id);
    psync_map_done(&l->by_key);
    *l = (struct psync_mock_ledger){.products = NULL};
}

/* ---- products ---- */

static struct psync_span id_key(const int64_t *id)
{
    return (struct psync_span){(const char *)id, sizeof(*id)};
}

static bool make_room(struct psync_mock_ledger *l)
{
    if (l->n_products < l->cap_products)
        return true;
    size_t cap = l->cap_products ? 2 * l->cap_products : 64;
    struct psync_mock_product **products = realloc(l->products, cap * sizeof(struct psync_mock_product *));
    if (!products)
        return false;
    l->products = products;
    l->cap_products = cap;
    return true;
}

static struct psync_mock_product *add_product(struct psync_mock_ledger *l, int64_t id)
{
    struct psync_mock_product *p = make_room(l) ? calloc(1, sizeof(*p)) : NULL;
    if (!p)
        return NULL;
    p->id = id;
    if (psync_map_set(&l->by_id, id_key(&p->id), p) != PSYNC_OK) {
        free(p);
        return NULL;
    }
    l->products[l->n_products++] = p;
    l->totals.products++;
    return p;
}

struct psync_mock_product *psync_mock_ledger_find(const struct psync_mock_ledger *l, int64_t id)
{
    return psync_map_get(&l->by_id, id_key(&id));
}

struct psync_mock_product *psync_mock_ledger_see(struct psync_mock_ledger *l, int64_t id)
{
    struct psync_mock_product *p = psync_mock_ledger_find(l, id);
    if (!p)
        p = add_product(l, id);
    if (p)
        p->requests++;
    return p;
}

void psync_mock_ledger_violation(struct psync_mock_ledger *l, struct psync_mock_product *p, const char *what)
{
    l->totals.violations++;
    if (!p)
        return;
    p->violations++;
    p->violation = what;
}

void psync_mock_ledger_effect(struct psync_mock_ledger *l, struct psync_mock_product *p, const char *key,
                              struct psync_span payload)
{
    if (key && p->effects < PSYNC_MOCK_KEYS_KEPT)
        p->keys[p->effects] = psync_span_dup((struct psync_span){key, strlen(key)});
    free(p->payload);
    p->payload = psync_span_dup(payload);
    p->effects++;
    l->totals.effects++;
    l->totals.delivered += p->effects == 1;
    l->totals.repeated += p->effects == 2;
}

/* ---- keys ---- */

static struct psync_span text_key(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static struct psync_mock_key *add_key(struct psync_mock_ledger *l, const char *text, const unsigned char *digest)
{
    size_t n = strlen(text) + 1;
    struct psync_mock_key *k = calloc(1, sizeof(*k) + n);
    if (!k)
        return NULL;
    memcpy(k->text, text, n);
    memcpy(k->digest, digest, sizeof(k->digest));
    k->running = true;
    if (psync_map_set(&l->by_key, text_key(k->text), k) == PSYNC_OK)
        return k;
    free(k);
    return NULL;
}

enum psync_mock_standing psync_mock_key_begin(struct psync_mock_ledger *l, const char *key, struct psync_span body,
                                              struct psync_mock_key **ret_key)
{
    unsigned char digest[PSYNC_SHA256_BYTES];
    if (psync_sha256(&body, 1, digest) != PSYNC_OK)
        return PSYNC_MOCK_NO_MEMORY;
    struct psync_mock_key *k = psync_map_get(&l->by_key, text_key(key));
    enum psync_mock_standing standing = PSYNC_MOCK_FIRST;
    if (k && memcmp(k->digest, digest, sizeof(k->digest)) != 0)
        standing = PSYNC_MOCK_MISUSED;
    else if (k)
        standing = k->running ? PSYNC_MOCK_RUNNING : PSYNC_MOCK_ANSWERED;
    else if (!(k = add_key(l, key, digest)))
        return PSYNC_MOCK_NO_MEMORY;
    *ret_key = k;
    return standing;
}

void psync_mock_key_settle(struct psync_mock_ledger *l, const char *key, unsigned status, struct psync_span answer)
{
    struct psync_mock_key *k = psync_map_get(&l->by_key, text_key(key));
    if (!k)
        return; /* the ledger was reset meanwhile */
    k->answer = psync_span_dup(answer);
    if (!k->answer) {
        psync_mock_key_forget(l, key);
        return;
    }
    k->answer_len = answer.len;
    k->status = status;
    k->running = false;
}

void psync_mock_key_forget(struct psync_mock_ledger *l, const char *key)
{
    free_key(psync_map_remove(&l->by_key, text_key(key)));
}

/* ---- showing ---- */

enum psync_result psync_mock_product_show(const struct psync_mock_product *p, struct psync_buf *b)
{
    struct psync_json_writer w;
    psync_json_writer_begin(&w, b);
    psync_json_open(&w, NULL, '{');
    psync_json_put_int(&w, "id", p->id);
    psync_json_put_int(&w, "requests", (int64_t)p->requests);
    psync_json_put_int(&w, "effects", (int64_t)p->effects);
    psync_json_open(&w, "keys", '[');
    for (size_t i = 0; i < PSYNC_MOCK_KEYS_KEPT; i++)
        if (p->keys[i])
            psync_json_put_text(&w, NULL, p->keys[i]);
    psync_json_close(&w, ']');
    psync_json_put_text(&w, "payload", p->payload);
    psync_json_put_int(&w, "violations", (int64_t)p->violations);
    psync_json_put_text(&w, "violation", p->violation);
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}

enum psync_result psync_mock_totals_show(const struct psync_mock_totals *t, struct psync_buf *b)
{
    const struct {
        const char *name;
        uint64_t n;
    } rows[] = {
        {"requests", t->requests},     {"products", t->products}, {"delivered", t->delivered},
        {"repeated", t->repeated},     {"effects", t->effects},   {"replays", t->replays},
        {"refused", t->refused},       {"violations", t->violations}, {"conflicts", t->conflicts},
    };
    struct psync_json_writer w;
    psync_json_writer_begin(&w, b);
    psync_json_open(&w, NULL, '{');
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        psync_json_put_int(&w, rows[i].name, (int64_t)rows[i].n);
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}
