/* What is counted, and how /metrics says it. */
#include "harness.h"

#include "admin/metrics.h"

static struct psync_message message = {.destination = "a", .created_at = 1000};

static void report(struct psync_meters *m, enum psync_verdict verdict, enum psync_class class, int32_t status,
                   int64_t latency_ms, uint64_t batch, enum psync_result ret)
{
    const struct psync_settlement s = {
        .message = &message,
        .settle = {.message = &message, .verdict = verdict, .ret = ret,
                   .attempt = {.status = status, .latency_ms = latency_ms, .error = "", .problem = ""}},
        .class = class,
        .batch = batch};
    psync_meters_report(m, &(struct psync_delivery_report){&s, 4000});
}

static struct psync_meter *copy(struct psync_meters *m, size_t n)
{
    struct psync_meter *meters = NULL;
    size_t got = 0;
    assert_ok(psync_meters_copy(m, &meters, &got));
    assert_int_equal(got, n);
    return meters;
}

static void puts_by_outcome(void **state)
{
    (void)state;
    struct psync_meters *m = psync_meters_new(0);
    const struct psync_put puts[] = {{.destination = "a", .ret_outcome = PSYNC_PUT_NEW},
                                     {.destination = "b", .ret_outcome = PSYNC_PUT_KNOWN},
                                     {.destination = "a", .ret_outcome = PSYNC_PUT_FULL},
                                     {.destination = "a", .ret_outcome = PSYNC_PUT_NEW}};
    psync_meters_put(m, puts, 4);
    struct psync_meter *meters = copy(m, 2);
    assert_string_equal(meters[0].name, "a");
    assert_true(meters[0].put == 2 && meters[0].known == 0 && meters[0].full == 1);
    assert_true(meters[1].put == 0 && meters[1].known == 1 && meters[1].full == 0);
    free(meters);
    psync_meters_free(m);
}

static void verdicts(void **state)
{
    (void)state;
    struct psync_meters *m = psync_meters_new(0);
    report(m, PSYNC_VERDICT_DONE, PSYNC_CLASS_DONE, 201, 7, 0, PSYNC_OK);
    report(m, PSYNC_VERDICT_RETRY, PSYNC_CLASS_THROTTLED, 429, 1, 0, PSYNC_OK);
    report(m, PSYNC_VERDICT_RETRY, PSYNC_CLASS_UNANSWERED, 0, 10000, 0, PSYNC_OK); /* no answer, so no latency */
    report(m, PSYNC_VERDICT_DEAD, PSYNC_CLASS_REFUSED, 422, 60, 0, PSYNC_OK);
    report(m, PSYNC_VERDICT_RELEASE, PSYNC_CLASS_DONE, 0, 0, 0, PSYNC_OK); /* no attempt at all */
    report(m, PSYNC_VERDICT_DONE, PSYNC_CLASS_DONE, 201, 7, 0, PSYNC_GONE); /* its lease was lost */
    struct psync_meter *a = copy(m, 1);
    assert_true(a->delivered == 1 && a->dead == 1);
    assert_true(a->failed[PSYNC_CLASS_THROTTLED] == 1 && a->failed[PSYNC_CLASS_UNANSWERED] == 1 &&
                a->failed[PSYNC_CLASS_REFUSED] == 1 && a->failed[PSYNC_CLASS_DONE] == 0);
    assert_true(a->request.count == 4 && a->request.sum == 7 + 1 + 60 + 7);
    assert_true(a->delivery.count == 1 && a->delivery.sum == 3000);
    free(a);
    psync_meters_free(m);
}

static void a_batch_is_one_request(void **state)
{
    (void)state;
    struct psync_meters *m = psync_meters_new(0);
    for (uint64_t batch = 8; batch <= 9; batch++)
        for (int i = 0; i < 5; i++)
            report(m, PSYNC_VERDICT_DONE, PSYNC_CLASS_DONE, 207, 20, batch, PSYNC_OK);
    struct psync_meter *a = copy(m, 1);
    assert_true(a->delivered == 10 && a->request.count == 2 && a->delivery.count == 10);
    free(a);
    psync_meters_free(m);
}

/* ---- the text ---- */

static void assert_line(const struct psync_buf *buf, const char *line)
{
    char whole[512];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(buf->data, whole))
        fail_msg("no line %s in:\n%s", line, buf->data);
}

