/* relay_settings - what the shop says now: its settings into force, the heartbeat, tests that the merchant asked for. */
#include "source/relay_impl.h"

#include "base/json.h"
#include "source/shop_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS_MS = 2000, BEAT_MS = 5000, TESTS_MS = 1000, JSON_MAX = 60000 };

struct psync_relay_store *psync_relay_store_of(struct psync_relay *r, uint32_t id)
{
    for (size_t i = 0; i < r->n_stores; i++)
        if (r->stores[i].id == id)
            return &r->stores[i];
    return NULL;
}

static bool is_named(const struct psync_relay *r, const char *destination)
{
    for (size_t i = 0; i < r->n_named; i++)
        if (strcmp(r->named[i].name, destination) == 0)
            return true;
    return false;
}

/* Another installation may have the identity too, of whose database this one is a copy; but not the destination. */
bool psync_relay_is_of(const struct psync_relay *r, const struct psync_relay_store *s, const char *identity, const char *destination)
{
    bool is_shops = strchr(destination, '/') != NULL && !is_named(r, destination);
    return is_shops ? strcmp(s->destination, destination) == 0 : strcmp(s->identity, identity) == 0;
}

bool psync_relay_goes_to(const struct psync_relay *r, const struct psync_relay_store *s, const char *destination)
{
    return r->n_named > 0 ? is_named(r, destination) : s && strcmp(s->destination, destination) == 0;
}

const struct psync_relay_store *psync_relay_store_named(const struct psync_relay *r, const char *identity, const char *destination)
{
    for (size_t i = 0; i < r->n_stores; i++)
        if (psync_relay_is_of(r, &r->stores[i], identity, destination))
            return &r->stores[i];
    return NULL;
}

bool psync_relay_is_open(const struct psync_relay_store *s)
{
    return s->word == PSYNC_SHOP_DELIVERING && s->standing;
}

const char *psync_relay_hindrance(const struct psync_relay *r)
{
    for (size_t i = 0; i < r->n_stores; i++)
        if (r->stores[i].word == PSYNC_SHOP_NO_TOKEN || r->stores[i].word == PSYNC_SHOP_NO_URL)
            return r->stores[i].why;
    return NULL;
}

/* ---- stores: made anew of new facts, but what was done for one is remembered ---- */

static void fill_store(struct psync_relay *r, const struct psync_shop_facts *facts, const struct psync_shop_store *from,
                       struct psync_relay_store *to)
{
    const struct psync_relay_store *before = psync_relay_store_of(r, from->id);
    if (before)
        *to = *before;
    to->id = from->id;
    psync_relay_identity(psync_shop_value_of(facts, from, PSYNC_SHOP_UUID), from->id, to->identity);
    psync_shop_destination(r->open.shop->name, from->id, to->destination, sizeof to->destination);
}

/* What facts and stores say belongs together, so both change or neither. */
static enum psync_result take_facts(struct psync_relay *r, const struct psync_shop_facts *facts,
                                    struct psync_error *err)
{
    struct psync_relay_store *stores = calloc(facts->n_stores + 1, sizeof *stores);
    size_t n = 0;
    if (!stores)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    for (size_t i = 0; i < facts->n_stores; i++)
        if (!facts->stores[i].deleted)
            fill_store(r, facts, &facts->stores[i], &stores[n++]);
    free(r->stores);
    r->stores = stores;
    r->n_stores = n;
    psync_shop_facts_done(&r->facts);
    r->facts = *facts;
    r->stale = true;
    return PSYNC_OK;
}

/* ---- facts ---- */

static enum psync_result need_module(const struct psync_shop_facts *facts, struct psync_error *err)
{
    if (facts->n_stores > 0 && psync_shop_value_of(facts, &facts->stores[0], PSYNC_SHOP_UUID)[0] != '\0')
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "the module product_sync is not installed there: the shop has no PRODUCT_SYNC_UUID");
}

static enum psync_result read_facts(struct psync_relay *r, psync_ms now, struct psync_error *err)
{
    struct psync_shop_facts facts;
    if (now < r->facts_due)
        return PSYNC_OK;
    enum psync_result result = psync_shop_read_facts(r->db, r->place.prefix, &facts, err);
    if (result != PSYNC_OK)
        return result;
    r->facts_due = now + FACTS_MS;
    result = need_module(&facts, err);
    if (result != PSYNC_OK)
        psync_relay_hold(r, false);
    bool taken = false;
    if (result == PSYNC_OK && !psync_shop_facts_same(&facts, &r->facts)) {
        result = take_facts(r, &facts, err);
        taken = result == PSYNC_OK;
    }
    if (!taken)
        psync_shop_facts_done(&facts);
    return result;
}

