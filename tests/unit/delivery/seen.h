/* seen - a model of queue and API whose API notes what requests it got, for tests of batches. */
#ifndef PSYNC_TESTS_DELIVERY_SEEN_H
#define PSYNC_TESTS_DELIVERY_SEEN_H

#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct model m;

/* What the API saw. */
enum { SEEN_MAX = 2000 };
static struct seen {
    char key[80];
    char body[400];
    size_t members;
    psync_ms at;
} seen[SEEN_MAX];
static size_t n_seen;

static inline void note(const struct psync_request *r)
{
    assert_true(n_seen < SEEN_MAX);
    struct seen *s = &seen[n_seen++];
    snprintf(s->key, sizeof s->key, "%s", r->key);
    snprintf(s->body, sizeof s->body, "%.*s", (int)r->body.len, r->body.data);
    s->members = r->n_members;
    s->at = m.now;
    for (size_t i = 0; i < r->n_members && r->batch; i++) /* recorded before it is sent */
        assert_string_equal(m.messages[strtoull(r->members[i]->id, NULL, 10)].batch_key, r->key);
}

static inline void begin(model_api *api, uint32_t size)
{
    n_seen = 0;
    model_init(&m, api);
    m.config.batch.size = size;
    m.bind_takes = 3;
}

static inline struct model_answer all_well(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    return (struct model_answer){.status = 200};
}

#endif
