/* rules - what settings demand of each other. */
#include "config/rules.h"

#include "config/check.h"
#include "config/shop.h"
#include "config/url.h"
#include "config/value.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct psync_slot *slot_of(const struct psync_store *s, int index, const char *section, const char *key)
{
    const struct psync_option *o = psync_option_find(section, key);

    PSYNC_INVARIANT(o);
    return psync_store_slot(s, index, o);
}

/* The reason is in `err`; this puts before it which setting is meant, where it was made, and its value. */
static enum psync_result blame(const struct psync_store *s, int index, const char *section, const char *key,
                               struct psync_error *err)
{
    const struct psync_slot *slot = slot_of(s, index, section, key);
    struct psync_setting setting = {psync_option_find(section, key), index, slot->text, slot->origin, slot->where};

    psync_store_explain(s, &setting, err);
    return PSYNC_REJECT;
}

/* ---- at most ---- */

struct pair {
    const char *section, *key;             /* at most */
    const char *limit_section, *limit_key; /* this one; of the same unit */
    int64_t times, margin;                 /* or `times` the first and its margin: at most the limit */
};

/* Nothing is sent whose lease might end before its request does; the worker needs room to do so. */
#define WITHIN_A_LEASE 2, 1000

/* Widest limit first: what gave way to it is then held against the narrower ones. */
static const struct pair pairs[] = {
    {"retry", "backoff", "retry", "backoff_max", 1, 0},
    {"breaker", "cool_off", "breaker", "cool_off_max", 1, 0},
    {"http", "connect_timeout", "work", "lease", WITHIN_A_LEASE},
    {"http", "timeout", "work", "lease", WITHIN_A_LEASE},
    {"http", "connect_timeout", "http", "timeout", 1, 0},
    {"batch", "linger", "work", "lease", 1, 0},
    {"batch", "size", "queue", "max_depth", 1, 0},
};

/* A destination's own, where they are said. */
static const struct pair own_pairs[] = {
    {"destination", "backoff", "retry", "backoff_max", 1, 0},
    {"destination", "timeout", "work", "lease", WITHIN_A_LEASE},
    {"destination", "batch", "queue", "max_depth", 1, 0},
};

static int64_t number_of(const struct psync_option *o, const struct psync_slot *slot)
{
    int64_t number;
    enum psync_result r = psync_value_parse(o, slot->text, &number, NULL);

    PSYNC_INVARIANT(r == PSYNC_OK);
    return number;
}

/* A default becomes the number. REJECT: it was set, or cannot be that. */
static enum psync_result give_way(struct psync_store *s, const struct psync_option *o, int64_t number)
{
    char text[PSYNC_VALUE_MAX];
    struct psync_setting setting = {o, PSYNC_GLOBAL, text, PSYNC_ORIGIN_DEFAULT, NULL};

    if (psync_store_slot(s, PSYNC_GLOBAL, o)->origin != PSYNC_ORIGIN_DEFAULT || number < 0)
        return PSYNC_REJECT;
    psync_value_format(o, number, text);
    return psync_store_set(s, &setting, NULL);
}

static enum psync_result refuse_pair(const struct psync_store *s, int index, const struct pair *p, int64_t needed,
                                     struct psync_error *err)
{
    const struct psync_option *limit_o = psync_option_find(p->limit_section, p->limit_key);
    const struct psync_slot *slot = slot_of(s, index, p->section, p->key);
    const struct psync_slot *limit = slot_of(s, PSYNC_GLOBAL, p->limit_section, p->limit_key);
    char least[PSYNC_VALUE_MAX];

    if (p->times == 1)
        psync_fail(err, PSYNC_REJECT, "is above %s.%s, which is %s", p->limit_section, p->limit_key, limit->text);
    else
        psync_fail(err, PSYNC_REJECT, "%s.%s must be at least %s with %s.%s = %s", p->limit_section, p->limit_key,
                   psync_value_format(limit_o, needed, least), p->section, p->key, slot->text);
    return blame(s, index, p->section, p->key, err);
}

/* A destination's own 0 says nothing, and does not give way. */
static enum psync_result apply_pair(struct psync_store *s, int index, const struct pair *p, struct psync_error *err)
{
    const struct psync_option *o = psync_option_find(p->section, p->key);
    const struct psync_option *limit_o = psync_option_find(p->limit_section, p->limit_key);
    int64_t limit = number_of(limit_o, slot_of(s, PSYNC_GLOBAL, p->limit_section, p->limit_key));
    int64_t number = number_of(o, slot_of(s, index, p->section, p->key));
    int64_t needed = p->times * (number + p->margin);

