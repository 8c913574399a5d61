/* driver - the contract between the queue's facade and a backend (SQLite; Redis Streams, RabbitMQ, SQS, Kafka).
 *
 * A driver is a folder, one file of which fills one psync_queue_driver. The facade checks arguments before it calls,
 * calls the writing functions from one thread only (the queue's), and panics when a driver breaks its contract.
 * Functions may block. `now` is an argument throughout: a driver reads no clock.
 *
 * Durability: what put, settle, bind, requeue, discard, replace, hold and note did is durable when the next `commit`
 * returned PSYNC_OK, and only then is it reported to anybody. Between them the driver may answer from memory. After
 * PSYNC_FATAL from any function nothing but `close` is called.
 *
 * PSYNC_NOMEM and PSYNC_RETRY (no space) from a writing function mean that everything since the last commit is undone,
 * in memory too; leases given out stay valid as far as their messages can still be leased. The facade does each call of
 * that group again by itself, with a commit of its own.
 *
 * How the functions map: SQLite - rows, one transaction from commit to commit; Redis - a pipeline of scripts, commit
 * waits for its answers (and WAITAOF); RabbitMQ - publish and ack, commit waits for the confirms; SQS -
 * SendMessageBatch and DeleteMessageBatch, commit sends the rest; Kafka - produce and offsets, commit flushes and
 * commits the offsets.
 *
 * What a backend cannot do is left NULL and absent from `capabilities`; the facade answers PSYNC_REJECT "the driver X
 * cannot ..." for it, and nobody imitates it. */
#ifndef PSYNC_QUEUE_DRIVER_H
#define PSYNC_QUEUE_DRIVER_H

#include "base/log.h"
#include "config/config.h"
#include "queue/message.h"
#include "queue/types.h"

struct psync_queue_driver {
    const char *name;
    unsigned capabilities; /* PSYNC_CAN_* */

    /* FATAL and REJECT carry one clear line with the path and the remedy. `conf` outlives the driver; its limits
     * (max_depth, reserve_bytes, keep, keep_count) may change between two calls of the queue's thread. `full_disk_ok`:
     * nothing will be leased, so that a disk without room for verdicts is no reason not to open; else it is FATAL. */
    enum psync_result (*open)(const struct psync_queue_conf *conf, bool full_disk_ok, psync_ms now,
                              struct psync_log *log, void **ret_self, struct psync_error *err);
    /* NULL and half-open are fine; what was not committed is lost. Not `sound`, after FATAL: nothing more is
     * written. */
    void (*close)(void *self, bool sound);

    /* ---- writing: the queue's thread ---- */
    /* Fills each put's `ret_` fields. */
    enum psync_result (*put)(void *self, struct psync_put *puts, size_t n, psync_ms now, struct psync_error *err);
    /* At most `want->max` messages into `ret`, oldest first, due retries before fresh ones; EMPTY: none now; what a
     * paused or suspended destination has is not leased. Members of a bound batch come together, next to each other, by
     * batch_pos, or not at all; a batch of more than `want->max` (the setting was lowered) comes alone, and for that
     * `ret` has room for PSYNC_BATCH_MEMBERS_MAX at least. A batch whose lease ran out comes as unanswered, and so
     * does one that was bound before `open`, unless the driver knows that nothing was leased when the processes since
     * then ended: whoever had it may have sent it and not lived to record that. Those bound before it may come so too. *ret_next_due: when the next delayed
     * message is due or a lease runs out, PSYNC_MS_NEVER if nothing waits. */
    enum psync_result (*lease)(void *self, const struct psync_want *want, psync_ms now, struct psync_message **ret,
                               size_t *ret_n, psync_ms *ret_next_due, struct psync_error *err);
    /* Fills each one's `ret`: OK, or GONE for a lost lease. */
    enum psync_result (*settle)(void *self, struct psync_settle *settles, size_t n, psync_ms now,
                                struct psync_error *err);
    enum psync_result (*extend)(void *self, struct psync_message *const *messages, size_t n, psync_ms until,
                                struct psync_error *err);
    /* The members, in that order, now belong to the batch `key` (and to no other); "" : to none. No try under that key
     * was made yet, so none is unanswered. */
    enum psync_result (*bind)(void *self, struct psync_message *const *members, size_t n, const char *key,
                              struct psync_error *err);
    /* Up to `select->max` dead letters; fills ret_ counts. The facade repeats while ret_more. `select->waiting` comes
     * only to a `discard` that has PSYNC_CAN_WITHDRAW, and with ids. A message that waits is discarded; one that is
     * leased counts as busy, and is discarded when it comes back by RETRY or RELEASE. One of a bound batch ends that
     * batch, whose others are single messages from then on; but not when it is unanswered: then the batch goes again as
     * it is, under its key, and the message is busy. */
    enum psync_result (*requeue)(void *self, struct psync_select *select, psync_ms now, struct psync_error *err);
    enum psync_result (*discard)(void *self, struct psync_select *select, psync_ms now, struct psync_error *err);
    /* A dead letter becomes REPLACED and `put` is put in its place, in one commit. EMPTY: no such dead letter. */
    enum psync_result (*replace)(void *self, const char *id, struct psync_put *put, psync_ms now,
                                 struct psync_error *err);
    enum psync_result (*hold)(void *self, const char *destination, const struct psync_hold *hold,
                              struct psync_error *err);
    enum psync_result (*note)(void *self, const char *destination, const struct psync_figures *figures,
                              struct psync_error *err);
    enum psync_result (*commit)(void *self, struct psync_error *err);
    /* A small slice (a few ms) of background work: purging what is older than conf->keep, leases that ran out,
     * checkpoints. OK: it wrote something, to be committed. EMPTY: nothing left to do now. *ret_readied: something may
     * have become leasable; set in any case. */
    enum psync_result (*tidy)(void *self, psync_ms now, bool *ret_readied, struct psync_error *err);
    /* Exact counts from memory; a destination not known to the queue is all zeros. */
    void (*counts)(void *self, const char *destination, struct psync_counts *ret_counts);

    /* ---- reading: one thread at a time, any thread; sees what is committed ---- */
    /* Each calls `visit` for every row until it returns false. `cursor` "" starts; continue with the last row's. */
    enum psync_result (*destinations)(void *self, psync_visit_destination *visit, void *arg, struct psync_error *err);
    enum psync_result (*dead_groups)(void *self, const char *destination, psync_visit_group *visit, void *arg,
                                     struct psync_error *err);
    enum psync_result (*list)(void *self, const struct psync_filter *filter, size_t n, psync_visit_row *visit,
                              void *arg, struct psync_error *err);
    /* EMPTY: no such message. */
    enum psync_result (*show)(void *self, const char *id, psync_visit_row *visit_message,
                              psync_visit_attempt *visit_attempt, void *arg, struct psync_error *err);
    enum psync_result (*outcomes)(void *self, uint64_t cursor, size_t n, psync_visit_outcome *visit, void *arg,
                                  struct psync_error *err);

    /* ---- maintaining: one thread at a time, any thread, while others read and write ---- */
    enum psync_result (*backup)(void *self, const char *path, struct psync_error *err);
    enum psync_result (*check)(void *self, struct psync_buf *report, struct psync_error *err); /* REJECT: damaged */

    /* Any thread, at any time. What reads now ends soon with PSYNC_RETRY; so does any later backup and check. */
    void (*interrupt)(void *self);
};

extern const struct psync_queue_driver psync_driver_sqlite;

#endif
