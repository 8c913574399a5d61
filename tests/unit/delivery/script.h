/* script - an API that answers by turns, for tests of the dispatcher. */
#ifndef PSYNC_TESTS_DELIVERY_SCRIPT_H
#define PSYNC_TESTS_DELIVERY_SCRIPT_H

#include "model.h"

/* The ith request gets answers[i], later ones the last. */
struct script {
    const struct model_answer *answers;
    size_t n, next;
};
#define SCRIPT(...)                                                                                                    \
    {                                                                                                                  \
        .answers = (const struct model_answer[]){__VA_ARGS__},                                                         \
        .n = sizeof((const struct model_answer[]){__VA_ARGS__}) / sizeof(struct model_answer)                          \
    }

static inline struct model_answer scripted(struct model *m, const struct psync_request *r)
{
    struct script *s = m->arg;

    (void)r;
    return s->answers[s->next < s->n - 1 ? s->next++ : s->n - 1];
}

/* For changes to the settings before model_open. */
static inline void begin_scripted(struct model *m, struct script *s)
{
    model_init(m, scripted);
    m->arg = s;
}

static inline void open_scripted(struct model *m, struct script *s)
{
    begin_scripted(m, s);
    model_open(m);
}

#endif
