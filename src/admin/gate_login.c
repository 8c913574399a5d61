/* gate_login - logging in and out: passwords, and how often they may be tried. */
#include "admin/gate_impl.h"

#include <stdio.h>
#include <string.h>

/* Wrong passwords that cost no wait: of one name from one address, of an address, of a name. The last is high, so
 * that nobody can lock another one out. */
enum { FREE_PAIR = 5, FREE_CLIENT = 20, FREE_NAME = 100 };

struct keys {
    char pair[PSYNC_THROTTLE_NAME], client[PSYNC_THROTTLE_NAME], name[PSYNC_THROTTLE_NAME];
};

/* A pair is long: its digest stands for it. */
static struct keys keys_of(const char *user, const char *client)
{
    struct keys k;
    char network[PSYNC_CLIENT_MAX];
    psync_address_network(client, network);
    const struct psync_span parts[] = {{user, strlen(user)}, PSYNC_SPAN(" "), {network, strlen(network)}};
    unsigned char digest[PSYNC_SHA256_BYTES] = {0};
    char hex[2 * PSYNC_SHA256_BYTES + 1];
    (void)!psync_sha256(parts, 3, digest); /* without it pairs are as one, and wait together */
    psync_hex(digest, 16, hex);
    snprintf(k.pair, sizeof k.pair, "pair %s", hex);
    snprintf(k.client, sizeof k.client, "at %s", network);
    snprintf(k.name, sizeof k.name, "as %.60s", user);
    return k;
}

psync_ms psync_gate_login_wait(struct psync_gate *g, const char *user, const char *client, psync_ms now)
{
    struct keys k = keys_of(user, client);
    const char *const names[] = {k.pair, k.client, k.name};
    psync_ms longest = 0;
    psync_mutex_lock(&g->lock);
    for (size_t i = 0; i < 3; i++) {
        psync_ms wait = psync_attempts_wait(&g->attempts, names[i], now);
        longest = wait > longest ? wait : longest;
    }
    psync_mutex_unlock(&g->lock);
    return longest;
}

/* Under the lock. */
static void note_failure(struct psync_gate *g, const struct keys *k, psync_ms now)
{
    psync_attempts_failed(&g->attempts, k->pair, FREE_PAIR, now);
    psync_attempts_failed(&g->attempts, k->client, FREE_CLIENT, now);
    psync_attempts_failed(&g->attempts, k->name, FREE_NAME, now);
}

enum psync_result psync_gate_login(struct psync_gate *g, const char *user, const char *password, const char *client,
                                   psync_ms now, struct psync_caller *ret_caller, char ret_cookie[PSYNC_RANDOM_TEXT])
{
    char hash[PSYNC_PASSWORD_HASH_MAX] = "";
    struct keys keys = keys_of(user, client);
    psync_mutex_lock(&g->lock);
    g->looked_at = 0; /* a user who was added just now may log in */
    psync_gate_look(g, now);
    const struct psync_user *known = psync_accounts_user(&g->accounts, user);
    if (known)
        memcpy(hash, known->hash, sizeof hash);
    psync_mutex_unlock(&g->lock);

    enum psync_result r = psync_password_verify(password, hash);

    psync_mutex_lock(&g->lock);
    known = psync_accounts_user(&g->accounts, user);
    if (r == PSYNC_OK && (!known || strcmp(known->hash, hash) != 0))
        r = PSYNC_EMPTY; /* he is gone meanwhile, or has another password */
    const struct psync_visit *visit = r == PSYNC_OK ? psync_visits_begin(&g->visits, known, now, ret_cookie) : NULL;
    if (r == PSYNC_OK && !visit)
        r = PSYNC_NOMEM;
    if (visit) {
        struct psync_caller c = {.kind = PSYNC_CALLER_USER, .rights = known->rights, .expires_at = now + g->session_ms};
        memcpy(c.name, visit->user, sizeof c.name);
        memcpy(c.csrf, visit->csrf, sizeof c.csrf);
        snprintf(c.client, sizeof c.client, "%s", client);
        *ret_caller = c;
        psync_attempts_succeeded(&g->attempts, keys.pair);
    } else if (r == PSYNC_EMPTY) {
        note_failure(g, &keys, now);
    }
    psync_mutex_unlock(&g->lock);
    return r;
}

bool psync_gate_knows(struct psync_gate *g, const char *user)
{
    psync_mutex_lock(&g->lock);
    bool known = psync_accounts_user(&g->accounts, user) != NULL;
    psync_mutex_unlock(&g->lock);
    return known;
}

void psync_gate_logout(struct psync_gate *g, const char *cookie_field)
{
    char cookie[PSYNC_RANDOM_TEXT];
    psync_mutex_lock(&g->lock);
    if (psync_gate_find_cookie(g, cookie_field, cookie))
        psync_visits_end(&g->visits, cookie);
    psync_mutex_unlock(&g->lock);
}
