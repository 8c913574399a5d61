/* throttle - see the header. */
#include "admin/throttle.h"

#include <stdio.h>
#include <string.h>

enum { LEAST_BURST = 20, FIRST_WAIT_MS = 1000, WAIT_MAX_MS = 5 * 60 * 1000 };

static double burst_of(double rate)
{
    return 2 * rate > LEAST_BURST ? 2 * rate : LEAST_BURST;
}

/* ---- requests ---- */

static struct psync_throttle_client *find_client(struct psync_throttle *t, const char *name, double rate, psync_ms now)
{
    struct psync_throttle_client *oldest = &t->clients[0];
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->clients[i].name, name) == 0)
            return &t->clients[i];
        if (t->clients[i].at < oldest->at)
            oldest = &t->clients[i];
    }
    struct psync_throttle_client *c = t->n < PSYNC_THROTTLE_NAMES ? &t->clients[t->n++] : oldest;
    *c = (struct psync_throttle_client){.left = burst_of(rate), .at = now};
    snprintf(c->name, sizeof c->name, "%s", name);
    return c;
}

bool psync_throttle_take(struct psync_throttle *t, const char *name, double rate, psync_ms now)
{
    if (rate <= 0)
        return true;
    struct psync_throttle_client *c = find_client(t, name, rate, now);
    if (now > c->at)
        c->left += (double)(now - c->at) * rate / 1000;
    if (c->left > burst_of(rate))
        c->left = burst_of(rate);
    c->at = now;
    if (c->left < 1)
        return false;
    c->left -= 1;
    return true;
}

/* ---- passwords ---- */

static struct psync_attempts_of *find(const struct psync_attempts *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->names[i].name, name) == 0)
            return (struct psync_attempts_of *)&a->names[i];
    return NULL;
}

static struct psync_attempts_of *make(struct psync_attempts *a, const char *name)
{
    struct psync_attempts_of *oldest = &a->names[0];
    for (size_t i = 0; i < a->n; i++)
        if (a->names[i].last < oldest->last)
            oldest = &a->names[i];
    struct psync_attempts_of *of = a->n < PSYNC_THROTTLE_NAMES ? &a->names[a->n++] : oldest;
    *of = (struct psync_attempts_of){.failed = 0};
    snprintf(of->name, sizeof of->name, "%s", name);
    return of;
}

psync_ms psync_attempts_wait(const struct psync_attempts *a, const char *name, psync_ms now)
{
    const struct psync_attempts_of *of = find(a, name);
    return of && of->until > now ? of->until - now : 0;
}

void psync_attempts_failed(struct psync_attempts *a, const char *name, unsigned free, psync_ms now)
{
    struct psync_attempts_of *of = find(a, name);
    if (!of)
        of = make(a, name);
    if (now - of->last > PSYNC_ATTEMPTS_FORGET_MS)
        of->failed = 0;
    of->failed++;
    of->last = now;
    if (of->failed < free)
        return;
    unsigned doubled = of->failed - free;
    psync_ms wait = doubled < 10 ? (psync_ms)FIRST_WAIT_MS << doubled : WAIT_MAX_MS;
    of->until = now + (wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS);
}

void psync_attempts_succeeded(struct psync_attempts *a, const char *name)
{
    struct psync_attempts_of *of = find(a, name);
    if (of)
        *of = a->names[--a->n];
}
