/* demo - `demo`: the whole story in about a minute, with nothing else running.
 *
 * A mock API that misbehaves runs in this process; everything else is the real program, started with the very commands
 * a user would type, on a queue in a temporary folder. At the end the API's own ledger is the witness, and whoever likes
 * goes on looking (demo_live). A signal ends the child of the moment, and so the story; what was made is removed in any
 * case. */
#include "cmd/catalogue.h"
#include "cmd/child.h"
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/demo_live.h"
#include "cmd/signals.h"

#include "mock/mock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

/* Slow, overloaded, throttling, dropping connections after the deed; three products it refuses, on two it stumbles. */
static const char misbehaviour[] =
    "{\"seed\":7,\"rules\":["
    "{\"latency\":\"20ms-120ms\"},"
    "{\"products\":[113,227,308],\"status\":422,\"title\":\"The category of this product is not known\","
    "\"type\":\"https://api.example/problems/unknown-category\"},"
    "{\"products\":[55,301],\"status\":500,\"title\":\"Cannot compute the shelf\"},"
    "{\"probability\":0.06,\"status\":503},"
    "{\"probability\":0.04,\"status\":500,\"title\":\"Internal error\"},"
    "{\"probability\":0.03,\"reset\":\"after\"},"
    "{\"probability\":0.02,\"half\":true},"
    "{\"from\":\"2s\",\"times\":2,\"status\":429,\"retry_after\":2}"
    "]}";
static const char good_behaviour[] = "{\"seed\":7,\"rules\":[{\"latency\":\"20ms-120ms\"}]}";

struct demo {
    const struct psync_invocation *inv;
    struct psync_mock *mock;
    struct psync_child child;
    struct psync_stopper stopper;
    char folder[PATH_BYTES], config[PATH_BYTES], catalogue[PATH_BYTES], socket[PATH_BYTES];
};

static enum psync_result write_file(const char *path, const char *bytes, size_t n, struct psync_error *err)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool written = f && fwrite(bytes, 1, n, f) == n;
    if (f && fclose(f) != 0)
        written = false;
    return written ? PSYNC_OK : psync_fail(err, PSYNC_FATAL, "cannot write %s: %s", path, strerror(errno));
}

static enum psync_result make_files(struct demo *demo, struct psync_error *err)
{
    char text[4096];
    const char *temporary = getenv("TMPDIR");
    snprintf(demo->folder, sizeof demo->folder, "%s/productsync-demo-XXXXXX",
             temporary && strlen(temporary) < 200 ? temporary : "/tmp");
    if (!mkdtemp(demo->folder)) {
        (void)psync_fail(err, PSYNC_FATAL, "cannot make a folder like %s: %s", demo->folder, strerror(errno));
        demo->folder[0] = '\0';
        return PSYNC_FATAL;
    }
    snprintf(demo->config, sizeof demo->config, "%.900s/demo.conf", demo->folder);
    snprintf(demo->catalogue, sizeof demo->catalogue, "%.900s/catalogue.csv", demo->folder);
    snprintf(demo->socket, sizeof demo->socket, "%.900s/queue.db.sock", demo->folder);
    int len = snprintf(text, sizeof text,
                       "; what a user would write, but for the short waits\n"
                       "[state]\nfolder = %s\n[destination]\nurl = %s\ntoken = demo-token\n"
                       "[retry]\nbackoff = 300ms\njitter_max = 100ms\n[breaker]\nfailures = 8\ncool_off = 1s\n"
                       "[work]\nconcurrency = 4\n[serve]\nlisten = 127.0.0.1:0\n",
                       demo->folder, psync_mock_url(demo->mock));
    enum psync_result r = write_file(demo->config, text, (size_t)len, err);
    return r == PSYNC_OK ? write_file(demo->catalogue, psync_catalogue, psync_catalogue_size, err) : r;
}

/* All that is in the folder: it is ours, and there are no folders in it. */
static void remove_files(const struct demo *demo)
{
    char path[PATH_BYTES + 256];
    DIR *d = *demo->folder ? opendir(demo->folder) : NULL;
    if (!d)
        return;
    for (const struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            snprintf(path, sizeof path, "%s/%.250s", demo->folder, e->d_name);
            unlink(path);
        }
    closedir(d);
    rmdir(demo->folder);
}

static enum psync_result start_mock(struct demo *demo, struct psync_error *err)
{
    struct psync_mock_conf conf;
    psync_mock_conf_init(&conf);
    snprintf(conf.token, sizeof conf.token, "demo-token");
    conf.require_key = true;
    enum psync_result r = psync_mock_new(&conf, &demo->mock, err);
    psync_mock_conf_done(&conf);
    if (r == PSYNC_OK)
        r = psync_mock_control(demo->mock, PSYNC_SPAN(misbehaviour), err);
    return r;
}

/* Shows the command as one would type it, and runs it. `expected`: the exit code that means all went as told. */
static enum psync_result run(struct demo *demo, const char *const *args, int expected, struct psync_error *err)
{
    const char *full[16] = {NULL};
    size_t n = 0;
    printf("\n$ productsync");
    for (; args[n]; n++) {
        PSYNC_INVARIANT(n < 12);
        printf(" %s", strcmp(args[n], demo->catalogue) == 0 ? "catalogue.csv" : args[n]);
        full[n] = args[n];
    }
    putchar('\n');
    full[n++] = "--config";
    full[n++] = demo->config;
    int code = 0;
    enum psync_result r = psync_child_run(&demo->child, demo->inv->program, full, &code, err);
    if (r == PSYNC_OK && code != expected)
        r = psync_fail(err, PSYNC_REJECT, "`productsync %s` ended with %d, not %d", args[0], code, expected);
    return r;
}
#define RUN(demo, expected, err, ...) run((demo), (const char *const[]){__VA_ARGS__, NULL}, (expected), (err))

