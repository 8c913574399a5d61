/* relay - the thread: connect, round after round, reconnect; see the header. */
#include "source/relay_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 250, AGAIN_MS = 1000, WRONG_MS = 5000, BACKOFF_MAX_MS = 30000, FINISH_MS = 3000 };

/* ---- waiting ---- */

static bool is_set(struct psync_relay *r, const bool *flag)
{
    pthread_mutex_lock(&r->lock);
    bool set = *flag;
    pthread_mutex_unlock(&r->lock);
    return set;
}

static struct timespec in(psync_ms ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Until then, or until it is told to end. */
static void rest(struct psync_relay *r, psync_ms ms)
{
    struct timespec until = in(ms);
    pthread_mutex_lock(&r->lock);
    while (!r->ending && pthread_cond_timedwait(&r->wake, &r->lock, &until) != ETIMEDOUT)
        continue;
    pthread_mutex_unlock(&r->lock);
}

static void set_idle(struct psync_relay *r, bool idle)
{
    pthread_mutex_lock(&r->lock);
    r->idle = idle;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

void psync_relay_wait_idle(struct psync_relay *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->stopping && !r->ended && !r->idle)
        pthread_cond_wait(&r->wake, &r->lock);
    pthread_mutex_unlock(&r->lock);
}

/* ---- saying: the same trouble once ---- */

static void say_trouble(struct psync_relay *r, const char *text)
{
    r->open.port.fared(r->open.port.arg, false, text);
    if (strcmp(r->said, text) == 0)
        return;
    (void)snprintf(r->said, sizeof r->said, "%s", text);
    PSYNC_LOG(r->open.log, PSYNC_LOG_ERROR, "shop unreachable", PSYNC_F_TEXT("shop", r->open.shop->name),
              PSYNC_F_TEXT("error", text));
}

static void say_well(struct psync_relay *r)
{
    if (r->said[0] == '\0')
        return;
    r->said[0] = '\0';
    PSYNC_LOG(r->open.log, PSYNC_LOG_INFO, "shop reachable again", PSYNC_F_TEXT("shop", r->open.shop->name));
}

/* ---- connection ---- */

static void disconnect(struct psync_relay *r)
{
    pthread_mutex_lock(&r->lock);
    struct psync_shop_db *db = r->db;
    r->db = NULL;
    pthread_mutex_unlock(&r->lock);
    if (db)
        psync_relay_sql_done(&r->sql);
    psync_shop_db_close(db);
}

/* The place is looked up each time: the shop may have moved, or its password changed. What the queue has is looked at before
 * rows are taken, so that a row whose message is long settled gets its outcome and not another message. */
static enum psync_result connect_shop(struct psync_relay *r, struct psync_error *err)
{
    struct psync_shop_db *db = NULL;
    enum psync_result result = psync_shop_place_find(r->open.shop, &r->place, err);
    if (result == PSYNC_OK)
        result = psync_shop_db_open(&r->place, &db, err);
    if (result != PSYNC_OK)
        return result;
    pthread_mutex_lock(&r->lock);
    r->db = db;
    pthread_mutex_unlock(&r->lock);
    psync_relay_sql_init(&r->sql, db, r->place.prefix, r->owner, psync_queue_capabilities(r->open.queue) & PSYNC_CAN_WITHDRAW);
    r->facts_due = r->beat_due = r->tests_due = 0;
    r->unqueued = true;
    for (size_t i = 0; i < r->n_stores; i++)
        r->stores[i].recovered = false; /* the database may have been restored from a backup */
    result = psync_relay_settings(r, psync_clock_now(), err); /* first: of an uninstalled module there are no tables */
    if (result == PSYNC_OK)
        result = psync_relay_sql_look(&r->sql, err);
    if (result == PSYNC_OK)
        result = psync_relay_sql_end_claims(&r->sql, err);
    if (result == PSYNC_OK)
        result = psync_relay_find_cursor(r, err);
    if (result != PSYNC_OK)
        disconnect(r);
    return result;
}

/* ---- rounds ---- */

static enum psync_result run_round(struct psync_relay *r, bool *ret_busy, struct psync_error *err)
{
    psync_ms now = psync_clock_now();
    bool reporting = false, withdrawing = false, taking = false;
    enum psync_result result = psync_relay_settings(r, now, err);
    if (result == PSYNC_OK)
        result = psync_relay_report(r, &reporting, err);
    if (result == PSYNC_OK)
        result = psync_relay_report_retries(r, now, err);
    if (result == PSYNC_OK)
        result = psync_relay_withdraw(r, now, &withdrawing, err);
    if (result == PSYNC_OK && !withdrawing)
        psync_relay_end_holds(r);
    if (result == PSYNC_OK && !is_set(r, &r->stopping))
        result = psync_relay_take(r, now, &taking, err);
    if (result == PSYNC_OK)
        result = psync_relay_tests(r, now, err);
    if (result == PSYNC_OK)
        result = psync_relay_beat(r, now, err);
    *ret_busy = reporting || withdrawing || taking;
    if (result != PSYNC_OK)
        return result;
    set_idle(r, !taking && !withdrawing && (!r->stale || r->refused)); /* else a drain would wait for what waits for it */
    r->open.port.fared(r->open.port.arg, true, psync_relay_hindrance(r));
    return PSYNC_OK;
}

/* How long to wait after trouble. */
static psync_ms act_on_trouble(struct psync_relay *r, enum psync_result result, const struct psync_error *err)
{
    say_trouble(r, err->text[0] != '\0' ? err->text : psync_result_name(result));
    if (r->db)
        psync_relay_sql_drop(&r->sql);
    if (result == PSYNC_RETRY || result == PSYNC_NOMEM)
        return AGAIN_MS;
    disconnect(r); /* GONE, or REJECT: then what was wrong may be another's rights, or tables, by the next connection */
    set_idle(r, true);
    psync_ms wait = result == PSYNC_REJECT ? WRONG_MS : 500;
    for (unsigned i = 0; i < r->failures && wait < BACKOFF_MAX_MS; i++)
        wait *= 2;
    r->failures += r->failures < 16;
    return wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
}

static psync_ms step(struct psync_relay *r, enum psync_result *ret_result)
{
    struct psync_error err = {0};
    bool busy = false;
    enum psync_result result = r->db ? PSYNC_OK : connect_shop(r, &err);
    if (result == PSYNC_OK)
        result = run_round(r, &busy, &err);
    psync_log_tick(r->open.log);
    *ret_result = result;
    if (result == PSYNC_OK) {
        r->failures = 0;
        say_well(r);
        return busy ? 0 : POLL_MS;
    }
    return result == PSYNC_FATAL ? 0 : act_on_trouble(r, result, &err);
}

/* What is known by now reaches the shop before the process ends, if the database lets it. */
static void finish(struct psync_relay *r)
{
    struct psync_error err = {0};
    psync_ms until = psync_clock_now() + FINISH_MS;
    bool busy = r->db != NULL;
    while (busy && psync_clock_now() < until)
        if (psync_relay_report(r, &busy, &err) != PSYNC_OK)
            return;
}

static void *run(void *arg)
{
    struct psync_relay *r = arg;
    enum psync_result result = PSYNC_OK;
    while (result != PSYNC_FATAL && !is_set(r, &r->ending)) {
        psync_ms wait = step(r, &result);
        if (wait > 0)
            rest(r, wait);
    }
    if (result != PSYNC_FATAL)
        finish(r);
    disconnect(r);
    pthread_mutex_lock(&r->lock);
    r->ended = true;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
    psync_shop_db_thread_end();
    return NULL;
}

/* ---- life ---- */

static void name_destinations(struct psync_relay *r)
{
    struct psync_span name;
    for (const char *at = r->open.shop->destination;
         r->n_named < PSYNC_RELAY_NAMED_MAX && psync_shop_next_destination(&at, &name);)
        (void)snprintf(r->named[r->n_named++].name, PSYNC_NAME_MAX, "%.*s", (int)name.len, name.data);
}

enum psync_result psync_relay_new(const struct psync_relay_open *open, struct psync_relay **ret_relay, struct psync_error *err)
{
    struct psync_relay *r = calloc(1, sizeof *r);
    if (!r)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    r->open = *open;
    name_destinations(r);
    if (gethostname(r->host, sizeof r->host - 1) != 0)
        (void)snprintf(r->host, sizeof r->host, "unknown");
    psync_shop_facts_init(&r->facts);
    psync_relay_notes_init(&r->notes);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    enum psync_result result = psync_relay_owner(r->host, open->queue_path, r->owner);
    int failed = 0;
    if (result == PSYNC_OK && (failed = pthread_create(&r->thread, NULL, run, r)) != 0)
        result = psync_fail(err, PSYNC_FATAL, "cannot start a thread: %s", strerror(failed));
    if (result == PSYNC_OK) {
        *ret_relay = r;
        return PSYNC_OK;
    }
    r->ended = true;
    psync_relay_notes_done(&r->notes);
    free(r);
    return result;
}

void psync_relay_stop(struct psync_relay *r)
{
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

/* It has some seconds to write what it knows; then what it waits for is cut off. */
void psync_relay_free(struct psync_relay *r)
{
    struct timespec until = in(2 * FINISH_MS);
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = r->ending = true;
    pthread_cond_broadcast(&r->wake);
    while (!r->ended && pthread_cond_timedwait(&r->wake, &r->lock, &until) != ETIMEDOUT)
        continue;
    if (!r->ended && r->db)
        psync_shop_db_interrupt(r->db);
    pthread_mutex_unlock(&r->lock);
    (void)pthread_join(r->thread, NULL);
    psync_shop_facts_done(&r->facts);
    psync_shop_place_wipe(&r->place);
    psync_relay_notes_done(&r->notes);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->wake);
    free(r->stores);
    free(r);
}

/* ---- from other threads ---- */

void psync_relay_retried(struct psync_relay *r, const struct psync_relay_retry *retry)
{
    psync_relay_notes_add(&r->notes, retry);
}

void psync_relay_tested(struct psync_relay *r, uint32_t id_shop, const char *id, const char *verdict, int32_t status,
                        const char *text)
{
    struct psync_relay_result result = {.id_shop = id_shop, .status = status};
    (void)snprintf(result.id, sizeof result.id, "%s", id);
    (void)snprintf(result.verdict, sizeof result.verdict, "%s", verdict);
    (void)snprintf(result.text, sizeof result.text, "%s", text);
    psync_relay_notes_add_result(&r->notes, &result);
}