    if (needed <= limit || (index != PSYNC_GLOBAL && number == 0))
        return PSYNC_OK;
    enum psync_result r = index == PSYNC_GLOBAL ? give_way(s, o, limit / p->times - p->margin) : PSYNC_REJECT;
    if (r == PSYNC_REJECT)
        r = give_way(s, limit_o, needed);
    return r == PSYNC_REJECT ? refuse_pair(s, index, p, needed, err) : r;
}

static enum psync_result apply_pairs(struct psync_store *s, struct psync_error *err)
{
    enum { PAIRS = sizeof pairs / sizeof pairs[0], OWN_PAIRS = sizeof own_pairs / sizeof own_pairs[0] };
    enum psync_result r = PSYNC_OK;

    for (size_t i = 0; r == PSYNC_OK && i < PAIRS; i++)
        r = apply_pair(s, PSYNC_GLOBAL, &pairs[i], err);
    for (size_t i = 0; r == PSYNC_OK && i < OWN_PAIRS * s->pub.n_destinations; i++)
        r = apply_pair(s, (int)(i / OWN_PAIRS), &own_pairs[i % OWN_PAIRS], err);
    return r;
}

/* ---- destinations ---- */

static enum psync_result check_address(const struct psync_store *s, int index, struct psync_error *err)
{
    const struct psync_destination_conf *d = &s->pub.destinations[index];
    struct psync_url url;

    if (d->url[0] == '\0')
        return PSYNC_OK;
    if (psync_url_parse(d->url, &url, err) != PSYNC_OK)
        return blame(s, index, "destination", "url", err);
    if (!url.https && !url.loopback && !d->allow_http) {
        psync_fail(err, PSYNC_REJECT, "begins with http://, which protects neither token nor products; use https://, "
                                      "or set allow_http = yes");
        return blame(s, index, "destination", "url", err);
    }
    return PSYNC_OK;
}

static enum psync_result check_header_clashes(const struct psync_store *s, int index, struct psync_error *err)
{
    const struct psync_destination_conf *d = &s->pub.destinations[index];
    const char *auth = d->auth == PSYNC_AUTH_HEADER ? d->auth_header : "Authorization";

    if (d->auth != PSYNC_AUTH_NONE && strcasecmp(auth, d->key_header) == 0) {
        bool told = slot_of(s, index, "destination", "key_header")->origin != PSYNC_ORIGIN_DEFAULT;

        psync_fail(err, PSYNC_REJECT, "the token and the idempotency key cannot have the same header");
        return blame(s, index, "destination", told ? "key_header" : "header", err);
    }
    if (d->auth != PSYNC_AUTH_NONE && psync_headers_have(d->headers, auth)) {
        psync_fail(err, PSYNC_REJECT, "%s is set from destination.token; remove it here, or set auth = none", auth);
        return blame(s, index, "destination", "headers", err);
    }
    if (psync_headers_have(d->headers, d->key_header)) {
        psync_fail(err, PSYNC_REJECT, "%s carries the idempotency key", d->key_header);
        return blame(s, index, "destination", "headers", err);
    }
    return PSYNC_OK;
}

/* A destination's first setting that a person made; NULL: none. */
static const struct psync_option *first_set(const struct psync_store *s, int index)
{
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];

        if ((o->flags & PSYNC_OPTION_DESTINATION) && psync_store_slot(s, index, o)->origin != PSYNC_ORIGIN_DEFAULT &&
            psync_store_slot(s, index, o)->origin != PSYNC_ORIGIN_ENVIRONMENT)
            return o;
    }
    return NULL;
}

/* Each destination has a URL; a shop's may get it from the shop. "default" is always made, and first; without one it
 * goes, unless nothing else is there. */
static enum psync_result check_urls(struct psync_store *s, struct psync_error *err)
{
    bool alone = s->pub.n_destinations == 1 && s->pub.n_shops == 0;

