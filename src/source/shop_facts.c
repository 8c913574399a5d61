/* shop_facts - see the header. */
#include "source/shop_facts.h"

#include "config/wipe.h"

#include <stdlib.h>
#include <string.h>

const char *const psync_shop_names[PSYNC_SHOP_NAMES] = {
    [PSYNC_SHOP_URL] = "MY_API_URL",
    [PSYNC_SHOP_TOKEN] = "MY_API_TOKEN",
    [PSYNC_SHOP_UUID] = "PRODUCT_SYNC_UUID",
    [PSYNC_SHOP_MODE] = "PRODUCT_SYNC_MODE",
    [PSYNC_SHOP_PAUSE] = "PRODUCT_SYNC_PAUSE",
    [PSYNC_SHOP_ATTEMPTS] = "PRODUCT_SYNC_RETRY_ATTEMPTS",
    [PSYNC_SHOP_BACKOFF] = "PRODUCT_SYNC_RETRY_BACKOFF",
    [PSYNC_SHOP_TIMEOUT] = "PRODUCT_SYNC_TIMEOUT",
    [PSYNC_SHOP_BATCH] = "PRODUCT_SYNC_BATCH",
    [PSYNC_SHOP_BATCH_SIZE] = "PRODUCT_SYNC_BATCH_SIZE",
    [PSYNC_SHOP_TEST_METHOD] = "PRODUCT_SYNC_TEST_METHOD",
    [PSYNC_SHOP_PLACE] = "PRODUCT_SYNC_PLACE",
    [PSYNC_SHOP_UUID_BEFORE] = "PRODUCT_SYNC_UUID_BEFORE",
    [PSYNC_SHOP_MULTISTORE] = "PS_MULTISHOP_FEATURE_ACTIVE",
};

enum { VALUES_MAX = PSYNC_SHOP_NAMES * (2 * PSYNC_SHOP_STORES_MAX + 1) };

void psync_shop_facts_init(struct psync_shop_facts *f)
{
    *f = (struct psync_shop_facts){0};
}

static void free_text(char *text)
{
    if (text)
        psync_wipe(text, strlen(text));
    free(text);
}

void psync_shop_facts_done(struct psync_shop_facts *f)
{
    for (size_t i = 0; i < f->n_values; i++)
        free_text(f->values[i].text);
    for (size_t i = 0; i < f->n_stores; i++)
        free(f->stores[i].place);
    free(f->values);
    free(f->stores);
    psync_shop_facts_init(f);
}

static struct psync_shop_value *find(const struct psync_shop_facts *f, enum psync_shop_name name, uint32_t id_shop,
                                     uint32_t id_group)
{
    for (size_t i = 0; i < f->n_values; i++) {
        struct psync_shop_value *v = &f->values[i];
        if (v->name == name && v->id_shop == id_shop && v->id_group == id_group)
            return v;
    }
    return NULL;
}

enum psync_result psync_shop_facts_add(struct psync_shop_facts *f, const char *name, uint32_t id_shop, uint32_t id_group,
                                       const char *text)
{
    int known = 0;
    while (known < PSYNC_SHOP_NAMES && strcmp(psync_shop_names[known], name) != 0)
        known++;
    if (known == PSYNC_SHOP_NAMES || f->n_values == VALUES_MAX)
        return PSYNC_OK;
    if (id_shop)
        id_group = 0; /* core looks at the shop first, whatever group stands beside it */
    struct psync_shop_value *v = find(f, (enum psync_shop_name)known, id_shop, id_group);
    char *copy = strdup(text ? text : "");
    if (!copy)
        return PSYNC_NOMEM;
    if (v) {
        free_text(v->text);
        v->text = copy;
        return PSYNC_OK;
    }
    struct psync_shop_value *more = realloc(f->values, (f->n_values + 1) * sizeof *more);
    if (!more) {
        free_text(copy);
        return PSYNC_NOMEM;
    }
    f->values = more;
    f->values[f->n_values++] = (struct psync_shop_value){(enum psync_shop_name)known, id_shop, id_group, copy};
    return PSYNC_OK;
}

