/* queue_bench - what the queue itself can do: put by batch size, lease and settle with few and with many queued,
 * resident memory.
 *
 *   queue_bench [MESSAGES [FOLDER]]      default: 1000000 in the current folder
 *
 * CPU is of the whole process, the making of messages included. */
#include "queue/key.h"
#include "queue/queue.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH_MAX = 1000, LEASED_MAX = 256, AHEAD = 4 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(enum psync_result r, const struct psync_error *err)
{
    if (r == PSYNC_OK)
        return;
    fprintf(stderr, "queue_bench: %s %s\n", psync_result_name(r), err->text);
    exit(3);
}

/* Resident memory at its peak so far; Linux counts in KiB, macOS in bytes. */
static double peak_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
#ifdef __APPLE__
    return (double)u.ru_maxrss / 1048576;
#else
    return (double)u.ru_maxrss / 1024;
#endif
}

static void wait_a_moment(void)
{
    nanosleep(&(struct timespec){0, 50000}, NULL);
}

/* ---- putting: several batches in the air, as `produce` does it ---- */
struct batch {
    struct psync_put puts[BATCH_MAX];
    char keys[BATCH_MAX][PSYNC_PRODUCT_KEY_MAX];
    char payloads[BATCH_MAX][128];
    bool busy;
    pthread_mutex_t lock;
};

static void fill(struct batch *b, size_t n, int64_t first)
{
    for (size_t i = 0; i < n; i++) {
        struct psync_put *p = &b->puts[i];
        int64_t id = first + (int64_t)i;
        int len = snprintf(b->payloads[i], sizeof b->payloads[i],
                           "{\"id\":%" PRId64 ",\"name\":\"A product with a usual name %" PRId64
                           "\",\"price\":49.90,\"stock\":15}",
                           id, id);
        *p = (struct psync_put){.destination = "default", .key = b->keys[i], .type = "product.created", .trace = "",
                                .subject = {id, ""}, .payload = {b->payloads[i], (size_t)len},
                                .created_at = psync_clock_now()};
        must(psync_key_product(&p->subject, p->type, 0, p->payload, b->keys[i]), &(struct psync_error){""});
    }
}

static void put_done(void *arg, enum psync_result r, const char *why, struct psync_put *puts, size_t n)
{
    struct batch *b = arg;
    (void)puts;
    (void)n;
    if (r != PSYNC_OK) {
        fprintf(stderr, "queue_bench: %s\n", why);
        exit(3);
    }
    pthread_mutex_lock(&b->lock);
    b->busy = false;
    pthread_mutex_unlock(&b->lock);
}

static void wait_for(struct batch *b)
{
    for (;;) {
        pthread_mutex_lock(&b->lock);
        bool busy = b->busy;
        pthread_mutex_unlock(&b->lock);
        if (!busy)
            return;
        wait_a_moment();
    }
}

static int64_t put_many(struct psync_queue *q, int64_t first, int64_t count, size_t size)
{
    static struct batch batches[AHEAD];
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    size_t at = 0;
    int64_t id = first;
    for (size_t i = 0; i < AHEAD; i++)
        pthread_mutex_init(&batches[i].lock, NULL);
    for (; id < first + count; id += (int64_t)size, at = (at + 1) % AHEAD) {
        struct batch *b = &batches[at];
        wait_for(b);
        fill(b, size, id);
        b->busy = true;
        must(psync_queue_put_async(q, b->puts, size, put_done, b), &(struct psync_error){""});
    }
    for (size_t i = 0; i < AHEAD; i++)
        wait_for(&batches[i]);
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("put, batches of %4zu: %8.0f/s, %5.2f us CPU each\n", size, (double)(id - first) / wall,
           cpu * 1e6 / (double)(id - first));
    return id;
}

/* ---- draining: lease and settle ---- */
static int64_t drain(struct psync_queue *q, int64_t at_most)
{
    struct psync_error err = {0};
    int64_t n_done = 0;
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    while (n_done < at_most) {
        struct psync_want want = {"default", LEASED_MAX, psync_clock_now() + 60000};
        struct psync_message **messages;
        struct psync_settle settles[LEASED_MAX];
        size_t n;
        psync_ms due;
        enum psync_result r = psync_queue_lease(q, &want, 1, &messages, &n, &due, &err);
        if (r != PSYNC_EMPTY)
            must(r, &err);
        for (size_t i = 0; i < n; i++)
            settles[i] = (struct psync_settle){.message = messages[i], .verdict = PSYNC_VERDICT_DONE,
                                               .attempt = {.at = messages[i]->created_at, .status = 200,
                                                           .latency_ms = 12,
                                                           .error = "", .problem = ""}};
        if (n > 0)
            must(psync_queue_settle(q, settles, n, &err), &err);
        for (size_t i = 0; i < n; i++)
            psync_message_free(messages[i]);
        free(messages);
        n_done += (int64_t)n;
        if (n == 0)
            break;
    }
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("lease and settle %" PRId64 ": %8.0f/s, %5.2f us CPU each\n", n_done, (double)n_done / wall,
           cpu * 1e6 / (double)(n_done == 0 ? 1 : n_done));
    return n_done;
}

int main(int argc, char **argv)
{
    int64_t messages = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000, next = 1;
    char path[4096], other[4200];
    struct psync_error err = {0};
    struct psync_queue *q;
    snprintf(path, sizeof path, "%s/queue_bench.db", argc > 2 ? argv[2] : ".");
    struct psync_queue_conf conf = {.driver = "sqlite", .path = path, .max_depth = UINT64_MAX, .keep = 86400000,
                                    .commit_wait = 2, .commit_count = 256};
    unlink(path);
    must(psync_queue_new(&(struct psync_queue_open){.conf = &conf}, &q, &err), &err);
    static const size_t sizes[] = {1, 10, 100};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        next = put_many(q, next, (int64_t)(2000 * sizes[i]), sizes[i]);
    int64_t few = next - 1;
    drain(q, few);
    next = put_many(q, next, messages, BATCH_MAX);
    printf("resident at most with %" PRId64 " queued: %.1f MB\n", next - 1 - few, peak_mb());
    drain(q, few);
    printf("resident at most after draining: %.1f MB\n", peak_mb());
    psync_queue_free(q);
    struct stat st;
    if (stat(path, &st) == 0)
        printf("file: %.0f bytes a message\n", (double)st.st_size / (double)(next - 1));
    unlink(path);
    for (const char *const *tail = (const char *const[]){"-wal", "-shm", NULL}; *tail != NULL; tail++) {
        snprintf(other, sizeof other, "%s%s", path, *tail);
        unlink(other);
    }
    return 0;
}
