/* overview - every destination, of the configuration and of the queue, with what is known of it now. */
#ifndef PSYNC_ADMIN_OVERVIEW_H
#define PSYNC_ADMIN_OVERVIEW_H

#include "admin/api_impl.h"

struct psync_standing {
    char name[PSYNC_NAME_MAX];
    bool configured;                         /* its settings are known */
    bool awaits_shop;                        /* not: a worker asks its [shop NAME] for them; else orphaned */
    struct psync_counts counts;
    struct psync_hold hold;
    struct psync_figures figures;
    bool working;                            /* a worker delivers to it, and says: */
    struct psync_destination_status worker;
};
struct psync_overview {
    struct psync_standing *standings;        /* those of the configuration first, in its order */
    size_t n, cap;
    bool working;                            /* a worker runs, if only for destinations to come */
};

/* Blocks; not while psync_api_read is held. */
PSYNC_CHECKED enum psync_result psync_overview_init(struct psync_overview *o, struct psync_api *api,
                                                    struct psync_error *err);
void psync_overview_done(struct psync_overview *o);

/* What its state is, in a word and in words for people; without a worker, as the queue remembers it. */
enum { PSYNC_STANDING_WORDS = PSYNC_HOLD_PAUSED_MAX + 64 };
enum psync_destination_state psync_standing_state(const struct psync_standing *s, psync_ms now,
                                                  char ret_words[PSYNC_STANDING_WORDS], psync_ms *ret_until);
/* What led to that state, as the API, the shop or a person said it; "" for none. */
void psync_standing_reason(const struct psync_standing *s, enum psync_destination_state state,
                           char ret_reason[PSYNC_CAUSE_TEXT_MAX]);
/* Seconds until `left` messages are delivered at `rate` a second; -1: not known. */
int64_t psync_drain_seconds(uint64_t left, double rate);

#endif
