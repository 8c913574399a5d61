/* config - the effective settings, as one immutable struct.
 *
 * Made by config/load.h from the option table (config/options.h), which holds each setting's name, unit, default,
 * range, reload rule and help. A psync_config owns all its texts, is never changed after loading, and may be read by
 * any thread; a reload makes a new one. Times are milliseconds, sizes bytes, unless the name says otherwise. */
#ifndef PSYNC_CONFIG_CONFIG_H
#define PSYNC_CONFIG_CONFIG_H

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"

#include <stdint.h>

enum psync_auth_kind { PSYNC_AUTH_BEARER, PSYNC_AUTH_HEADER, PSYNC_AUTH_NONE };
enum psync_jitter { PSYNC_JITTER_ADD, PSYNC_JITTER_FULL };
enum psync_conflict { PSYNC_CONFLICT_DONE, PSYNC_CONFLICT_DEAD };
enum psync_input_tax { PSYNC_TAX_INCLUDED, PSYNC_TAX_EXCLUDED };
enum psync_negative_stock { PSYNC_STOCK_REFUSE, PSYNC_STOCK_ZERO };
enum psync_login { PSYNC_LOGIN_CHANGES, PSYNC_LOGIN_ALWAYS }; /* on loopback; elsewhere it is always */
enum psync_http_version { PSYNC_HTTP_AUTO, PSYNC_HTTP_1_1, PSYNC_HTTP_2 };

/* [destination] or [destination NAME]: where products go. The unnamed section is the destination "default". */
struct psync_destination_conf {
    const char *name;          /* "default", or as in the section's title: [a-z0-9._-]{1,64}; for a shop "NAME/ID" */
    const char *url;           /* absolute, http or https; "" when not set */
    enum psync_auth_kind auth;
    const char *auth_header;   /* header = X-API-Key, for PSYNC_AUTH_HEADER */
    const char *token;         /* secret; from token, token_file or MY_API_TOKEN; "" when not set; printable ASCII */
    const char *token_file;    /* "" when not set; read at load and at reload */
    const char *headers;       /* further ones, "Name: value", separated by LF; validated; never Host and the like */
    const char *key_header;    /* Idempotency-Key */
    bool key_quoted;           /* as a structured-field String; bare by default */
    double rate;               /* requests a second, 0: no limit */
    uint32_t burst;            /* bucket size of `rate`; at least 1 once loaded */
    uint32_t attempts;         /* these five: 0 or "" : as said for all; see config/effective.h */
    psync_ms backoff, timeout;
    uint32_t batch_size;
    const char *test_method;
    bool allow_http;           /* plain http to other hosts than loopback */
    bool allow_private;        /* a name that leads to a private or link-local address */
    bool operators_word;       /* the URL comes from the operator, not from a shop: an IP literal in it is allowed */
};

/* [shop NAME]: a PrestaShop whose outbox the relay empties. With `path` the rest is read from the shop's
 * app/config/parameters.php, and what is set here wins. */
struct psync_shop_conf {
    const char *name;          /* as in the section's title: [a-z0-9._-]{1,64} */
    const char *path;          /* the shop's folder; "" when not set, as the others */
    const char *host;          /* host, host:port, or the path of a socket */
    const char *user, *password_file, *database, *prefix;
    const char *key_file;      /* a file with the shop's new_cookie_key, which decrypts the token */
    const char *ca_file;       /* set: TLS with a certificate of these authorities, or no connection */
    const char *destination;   /* names, comma-separated, instead of NAME/ID */
    bool allow_private;        /* its settings may name a loopback or private address */
};

struct psync_queue_conf {
    const char *driver;        /* "sqlite" */
    const char *path;          /* the queue file; default: queue.db in the state folder */
    const char *socket;        /* default: PATH.sock, or in the runtime folder if that is too long */
    const char *socket_group;  /* "" : socket 0600; else 0660 and this group */
    uint64_t max_depth;        /* unfinished messages per destination at most */
    psync_ms full_wait;        /* how long produce waits when full */
    uint64_t reserve_bytes;    /* with less free disk space put says FULL */
    psync_ms keep;             /* how long keys and history of finished messages stay */
    uint64_t keep_count;       /* and how many at most per destination; 0: no such limit */
    psync_ms commit_wait;      /* a verdict waits at most that long for its group's commit */
    uint32_t commit_count;     /* or for that many */
};

