/* shop_layers - see the header. */
#include "source/shop_layers.h"

#include "config/wipe.h"
#include "queue/message.h"
#include "source/shop_secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 7, TEXT_MAX = 16384, WHERE_MAX = 160 };

/* How a value of the shop becomes one of ours. */
static const struct rule {
    enum psync_shop_name name;
    const char *key, *unit;
} rules[] = {
    {PSYNC_SHOP_URL, "url", ""},
    {PSYNC_SHOP_TOKEN, "token", ""},
    {PSYNC_SHOP_ATTEMPTS, "attempts", ""},
    {PSYNC_SHOP_BACKOFF, "backoff", "s"},
    {PSYNC_SHOP_TIMEOUT, "timeout", "s"},
    {PSYNC_SHOP_BATCH_SIZE, "batch", ""},
    {PSYNC_SHOP_TEST_METHOD, "test_method", ""},
};
_Static_assert(sizeof rules / sizeof rules[0] == SETTINGS_MAX, "a setting for each");

void psync_shop_destination(const char *name, uint32_t id_shop, char *ret_text, size_t size)
{
    (void)snprintf(ret_text, size, "%s/%" PRIu32, name, id_shop);
}

/* ---- memory: every text of a layer in the layer's own buffer, which never grows, so that pointers into it stay ---- */

struct making {
    struct psync_shop_layer *layer;
    struct psync_shop_setting *settings;
    struct psync_buf *texts;
};

static const char *keep(struct psync_buf *texts, const char *text)
{
    size_t at = texts->len;
    if (psync_buf_add(texts, text, strlen(text) + 1) != PSYNC_OK)
        return NULL;
    return texts->data + at;
}

static enum psync_result add(struct making *m, const char *key, const char *value, const char *where)
{
    const char *kept_value = keep(m->texts, value), *kept_where = keep(m->texts, where);
    if (!kept_value || !kept_where)
        return psync_fail(&m->layer->why, PSYNC_REJECT, "%s: is too long", where);
    m->settings[m->layer->n++] = (struct psync_shop_setting){key, kept_value, kept_where};
    return PSYNC_OK;
}

static void free_texts(struct psync_buf *texts)
{
    psync_wipe(texts->data, texts->len);
    psync_buf_done(texts);
}

/* ---- one layer ---- */

static enum psync_result add_token(struct making *m, const char *value, const char *key, const char *where)
{
    struct psync_buf token;
    struct psync_error *why = &m->layer->why;
    if (!psync_shop_secret_is(value))
        return add(m, "token", value, where);
    if (key[0] == '\0')
        return psync_fail(why, PSYNC_REJECT, "%s is encrypted, and the shop's key is not known: set shop.path or shop.key_file, "
                          "or token_file in [destination %s]", where, m->layer->destination);
    psync_buf_init(&token, TEXT_MAX / 2);
    enum psync_result r = psync_buf_reserve(&token, TEXT_MAX / 2);
    if (r == PSYNC_OK)
        r = psync_shop_secret_open(key, value, &token, why);
    if (r == PSYNC_REJECT)
        psync_error_prefix(why, "%s", where);
    if (r == PSYNC_OK && strlen(token.data) != token.len)
        r = psync_fail(why, PSYNC_REJECT, "%s: has a control character", where);
    if (r == PSYNC_OK)
        r = add(m, "token", token.data, where);
    free_texts(&token);
    return r;
}

static enum psync_result add_one(struct making *m, const struct psync_shop_facts *f, const struct psync_shop_store *s,
                                 const struct rule *rule, const char *key)
{
    const char *value = psync_shop_value_of(f, s, rule->name);
    char where[WHERE_MAX], text[64];
    if (rule->name == PSYNC_SHOP_BATCH_SIZE && strcmp(psync_shop_value_of(f, s, PSYNC_SHOP_BATCH), "1") != 0)
        value = "1";
    if (value[0] == '\0')
        return PSYNC_OK;
    (void)snprintf(where, sizeof where, "%s in shop %s", psync_shop_names[rule->name], m->layer->destination);
    if (rule->name == PSYNC_SHOP_TOKEN)
        return add_token(m, value, key, where);
    if (rule->unit[0] == '\0')
        return add(m, rule->key, value, where);
    if (snprintf(text, sizeof text, "%s%s", value, rule->unit) >= (int)sizeof text)
        return psync_fail(&m->layer->why, PSYNC_REJECT, "%s: is too long", where);
    return add(m, rule->key, text, where);
}