    for (size_t i = s->pub.n_destinations; i-- > 0;) {
        const struct psync_destination_conf *d = &s->pub.destinations[i];
        const struct psync_option *o = first_set(s, (int)i);

        if (d->url[0] != '\0' || alone || psync_config_shop_of(&s->pub, d->name))
            continue;
        if (i > 0 || o) {
            psync_fail(err, PSYNC_REJECT, "the destination %s has no url; give it one, or remove its section", d->name);
            if (o)
                return blame(s, (int)i, o->section, o->key, err);
            if (s->destinations[i].where)
                psync_error_prefix(err, "%s", s->destinations[i].where);
            return PSYNC_REJECT;
        }
        psync_store_remove_destination(s, 0);
    }
    return PSYNC_OK;
}

enum psync_result psync_rules_destination(const struct psync_store *s, int index, struct psync_error *err)
{
    enum psync_result r = check_address(s, index, err);

    return r == PSYNC_OK ? check_header_clashes(s, index, err) : r;
}

/* ---- shops ---- */

static enum psync_result check_shop(const struct psync_store *s, int index, struct psync_error *err)
{
    const struct psync_shop_conf *shop = &s->pub.shops[index];
    struct psync_span name;

    for (const char *at = shop->destination; psync_shop_next_destination(&at, &name);) {
        bool known = false;

        for (size_t i = 0; i < s->pub.n_destinations; i++)
            known = known || psync_span_eq(name, s->pub.destinations[i].name);
        if (!known)
            return psync_fail(err, PSYNC_REJECT, "[shop %s]: there is no destination %.*s", shop->name, (int)name.len,
                              name.data);
    }
    if (shop->path[0] != '\0' || (shop->host[0] != '\0' && shop->user[0] != '\0' && shop->database[0] != '\0'))
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "[shop %s] needs path, or host, user and database", shop->name);
}

/* ---- all ---- */

static enum psync_result check_client_certificate(const struct psync_store *s, struct psync_error *err)
{
    bool cert = s->pub.http.client_cert[0] != '\0', key = s->pub.http.client_key[0] != '\0';

    if (cert == key)
        return PSYNC_OK;
    psync_fail(err, PSYNC_REJECT, "needs http.%s as well", cert ? "client_key" : "client_cert");
    return blame(s, PSYNC_GLOBAL, "http", cert ? "client_cert" : "client_key", err);
}

/* Not in check.c: what groups there are is a matter of the machine. */
static enum psync_result check_group(const struct psync_store *s, struct psync_error *err)
{
    enum { GROUP_BYTES = 65536 };
    const char *name = s->pub.queue.socket_group;
    struct group entry, *found = NULL;
    char *room;

    if (name[0] == '\0')
        return PSYNC_OK;
    room = malloc(GROUP_BYTES);
    if (!room)
        return PSYNC_NOMEM;
    if (getgrnam_r(name, &entry, room, GROUP_BYTES, &found) != 0)
        found = NULL;
    free(room);
    if (found)
        return PSYNC_OK;
    psync_fail(err, PSYNC_REJECT, "there is no such group");
    return blame(s, PSYNC_GLOBAL, "queue", "socket_group", err);
}

static enum psync_result check_tax(const struct psync_store *s, struct psync_error *err)
{
    if (s->pub.input.tax == PSYNC_TAX_INCLUDED || s->pub.input.tax_rate[0] == '\0')
        return PSYNC_OK;
    psync_fail(err, PSYNC_REJECT, "contradicts input.tax = excluded, with which prices are sent without tax");
    return blame(s, PSYNC_GLOBAL, "input", "tax_rate", err);
}

enum psync_result psync_config_blame(const struct psync_config *c, const char *section, const char *key,
                                     struct psync_error *err)
{
    return blame((const struct psync_store *)c, PSYNC_GLOBAL, section, key, err);
}

enum psync_result psync_rules_apply(struct psync_store *s, struct psync_error *err)
{
    enum psync_result r = check_client_certificate(s, err);

    if (r == PSYNC_OK)
        r = check_tax(s, err);
    if (r == PSYNC_OK)
        r = check_group(s, err);
    if (r == PSYNC_OK)
        r = apply_pairs(s, err);
    if (r == PSYNC_OK)
        r = check_urls(s, err);
    for (size_t i = 0; r == PSYNC_OK && i < s->pub.n_destinations; i++)
        r = psync_rules_destination(s, (int)i, err);
    for (size_t i = 0; r == PSYNC_OK && i < s->pub.n_shops; i++)
        r = check_shop(s, (int)i, err);
    return r;
}
