/* visits - see the header. */
#include "admin/visits.h"

#include <stdio.h>
#include <string.h>

static struct psync_visit *find(struct psync_visits *v, const char *cookie)
{
    unsigned char digest[PSYNC_SHA256_BYTES];
    if (strlen(cookie) != PSYNC_RANDOM_TEXT - 1 || psync_secret_digest(cookie, digest) != PSYNC_OK)
        return NULL;
    for (size_t i = 0; i < v->n; i++)
        if (psync_secret_equal(v->list[i].digest, digest, sizeof digest))
            return &v->list[i];
    return NULL;
}

static void end(struct psync_visits *v, struct psync_visit *visit)
{
    *visit = v->list[--v->n];
    psync_forget(&v->list[v->n], sizeof v->list[v->n]);
}

/* NULL: there is none. `user` NULL: of anybody. */
static struct psync_visit *idle_longest(struct psync_visits *v, const char *user, size_t *ret_n)
{
    struct psync_visit *oldest = NULL;
    *ret_n = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (user && strcmp(v->list[i].user, user) != 0)
            continue;
        ++*ret_n;
        if (!oldest || v->list[i].used_at < oldest->used_at)
            oldest = &v->list[i];
    }
    return oldest;
}

static struct psync_visit *place_for(struct psync_visits *v, const char *user)
{
    size_t n;
    struct psync_visit *oldest = idle_longest(v, user, &n);
    if (n >= PSYNC_VISITS_OF_ONE)
        return oldest;
    return v->n < PSYNC_VISITS_MAX ? &v->list[v->n++] : idle_longest(v, NULL, &n);
}

const struct psync_visit *psync_visits_begin(struct psync_visits *v, const struct psync_user *user, psync_ms now,
                                             char ret_cookie[PSYNC_RANDOM_TEXT])
{
    struct psync_visit visit = {.used_at = now};
    psync_random_text(ret_cookie);
    psync_random_text(visit.csrf);
    snprintf(visit.user, sizeof visit.user, "%s", user->name);
    snprintf(visit.hash, sizeof visit.hash, "%s", user->hash);
    if (psync_secret_digest(ret_cookie, visit.digest) != PSYNC_OK)
        return NULL;
    struct psync_visit *place = place_for(v, user->name);
    *place = visit;
    return place;
}

const struct psync_visit *psync_visits_find(struct psync_visits *v, const char *cookie,
                                            const struct psync_accounts *accounts, psync_ms idle_ms, psync_ms now)
{
    struct psync_visit *visit = find(v, cookie);
    if (!visit)
        return NULL;
    const struct psync_user *user = psync_accounts_user(accounts, visit->user);
    if (!user || strcmp(user->hash, visit->hash) != 0 || now - visit->used_at > idle_ms) {
        end(v, visit);
        return NULL;
    }
    visit->used_at = now;
    return visit;
}

void psync_visits_end(struct psync_visits *v, const char *cookie)
{
    struct psync_visit *visit = find(v, cookie);
    if (visit)
        end(v, visit);
}
