/* bare_sender - the yardstick: libcurl's multi interface and nothing else.
 *
 * Posts the same body with the same headers COUNT times over CONNECTIONS connections, with handles that are used
 * again and a URL that is parsed once, and prints what one line says: requests a second, CPU microseconds a request.
 *
 *   bare_sender --url URL [--count N] [--connections N] [--body TEXT] [--batch N] [--ca-file FILE]
 *
 * --batch N: the body is an array of N times TEXT, and products a second are printed too. */
#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { CONNECTIONS_MAX = 1024 };

struct load {
    const char *url, *text, *ca_file;
    long count, connections, batch;
    char *body;
    size_t body_len;
    long started, ended, failed;
    CURLM *multi;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "bare_sender: %s\n", what);
    exit(1);
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        die("getrusage");
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static double now_seconds(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        die("clock_gettime");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long number(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (*end != '\0' || n <= 0)
        die("a number above 0 is needed");
    return n;
}

static void parse(int argc, char **argv, struct load *l)
{
    static const struct option options[] = {
        {"url", required_argument, NULL, 'u'},   {"count", required_argument, NULL, 'n'},
        {"body", required_argument, NULL, 'b'},  {"connections", required_argument, NULL, 'c'},
        {"batch", required_argument, NULL, 'a'}, {"ca-file", required_argument, NULL, 'f'},
        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'u': l->url = optarg; break;
        case 'n': l->count = number(optarg); break;
        case 'b': l->text = optarg; break;
        case 'c': l->connections = number(optarg); break;
        case 'a': l->batch = number(optarg); break;
        case 'f': l->ca_file = optarg; break;
        default: exit(2);
        }
    }
    if (!l->url)
        die("--url is needed");
    if (l->connections > CONNECTIONS_MAX)
        die("too many connections");
}

static void build_body(struct load *l)
{
    size_t one = strlen(l->text);
    l->body = malloc((one + 1) * (size_t)l->batch + 2);
    if (!l->body)
        die("out of memory");
    char *p = l->body;
    for (long i = 0; i < l->batch && l->batch > 1; i++) {
        *p++ = i == 0 ? '[' : ',';
        memcpy(p, l->text, one);
        p += one;
    }
    if (l->batch > 1) {
        *p++ = ']';
    } else {
        memcpy(p, l->text, one);
        p += one;
    }
    l->body_len = (size_t)(p - l->body);
}

static size_t discard(char *bytes, size_t size, size_t n, void *arg)
{
    (void)bytes, (void)arg;
    return size * n;
}

static void start(struct load *l, CURL *easy)
{
    if (curl_multi_add_handle(l->multi, easy) != CURLM_OK)
        die("curl_multi_add_handle");
    l->started++;
}

static CURL *new_handle(const struct load *l, CURLU *url, struct curl_slist *headers)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        die("out of memory");
    curl_easy_setopt(easy, CURLOPT_CURLU, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)l->body_len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, l->body);
    if (l->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, l->ca_file);
    return easy;
}

static void collect(struct load *l)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(l->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        l->ended++;
        l->failed += result != CURLE_OK || status / 100 != 2;
        curl_multi_remove_handle(l->multi, easy);
        if (l->started < l->count)
            start(l, easy);
    }
}

static void run(struct load *l, CURL **handles)
{
    for (long i = 0; i < l->connections && l->started < l->count; i++)
        start(l, handles[i]);
    while (l->ended < l->count) {
        int running;
        long before = l->ended;
        if (curl_multi_perform(l->multi, &running) != CURLM_OK)
            die("curl_multi_perform");
        collect(l);
        if (l->ended == before && curl_multi_poll(l->multi, NULL, 0, 1000, NULL) != CURLM_OK)
            die("curl_multi_poll");
    }
}

static void print(const struct load *l, double wall, double cpu)
{
    double n = (double)l->count;
    printf("requests_per_second=%.0f cpu_us_per_request=%.1f", n / wall, cpu / n * 1e6);
    if (l->batch > 1)
        printf(" products_per_second=%.0f", n * (double)l->batch / wall);
    printf(" requests=%ld failed=%ld seconds=%.3f\n", l->count, l->failed, wall);
}

int main(int argc, char **argv)
{
    struct load l = {.text = "{\"id\":123,\"name\":\"Product name\",\"price\":49.90,\"stock\":15}",
                     .count = 100000, .connections = 64, .batch = 1};
    CURL *handles[CONNECTIONS_MAX];
    struct curl_slist *headers = NULL;
    parse(argc, argv, &l);
    build_body(&l);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLU *url = curl_url();
    if (!url || curl_url_set(url, CURLUPART_URL, l.url, 0) != CURLUE_OK)
        die("the URL cannot be used");
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Authorization: Bearer 0123456789abcdef0123456789abcdef");
    headers = curl_slist_append(headers, "Idempotency-Key: product:123:0123456789abcdef0123456789abcdef");
    headers = curl_slist_append(headers, "Expect:");
    l.multi = curl_multi_init();
    curl_multi_setopt(l.multi, CURLMOPT_MAXCONNECTS, l.connections);
    for (long i = 0; i < l.connections; i++)
        handles[i] = new_handle(&l, url, headers);
    double cpu = cpu_seconds(), wall = now_seconds();
    run(&l, handles);
    print(&l, now_seconds() - wall, cpu_seconds() - cpu);
    for (long i = 0; i < l.connections; i++)
        curl_easy_cleanup(handles[i]);
    curl_multi_cleanup(l.multi);
    curl_url_cleanup(url);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    free(l.body);
    return l.failed > 0 ? 1 : 0;
}
