/* options - the table itself. See config/options.h for what its columns mean. */
#include "config/options.h"

#include "config/check.h"
#include "config/url.h"

#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(struct psync_config, field)
#define OF(field) offsetof(struct psync_destination_conf, field)
#define IN(field) offsetof(struct psync_shop_conf, field)

/* Columns that most rows leave empty stand at the end, so that a row shows only what it has. */
#define ROW(section_, key_, type_, flags_, offset_, dflt_, help_, ...)                                                 \
    {.section = (section_), .key = (key_), .type = PSYNC_OPTION_##type_, .flags = (flags_), .offset = (offset_),       \
     .dflt = (dflt_), .help = (help_), __VA_ARGS__}
#define RANGE(min_, max_) .min = (min_), .max = (max_)
#define RULE(check_)      .check = (check_)
#define ONE_OF(...)       .choices = (const char *const[]){__VA_ARGS__, NULL}
#define PLAIN             .check = psync_check_text
#define FLAG              .check = NULL

enum {
    LIVE = PSYNC_OPTION_RELOAD,
    FIXED = 0,
    DEST = PSYNC_OPTION_DESTINATION | PSYNC_OPTION_RELOAD,
    SHOP = PSYNC_OPTION_SHOP,
    SECRET = PSYNC_OPTION_SECRET,
    QUIET = PSYNC_OPTION_QUIET,
    OPERATOR = PSYNC_OPTION_OPERATOR,
    LINES = PSYNC_OPTION_LINES
};

const struct psync_section psync_sections[] = {
    {"destination", "Where products go. Several are written `[destination NAME]`; `[destination]` is the one called "
                    "`default`. A product goes to each of them"},
    {"shop", "A PrestaShop with the module product_sync in mode queue, `[shop NAME]`; several are allowed. `work` takes "
             "its products, and writes back what came of them; each of its shops is a destination `NAME/ID`. See "
             "docs/relay.md"},
    {"state", "Where productsync keeps what it must remember"},
    {"source", "Where products come from"},
    {"queue", "The durable queue between producing and delivering"},
    {"retry", "What happens after an attempt that failed"},
    {"breaker", "When a destination is left alone for a while"},
    {"http", "How requests are made"},
    {"batch", "Several products in one request"},
    {"work", "How messages are taken from the queue"},
    {"serve", "What `serve` offers over TCP: the API, the dashboard, metrics. See docs/operate.md"},
    {"async", "The mode `async`"},
    {"payload", "What is sent"},
    {"input", "What is read"},
    {"log", "What is written down"},
    {"test", "The command `test`"},
};
const size_t psync_sections_count = sizeof psync_sections / sizeof psync_sections[0];

