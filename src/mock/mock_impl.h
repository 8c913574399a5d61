/* mock_impl - what the files of the mock share; private to src/mock. */
#ifndef PSYNC_MOCK_MOCK_IMPL_H
#define PSYNC_MOCK_MOCK_IMPL_H

#include "mock/certificate.h"
#include "mock/ledger.h"
#include "mock/mock.h"
#include "mock/rules.h"
#include "web/server.h"

#include <pthread.h>

enum { PSYNC_MOCK_ANSWER_MAX = 64 << 20 }; /* bytes: of a normal answer, so of the answer to a large batch */

struct psync_mock {
    struct psync_mock_conf conf; /* without its rules */
    struct psync_web_server *server;
    struct psync_mock_certificate tls;
    char url[160];
    pthread_mutex_t lock; /* guards what follows; never held while a request is answered */
    struct psync_mock_ledger ledger;
    struct psync_mock_rules *rules;
    struct psync_link floods;  /* connections that get header fields without end, each with a thread */
    size_t n_floods;
    pthread_cond_t flood_over;
};

void psync_mock_lock(struct psync_mock *mock);
void psync_mock_unlock(struct psync_mock *mock);

/* A normal answer, before a rule has its way with it. */
struct psync_mock_outcome {
    unsigned status;
    const char *content_type;
    struct psync_buf body;
};

/* ---- answer.c ---- */
/* Sets the outcome to a problem; a body that does not fit stays empty. */
void psync_mock_outcome_problem(struct psync_mock_outcome *o, unsigned status, const char *type, const char *title,
                                const char *detail);
/* Answers as the decision wants; empties the outcome. */
void psync_mock_answer(struct psync_web_request *rq, const struct psync_mock_decision *decision,
                       struct psync_mock_outcome *outcome);
bool psync_mock_is_refusal(const struct psync_mock_decision *decision, const struct psync_mock_outcome *outcome);

/* ---- flood.c ---- */
/* Takes the request's connection over. False: it cannot; the request is still to be answered. */
bool psync_mock_flood(struct psync_mock *mock, struct psync_web_request *rq, unsigned status);
void psync_mock_flood_stop(struct psync_mock *mock); /* waits for their threads */

/* ---- the routes; `arg` is the mock ---- */
psync_web_handler psync_mock_post_products, psync_mock_get_products;                           /* products.c */
psync_web_handler psync_mock_get_ledger, psync_mock_get_summary, psync_mock_delete_ledger;     /* control.c */
psync_web_handler psync_mock_get_control, psync_mock_put_control;                              /* control.c */

#endif