static void samples(void **state)
{
    (void)state;
    struct psync_meters *counted = psync_meters_new(0);
    report(counted, PSYNC_VERDICT_DONE, PSYNC_CLASS_DONE, 201, 7, 0, PSYNC_OK);
    report(counted, PSYNC_VERDICT_DONE, PSYNC_CLASS_DONE, 201, 20000, 0, PSYNC_OK);
    struct psync_meter *meters = copy(counted, 1);
    struct psync_standing standings[] = {
        {.name = "a", .configured = true, .working = true, .counts = {.ready = 3, .dead = 2, .oldest_at = 1500},
         .worker = {.limit = 8, .in_flight = 5, .state = PSYNC_DESTINATION_OPEN, .breaker = PSYNC_BREAKER_OPEN}},
        {.name = "say \"b\"\\", .hold = {.paused = true, .paused_since = 2500}},
    };
    const struct psync_overview overview = {.standings = standings, .n = 2};
    const struct psync_relay_meter relay = {.name = "main", .last_success_at = 9000};
    const struct psync_metrics m = {.now = 10000, .begun = 1000, .driver = "sqlite", .overview = &overview, .meters = meters,
                                    .n_meters = 1, .relays = &relay, .n_relays = 1, .queue_bytes = 4096,
                                    .disk_free_bytes = -1, .connections = 6, .server_connections = 2, .cpu_seconds = 0.25};
    struct psync_buf buf;
    psync_buf_init(&buf, 1 << 20);
    assert_ok(psync_metrics_write(&m, &buf));
    assert_line(&buf, "productsync_messages_delivered_total{destination=\"a\"} 2");
    assert_line(&buf, "productsync_messages_delivered_total{destination=\"say \\\"b\\\"\\\\\"} 0"); /* there from the start */
    assert_line(&buf, "productsync_messages{destination=\"a\",state=\"ready\"} 3");
    assert_line(&buf, "productsync_messages{destination=\"a\",state=\"dead\"} 2");
    assert_line(&buf, "productsync_oldest_message_timestamp_seconds{destination=\"a\"} 1.5");
    assert_line(&buf, "productsync_destination_state{destination=\"a\",state=\"open\"} 1");
    assert_line(&buf, "productsync_destination_state{destination=\"a\",state=\"ok\"} 0");
    assert_line(&buf, "productsync_breaker_state{destination=\"a\",state=\"open\"} 1");
    assert_line(&buf, "productsync_destination_held_timestamp_seconds{destination=\"say \\\"b\\\"\\\\\",state=\"paused\"} 2.5");
    assert_line(&buf, "productsync_concurrency_limit{destination=\"a\"} 8");
    assert_line(&buf, "productsync_http_request_duration_seconds_bucket{destination=\"a\",le=\"0.005\"} 0");
    assert_line(&buf, "productsync_http_request_duration_seconds_bucket{destination=\"a\",le=\"0.01\"} 1");
    assert_line(&buf, "productsync_http_request_duration_seconds_bucket{destination=\"a\",le=\"10\"} 1");
    assert_line(&buf, "productsync_http_request_duration_seconds_bucket{destination=\"a\",le=\"+Inf\"} 2");
    assert_line(&buf, "productsync_http_request_duration_seconds_sum{destination=\"a\"} 20.007");
    assert_line(&buf, "productsync_delivery_duration_seconds_bucket{destination=\"a\",le=\"5\"} 2");
    assert_line(&buf, "productsync_relay_last_success_timestamp_seconds{shop=\"main\"} 9");
    assert_line(&buf, "productsync_start_time_seconds 1");
    assert_line(&buf, "productsync_cpu_seconds_total 0.25");
    assert_null(strstr(buf.data, "disk_free"));                                       /* not known */
    assert_null(strstr(buf.data, "oldest_message_timestamp_seconds{destination=\"s")); /* there is none */
    assert_null(strstr(buf.data, "concurrency_limit{destination=\"s"));                /* no worker */
    psync_buf_done(&buf);
    psync_buf_init(&buf, 100);
    assert_int_equal(psync_metrics_write(&m, &buf), PSYNC_REJECT);
    psync_buf_done(&buf);
    free(meters);
    psync_meters_free(counted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_by_outcome),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_batch_is_one_request),
        cmocka_unit_test(samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
