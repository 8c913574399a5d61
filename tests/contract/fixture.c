/* fixture - see fixture.h. */
#include "fixture.h"

#include "queue/key.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { START = 1700000000 };
_Atomic psync_ms fixture_now;

psync_ms fixture_clock(void)
{
    return fixture_now;
}

static void expect_ok(enum psync_result r, const struct psync_error *err)
{
    if (r != PSYNC_OK)
        fail_msg("%s: %s", psync_result_name(r), err->text);
}

void fixture_open(struct fixture *f)
{
    struct psync_error err = {0};
    expect_ok(psync_queue_new(&(struct psync_queue_open){.conf = &f->conf, .driver = f->driver, .clock = fixture_clock},
                              &f->q, &err), &err);
}

void fixture_close(struct fixture *f)
{
    psync_queue_free(f->q);
    f->q = NULL;
}

void fixture_reopen(struct fixture *f)
{
    fixture_close(f);
    fixture_open(f);
}

void fixture_init(struct fixture *f, const struct psync_queue_driver *driver)
{
    const char *tmp = getenv("TMPDIR");
    memset(f, 0, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "%s/psync-contract-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/queue.db", f->folder);
    f->driver = driver;
    f->conf = (struct psync_queue_conf){.driver = driver->name, .path = f->path, .max_depth = 1000000, .keep = 86400000,
                                        .commit_wait = 1, .commit_count = 256};
    fixture_now = (psync_ms)START * 1000;
    fixture_open(f);
}

const char *fixture_beside(const struct fixture *f, const char *tail)
{
    static char names[4][400];
    static unsigned turn;
    char *name = names[turn++ % 4];
    snprintf(name, sizeof names[0], "%s%s", f->path, tail);
    return name;
}

void fixture_done(struct fixture *f)
{
    char name[600];
    fixture_close(f);
    DIR *dir = opendir(f->folder);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        snprintf(name, sizeof name, "%s/%s", f->folder, e->d_name);
        unlink(name);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(f->folder);
}

struct psync_put fixture_put_of(int64_t product, uint32_t revision)
{
    static char keys[8][PSYNC_PRODUCT_KEY_MAX], payloads[8][128];
    static unsigned turn;
    unsigned at = turn++ % 8;
    int len = snprintf(payloads[at], sizeof payloads[at], "{\"id\":%lld,\"name\":\"P\",\"price\":1.00,\"stock\":%u}",
                       (long long)product, revision);
    struct psync_put put = {.destination = "default", .key = keys[at], .type = "product.created", .trace = "",
                            .subject = {product, ""}, .payload = {payloads[at], (size_t)len}, .revision = revision,
                            .created_at = fixture_now};
    assert_int_equal(psync_key_product(&put.subject, put.type, revision, put.payload, keys[at]), PSYNC_OK);
    return put;
}

enum psync_put_outcome fixture_try_put(struct fixture *f, struct psync_put *put)
{
    struct psync_error err = {0};
    expect_ok(psync_queue_put(f->q, put, 1, &err), &err);
    return put->ret_outcome;
}

const char *fixture_put(struct fixture *f, int64_t product, uint32_t revision)
{
    static char ids[8][PSYNC_ID_MAX];
    static unsigned turn;
    struct psync_put put = fixture_put_of(product, revision);
    assert_int_equal(fixture_try_put(f, &put), PSYNC_PUT_NEW);
    return strcpy(ids[turn++ % 8], put.ret_id);
}

struct leased fixture_lease(struct fixture *f, size_t max, psync_ms until)
{
    struct psync_error err = {0};
    struct leased l = {.n = 0};
    struct psync_message **messages = NULL;
    struct psync_want want = {"default", max, until};
    assert_true(max <= sizeof l.m / sizeof *l.m);
    enum psync_result r = psync_queue_lease(f->q, &want, 1, &messages, &l.n, &l.next_due, &err);
    if (r != PSYNC_EMPTY)
        expect_ok(r, &err);
    for (size_t i = 0; i < l.n; i++)
        l.m[i] = messages[i];
    free(messages);
    return l;
}

void fixture_free(struct leased *l)
{
    for (size_t i = 0; i < l->n; i++)
        psync_message_free(l->m[i]);
    l->n = 0;
}

const char *fixture_products(const struct leased *l)
{
    static char text[1024];
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < l->n; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, i == 0 ? "%lld" : " %lld",
                               (long long)l->m[i]->subject.product);
    return text;
}

struct psync_message *fixture_take(struct fixture *f, int64_t product)
{
    struct leased l = fixture_lease(f, 1, fixture_now + 60000);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.m[0]->subject.product, product);
    return l.m[0];
}

enum psync_result fixture_settle(struct fixture *f, struct psync_message *m, enum psync_verdict verdict,
                                 psync_ms not_before)
{
    struct psync_error err = {0};
    bool done = verdict == PSYNC_VERDICT_DONE;
    struct psync_settle s = {.message = m, .verdict = verdict, .not_before = not_before, .first_active_ms = 7,
                             .attempt = {.at = fixture_now, .status = done ? 200 : 503, .latency_ms = 12,
                                         .counted = !done,
                                         .error = done ? "" : "unavailable", .problem = ""}};
    expect_ok(psync_queue_settle(f->q, &s, 1, &err), &err);
    psync_message_free(m);
    return s.ret;
}

void fixture_done_with(struct fixture *f, int64_t product)
{
    assert_int_equal(fixture_settle(f, fixture_take(f, product), PSYNC_VERDICT_DONE, 0), PSYNC_OK);
}

void fixture_kill(struct fixture *f, int64_t product, int32_t status)
{
    struct psync_error err = {0};
    struct psync_message *m = fixture_take(f, product);
    struct psync_settle s = {.message = m, .verdict = PSYNC_VERDICT_DEAD, .first_active_ms = 7,
                             .attempt = {.at = fixture_now, .status = status, .latency_ms = 5, .counted = true,
                                         .error = "refused", .problem = "https://example.org/problem",
                                         .head = PSYNC_SPAN("HTTP/1.1 422\r\n\r\nno")}};
    expect_ok(psync_queue_settle(f->q, &s, 1, &err), &err);
    assert_int_equal(s.ret, PSYNC_OK);
    psync_message_free(m);
}

struct psync_counts fixture_counts(struct fixture *f)
{
    struct psync_error err = {0};
    struct psync_counts c;
    expect_ok(psync_queue_counts(f->q, "default", &c, &err), &err);
    return c;
}

void fixture_check(struct fixture *f)
{
    struct psync_buf report;
    struct psync_error err = {0};
    psync_buf_init(&report, 65536);
    enum psync_result r = psync_queue_check(f->q, &report, &err);
    if (r != PSYNC_OK)
        fail_msg("%s: %s\n%s", psync_result_name(r), err.text, report.data);
    psync_buf_done(&report);
}
