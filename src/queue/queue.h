/* queue - the facade: one thread that owns a driver, and everybody else who wants something of it.
 *
 * The queue's thread takes what others submitted, calls the driver and commits in groups: one synced commit serves
 * every put that came meanwhile, and up to commit_count verdicts or commit_wait. Callbacks run on the queue's thread
 * after that commit; they must be short and must not call a blocking function of this header. The blocking functions
 * may be called from any other thread.
 *
 * Doubt about storage is fatal: after the first PSYNC_FATAL the queue answers every call with PSYNC_FATAL, does nothing
 * more, and says so once through on_fatal. */
#ifndef PSYNC_QUEUE_QUEUE_H
#define PSYNC_QUEUE_QUEUE_H

#include "queue/driver.h"

struct psync_queue;      /* opaque */
struct psync_queue_lock; /* opaque; see "ownership" */

struct psync_queue_open {
    const struct psync_queue_conf *conf;       /* copied; its texts outlive the queue */
    const struct psync_queue_driver *driver;   /* NULL: the one conf->driver names */
    bool full_disk_ok;                         /* as the driver's `open`: only read, and perhaps put, nothing leased */
    const struct psync_queue_lock *lock;       /* looked after at each commit, and freed after the queue; may be NULL */
    struct psync_log *log;                     /* may be NULL */
    psync_ms (*clock)(void);                   /* NULL: psync_clock_now */
    void (*on_ready)(void *arg);               /* something became leasable; any thread; may be NULL */
    void (*on_fatal)(void *arg, const char *why);
    void (*on_put)(void *arg, const struct psync_put *puts, size_t n); /* after their commit, whoever put them; on the
                                                  queue's thread; short; may be NULL */
    void (*on_tick)(void *arg);                /* about once a second, oftener when busy; on the queue's thread, with
                                                  the lock held; short; may be NULL */
    void *arg;
};

/* REJECT, FATAL: one clear line (exit 3). Starts the thread. */
PSYNC_CHECKED enum psync_result psync_queue_new(const struct psync_queue_open *open, struct psync_queue **ret_queue,
                                                struct psync_error *err);
/* Commits what was submitted, stops the thread, closes. NULL is fine. */
void psync_queue_free(struct psync_queue *q);

unsigned psync_queue_capabilities(const struct psync_queue *q);
const char *psync_queue_driver_name(const struct psync_queue *q);

/* ---- asynchronous: hot paths ---- */
/* `puts` and all they point at stay untouched until `done`. NOMEM: not submitted, `done` is not called. */
typedef void psync_put_done(void *arg, enum psync_result result, const char *why, struct psync_put *puts, size_t n);
PSYNC_CHECKED enum psync_result psync_queue_put_async(struct psync_queue *q, struct psync_put *puts, size_t n,
                                                      psync_put_done *done, void *arg);
/* Leases for several destinations at once. `messages` is the callee's to keep: free each, then free(messages); NULL
 * unless PSYNC_OK. What a paused or suspended destination has is not leased. The wants are copied. `next_due` is the
 * earliest over all wants. */
typedef void psync_lease_done(void *arg, enum psync_result result, struct psync_message **messages, size_t n,
                              psync_ms next_due);
PSYNC_CHECKED enum psync_result psync_queue_lease_async(struct psync_queue *q, const struct psync_want *wants, size_t n,
                                                        psync_lease_done *done, void *arg);
/* `settles` and all they point at stay untouched until `done`; every verdict is durable then, or result is not OK. */
typedef void psync_settle_done(void *arg, enum psync_result result, struct psync_settle *settles, size_t n);
PSYNC_CHECKED enum psync_result psync_queue_settle_async(struct psync_queue *q, struct psync_settle *settles, size_t n,
                                                         psync_settle_done *done, void *arg);

