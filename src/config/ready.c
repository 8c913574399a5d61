/* ready - what deliveries need beyond settings that are valid. */
#include "config/ready.h"

#include "config/load.h"
#include "config/overrides.h"
#include "config/pem.h"
#include "config/secrets.h"
#include "config/store.h"

#include <string.h>

static bool is_default(const struct psync_destination_conf *d)
{
    return strcmp(d->name, "default") == 0;
}

static enum psync_result need_destination(struct psync_error *err)
{
    return psync_fail(err, PSYNC_REJECT, "where to? set MY_API_URL and MY_API_TOKEN in the environment, or "
                                         "destination.url in the configuration file");
}

static enum psync_result need_url(const struct psync_destination_conf *d, struct psync_error *err)
{
    if (d->url[0] != '\0')
        return PSYNC_OK;
    if (!is_default(d)) /* loading refuses it */
        return psync_fail(err, PSYNC_REJECT, "the destination %s has no url", d->name);
    return need_destination(err);
}

/* What a shop's destination lacks may come from the shop: config/shop.h judges it. */
static bool is_judged_later(const struct psync_config *c, size_t i)
{
    return psync_config_shop_of(c, c->destinations[i].name) != NULL;
}

/* A file that cannot be read is not made up for by a shop's token, which comes `later`: who named it meant it. An empty
 * token that somebody wrote is where the mistake is; else the address that has none. */
static enum psync_result need_token(const struct psync_config *c, size_t i, bool later, struct psync_error *err)
{
    const struct psync_destination_conf *d = &c->destinations[i];
    const struct psync_store *s = (const struct psync_store *)c;
    const struct psync_slot *token = psync_store_slot(s, (int)i, psync_option_find("destination", "token"));
    const struct psync_slot *url = psync_store_slot(s, (int)i, psync_option_find("destination", "url"));
    struct psync_setting setting = {psync_option_find("destination", "token"), (int)i, NULL, token->origin,
                                    token->where ? token->where : url->where};

    if (d->auth == PSYNC_AUTH_NONE)
        return PSYNC_OK;
    if (psync_secrets_need(s, i, err) != PSYNC_OK)
        return PSYNC_REJECT;
    if (d->token[0] != '\0' || later)
        return PSYNC_OK;
    if (is_default(d))
        psync_fail(err, PSYNC_REJECT, "there is no token; set token_file in [destination], or MY_API_TOKEN in the "
                                      "environment, or auth = none if the API wants none");
    else
        psync_fail(err, PSYNC_REJECT, "there is no token; set token_file in [destination %s], or auth = none if the API "
                                      "wants none", d->name);
    psync_store_explain(s, &setting, err);
    return PSYNC_REJECT;
}

static enum psync_result need_tls_files(const struct psync_config *c, struct psync_error *err)
{
    const struct {
        const char *key, *path;
        enum psync_result (*check)(const char *path, struct psync_error *err);
    } files[] = {
        {"ca_file", c->http.ca_file, psync_pem_check_certificate},
        {"client_cert", c->http.client_cert, psync_pem_check_certificate},
        {"client_key", c->http.client_key, psync_pem_check_key},
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i].check(files[i].path, err) != PSYNC_OK)
            return psync_config_blame(c, "http", files[i].key, err);
    }
    return PSYNC_OK;
}

/* What was changed in the dashboard holds for whoever delivers; loading passes over a file that is not ours to read. */
static enum psync_result need_overrides(const struct psync_config *c, struct psync_error *err)
{
    struct psync_buf text;

    psync_buf_init(&text, PSYNC_OVERRIDES_MAX);
    enum psync_result r = psync_overrides_read(c, &text, err);
    psync_buf_done(&text);
    return r;
}

enum psync_result psync_config_has_urls(const struct psync_config *c, struct psync_error *err)
{
    enum psync_result r = c->n_destinations + c->n_shops > 0 ? PSYNC_OK : need_destination(err);

    for (size_t i = 0; r == PSYNC_OK && i < c->n_destinations; i++) {
        if (!is_judged_later(c, i))
            r = need_url(&c->destinations[i], err);
    }
    return r;
}

enum psync_result psync_config_ready_one(const struct psync_config *c, size_t i, struct psync_error *err)
{
    enum psync_result r = need_url(&c->destinations[i], err);

    if (r == PSYNC_OK)
        r = need_token(c, i, false, err);
    return r == PSYNC_OK ? need_tls_files(c, err) : r;
}

enum psync_result psync_config_ready(const struct psync_config *c, struct psync_error *err)
{
    enum psync_result r = psync_config_has_urls(c, err);

    for (size_t i = 0; r == PSYNC_OK && i < c->n_destinations; i++)
        r = need_token(c, i, is_judged_later(c, i), err);
    if (r == PSYNC_OK)
        r = need_overrides(c, err);
    return r == PSYNC_OK ? need_tls_files(c, err) : r;
}
