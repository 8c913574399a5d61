/* health - see health.h. */
#include "delivery/health.h"

#include <stdlib.h>
#include <string.h>

enum psync_result psync_health_init(struct psync_health *h, const struct psync_breaker_conf *conf)
{
    struct psync_health made = {.limit = conf->refusals};

    if (made.limit > 1) {
        made.ids = calloc(made.limit - 1, sizeof *made.ids);
        made.list = calloc(made.limit - 1, sizeof *made.list);
        if (made.ids == NULL || made.list == NULL) {
            psync_health_done(&made);
            return PSYNC_NOMEM;
        }
        for (uint32_t i = 0; i < made.limit - 1; i++)
            made.list[i] = made.ids[i];
    }
    *h = made;
    return PSYNC_OK;
}

void psync_health_done(struct psync_health *h)
{
    free(h->ids);
    free(h->list);
    *h = (struct psync_health){0};
}

enum psync_health_verdict psync_health_answer(struct psync_health *h, const struct psync_breaker_conf *conf,
                                              enum psync_class class)
{
    if (class == PSYNC_CLASS_GONE)
        return PSYNC_HEALTH_GONE;
    if (class != PSYNC_CLASS_DENIED) {
        if (class != PSYNC_CLASS_UNANSWERED && class != PSYNC_CLASS_ABORTED)
            h->denied = 0;
        return PSYNC_HEALTH_OK;
    }
    h->denied++;
    return h->proving || h->denied >= conf->suspend_after ? PSYNC_HEALTH_DENIED : PSYNC_HEALTH_OK;
}

static bool in_streak(const struct psync_health *h, const char *id)
{
    for (size_t i = 0; i < h->n_refused; i++) {
        if (strcmp(h->ids[i], id) == 0)
            return true;
    }
    return false;
}

enum psync_health_verdict psync_health_refusal(struct psync_health *h, const char *id)
{
    if (h->limit == 0 || in_streak(h, id))
        return PSYNC_HEALTH_OK;
    if (h->proving == PSYNC_PROVING_REFUSALS || h->n_refused + 1 >= h->limit)
        return PSYNC_HEALTH_REFUSING;
    memcpy(h->ids[h->n_refused++], id, PSYNC_ID_MAX);
    return PSYNC_HEALTH_OK;
}

void psync_health_success(struct psync_health *h)
{
    h->denied = 0;
    h->proving = PSYNC_PROVING_NOT;
    h->n_refused = 0;
}

const char *const *psync_health_refused(struct psync_health *h, size_t *ret_n)
{
    *ret_n = h->n_refused;
    h->n_refused = 0;
    return h->list;
}

void psync_health_prove(struct psync_health *h, enum psync_proving proving)
{
    h->denied = 0;
    h->n_refused = 0;
    h->proving = proving;
}