/* ---- into force ---- */

static void say_word(const struct psync_relay *r, const struct psync_relay_store *s)
{
    PSYNC_LOG(r->open.log, s->word == PSYNC_SHOP_DELIVERING ? PSYNC_LOG_INFO : PSYNC_LOG_WARNING, "shop",
              PSYNC_F_TEXT("destination", s->destination), PSYNC_F_TEXT("state", psync_shop_word_name(s->word)),
              PSYNC_F_TEXT("why", s->why[0] != '\0' ? s->why : NULL));
}

static void judge_store(struct psync_relay *r, struct psync_relay_store *s, const struct psync_shop_layer *layer, bool first)
{
    const struct psync_relay_store before = *s;
    s->standing = r->n_named > 0 || layer->why.text[0] == '\0';
    s->told.any = s->told.any && s->standing == before.standing; /* whoever came into force was not told */
    s->word = psync_shop_judge(&r->facts, psync_shop_store_of(&r->facts, s->id));
    (void)snprintf(s->why, sizeof s->why, "%.*s", (int)sizeof s->why - 1, s->standing ? "" : layer->why.text);
    if (s->word == PSYNC_SHOP_DELIVERING && !s->standing)
        s->word = layer->no_token ? PSYNC_SHOP_NO_TOKEN : PSYNC_SHOP_NO_URL;
    if (first || s->word != before.word || strcmp(s->why, before.why) != 0) {
        say_word(r, s);
        r->beat_due = 0;
    }
}

static enum psync_result apply(struct psync_relay *r, struct psync_error *err)
{
    struct psync_shop_layers layers;
    enum psync_result result = psync_shop_layers_make(r->open.shop->name, &r->facts, r->place.key, &layers);
    if (result != PSYNC_OK)
        return psync_fail(err, result, "out of memory");
    r->refused = r->open.port.apply(r->open.port.arg, r->open.shop, &layers) != PSYNC_OK;
    if (r->refused)
        result = PSYNC_EMPTY;
    for (size_t i = 0; result == PSYNC_OK && i < layers.n; i++) {
        struct psync_relay_store *s = psync_relay_store_of(r, layers.ids[i]);
        judge_store(r, s, &layers.layers[i], s->why[0] == '\0' && !s->standing);
    }
    psync_shop_layers_done(&layers);
    if (result == PSYNC_OK)
        r->stale = false;
    return PSYNC_OK; /* not in force: nothing of that shop is taken, and it is tried again */
}

enum psync_result psync_relay_settings(struct psync_relay *r, psync_ms now, struct psync_error *err)
{
    enum psync_result result = read_facts(r, now, err);
    if (result == PSYNC_OK && r->stale)
        result = apply(r, err);
    if (result == PSYNC_OK && !r->stale)
        psync_relay_hold(r, true);
    return result;
}

/* ---- the heartbeat ---- */

struct beating {
    const struct psync_relay *r;
    bool suspended[PSYNC_SHOP_STORES_MAX], paused[PSYNC_SHOP_STORES_MAX];
};

static bool on_destination(void *arg, const struct psync_destination_row *row)
{
    struct beating *b = arg;
    for (size_t i = 0; i < b->r->n_stores; i++) {
        bool same = strcmp(b->r->stores[i].destination, row->name) == 0;
        b->suspended[i] = b->suspended[i] || (same && row->hold.suspended);
        b->paused[i] = b->paused[i] || (same && row->hold.paused);
    }
    return true;
}

static const char *word_of(const struct beating *b, size_t i)
{
    enum psync_shop_word word = b->r->stores[i].word;
    if (word == PSYNC_SHOP_DELIVERING && b->paused[i])
        word = PSYNC_SHOP_PAUSED;
    else if (word == PSYNC_SHOP_DELIVERING && b->suspended[i])
        word = PSYNC_SHOP_SUSPENDED;
    return psync_shop_word_name(word);
}

static enum psync_result make_beat(const struct beating *b, struct psync_buf *json)
{
    struct psync_json_writer w;
    char id[16];
    psync_json_writer_begin(&w, json);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "version", PSYNC_VERSION);
    psync_json_put_text(&w, "host", b->r->host);
    psync_json_put_int(&w, "keep", b->r->open.port.keep(b->r->open.port.arg) / 1000);
    psync_json_open(&w, "shops", '{');
    for (size_t i = 0; i < b->r->n_stores; i++) {
        (void)snprintf(id, sizeof id, "%" PRIu32, b->r->stores[i].id);
        psync_json_put_text(&w, id, word_of(b, i));
    }
    psync_json_close(&w, '}');
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}