const struct psync_option psync_options[] = {
    ROW("destination", "url", TEXT, DEST | OPERATOR | QUIET, OF(url), "",
        "The API's address, https://host/path; MY_API_URL in the environment sets it too", RULE(psync_url_check)),
    ROW("destination", "auth", CHOICE, DEST | OPERATOR, OF(auth), "bearer",
        "How the token is sent: as Authorization: Bearer, in a header of its own, or not at all",
        ONE_OF("bearer", "header", "none")),
    ROW("destination", "header", TEXT, DEST | OPERATOR, OF(auth_header), "X-API-Key",
        "Name of the header of auth = header", RULE(psync_check_header_name)),
    ROW("destination", "token", TEXT, DEST | SECRET, OF(token), "",
        "The API's token; MY_API_TOKEN in the environment sets it too, and token_file keeps it out of this file",
        RULE(psync_check_token)),
    ROW("destination", "token_file", TEXT, DEST | OPERATOR, OF(token_file), "",
        "A file whose first line is the token; read at the start and at a reload", PLAIN),
    ROW("destination", "headers", TEXT, DEST | SECRET | LINES, OF(headers), "",
        "Further headers, one `Name: value` a line, each further line indented", RULE(psync_check_headers)),
    ROW("destination", "key_header", TEXT, DEST, OF(key_header), "Idempotency-Key",
        "Name of the header with the idempotency key", RULE(psync_check_header_name)),
    ROW("destination", "key_quoted", BOOL, DEST, OF(key_quoted), "no",
        "Put the idempotency key in double quotes, as the IETF draft has it", FLAG),
    ROW("destination", "rate", REAL, DEST, OF(rate), "0", "Requests a second at most; 0: no limit",
        RANGE("0", "100000")),
    ROW("destination", "burst", COUNT32, DEST, OF(burst), "0",
        "Requests of `rate` that may go at once after a pause; 0: a tenth of a second's, at least 1",
        RANGE("0", "100000")),
    ROW("destination", "attempts", COUNT32, DEST, OF(attempts), "0", "Instead of retry.attempts; 0: as there",
        RANGE("0", "100")),
    ROW("destination", "backoff", DURATION, DEST, OF(backoff), "0", "Instead of retry.backoff; 0: as there",
        RANGE("0", "1h")),
    ROW("destination", "timeout", DURATION, DEST, OF(timeout), "0", "Instead of http.timeout; 0: as there",
        RANGE("0", "10m")),
    ROW("destination", "batch", COUNT32, DEST, OF(batch_size), "0", "Instead of batch.size; 0: as there",
        RANGE("0", "1000")),
    ROW("destination", "test_method", TEXT, DEST, OF(test_method), "", "Instead of test.method; empty: as there",
        RULE(psync_check_own_method)),
    ROW("destination", "allow_http", BOOL, DEST | OPERATOR, OF(allow_http), "no",
        "Allow http:// to other hosts than this one; the token then travels unprotected", FLAG),
    ROW("destination", "allow_private", BOOL, DEST | OPERATOR, OF(allow_private), "no",
        "Allow a host name that leads to a private or link-local address", FLAG),

    ROW("shop", "path", TEXT, SHOP, IN(path), "",
        "The shop's folder, whose app/config/parameters.php names database and key", PLAIN),
    ROW("shop", "host", TEXT, SHOP, IN(host), "",
        "The database server: a host, host:port, or a socket's path; empty: from path", PLAIN),
    ROW("shop", "user", TEXT, SHOP, IN(user), "", "The database's user; empty: from path", PLAIN),
    ROW("shop", "password_file", TEXT, SHOP, IN(password_file), "",
        "A file whose first line is that user's password; empty: from path, and none for a user set here", PLAIN),
    ROW("shop", "database", TEXT, SHOP, IN(database), "", "The database's name; empty: from path", PLAIN),
    ROW("shop", "prefix", TEXT, SHOP, IN(prefix), "", "What table names begin with; empty: from path, else ps_",
        RULE(psync_check_prefix)),
    ROW("shop", "key_file", TEXT, SHOP, IN(key_file), "",
        "A file whose first line is the shop's new_cookie_key, for the token; empty: from path", PLAIN),
    ROW("shop", "ca_file", TEXT, SHOP, IN(ca_file), "",
        "Certificates (PEM) of the authorities of the database server; set, it is spoken to over TLS only", PLAIN),
    ROW("shop", "destination", TEXT, SHOP, IN(destination), "",
        "Destinations that its products go to instead of NAME/ID, separated by commas", RULE(psync_check_destinations)),
    ROW("shop", "allow_private", BOOL, SHOP, IN(allow_private), "no",
        "Let the shop's own settings name a loopback or private address", FLAG),

    ROW("state", "folder", TEXT, FIXED, AT(state_folder), "",
        "The state folder; empty: $STATE_DIRECTORY, else /var/lib/productsync for root, else productsync in "
        "$XDG_STATE_HOME or ~/.local/state",
        PLAIN),

    ROW("source", "shop", TEXT, FIXED, AT(source_shop), "",
        "The shop's identity for products given on the command line; it is part of the idempotency key", PLAIN),

    ROW("queue", "driver", TEXT, FIXED, AT(queue.driver), "sqlite", "The kind of queue", RULE(psync_check_driver)),
    ROW("queue", "path", TEXT, FIXED, AT(queue.path), "", "The queue file; empty: queue.db in the state folder", PLAIN),
    ROW("queue", "socket", TEXT, FIXED, AT(queue.socket), "",
        "The owner's unix socket; empty: queue.path and .sock, or in the runtime folder if that is too long",
        RULE(psync_check_socket)),
    ROW("queue", "socket_group", TEXT, FIXED, AT(queue.socket_group), "",
        "A group that may use the socket; empty: only the owner's user", RULE(psync_check_group)),
    ROW("queue", "max_depth", COUNT64, LIVE, AT(queue.max_depth), "10000000",
        "Unfinished messages per destination at most; then the queue is full", RANGE("1", "1000000000")),
    ROW("queue", "full_wait", DURATION, LIVE, AT(queue.full_wait), "30s", "How long produce waits for a full queue",
        RANGE("0", "24h")),
    ROW("queue", "reserve", SIZE, LIVE, AT(queue.reserve_bytes), "64MB",
        "With less free disk space nothing more is put into the queue, so that delivering can go on; besides, put keeps "
        "room for the queue's log (its -wal file) and 512 bytes a queued message; 0: it does not look",
        RANGE("0", "1024GB")),
    ROW("queue", "keep", DURATION, LIVE, AT(queue.keep), "30d",
        "How long delivered messages are remembered, and their keys known", RANGE("1m", "3650d")),
    ROW("queue", "keep_count", COUNT64, LIVE, AT(queue.keep_count), "0",
        "Delivered messages remembered per destination at most; 0: no such limit", RANGE("0", "1000000000")),
    ROW("queue", "commit_wait", DURATION, LIVE, AT(queue.commit_wait), "2ms",
        "A result waits at most that long for others to share its synced commit", RANGE("0", "1s")),
    ROW("queue", "commit_count", COUNT32, LIVE, AT(queue.commit_count), "256",
        "Results that share one synced commit at most", RANGE("1", "4096")),

    ROW("retry", "attempts", COUNT32, LIVE, AT(retry.attempts), "5",
        "A message is dead after that many failures that count", RANGE("1", "100")),
    ROW("retry", "backoff", DURATION, LIVE, AT(retry.backoff), "1s",
        "Wait after the first failure; it doubles with each further one", RANGE("10ms", "1h")),
    ROW("retry", "backoff_max", DURATION, LIVE, AT(retry.backoff_max), "5m", "That wait at most",
        RANGE("10ms", "24h")),
    ROW("retry", "jitter", CHOICE, LIVE, AT(retry.jitter), "add",
        "Chance in that wait: add up to jitter_max, or take any time up to the whole wait", ONE_OF("add", "full")),
    ROW("retry", "jitter_max", DURATION, LIVE, AT(retry.jitter_max), "250ms", "Added at most by jitter = add",
        RANGE("0", "1h")),
    ROW("retry", "give_up_after", DURATION, LIVE, AT(retry.give_up_after), "72h",
        "A message is dead at the first counted failure that long after its first attempt", RANGE("1s", "365d")),
    ROW("retry", "conflict", CHOICE, LIVE, AT(retry.conflict), "done",
        "What a lasting 409 means after an attempt that ended without an answer", ONE_OF("done", "dead")),
    ROW("retry", "budget_percent", COUNT32, LIVE, AT(retry.budget_percent), "20",
        "Retries may be that share of a destination's requests; more wait; 0: no budget", RANGE("0", "100")),
    ROW("retry", "budget_reserve", COUNT32, LIVE, AT(retry.budget_reserve), "10",
        "Retries a second that are allowed whatever the share", RANGE("0", "10000")),
    ROW("retry", "retry_after_max", DURATION, LIVE, AT(retry.retry_after_max), "24h",
        "A Retry-After is honoured up to that long", RANGE("1s", "30d")),

    ROW("breaker", "failures", COUNT32, LIVE, AT(breaker.failures), "5",
        "Failures in a row after which a destination is left alone", RANGE("1", "1000")),
    ROW("breaker", "failure_percent", COUNT32, LIVE, AT(breaker.failure_percent), "80",
        "Or this share of failures among the last `window` results; 0: off", RANGE("0", "100")),
    ROW("breaker", "window", COUNT32, LIVE, AT(breaker.window), "50", "Results that failure_percent looks at",
        RANGE("10", "1000")),
    ROW("breaker", "cool_off", DURATION, LIVE, AT(breaker.cool_off), "5s",
        "Wait before one delivery is tried again; it doubles while trials fail", RANGE("10ms", "1h")),
    ROW("breaker", "cool_off_max", DURATION, LIVE, AT(breaker.cool_off_max), "5m", "That wait at most",
        RANGE("10ms", "24h")),
    ROW("breaker", "suspend_after", COUNT32, LIVE, AT(breaker.suspend_after), "3",
        "Answers 401 or 403 in a row that suspend the destination", RANGE("1", "100")),
    ROW("breaker", "refusals", COUNT32, LIVE, AT(breaker.refusals), "20",
        "Different messages refused in a row that suspend the destination; 0: off", RANGE("0", "10000")),

    ROW("http", "timeout", DURATION, LIVE, AT(http.timeout), "10s", "A request takes at most that long in all",
        RANGE("10ms", "10m")),
    ROW("http", "connect_timeout", DURATION, LIVE, AT(http.connect_timeout), "5s",
        "Connecting takes at most that long, TLS included", RANGE("10ms", "10m")),
    ROW("http", "ca_file", TEXT, LIVE | OPERATOR, AT(http.ca_file), "",
        "Certificates (PEM) of the authorities to trust; they replace the system's, none of which is trusted then",
        PLAIN),
    ROW("http", "client_cert", TEXT, LIVE | OPERATOR, AT(http.client_cert), "", "Client certificate (PEM)", PLAIN),
    ROW("http", "client_key", TEXT, LIVE | OPERATOR, AT(http.client_key), "", "Its private key (PEM)", PLAIN),
    ROW("http", "proxy", TEXT, LIVE | OPERATOR | SECRET, AT(http.proxy), "",
        "A proxy, http://[user:password@]host:port, https:// or socks5h://", RULE(psync_proxy_check)),
    ROW("http", "max_response", SIZE, LIVE, AT(http.max_response_bytes), "64KB",
        "Of a response that much is read at most; to a batch at least 4 KB a message", RANGE("1KB", "16MB")),
    ROW("http", "version", CHOICE, LIVE, AT(http.version), "auto", "HTTP version; auto: 2 if the server offers it",
        ONE_OF("auto", "1.1", "2")),
    ROW("http", "user_agent", TEXT, LIVE, AT(http.user_agent), "",
        "The header User-Agent; empty: productsync/ and its version", RULE(psync_check_field_value)),

    ROW("batch", "size", COUNT32, LIVE, AT(batch.size), "1", "Products in one request at most; 1: no batches",
        RANGE("1", "1000")),
    ROW("batch", "linger", DURATION, LIVE, AT(batch.linger), "100ms", "How long a batch waits to fill",
        RANGE("0", "1m")),
    ROW("batch", "max_bytes", SIZE, LIVE, AT(batch.max_bytes), "1MB", "A batch's body at most", RANGE("1KB", "64MB")),

    ROW("work", "concurrency", COUNT32, LIVE, AT(work.concurrency), "32",
        "Requests in flight per destination at most", RANGE("1", "1024")),
    ROW("work", "adaptive", BOOL, LIVE, AT(work.adaptive), "yes",
        "Adapt the number of requests in flight to what the destination bears", FLAG),
    ROW("work", "drain_wait", DURATION, LIVE, AT(work.drain_wait), "10m",
        "work --drain waits for messages due within that time", RANGE("0", "24h")),
    ROW("work", "grace", DURATION, LIVE, AT(work.grace), "30s",
        "When told to stop, requests in flight have that long to finish", RANGE("0", "1h")),
    ROW("work", "lease", DURATION, LIVE, AT(work.lease), "5m",
        "How long a message taken from the queue is ours; at least twice http.timeout and two seconds",
        RANGE("3s", "24h")),

    ROW("serve", "listen", TEXT, FIXED, AT(serve.listen), "127.0.0.1:9470",
        "Where to listen, HOST:PORT; another address than loopback needs tls_cert or proxy", PLAIN),
    ROW("serve", "tls_cert", TEXT, FIXED, AT(serve.tls_cert), "",
        "Certificate (PEM) with its chain: then TLS is spoken, and nothing else; the file is read again at a reload",
        PLAIN),
    ROW("serve", "tls_key", TEXT, FIXED, AT(serve.tls_key), "", "Its private key (PEM); read again with it", PLAIN),
    ROW("serve", "proxy", TEXT, FIXED, AT(serve.proxy), "",
        "IP address of the reverse proxy in front, which does TLS and sets X-Forwarded-For; others are refused then",
        RULE(psync_check_ip)),
    ROW("serve", "hosts", TEXT, LIVE | OPERATOR, AT(serve.hosts), "",
        "Names under which browsers and clients may ask, separated by commas; localhost and loopback's addresses are "
        "always among them",
        RULE(psync_check_hosts)),
    ROW("serve", "login", CHOICE, LIVE | OPERATOR, AT(serve.login), "changes",
        "Who must log in on loopback: for changes, or always; elsewhere it is always", ONE_OF("changes", "always")),
    ROW("serve", "session", DURATION, LIVE, AT(serve.session), "12h",
        "A login ends after that time without a request", RANGE("1m", "30d")),
    ROW("serve", "rate", REAL, LIVE, AT(serve.rate), "100",
        "Requests a second of one client at most, then 429; 0: no limit; a token has its own",
        RANGE("0", "1000000")),
    ROW("serve", "max_connections", COUNT32, FIXED, AT(serve.max_connections), "512",
        "Connections at most; beyond, the one that is idle longest is closed", RANGE("16", "65536")),

    ROW("async", "retries", COUNT32, LIVE, AT(async.retries), "2", "Further tries in memory", RANGE("0", "20")),

    ROW("payload", "language", TEXT, LIVE, AT(payload.language), "",
        "Language to take from a product with names in several; empty: the documented order",
        RULE(psync_check_language)),
    ROW("payload", "version", INT64, LIVE, AT(payload.version), "-1",
        "Sent as the member `version`; -1: no such member", RANGE("-1", "9223372036854775807")),
    ROW("payload", "digits", COUNT32, LIVE, AT(payload.digits), "2", "The currency's digits after the point",
        RANGE("0", "6")),

    ROW("input", "tax", CHOICE, LIVE, AT(input.tax), "included",
        "excluded: prices without tax are sent as they are", ONE_OF("included", "excluded")),
    ROW("input", "tax_rate", TEXT, LIVE, AT(input.tax_rate), "",
        "Percent to add to prices without tax, such as 20 or 5.5", RULE(psync_check_percent)),
    ROW("input", "negative_stock", CHOICE, LIVE, AT(input.negative_stock), "refuse",
        "What to do with a stock below 0: refuse the product, or send 0", ONE_OF("refuse", "zero")),
    ROW("input", "pass", TEXT, LIVE, AT(input.pass), "",
        "Further members to send on, separated by commas, such as reference,description", RULE(psync_check_pass)),
    ROW("input", "max_record", SIZE, LIVE, AT(input.max_record_bytes), "1MB", "One product of the input at most",
        RANGE("1KB", "64MB")),

    ROW("log", "file", TEXT, LIVE | OPERATOR, AT(log.file), "",
        "The log file; empty: simple.log, async.log or queue.log in the state folder; -: none", PLAIN),
    ROW("log", "format", CHOICE, LIVE, AT(log.format), "logfmt", "How a line is written", ONE_OF("logfmt", "json")),
    ROW("log", "level", CHOICE, LIVE, AT(log.level), "info", "Nothing below that is written",
        ONE_OF("debug", "info", "warning", "error")),

    ROW("test", "method", TEXT, LIVE, AT(test_method), "GET", "The method of the request that tests a destination",
        RULE(psync_check_method)),
};
const size_t psync_options_count = sizeof psync_options / sizeof psync_options[0];

bool psync_option_changeable(const struct psync_option *o)
{
    const unsigned never = PSYNC_OPTION_SECRET | PSYNC_OPTION_OPERATOR | PSYNC_OPTION_SHOP;

    return (o->flags & PSYNC_OPTION_RELOAD) && !(o->flags & never);
}

const struct psync_option *psync_option_find(const char *section, const char *key)
{
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];

        if (strcmp(o->section, section) == 0 && strcmp(o->key, key) == 0)
            return o;
    }
    return NULL;
}
