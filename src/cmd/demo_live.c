/* demo_live - see the header.
 *
 * While `serve` runs as a child, a thread of this process is the shop: a few products every moment, put through the
 * socket as any producer does; and the API has a bad half minute again and again, so that there is something to see. */
#include "cmd/demo_live.h"

#include "admin/accounts.h"
#include "admin/rights.h"
#include "admin/secret.h"
#include "base/clock.h"
#include "base/random.h"
#include "web/client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MOMENT_MS = 250,          /* between two saves of the shop */
    BAD_DAY_MS = 120 * 1000,  /* after which the API's rules begin anew */
    SAVED_MAX = 4,            /* products a moment */
    FIRST_ID = 1001,          /* beyond the catalogue's */
    PASSWORD_LENGTH = 12
};

/* Mostly well; now and then it refuses or stumbles; throttles for a while, and then is down. */
static const char weather[] =
    "{\"rules\":["
    "{\"latency\":\"20ms-120ms\"},"
    "{\"probability\":0.004,\"status\":422,\"title\":\"The category of this product is not known\","
    "\"type\":\"https://api.example/problems/unknown-category\"},"
    "{\"probability\":0.02,\"status\":500,\"title\":\"Internal error\"},"
    "{\"from\":\"40s\",\"times\":1,\"status\":429,\"retry_after\":15},"
    "{\"from\":\"80s\",\"to\":\"95s\",\"status\":503}"
    "]}";

struct shop {
    const struct psync_demo_live *live;
    struct psync_stopper over; /* `serve` has ended */
    int64_t next_id;
};

/* ---- the shop ---- */

static int product_line(char *out, size_t size, int64_t id, struct psync_random *random)
{
    static const char *const kinds[] = {"Mug", "Lamp", "Chair", "Notebook", "Poster", "Cushion", "Vase", "T-shirt"};
    static const char *const looks[] = {"Blue", "Oak", "Striped", "Small", "Linen", "Round", "Northern", "Plain"};
    uint64_t n = psync_random_next(random);
    return snprintf(out, size, "{\"id\":%lld,\"name\":\"%s %s %lld\",\"price\":%u.%02u,\"stock\":%u}\n", (long long)id,
                    looks[n & 7], kinds[(n >> 3) & 7], (long long)id, 1 + (unsigned)((n >> 8) % 200),
                    (unsigned)((n >> 16) % 100), (unsigned)((n >> 24) % 50));
}

/* What is not taken, because `serve` is starting or ending, is offered again in a moment. */
static void save_some(struct shop *shop, struct psync_web_client *client, struct psync_random *random)
{
    char lines[SAVED_MAX * 160];
    struct psync_buf answer;
    struct psync_error ignored;
    unsigned status = 0;
    size_t used = 0;
    int64_t count = 1 + (int64_t)(psync_random_next(random) % SAVED_MAX);
    for (int64_t i = 0; i < count; i++)
        used += (size_t)product_line(lines + used, sizeof lines - used, shop->next_id + i, random);
    psync_buf_init(&answer, 1 << 20);
    enum psync_result r = psync_web_client_call(client, "POST", "/v1/products", "application/x-ndjson",
                                                (struct psync_span){lines, used}, &status, &answer, &ignored);
    if (r == PSYNC_OK && status == 200)
        shop->next_id += count;
    psync_buf_done(&answer);
}

static void *keep_shop(void *arg)
{
    struct shop *shop = arg;
    struct psync_error ignored;
    struct psync_random random;
    struct psync_web_client *client = NULL;
    const struct psync_web_client_conf conf = {.unix_path = shop->live->socket, .timeout_ms = 2000};
    psync_ms begun = psync_clock_now();
    psync_random_init_system(&random);
    if (psync_web_client_new(&conf, &client, &ignored) != PSYNC_OK)
        return NULL;
    while (psync_stopper_wait(&shop->over, -1, MOMENT_MS, &ignored) == PSYNC_EMPTY) {
        save_some(shop, client, &random);
        if (psync_clock_now() - begun >= BAD_DAY_MS) {
            begun = psync_clock_now();
            (void)!psync_mock_control(shop->live->mock, PSYNC_SPAN(weather), &ignored);
        }
    }
    psync_web_client_free(client);
    return NULL;
}

/* ---- who may log in ---- */

struct visitor {
    const char *name;
    char password[PSYNC_RANDOM_TEXT];
};

static enum psync_result add_visitor(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const struct visitor *v = arg;
    struct psync_user *user;
    enum psync_result r = psync_accounts_add_user(a, &user, err);
    if (r != PSYNC_OK)
        return r;
    *user = (struct psync_user){.rights = PSYNC_MAY_ADMIN, .created_at = psync_clock_wall()};
    snprintf(user->name, sizeof user->name, "%s", v->name);
    return psync_password_hash(v->password, user->hash, err);
}

static enum psync_result invite(const struct psync_demo_live *live, struct psync_error *err)
{
    struct visitor v = {.name = "demo"};
    psync_random_text(v.password);
    v.password[PASSWORD_LENGTH] = '\0';
    enum psync_result r = psync_accounts_edit(live->folder, add_visitor, &v, err);
    if (r == PSYNC_OK)
        printf("\nproductsync serves now, products keep coming, and the API has its bad half minutes.\n"
               "Open the address below in a browser; to retry or discard, log in as\n\n"
               "    user      %s\n    password  %s\n\n"
               "Ctrl-C ends it, and removes what was made.\n\n$ productsync serve\n", v.name, v.password);
    fflush(stdout);
    psync_forget(&v, sizeof v);
    return r;
}

/* ---- the whole ---- */

enum psync_result psync_demo_live_ask(const struct psync_stopper *stopper, struct psync_error *err)
{
    char answer[16];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return PSYNC_EMPTY;
    printf("\nLeave `productsync serve` running, with live data to look at in a browser? [y/N] ");
    fflush(stdout);
    enum psync_result r = psync_stopper_wait(stopper, STDIN_FILENO, -1, err);
    if (r != PSYNC_OK)
        return r;
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y') ? PSYNC_OK : PSYNC_EMPTY;
}

static enum psync_result serve(const struct psync_demo_live *live, struct psync_error *err)
{
    const char *args[] = {"serve", "--config", live->config, NULL};
    int code = 0;
    enum psync_result r = psync_child_run(live->child, live->program, args, &code, err);
    if (r == PSYNC_GONE)
        return PSYNC_OK;
    return r == PSYNC_OK && code != 0 ? psync_fail(err, PSYNC_REJECT, "`productsync serve` ended with %d", code) : r;
}

enum psync_result psync_demo_live_run(const struct psync_demo_live *live, struct psync_error *err)
{
    struct shop shop = {.live = live, .next_id = FIRST_ID};
    pthread_t thread;
    enum psync_result r = psync_mock_control(live->mock, PSYNC_SPAN(weather), err);
    if (r == PSYNC_OK)
        r = invite(live, err);
    if (r == PSYNC_OK)
        r = psync_stopper_init(&shop.over, err);
    if (r != PSYNC_OK)
        return r;
    int failed = pthread_create(&thread, NULL, keep_shop, &shop);
    if (failed)
        return psync_fail(err, PSYNC_FATAL, "cannot start a thread: %s", strerror(failed));
    r = serve(live, err);
    psync_stopper_stop(&shop.over);
    pthread_join(thread, NULL);
    return r;
}
