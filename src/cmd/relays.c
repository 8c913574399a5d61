/* relays - see the header. */
#include "cmd/relays.h"

#include "cmd/probing.h"
#include "cmd/shop_holds.h"

#include "source/relay.h"
#include "source/shop_db.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TESTS_MAX = 32, PATH_BYTES_MAX = 4096 };

struct test {
    struct psync_relay *relay;
    char destination[PSYNC_NAME_MAX], id[40];
    uint32_t id_shop;
};
struct one {
    struct psync_relays *all;
    const struct psync_shop_conf *shop;
    struct psync_relay *relay;
};
struct psync_relays {
    struct psync_reload *reload;
    struct psync_shop_holds *holds;
    struct one *relays;
    size_t n;
    char queue_path[PATH_BYTES_MAX];
    /* tests, one after the other, on a thread of their own */
    pthread_t tester;
    bool has_tester;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct test tests[TESTS_MAX];
    size_t n_tests;
    atomic_bool stopping;
};

/* ---- what the relays ask for ---- */

static enum psync_result on_apply(void *arg, const struct psync_shop_conf *shop, struct psync_shop_layers *layers)
{
    struct one *one = arg;
    return psync_reload_shop(one->all->reload, shop->name, layers);
}

static bool on_hold(void *arg, const char *destination, const char *why)
{
    struct one *one = arg;
    return psync_shop_holds_say(one->all->holds, one->shop, destination, why);
}

static void on_let_go(void *arg, const char **ids, size_t n)
{
    struct one *one = arg;
    psync_reload_let_go(one->all->reload, ids, n);
}

