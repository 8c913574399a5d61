/* http_conf - settings for tests of delivery/http. */
#ifndef TESTS_DELIVERY_HTTP_CONF_H
#define TESTS_DELIVERY_HTTP_CONF_H

#include "config/config.h"

#define TEST_TOKEN "s3cr3t-t0ken-value"

static inline struct psync_http_conf test_http_conf(void)
{
    return (struct psync_http_conf){
        .timeout = 2000,
        .connect_timeout = 1000,
        .ca_file = "",
        .client_cert = "",
        .client_key = "",
        .proxy = "",
        .max_response_bytes = 4096,
        .version = PSYNC_HTTP_AUTO,
        .user_agent = "productsync/test",
    };
}

static inline struct psync_destination_conf test_destination(const char *url)
{
    return (struct psync_destination_conf){
        .name = "default",
        .url = url,
        .auth = PSYNC_AUTH_BEARER,
        .auth_header = "X-API-Key",
        .token = TEST_TOKEN,
        .token_file = "",
        .headers = "",
        .key_header = "Idempotency-Key",
        .burst = 1,
        .operators_word = true,
    };
}

#endif