/* ---- blocking ---- */
PSYNC_CHECKED enum psync_result psync_queue_put(struct psync_queue *q, struct psync_put *puts, size_t n,
                                                struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_lease(struct psync_queue *q, const struct psync_want *wants, size_t n,
                                                  struct psync_message ***ret_messages, size_t *ret_n,
                                                  psync_ms *ret_next_due, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_settle(struct psync_queue *q, struct psync_settle *settles, size_t n,
                                                   struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_extend(struct psync_queue *q, struct psync_message *const *messages,
                                                   size_t n, psync_ms until, struct psync_error *err);
/* Durable when it returns. */
PSYNC_CHECKED enum psync_result psync_queue_bind(struct psync_queue *q, struct psync_message *const *members, size_t n,
                                                 const char *key, struct psync_error *err);
typedef void psync_bind_done(void *arg, enum psync_result result);
PSYNC_CHECKED enum psync_result psync_queue_bind_async(struct psync_queue *q, struct psync_message *const *members,
                                                       size_t n, const char *key, psync_bind_done *done, void *arg);
/* Repeat slices until done; select->max is ignored. RETRY: the queue was closed meanwhile, the rest is as it was. */
PSYNC_CHECKED enum psync_result psync_queue_requeue(struct psync_queue *q, struct psync_select *select,
                                                    struct psync_error *err);
/* select->waiting needs PSYNC_CAN_WITHDRAW, else REJECT. */
PSYNC_CHECKED enum psync_result psync_queue_discard(struct psync_queue *q, struct psync_select *select,
                                                    struct psync_error *err);
/* The dead letter under a new key, of the next free revision; payload.data NULL: with its own payload. EMPTY: no such
 * dead letter; RETRY: the queue is full. */
PSYNC_CHECKED enum psync_result psync_queue_replace(struct psync_queue *q, const char *id, struct psync_span payload,
                                                    char ret_new_key[PSYNC_KEY_MAX], struct psync_error *err);
/* Several of them, each with its own payload, in shared commits. Both counts are right with every result. */
PSYNC_CHECKED enum psync_result psync_queue_replace_all(struct psync_queue *q, const char *const *ids, size_t n,
                                                        uint64_t *ret_replaced, uint64_t *ret_missing,
                                                        struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_hold(struct psync_queue *q, const char *destination,
                                                 const struct psync_hold *hold, struct psync_error *err);
/* Takes over max_depth, reserve_bytes, keep, keep_count, commit_wait and commit_count, copied; what else `conf` says
 * counts at the start alone. */
PSYNC_CHECKED enum psync_result psync_queue_configure(struct psync_queue *q, const struct psync_queue_conf *conf,
                                                      struct psync_error *err);
/* Submitted, not waited for; it shares the next commit. */
PSYNC_CHECKED enum psync_result psync_queue_note(struct psync_queue *q, const char *destination,
                                                 const struct psync_figures *figures);
PSYNC_CHECKED enum psync_result psync_queue_counts(struct psync_queue *q, const char *destination,
                                                   struct psync_counts *ret_counts, struct psync_error *err);

/* ---- reading: as the driver's functions; any thread ---- */
PSYNC_CHECKED enum psync_result psync_queue_destinations(struct psync_queue *q, psync_visit_destination *visit,
                                                         void *arg, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_dead_groups(struct psync_queue *q, const char *destination,
                                                        psync_visit_group *visit, void *arg, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_list(struct psync_queue *q, const struct psync_filter *filter, size_t n,
                                                 psync_visit_row *visit, void *arg, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_show(struct psync_queue *q, const char *id, psync_visit_row *visit_message,
                                                 psync_visit_attempt *visit_attempt, void *arg,
                                                 struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_outcomes(struct psync_queue *q, uint64_t cursor, size_t n,
                                                     psync_visit_outcome *visit, void *arg, struct psync_error *err);

/* ---- maintaining: any thread; may take minutes, and lists go on meanwhile ---- */
PSYNC_CHECKED enum psync_result psync_queue_backup(struct psync_queue *q, const char *path, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_queue_check(struct psync_queue *q, struct psync_buf *report,
                                                  struct psync_error *err);
/* The process stops: what reads, backs up or checks ends soon with PSYNC_RETRY, and no backup or check begins any more;
 * lists do. Any thread; waits for nothing. */
void psync_queue_interrupt(struct psync_queue *q);

/* ---- ownership of a queue file ---- */
/* One process owns an embedded queue file: a lock on PATH.lock, held until free or death. RETRY: somebody else has it
 * (`err` names its pid and command where the lock file tells). `command`: "work", "produce", written into the lock
 * file. */
PSYNC_CHECKED enum psync_result psync_queue_lock_new(const char *path, const char *command,
                                                     struct psync_queue_lock **ret_lock, struct psync_error *err);
/* FATAL: the file that is locked is no longer PATH.lock, so that somebody else can have the queue too. Any thread. */
PSYNC_CHECKED enum psync_result psync_queue_lock_check(const struct psync_queue_lock *l, struct psync_error *err);
/* Who has it, if another process does: "process 12 (productsync work)", or "another process". */
struct psync_lock_holder {
    long pid; /* 0: nobody, or not known */
    char words[128];
};
void psync_queue_lock_holder(const char *path, struct psync_lock_holder *ret_holder);
void psync_queue_lock_free(struct psync_queue_lock *l);

#endif