struct psync_retry_conf {
    uint32_t attempts;         /* dead at so many counted failures */
    psync_ms backoff, backoff_max;
    enum psync_jitter jitter;
    psync_ms jitter_max;       /* for PSYNC_JITTER_ADD: 0 to this is added */
    psync_ms give_up_after;
    enum psync_conflict conflict;
    uint32_t budget_percent;   /* retries, of all requests of a destination; 0: no budget */
    uint32_t budget_reserve;   /* retries a second that are always allowed */
    psync_ms retry_after_max;  /* cap of Retry-After */
};

struct psync_breaker_conf {
    uint32_t failures;         /* consecutive transient failures that open it */
    uint32_t failure_percent;  /* or this share of the last `window` results (0: off) */
    uint32_t window;
    psync_ms cool_off, cool_off_max; /* doubles while trials fail */
    uint32_t suspend_after;    /* 401/403 in a row that suspend */
    uint32_t refusals;         /* different messages refused (4xx) in a row that suspend; 0: off */
};

struct psync_http_conf {
    psync_ms timeout, connect_timeout;
    const char *ca_file, *client_cert, *client_key, *proxy; /* "" when not set */
    uint64_t max_response_bytes;
    enum psync_http_version version;
    const char *user_agent;
};

struct psync_batch_conf {
    uint32_t size;             /* 1: off */
    psync_ms linger;           /* how long a batch waits to fill */
    uint64_t max_bytes;
};

struct psync_work_conf {
    uint32_t concurrency;      /* requests in flight per destination at most */
    bool adaptive;             /* adapt within 1..concurrency */
    psync_ms drain_wait, grace;
    psync_ms lease;            /* how long a leased message is ours */
};

/* What `serve` offers over TCP. */
struct psync_serve_conf {
    const char *listen;        /* HOST:PORT */
    const char *tls_cert, *tls_key; /* PEM files; "" when not set */
    const char *proxy;         /* the address of the reverse proxy in front, which does TLS; "" : none */
    const char *hosts;         /* names that the header Host may have besides those of loopback; comma-separated */
    enum psync_login login;
    psync_ms session;          /* a login ends after so long without a request */
    double rate;               /* requests a second of one client, 0: no limit; a token may have its own */
    uint32_t max_connections;
};

struct psync_async_conf {
    uint32_t retries;          /* further tries in memory */
};

struct psync_payload_conf {
    const char *language;      /* of an object of names; "" : the documented fallback */
    int64_t version;           /* < 0: no such member */
    uint32_t digits;           /* of the currency */
};

struct psync_input_conf {
    enum psync_input_tax tax;  /* excluded: prices without tax are sent as they are */
    const char *tax_rate;      /* percent as a decimal text; "" when not set */
    enum psync_negative_stock negative_stock;
    const char *pass;          /* member names to send on, comma-separated; "" : none */
    uint64_t max_record_bytes; /* a product of the input is at most that long */
};

struct psync_log_settings {
    const char *file;          /* "" : by mode, in the state folder; "-": console only */
    enum psync_log_format format;
    enum psync_log_level level;
};

struct psync_config {
    const char *state_folder;  /* state.folder; default $STATE_DIRECTORY, else /var/lib/productsync for root, else
                                  $XDG_STATE_HOME or ~/.local/state, then /productsync */
    const char *source_shop;   /* shop identity of the command line; "" by default */
    struct psync_queue_conf queue;
    struct psync_retry_conf retry;
    struct psync_breaker_conf breaker;
    struct psync_http_conf http;
    struct psync_batch_conf batch;
    struct psync_work_conf work;
    struct psync_serve_conf serve;
    struct psync_async_conf async;
    struct psync_payload_conf payload;
    struct psync_input_conf input;
    struct psync_log_settings log;
    const char *test_method;   /* GET */
    struct psync_destination_conf *destinations; /* "default" first if it has a URL or is alone; none at all only where
                                                    there is a shop */
    size_t n_destinations;
    struct psync_shop_conf *shops;
    size_t n_shops;
};

void psync_config_free(struct psync_config *c); /* NULL is fine; secrets are overwritten first */
/* NULL: no such destination. */
const struct psync_destination_conf *psync_config_destination(const struct psync_config *c, const char *name);
/* The shop whose destination NAME/ID that is: it gets that shop's products and no others. NULL: none's. */
const struct psync_shop_conf *psync_config_shop_of(const struct psync_config *c, const char *destination);

#endif