enum psync_result psync_shop_facts_add_store(struct psync_shop_facts *f, const struct psync_shop_store *like)
{
    if (f->n_stores == PSYNC_SHOP_STORES_MAX)
        return PSYNC_REJECT;
    struct psync_shop_store *more = realloc(f->stores, (f->n_stores + 1) * sizeof *more);
    if (!more)
        return PSYNC_NOMEM;
    f->stores = more;
    char *copy = strdup(like->place);
    if (!copy)
        return PSYNC_NOMEM;
    f->stores[f->n_stores] = *like;
    f->stores[f->n_stores++].place = copy;
    return PSYNC_OK;
}

bool psync_shop_facts_same(const struct psync_shop_facts *a, const struct psync_shop_facts *b)
{
    bool same = a->n_values == b->n_values && a->n_stores == b->n_stores;
    for (size_t i = 0; same && i < a->n_values; i++) {
        const struct psync_shop_value *v = &a->values[i], *w = &b->values[i];
        same = v->name == w->name && v->id_shop == w->id_shop && v->id_group == w->id_group && strcmp(v->text, w->text) == 0;
    }
    for (size_t i = 0; same && i < a->n_stores; i++) {
        const struct psync_shop_store *s = &a->stores[i], *t = &b->stores[i];
        same = s->id == t->id && s->id_group == t->id_group && s->deleted == t->deleted && s->module_on == t->module_on &&
               strcmp(s->place, t->place) == 0;
    }
    return same;
}

/* ---- resolving ---- */

static bool is_multistore(const struct psync_shop_facts *f)
{
    const struct psync_shop_value *on = find(f, PSYNC_SHOP_MULTISTORE, 0, 0);
    return on && on->text[0] != '\0' && strcmp(on->text, "0") != 0 && f->n_stores > 1;
}

/* An empty value of the shop overrides the global one, as in core. */
const char *psync_shop_value_of(const struct psync_shop_facts *f, const struct psync_shop_store *s, enum psync_shop_name name)
{
    const struct psync_shop_value *v = NULL;
    if (is_multistore(f)) {
        v = find(f, name, s->id, 0);
        if (!v && s->id_group)
            v = find(f, name, 0, s->id_group);
    }
    if (!v)
        v = find(f, name, 0, 0);
    return v ? v->text : "";
}

const struct psync_shop_store *psync_shop_store_of(const struct psync_shop_facts *f, uint32_t id)
{
    for (size_t i = 0; i < f->n_stores; i++)
        if (f->stores[i].id == id)
            return &f->stores[i];
    return NULL;
}

/* ---- judging ---- */

static const char *const words[] = {"delivering", "paused", "copy", "no_token", "no_url", "suspended", "mode"};
_Static_assert(sizeof words / sizeof words[0] == PSYNC_SHOP_WORDS, "a word for each");

const char *psync_shop_word_name(enum psync_shop_word w)
{
    return words[w];
}

/* Without a saved place there is nothing to compare: then nobody has saved the settings. */
static bool is_copy(const struct psync_shop_facts *f, const struct psync_shop_store *s)
{
    const char *saved = psync_shop_value_of(f, s, PSYNC_SHOP_PLACE);
    return saved[0] != '\0' && strcmp(saved, s->place) != 0;
}

bool psync_shop_is_paused(const struct psync_shop_facts *f, const struct psync_shop_store *s)
{
    const char *pause = psync_shop_value_of(f, s, PSYNC_SHOP_PAUSE);
    return s->deleted || (pause[0] != '\0' && strcmp(pause, "0") != 0);
}

enum psync_shop_word psync_shop_judge_sending(const struct psync_shop_facts *f, const struct psync_shop_store *s)
{
    if (is_copy(f, s))
        return PSYNC_SHOP_COPY;
    return psync_shop_is_paused(f, s) || !s->module_on ? PSYNC_SHOP_PAUSED : PSYNC_SHOP_DELIVERING;
}

enum psync_shop_word psync_shop_judge(const struct psync_shop_facts *f, const struct psync_shop_store *s)
{
    bool is_ours = strcmp(psync_shop_value_of(f, s, PSYNC_SHOP_MODE), "queue") == 0;
    return is_ours ? psync_shop_judge_sending(f, s) : PSYNC_SHOP_OTHER_MODE;
}
