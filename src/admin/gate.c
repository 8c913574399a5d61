/* gate - see the header. Everything about who may what is here, and nothing of HTTP but the texts of fields; logging in
 * is in gate_login.c. */
#include "admin/gate_impl.h"

#include "config/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LOOK_EVERY_MS = 1000 };

/* ---- addresses and names ---- */

bool psync_gate_is_loopback(const char *listen)
{
    char host[PSYNC_HOST_MAX];
    return psync_address_host(listen, host) && (strcasecmp(host, "localhost") == 0 || psync_address_is_loopback(host));
}

/* A name that somebody else's page bears can be made to lead here; an address cannot. */
static bool is_our_host(const struct psync_gate *g, const struct psync_knock *k, bool *ret_local)
{
    char host[PSYNC_HOST_MAX];
    if (k->n_hosts != 1 || !k->host || !psync_address_host(k->host, host))
        return false;
    *ret_local = strcasecmp(host, "localhost") == 0 || psync_address_is_loopback(host);
    return *ret_local || psync_address_is_ip(host) || psync_address_listed(g->hosts, host);
}

/* ---- who it is ---- */

void psync_gate_look(struct psync_gate *g, psync_ms now)
{
    struct psync_accounts fresh = {0};
    if (g->looked_at && now - g->looked_at < LOOK_EVERY_MS)
        return;
    g->looked_at = now;
    uint64_t stamp = psync_accounts_stamp(g->state_folder);
    if (stamp == g->stamp && !g->unread)
        return;
    /* A file that cannot be read lets nobody in: whoever was removed from it must be out. It is tried again: perhaps it
     * was for lack of descriptors or memory. */
    g->unread = psync_accounts_read(g->state_folder, &fresh, NULL) != PSYNC_OK;
    psync_accounts_done(&g->accounts);
    g->accounts = fresh;
    g->stamp = stamp;
}

bool psync_gate_find_cookie(const struct psync_gate *g, const char *field, char ret_value[PSYNC_RANDOM_TEXT])
{
    const char *name = psync_gate_cookie_name(g);
    size_t n = strlen(name);
    for (const char *at = field; at && *at; at += strcspn(at, ";")) {
        at += strspn(at, "; ");
        size_t len = strcspn(at, ";");
        if (len == n + PSYNC_RANDOM_TEXT && strncmp(at, name, n) == 0 && at[n] == '=') {
            memcpy(ret_value, at + n + 1, PSYNC_RANDOM_TEXT - 1);
            ret_value[PSYNC_RANDOM_TEXT - 1] = '\0';
            return true;
        }
    }
    return false;
}

/* The address of whoever asks. A proxy appends the one it saw, to the field or as a field of its own, so the last
 * counts; what stands before it the client may have written himself. */
static void find_client(const struct psync_gate *g, const struct psync_knock *k, char ret_client[PSYNC_CLIENT_MAX])
{
    const char *last = k->peer;
    if (g->proxy[0] && k->forwarded_for) {
        const char *comma = strrchr(k->forwarded_for, ',');
        last = comma ? comma + 1 : k->forwarded_for;
        last += strspn(last, " \t");
    }
    snprintf(ret_client, PSYNC_CLIENT_MAX, "%s", last);
    ret_client[strcspn(ret_client, " \t")] = '\0';
    if (!psync_address_is_ip(ret_client))
        snprintf(ret_client, PSYNC_CLIENT_MAX, "%s", k->peer);
}

/* Whoever made it counted by the clock on the wall, which may have been set since this process began. */
static const struct psync_token *find_token(const struct psync_gate *g, const char *field, psync_ms wall)
{
    char id[PSYNC_TOKEN_ID];
    unsigned char digest[PSYNC_SHA256_BYTES];
    if (strncasecmp(field, "Bearer ", 7) != 0 || !psync_token_parse(field + 7 + strspn(field + 7, " "), id, digest))
        return NULL;
    const struct psync_token *t = psync_accounts_token(&g->accounts, id);
    if (!t || strcmp(t->id, id) != 0 || !psync_secret_equal(t->digest, digest, sizeof digest))
        return NULL;
    return t->expires_at && t->expires_at <= wall ? NULL : t;
}