/* A token that cannot be had is left out: the operator's may stand instead. Otherwise `why` says more than "no token". */
static enum psync_result make_one(struct psync_shop_layer *layer, struct psync_buf *texts, const char *name,
                                  const struct psync_shop_facts *f, const struct psync_shop_store *s, const char *key)
{
    struct psync_shop_setting *settings = calloc(SETTINGS_MAX, sizeof *settings);
    struct making m = {layer, settings, texts};
    char destination[PSYNC_NAME_MAX];
    psync_buf_init(texts, TEXT_MAX);
    layer->settings = settings;
    if (!settings || psync_buf_reserve(texts, TEXT_MAX) != PSYNC_OK)
        return PSYNC_NOMEM;
    psync_shop_destination(name, s->id, destination, sizeof destination);
    layer->destination = keep(texts, destination);
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; i < SETTINGS_MAX && (r == PSYNC_OK || r == PSYNC_REJECT); i++)
        r = add_one(&m, f, s, &rules[i], key);
    return r == PSYNC_REJECT ? PSYNC_OK : r;
}

/* ---- all ---- */

static enum psync_result alloc(struct psync_shop_layers *l, size_t n)
{
    *l = (struct psync_shop_layers){
        .layers = calloc(n + 1, sizeof *l->layers), .ids = calloc(n + 1, sizeof *l->ids), .texts = calloc(n + 1, sizeof *l->texts)};
    if (l->layers && l->ids && l->texts)
        return PSYNC_OK;
    psync_shop_layers_done(l);
    return PSYNC_NOMEM;
}

enum psync_result psync_shop_layers_make(const char *name, const struct psync_shop_facts *f, const char *key,
                                         struct psync_shop_layers *ret_layers)
{
    struct psync_shop_layers l;
    enum psync_result r = alloc(&l, f->n_stores);
    for (size_t i = 0; r == PSYNC_OK && i < f->n_stores; i++) {
        if (f->stores[i].deleted)
            continue;
        l.ids[l.n] = f->stores[i].id;
        r = make_one(&l.layers[l.n], &l.texts[l.n], name, f, &f->stores[i], key);
        l.n++;
    }
    if (r != PSYNC_OK) {
        psync_shop_layers_done(&l);
        return r;
    }
    *ret_layers = l;
    return PSYNC_OK;
}

void psync_shop_layers_done(struct psync_shop_layers *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free((void *)(uintptr_t)l->layers[i].settings);
        free_texts(&l->texts[i]);
    }
    free(l->layers);
    free(l->ids);
    free(l->texts);
    *l = (struct psync_shop_layers){0};
}

static enum psync_result copy_one(const struct psync_shop_layer *from, struct psync_shop_layer *to, struct psync_buf *texts)
{
    struct psync_shop_setting *settings = calloc(SETTINGS_MAX, sizeof *settings);
    struct making m = {to, settings, texts};
    enum psync_result r = PSYNC_OK;
    psync_buf_init(texts, TEXT_MAX);
    to->settings = settings;
    to->why = from->why;
    if (!settings || psync_buf_reserve(texts, TEXT_MAX) != PSYNC_OK)
        return PSYNC_NOMEM;
    to->destination = keep(texts, from->destination);
    for (size_t i = 0; r == PSYNC_OK && i < from->n; i++)
        r = add(&m, from->settings[i].key, from->settings[i].value, from->settings[i].where);
    PSYNC_INVARIANT(r == PSYNC_OK); /* it had room there, too */
    return r;
}

enum psync_result psync_shop_layers_copy(const struct psync_shop_layers *from, struct psync_shop_layers *ret_copy)
{
    struct psync_shop_layers l;
    enum psync_result r = alloc(&l, from->n);
    for (size_t i = 0; r == PSYNC_OK && i < from->n; i++) {
        l.ids[i] = from->ids[i];
        l.n++;
        r = copy_one(&from->layers[i], &l.layers[i], &l.texts[i]);
    }
    if (r != PSYNC_OK) {
        psync_shop_layers_done(&l);
        return r;
    }
    *ret_copy = l;
    return PSYNC_OK;
}
