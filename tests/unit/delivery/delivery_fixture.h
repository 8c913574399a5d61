/* delivery_fixture - settings, messages and a product API for tests of what delivers. */
#ifndef TESTS_DELIVERY_FIXTURE_H
#define TESTS_DELIVERY_FIXTURE_H

#include "config/load.h"
#include "mock/mock.h"
#include "queue/key.h"
#include "queue/message.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* Settings from "section.key=value" texts up to NULL, over the defaults. */
static inline struct psync_config *settings(const char *const *sets)
{
    struct psync_config_source source = {.sets = sets, .no_files = true};
    struct psync_config *config = NULL;
    struct psync_error err = {0};
    while (sets[source.n_sets])
        source.n_sets++;
    if (psync_config_load(&source, &config, NULL, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    return config;
}
#define SETTINGS(...) settings((const char *const[]){__VA_ARGS__, NULL})

static inline const char *set_url(char text[128], const char *section, const char *url)
{
    snprintf(text, 128, "%s.url=%s", section, url);
    return text;
}

static inline struct psync_mock *mock_start(const char *rules)
{
    struct psync_mock_conf conf;
    struct psync_mock *mock = NULL;
    struct psync_error err = {0};
    psync_mock_conf_init(&conf);
    if (psync_mock_new(&conf, &mock, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    psync_mock_conf_done(&conf);
    if (rules && psync_mock_control(mock, (struct psync_span){rules, strlen(rules)}, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    return mock;
}

static inline struct psync_span product_payload(int64_t id, char text[128])
{
    int n = snprintf(text, 128, "{\"id\":%lld,\"name\":\"Product %lld\",\"price\":49.90,\"stock\":15}", (long long)id,
                     (long long)id);
    return (struct psync_span){text, (size_t)n};
}

static inline struct psync_message *product_message(const char *destination, int64_t id, uint32_t revision)
{
    char text[128], key[PSYNC_PRODUCT_KEY_MAX];
    struct psync_message like = {.destination = destination, .type = "product.created", .trace = "", .batch_key = "",
                                 .subject = {id, ""}, .revision = revision, .created_at = 1, .first_active_ms = -1};
    like.payload = product_payload(id, text);
    assert_int_equal(psync_key_product(&like.subject, like.type, revision, like.payload, key), PSYNC_OK);
    like.key = key;
    struct psync_message *m = psync_message_new(&like);
    assert_non_null(m);
    return m;
}

#endif