/* Outcomes of others' messages move the cursor too: it is written down now and then. */
static enum psync_result save_cursor(struct psync_relay *r, struct psync_error *err)
{
    char text[64];
    if (r->cursor == r->saved_cursor)
        return PSYNC_OK;
    psync_relay_cursor_text(r, text);
    enum psync_result result = psync_relay_sql_begin(&r->sql);
    if (result == PSYNC_OK)
        result = psync_relay_sql_commit(&r->sql, text, err);
    if (result == PSYNC_OK)
        r->saved_cursor = r->cursor;
    return result;
}

enum psync_result psync_relay_beat(struct psync_relay *r, psync_ms now, struct psync_error *err)
{
    struct beating b = {.r = r};
    struct psync_buf json;
    if (now < r->beat_due)
        return PSYNC_OK;
    enum psync_result result = psync_queue_destinations(r->open.queue, on_destination, &b, err);
    if (result != PSYNC_OK && result != PSYNC_EMPTY)
        return result;
    psync_buf_init(&json, JSON_MAX);
    result = make_beat(&b, &json);
    if (result == PSYNC_OK)
        result = psync_relay_sql_beat(&r->sql, json.data, err);
    psync_buf_done(&json);
    if (result == PSYNC_OK)
        result = save_cursor(r, err);
    if (result == PSYNC_OK)
        r->beat_due = now + BEAT_MS;
    return result;
}

/* ---- tests ---- */

static enum psync_result write_result(struct psync_relay *r, const struct psync_relay_result *of, struct psync_error *err)
{
    struct psync_buf json;
    struct psync_json_writer w;
    psync_buf_init(&json, 4096);
    psync_json_writer_begin(&w, &json);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "id", of->id);
    psync_json_put_text(&w, "verdict", of->verdict);
    psync_json_put_int(&w, "status", of->status);
    psync_json_put_text(&w, "text", of->text);
    psync_json_close(&w, '}');
    enum psync_result result = psync_json_writer_end(&w);
    if (result == PSYNC_OK)
        result = psync_relay_sql_tested(&r->sql, of->id_shop, json.data, err);
    psync_buf_done(&json);
    return result;
}

/* Begins a test once, however often it is found before its result is written. */
static void begin_test(struct psync_relay *r, const struct psync_relay_asked *asked)
{
    const struct psync_relay_store *s = psync_relay_store_of(r, asked->id_shop);
    for (size_t i = 0; i < PSYNC_RELAY_RESULTS_MAX; i++)
        if (strcmp(r->asked[i], asked->id) == 0)
            return;
    if (!s || s->word == PSYNC_SHOP_OTHER_MODE)
        return; /* the module's own to answer */
    memcpy(r->asked[r->next_asked++ % PSYNC_RELAY_RESULTS_MAX], asked->id, PSYNC_RELAY_TEST_MAX);
    if (s->word == PSYNC_SHOP_COPY)
        psync_relay_tested(r, s->id, asked->id, "failed", 0, "the shop may be a copy: say first which of the two it is");
    else if (!s->standing)
        psync_relay_tested(r, s->id, asked->id, s->word == PSYNC_SHOP_NO_TOKEN ? "credentials" : "failed", 0, s->why);
    else
        r->open.port.test(r->open.port.arg, r, s->id, asked->id);
}

enum psync_result psync_relay_tests(struct psync_relay *r, psync_ms now, struct psync_error *err)
{
    struct psync_relay_asked asked[PSYNC_RELAY_RESULTS_MAX];
    struct psync_relay_result result_of_one;
    enum psync_result result = PSYNC_OK;
    size_t n = 0;
    while (result == PSYNC_OK && psync_relay_notes_take_result(&r->notes, &result_of_one))
        result = write_result(r, &result_of_one, err);
    if (result != PSYNC_OK || now < r->tests_due || r->stale)
        return result;
    r->tests_due = now + TESTS_MS;
    result = psync_relay_sql_tests(&r->sql, asked, PSYNC_RELAY_RESULTS_MAX, &n, err);
    for (size_t i = 0; result == PSYNC_OK && i < n; i++)
        begin_test(r, &asked[i]);
    return result;
}
