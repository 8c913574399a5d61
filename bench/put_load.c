/* put_load - producers that put products over HTTP, for bench/bench.py and bench/serve.py.
 *
 * Every connection sends a POST, waits for its answer, sends the next: N connections are N producers. Prints products a
 * second and the latencies' percentiles as JSON.
 *
 * usage: put_load SOCKET|HOST:PORT CONNECTIONS COUNT FIRST_ID [PRODUCTS_A_REQUEST [TOKEN]] */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, ANSWER_MAX = 65536, REQUEST_MAX = 65536, PER_REQUEST_MAX = 500 };

struct producer {
    char answer[ANSWER_MAX];
    size_t len;
    uint64_t begun_us;
};

static struct producer producers[CONNECTIONS_MAX];
static struct pollfd fds[CONNECTIONS_MAX];
static uint32_t *latencies;

static void die(const char *what)
{
    fprintf(stderr, "put_load: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        die("socket");
    strcpy(address.sun_path, path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        die(path);
    return fd;
}

static int connect_tcp(const char *text)
{
    char host[128];
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    size_t len = strcspn(text, ":");
    int one = 1;
    snprintf(host, sizeof host, "%.*s", (int)len, text);
    if (text[len] != ':' || getaddrinfo(host, text + len + 1, &hints, &found) != 0)
        die(text);
    int fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0)
        die(text);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    freeaddrinfo(found);
    return fd;
}

static int connect_to(const char *address)
{
    return strchr(address, '/') ? connect_unix(address) : connect_tcp(address);
}

static size_t add_product(char *at, uint64_t id)
{
    return (size_t)sprintf(at, "{\"id\":%llu,\"name\":\"Product name %llu\",\"price\":49.90,\"stock\":15}",
                           (unsigned long long)id, (unsigned long long)id);
}

static void send_put(size_t i, uint64_t first, size_t n, const char *token)
{
    static char body[REQUEST_MAX], request[REQUEST_MAX + 1024];
    size_t len = 0;
    if (n > 1)
        body[len++] = '[';
    for (size_t k = 0; k < n; k++) {
        if (k > 0)
            body[len++] = ',';
        len += add_product(body + len, first + k);
    }
    if (n > 1)
        body[len++] = ']';
    int head = snprintf(request, 1024,
                        "POST /v1/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s%s%s"
                        "Content-Length: %zu\r\n\r\n",
                        token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "", len);
    memcpy(request + head, body, len);
    producers[i].len = 0;
    producers[i].begun_us = now_us();
    if (write(fds[i].fd, request, (size_t)head + len) != (ssize_t)((size_t)head + len))
        die("write");
}

/* A whole answer: its header, and as much body as Content-Length says. */
static int answered(const struct producer *p)
{
    const char *end = p->len ? strstr(p->answer, "\r\n\r\n") : NULL;
    const char *length = end ? strstr(p->answer, "ontent-") : NULL;
    while (length && strncmp(length + 7, "ength: ", 7) != 0 && strncmp(length + 7, "Length: ", 8) != 0)
        length = strstr(length + 1, "ontent-");
    if (!length)
        return 0;
    length = strchr(length, ':') + 1;
    return p->len >= (size_t)(end + 4 - p->answer) + strtoul(length, NULL, 10);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 7) {
        fprintf(stderr, "usage: put_load SOCKET|HOST:PORT CONNECTIONS COUNT FIRST_ID [PRODUCTS_A_REQUEST [TOKEN]]\n");
        return EXIT_FAILURE;
    }
    size_t n = strtoul(argv[2], NULL, 10), each = argc > 5 ? strtoul(argv[5], NULL, 10) : 1;
    size_t sent = 0, done = 0, failed = 0;
    const char *token = argc > 6 ? argv[6] : NULL;
    uint64_t id = strtoull(argv[4], NULL, 10);
    if (each < 1 || each > PER_REQUEST_MAX)
        die("arguments");
    size_t count = strtoul(argv[3], NULL, 10) / each; /* requests */
    latencies = calloc(count + 1, sizeof *latencies);
    if (!latencies || n < 1 || n > CONNECTIONS_MAX || count < n)
        die("arguments");
    for (size_t i = 0; i < n; i++)
        fds[i] = (struct pollfd){.fd = connect_to(argv[1]), .events = POLLIN};
    uint64_t begun = now_us();
    for (size_t i = 0; i < n; i++, sent++, id += each)
        send_put(i, id, each, token);
    while (done < count) {
        if (poll(fds, (nfds_t)n, 30000) <= 0)
            die("no answer in 30 s");
        for (size_t i = 0; i < n; i++) {
            struct producer *p = &producers[i];
            if (!fds[i].revents)
                continue;
            ssize_t got = read(fds[i].fd, p->answer + p->len, ANSWER_MAX - 1 - p->len);
            if (got <= 0)
                die("read");
            p->len += (size_t)got;
            p->answer[p->len] = '\0';
            if (!answered(p))
                continue;
            failed += strncmp(p->answer + 9, "20", 2) != 0;
            latencies[done++] = (uint32_t)(now_us() - p->begun_us);
            if (sent < count) {
                send_put(i, id, each, token);
                id += each;
                sent++;
            }
        }
    }
    double seconds = (double)(now_us() - begun) / 1e6;
    qsort(latencies, count, sizeof *latencies, by_size);
    printf("{\"puts_per_s\":%.0f,\"p50_us\":%u,\"p99_us\":%u,\"failed\":%zu}\n", (double)(count * each) / seconds,
           latencies[count / 2], latencies[count * 99 / 100], failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
