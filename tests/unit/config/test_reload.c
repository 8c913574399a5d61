/* What a running process takes over, what it keeps, and how both are named. */
#include "fixture.h"

static struct psync_config *merge(const char *before, const char *after, struct psync_buf *changed,
                                  struct psync_buf *kept)
{
    struct psync_config *now = load_ok(before, NULL), *next = load_ok(after, NULL), *merged = NULL;

    psync_buf_init(changed, 1 << 16);
    psync_buf_init(kept, 1 << 16);
    assert_int_equal(psync_config_merge_reload(now, next, &merged, changed, kept), PSYNC_OK);
    psync_config_free(now); /* the merged one owns all it has */
    psync_config_free(next);
    return merged;
}

static void nothing_changed(void **state)
{
    struct psync_buf changed, kept;
    static const char file[] = "[destination]\nurl = https://x/\n";
    struct psync_config *c = merge(file, file, &changed, &kept);

    (void)state;
    assert_string_equal(changed.data, "");
    assert_string_equal(kept.data, "");
    assert_string_equal(c->destinations[0].url, "https://x/");
    assert_string_equal(row_of(c, "destination.url").origin, "c.conf:2");
    psync_buf_done(&changed);
    psync_buf_done(&kept);
    psync_config_free(c);
}

static void policies_change_and_the_queue_stays(void **state)
{
    struct psync_buf changed, kept;
    struct psync_config *c = merge("[retry]\nattempts = 3\n[queue]\npath = /a/q\n[log]\nlevel = debug\n",
                                   "[retry]\nattempts = 7\n[queue]\npath = /b/q\nkeep = 10d\n", &changed, &kept);

    (void)state;
    assert_int_equal(c->retry.attempts, 7);
    assert_int_equal(c->log.level, PSYNC_LOG_INFO); /* back to the default */
    assert_int_equal(c->queue.keep, (psync_ms)10 * 24 * 3600 * 1000);
    assert_string_equal(c->queue.path, "/a/q");
    assert_string_equal(c->queue.socket, "/a/q.sock");
    assert_string_equal(changed.data, "queue.keep: 30d -> 10d\nretry.attempts: 3 -> 7\nlog.level: debug -> info\n");
    assert_string_equal(kept.data, "queue.path: /a/q stays; a restart makes it /b/q\n"
                                   "queue.socket: /a/q.sock stays; a restart makes it /b/q.sock\n");
    psync_buf_done(&changed);
    psync_buf_done(&kept);
    psync_config_free(c);
}

static void destinations_come_and_go(void **state)
{
    struct psync_buf changed, kept;
    struct psync_config *c = merge("[destination]\nurl = https://x/\n"
                                   "[destination eu]\nurl = https://eu/\ntoken = old\n",
                                   "[destination eu]\nurl = https://eu2/?a=1\ntoken = new\n[destination us]\n"
                                   "url = https://us/\n",
                                   &changed, &kept);

    (void)state;
    assert_int_equal(c->n_destinations, 2);
    assert_null(psync_config_destination(c, "default"));
    assert_string_equal(psync_config_destination(c, "eu")->token, "new");
    assert_string_equal(changed.data, "destination eu.url: https://eu/ -> https://eu2/?********\n"
                                      "destination eu.token: changed (secret)\n"
                                      "destination us: added\n"
                                      "destination default: removed; its messages stay\n");
    assert_string_equal(kept.data, "");
    psync_buf_done(&changed);
    psync_buf_done(&kept);
    psync_config_free(c);
}

static void default_can_come_back(void **state)
{
    struct psync_buf changed, kept;
    struct psync_config *c = merge("[destination eu]\nurl = https://eu/\n",
                                   "[destination eu]\nurl = https://eu/\n[destination]\nurl = https://x/\n",
                                   &changed, &kept);

    (void)state;
    assert_int_equal(c->n_destinations, 2);
    assert_string_equal(c->destinations[0].name, "default");
    assert_string_equal(changed.data, "destination default: added\n");
    psync_buf_done(&changed);
    psync_buf_done(&kept);
    psync_config_free(c);
}

static void notes_are_optional(void **state)
{
    struct psync_config *now = load_ok(NULL, NULL), *next = load_ok(NULL, "retry.attempts=9"), *merged;

    (void)state;
    assert_int_equal(psync_config_merge_reload(now, next, &merged, NULL, NULL), PSYNC_OK);
    assert_int_equal(merged->retry.attempts, 9);
    psync_config_free(merged);
    psync_config_free(next);
    psync_config_free(now);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(nothing_changed),       IN_FOLDER(policies_change_and_the_queue_stays),
        IN_FOLDER(destinations_come_and_go), IN_FOLDER(default_can_come_back),
        IN_FOLDER(notes_are_optional),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
