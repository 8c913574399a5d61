/* breaker - may this destination be called now?
 *
 *   CLOSED --failures in a row, or their share--> OPEN --cool-off--> PROBING --success--> CLOSED
 *                                                  ^---- failure -----'
 *
 * Rows that chance makes where failures are common anyway do not open it. In PROBING one request, a real delivery, is
 * the trial; nothing else goes until its answer. The cool-off doubles with each opening; it is short again only after
 * as many successes as failures it takes to open, so that a destination where one request in twenty succeeds is not
 * hammered. Pure. */
#ifndef PSYNC_DELIVERY_BREAKER_H
#define PSYNC_DELIVERY_BREAKER_H

#include "config/config.h"

enum { PSYNC_BREAKER_WINDOW_MAX = 1024 };

enum psync_breaker_state { PSYNC_BREAKER_CLOSED, PSYNC_BREAKER_OPEN, PSYNC_BREAKER_PROBING };

struct psync_breaker {
    enum psync_breaker_state state;
    bool trial_out;            /* PROBING: the trial was admitted and has no answer yet */
    psync_ms cool_off;         /* of the last opening; 0: trusted */
    psync_ms open_until;
    uint32_t failures;         /* in a row */
    uint32_t row;              /* the same when it last opened */
    uint32_t successes;        /* since it closed, until trusted */
    uint32_t results, failed;  /* in the window, and how many of them failed */
    uint32_t next;             /* slot of the window */
    uint64_t window[PSYNC_BREAKER_WINDOW_MAX / 64]; /* a bit a result: failed */
};

enum psync_breaker_change {
    PSYNC_BREAKER_SAME,
    PSYNC_BREAKER_OPENED,
    PSYNC_BREAKER_REOPENED, /* the trial failed */
    PSYNC_BREAKER_CLOSED_AGAIN
};
enum psync_admission { PSYNC_ADMIT_NO, PSYNC_ADMIT_YES, PSYNC_ADMIT_TRIAL };

void psync_breaker_init(struct psync_breaker *b);

/* What a request would be now; changes nothing but OPEN into PROBING when the cool-off is over. */
enum psync_admission psync_breaker_admission(struct psync_breaker *b, psync_ms now);
void psync_breaker_begin_trial(struct psync_breaker *b); /* the admitted trial is on its way */
/* The trial ended without telling anything: the next request is the trial. */
void psync_breaker_trial_void(struct psync_breaker *b);
/* A request that began in this state succeeded or failed. */
enum psync_breaker_change psync_breaker_report(struct psync_breaker *b, const struct psync_breaker_conf *conf,
                                               bool success, psync_ms now);
/* The next request is a trial, at once: after a suspension, or by hand. */
void psync_breaker_probe(struct psync_breaker *b);
/* When a request is admitted by time alone; 0: now; PSYNC_MS_NEVER: only after the trial's answer. */
psync_ms psync_breaker_due(const struct psync_breaker *b);

#endif