/* On loopback, where no proxy brings the world, looking is free. */
static bool reads_freely(const struct psync_gate *g, const struct psync_knock *k)
{
    bool local = false;
    return g->loopback && !g->proxy[0] && !g->login_always && !k->forwarded && psync_address_is_loopback(k->peer) &&
           is_our_host(g, k, &local) && local;
}

/* Under the lock. The token he showed, if it counts; he is in `ret_caller`. */
static const struct psync_token *recognize(struct psync_gate *g, const struct psync_knock *k, psync_ms now,
                                           struct psync_caller *ret_caller)
{
    char cookie[PSYNC_RANDOM_TEXT];
    const struct psync_token *token = NULL;
    const struct psync_visit *visit = NULL;
    struct psync_caller c = {.presented = k->authorization || psync_gate_find_cookie(g, k->cookie, cookie)};
    psync_gate_look(g, now);
    find_client(g, k, c.client);
    if (k->authorization && !(token = find_token(g, k->authorization, k->wall))) {
        g->looked_at = 0; /* it may have been made just now */
        psync_gate_look(g, now);
        token = find_token(g, k->authorization, k->wall);
    } else if (!k->authorization && c.presented) {
        visit = psync_visits_find(&g->visits, cookie, &g->accounts, g->session_ms, now);
    }
    if (token) {
        c.kind = PSYNC_CALLER_TOKEN;
        c.rights = token->rights;
        memcpy(c.name, token->name, sizeof c.name);
    } else if (visit) {
        c.kind = PSYNC_CALLER_USER;
        c.rights = psync_accounts_user(&g->accounts, visit->user)->rights;
        c.expires_at = now + g->session_ms;
        memcpy(c.name, visit->user, sizeof c.name);
        memcpy(c.csrf, visit->csrf, sizeof c.csrf);
    }
    if (reads_freely(g, k) && !k->authorization)
        c.rights |= PSYNC_MAY_READ;
    *ret_caller = c;
    return token;
}

void psync_gate_recognize(struct psync_gate *g, const struct psync_knock *knock, psync_ms now,
                          struct psync_caller *ret_caller)
{
    psync_mutex_lock(&g->lock);
    (void)recognize(g, knock, now, ret_caller);
    psync_mutex_unlock(&g->lock);
}

/* ---- judging ---- */

/* Does a browser say that the request comes from another site's page? Origin (RFC 6454 section 7), Sec-Fetch-Site
 * (W3C, Fetch Metadata). Other programs send neither. */
static bool is_foreign(const struct psync_knock *k)
{
    if (k->fetch_site && strcmp(k->fetch_site, "same-origin") != 0 && strcmp(k->fetch_site, "none") != 0)
        return true;
    if (!k->origin)
        return false;
    const char *host = strstr(k->origin, "://");
    return !host || strcasecmp(host + 3, k->host) != 0;
}

static bool is_forged(const struct psync_knock *k, const struct psync_caller *c)
{
    if (!k->changes || c->kind == PSYNC_CALLER_TOKEN)
        return false;
    if (is_foreign(k))
        return true;
    bool needs_text = c->kind == PSYNC_CALLER_USER && k->scope != PSYNC_SCOPE_NONE;
    size_t n = strlen(c->csrf);
    return needs_text && (!k->csrf || strlen(k->csrf) != n || !psync_secret_equal(k->csrf, c->csrf, n));
}

/* Who is logged in is not held up by what others do at his address: on loopback, where tunnels end, that is
 * everybody. */
static bool is_within_rate(struct psync_gate *g, const struct psync_token *token, const struct psync_caller *c,
                           psync_ms now)
{
    char name[PSYNC_THROTTLE_NAME];
    if (token)
        snprintf(name, sizeof name, "token %s", token->id);
    else if (c->kind == PSYNC_CALLER_USER)
        snprintf(name, sizeof name, "user %.64s", c->name);
    else
        psync_address_network(c->client, name);
    return psync_throttle_take(&g->throttle, name, token ? token->rate : g->rate, now);
}