static enum psync_result tell_story(struct demo *demo, struct psync_error *err)
{
    printf("A product API runs on this machine, and it misbehaves: slow now and then,\n"
           "overloaded (503), throttling (429), dropping connections after it did its work,\n"
           "refusing three products (422) and failing on two (500).\n"
           "\nThe shop's catalogue goes into the queue:\n");
    enum psync_result r = RUN(demo, 0, err, "produce", demo->catalogue);
    if (r == PSYNC_OK) {
        printf("\nA worker delivers it, retries what failed, and waits when the API asks for it:\n");
        r = RUN(demo, 0, err, "work", "--drain");
    }
    if (r == PSYNC_OK) {
        printf("\nWhat cannot be delivered is kept as a dead letter, grouped by cause:\n");
        r = RUN(demo, 0, err, "dead", "list");
    }
    if (r == PSYNC_OK) {
        printf("\nThe API's owner adds the missing category and mends the fault, and things calm\n"
               "down. Now the dead letters again:\n");
        r = psync_mock_control(demo->mock, PSYNC_SPAN(good_behaviour), err);
    }
    if (r == PSYNC_OK)
        r = RUN(demo, 0, err, "dead", "retry", "--all");
    if (r == PSYNC_OK)
        r = RUN(demo, 0, err, "work", "--drain");
    if (r == PSYNC_OK) {
        printf("\nThe life of one of them:\n");
        r = RUN(demo, 0, err, "show", "113");
    }
    return r;
}

/* The API's own account. */
static enum psync_result prove(struct demo *demo, struct psync_error *err)
{
    struct psync_mock_totals t;
    psync_mock_totals(demo->mock, &t);
    printf("\nThe API's own ledger: %s requests for %s products; %s took effect,\n"
           "%s of them more than once; %s requests were refused or dropped,\n"
           "%s came again with their key and were recognised.\n",
           psync_count_text(t.requests), psync_count_text(t.products), psync_count_text(t.delivered),
           psync_count_text(t.repeated), psync_count_text(t.refused), psync_count_text(t.replays));
    if (t.products != psync_catalogue_products || t.delivered != t.products || t.repeated || t.effects != t.products)
        return psync_fail(err, PSYNC_REJECT, "the ledger does not show %s products with exactly one effect each",
                          psync_count_text(psync_catalogue_products));
    printf("Every product of the catalogue arrived, exactly once in effect.\n");
    return PSYNC_OK;
}

/* With --serve without asking. */
static enum psync_result go_on(struct demo *demo, struct psync_error *err)
{
    const struct psync_demo_live live = {.program = demo->inv->program, .folder = demo->folder, .config = demo->config,
                                         .socket = demo->socket, .mock = demo->mock, .child = &demo->child,
                                         .stopper = &demo->stopper};
    enum psync_result r = psync_invocation_has(demo->inv, "serve") ? PSYNC_OK
                                                                   : psync_demo_live_ask(&demo->stopper, err);
    if (r == PSYNC_EMPTY)
        printf("\nproductsync demo --serve goes on from here, with a dashboard and live data to look at.\n");
    if (r == PSYNC_OK)
        return psync_demo_live_run(&live, err);
    return r == PSYNC_EMPTY || r == PSYNC_GONE ? PSYNC_OK : r;
}

static void on_stop(void *arg, unsigned nth)
{
    struct demo *demo = arg;
    psync_stopper_stop(&demo->stopper);
    psync_child_stop(&demo->child, nth == 1 ? SIGTERM : SIGKILL);
}

enum psync_exit psync_cmd_demo(struct psync_invocation *inv)
{
    static struct demo demo; /* the signal thread keeps them until the process ends */
    static const struct psync_signals signals = {.on_stop = on_stop, .arg = &demo};
    struct psync_error err = {0};
    /* The story is told of the API here, never of the one that the environment names: its children inherit it. */
    unsetenv("MY_API_URL");
    unsetenv("MY_API_TOKEN");
    demo = (struct demo){.inv = inv};
    psync_child_init(&demo.child);
    enum psync_result r = psync_stopper_init(&demo.stopper, &err);
    if (r == PSYNC_OK)
        r = psync_signals_start(&signals, &err);
    if (r == PSYNC_OK)
        r = start_mock(&demo, &err);
    if (r == PSYNC_OK)
        r = make_files(&demo, &err);
    if (r == PSYNC_OK)
        r = tell_story(&demo, &err);
    if (r == PSYNC_OK)
        r = prove(&demo, &err);
    if (r == PSYNC_OK)
        r = go_on(&demo, &err);
    if (r != PSYNC_OK)
        psync_complain("%s", err.text);
    remove_files(&demo);
    psync_mock_free(demo.mock);
    return r == PSYNC_OK ? PSYNC_EXIT_OK : PSYNC_EXIT_REFUSED;
}