static void on_test(void *arg, struct psync_relay *relay, uint32_t id_shop, const char *id)
{
    struct one *one = arg;
    struct psync_relays *r = one->all;
    struct test test = {.relay = relay, .id_shop = id_shop};
    psync_shop_destination(one->shop->name, id_shop, test.destination, sizeof test.destination);
    (void)snprintf(test.id, sizeof test.id, "%s", id);
    pthread_mutex_lock(&r->lock);
    if (r->n_tests < TESTS_MAX)
        r->tests[r->n_tests++] = test;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

static psync_ms on_keep(void *arg)
{
    struct one *one = arg;
    return psync_reload_keep(one->all->reload);
}

static void on_fared(void *arg, bool through, const char *trouble)
{
    struct one *one = arg;
    psync_meters_relay(psync_owner_meters(one->all->reload->owner), one->shop->name, psync_clock_now(), through, trouble);
}

/* ---- tests ---- */

static const char *verdict_of(enum psync_probe_result result)
{
    return result == PSYNC_PROBE_REACHED ? "reached" : result == PSYNC_PROBE_CREDENTIALS ? "credentials" : "failed";
}

static void run_test(struct psync_relays *r, const struct test *test)
{
    struct psync_error err = {0};
    struct psync_probing probing = {.stop = &r->stopping};
    struct psync_config *config = psync_reload_settings(r->reload);
    if (config)
        probing.destination = psync_config_destination(config, test->destination);
    probing.config = config;
    enum psync_result result = probing.destination ? psync_probing_run(&probing, &err)
                                                   : psync_fail(&err, PSYNC_REJECT, "the destination is not in force");
    psync_config_free(config);
    if (result == PSYNC_RETRY)
        return;
    psync_relay_tested(test->relay, test->id_shop, test->id, result == PSYNC_OK ? verdict_of(probing.result) : "failed",
                       probing.status, result == PSYNC_OK ? probing.words : err.text);
}

static bool next_test(struct psync_relays *r, struct test *ret_test)
{
    pthread_mutex_lock(&r->lock);
    while (r->n_tests == 0 && !atomic_load(&r->stopping))
        pthread_cond_wait(&r->wake, &r->lock);
    bool any = !atomic_load(&r->stopping);
    if (any) {
        *ret_test = r->tests[0];
        memmove(r->tests, r->tests + 1, --r->n_tests * sizeof r->tests[0]);
    }
    pthread_mutex_unlock(&r->lock);
    return any;
}

static void *run_tests(void *arg)
{
    struct psync_relays *r = arg;
    struct test test;
    while (next_test(r, &test))
        run_test(r, &test);
    return NULL;
}

/* ---- life ---- */

/* The same name at every start, from whatever folder. */
static void find_queue_path(struct psync_relays *r)
{
    const char *path = r->reload->ctx.config->queue.path;
    char folder[PATH_BYTES_MAX / 2];
    if (path[0] == '/' || !getcwd(folder, sizeof folder))
        folder[0] = '\0';
    (void)snprintf(r->queue_path, sizeof r->queue_path, "%s%s%s", folder, folder[0] ? "/" : "", path);
}

static enum psync_result start_all(struct psync_relays *r, struct psync_error *err)
{
    const struct psync_config *config = r->reload->ctx.config;
    int failed = pthread_create(&r->tester, NULL, run_tests, r);
    if (failed)
        return psync_fail(err, PSYNC_FATAL, "cannot start a thread: %s", strerror(failed));
    r->has_tester = true;
    enum psync_result result = psync_shop_holds_new(r->reload, &r->holds, err);
    for (; r->n < config->n_shops && result == PSYNC_OK; r->n++) {
        struct one *one = &r->relays[r->n];
        const struct psync_relay_open open = {.shop = &config->shops[r->n],
                                              .queue = psync_owner_queue(r->reload->owner),
                                              .queue_path = r->queue_path,
                                              .log = r->reload->ctx.log,
                                              .port = {.apply = on_apply, .hold = on_hold, .let_go = on_let_go, .test = on_test,
                                                       .keep = on_keep, .fared = on_fared, .arg = one}};
        one->all = r;
        one->shop = &config->shops[r->n];
        /* Shown before its first round. */
        psync_meters_relay(psync_owner_meters(r->reload->owner), one->shop->name, 0, true, NULL);
        result = psync_relay_new(&open, &one->relay, err);
    }
    return result;
}

enum psync_result psync_relays_new(struct psync_reload *reload, struct psync_relays **ret_relays, struct psync_error *err)
{
    struct psync_relays *r = calloc(1, sizeof *r);
    if (r)
        r->relays = calloc(reload->ctx.config->n_shops + 1, sizeof *r->relays);
    if (!r || !r->relays) {
        free(r);
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    }
    r->reload = reload;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    atomic_init(&r->stopping, false);
    find_queue_path(r);
    psync_shop_db_library_init();
    enum psync_result result = start_all(r, err);
    if (result == PSYNC_OK)
        *ret_relays = r;
    else
        psync_relays_free(r);
    return result;
}

void psync_relays_wait_idle(struct psync_relays *r)
{
    for (size_t i = 0; i < r->n; i++)
        psync_relay_wait_idle(r->relays[i].relay);
}

void psync_relays_stop(struct psync_relays *r)
{
    for (size_t i = 0; r && i < r->n; i++)
        if (r->relays[i].relay)
            psync_relay_stop(r->relays[i].relay);
}

void psync_relays_free(struct psync_relays *r)
{
    if (!r)
        return;
    psync_relays_stop(r);
    pthread_mutex_lock(&r->lock);
    atomic_store(&r->stopping, true);
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
    if (r->has_tester)
        (void)pthread_join(r->tester, NULL);
    for (size_t i = 0; i < r->n; i++)
        psync_relay_free(r->relays[i].relay);
    psync_shop_holds_free(r->holds);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->wake);
    free(r->relays);
    free(r);
}

/* Each relay looks for its own shops among them. */
void psync_relays_report(struct psync_relays *r, const struct psync_delivery_report *report)
{
    const struct psync_settle *settle = &report->settlement->settle;
    const struct psync_message *m = settle->message;
    if (!r || settle->verdict != PSYNC_VERDICT_RETRY || m->subject.shop[0] == '\0')
        return;
    const struct psync_relay_retry retry = {.subject = m->subject,
                                            .key = m->key,
                                            .error = settle->attempt.error,
                                            .tries = m->tries + 1,
                                            .status = settle->attempt.status,
                                            .not_before = settle->not_before};
    for (size_t i = 0; i < r->n; i++)
        if (r->relays[i].relay)
            psync_relay_retried(r->relays[i].relay, &retry);
}