static enum psync_passage judge(struct psync_gate *g, const struct psync_knock *k, psync_ms now,
                                struct psync_caller *ret_caller)
{
    bool local = false;
    const struct psync_token *token = recognize(g, k, now, ret_caller);
    if (!is_our_host(g, k, &local))
        return PSYNC_REFUSE_HOST;
    if (g->proxy[0] ? strcmp(k->peer, g->proxy) != 0 : k->forwarded)
        return PSYNC_REFUSE_PROXY;
    if (g->proxy[0] && k->forwarded_proto && strcasecmp(k->forwarded_proto, "https") != 0)
        return PSYNC_REFUSE_PLAIN;
    if (!is_within_rate(g, token, ret_caller, now))
        return PSYNC_REFUSE_RATE;
    if (is_forged(k, ret_caller))
        return PSYNC_REFUSE_FORGED;
    if (psync_rights_allow(ret_caller->rights, k->scope))
        return PSYNC_PASS;
    return ret_caller->kind == PSYNC_CALLER_NOBODY ? PSYNC_REFUSE_UNKNOWN : PSYNC_REFUSE_SCOPE;
}

enum psync_passage psync_gate_judge(struct psync_gate *g, const struct psync_knock *knock, psync_ms now,
                                    struct psync_caller *ret_caller)
{
    psync_mutex_lock(&g->lock);
    enum psync_passage passage = judge(g, knock, now, ret_caller);
    psync_mutex_unlock(&g->lock);
    return passage;
}

/* ---- what it is like ---- */

bool psync_gate_encrypted(const struct psync_gate *g)
{
    return g->encrypted;
}

const char *psync_gate_cookie_name(const struct psync_gate *g)
{
    return g->encrypted ? "__Host-productsync" : "productsync";
}

/* ---- settings ---- */

static enum psync_result blame(const struct psync_config *config, const char *key, struct psync_error *err)
{
    return psync_config_blame(config, "serve", key, err);
}

enum psync_result psync_gate_check_config(const struct psync_config *config, struct psync_error *err)
{
    const struct psync_serve_conf *serve = &config->serve;
    bool loopback = psync_gate_is_loopback(serve->listen), tls = serve->tls_cert[0] && serve->tls_key[0];
    if (!serve->tls_cert[0] != !serve->tls_key[0]) {
        psync_fail(err, PSYNC_REJECT, "tls_cert and tls_key belong together");
        return blame(config, serve->tls_cert[0] ? "tls_cert" : "tls_key", err);
    }
    if (!loopback && !tls && !serve->proxy[0]) {
        psync_fail(err, PSYNC_REJECT, "is not loopback: passwords and tokens would travel unprotected. Set tls_cert "
                                      "and tls_key, or proxy to the address of a reverse proxy that does TLS");
        return blame(config, "listen", err);
    }
    return PSYNC_OK;
}

enum psync_result psync_gate_set_config(struct psync_gate *g, const struct psync_config *config,
                                        struct psync_error *err)
{
    char *hosts = strdup(config->serve.hosts);
    if (!hosts)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    psync_mutex_lock(&g->lock);
    free(g->hosts);
    g->hosts = hosts;
    g->login_always = config->serve.login == PSYNC_LOGIN_ALWAYS;
    g->session_ms = config->serve.session;
    g->rate = config->serve.rate;
    psync_mutex_unlock(&g->lock);
    return PSYNC_OK;
}

enum psync_result psync_gate_new(const struct psync_config *config, bool encrypted, struct psync_gate **ret_gate,
                                 struct psync_error *err)
{
    struct psync_gate *g = calloc(1, sizeof *g);
    if (!g)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    psync_mutex_init(&g->lock);
    g->loopback = psync_gate_is_loopback(config->serve.listen);
    g->encrypted = encrypted || config->serve.proxy[0];
    g->state_folder = strdup(config->state_folder);
    psync_address_spell(config->serve.proxy, g->proxy);
    enum psync_result r = g->state_folder ? psync_gate_set_config(g, config, err)
                                          : psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (r == PSYNC_OK) {
        g->stamp = psync_accounts_stamp(g->state_folder); /* of what is read then, or before it */
        r = psync_accounts_read(g->state_folder, &g->accounts, err); /* that it can be read shows at the start */
    }
    if (r != PSYNC_OK) {
        psync_gate_free(g);
        return r;
    }
    *ret_gate = g;
    return PSYNC_OK;
}

void psync_gate_free(struct psync_gate *g)
{
    if (!g)
        return;
    psync_accounts_done(&g->accounts);
    psync_mutex_done(&g->lock);
    free(g->state_folder);
    free(g->hosts);
    psync_forget(g, sizeof *g);
    free(g);
}
