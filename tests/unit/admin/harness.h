/* harness - a folder of its own, settings, and HTTP by hand over a unix socket, for the tests of this room. */
#ifndef PSYNC_TEST_ADMIN_HARNESS_H
#define PSYNC_TEST_ADMIN_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "cmd/reader.h"
#include "config/load.h"
#include "queue/queue.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define assert_ok(call) assert_int_equal((call), PSYNC_OK)

/* ---- a folder and settings ---- */

struct place {
    char folder[64];
    struct psync_config *config;
};

/* `extra` are further settings, ended by NULL; the destinations are default and eu. */
static inline struct psync_config *load_settings(const char *folder, const char *const *extra)
{
    char state[160];
    const char *sets[16] = {state, "destination.url=http://127.0.0.1:9/products",
                            "destination eu.url=http://127.0.0.1:9/eu",
                            "destination.auth=none", "destination eu.auth=none"};
    size_t n = 5;
    struct psync_error err = {0};
    struct psync_config *config = NULL;
    snprintf(state, sizeof(state), "state.folder=%s", folder);
    for (; extra && *extra; extra++)
        sets[n++] = *extra;
    const struct psync_config_source source = {.sets = sets, .n_sets = n, .no_files = true};
    if (psync_config_load(&source, &config, NULL, &err) != PSYNC_OK)
        fail_msg("settings: %s", err.text);
    return config;
}

static inline void make_place(struct place *p, const char *const *extra)
{
    snprintf(p->folder, sizeof(p->folder), "/tmp/psync-admin-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->config = load_settings(p->folder, extra);
}

static inline void remove_place(struct place *p)
{
    DIR *d = opendir(p->folder);
    struct dirent *e;
    char path[400];
    assert_non_null(d);
    while ((e = readdir(d)))
        if (e->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", p->folder, e->d_name);
            unlink(path);
        }
    closedir(d);
    rmdir(p->folder);
    psync_config_free(p->config);
}

/* ---- HTTP ---- */

struct answer {
    int status; /* 0: the connection ended without one */
    char *text; /* all of it */
    json_object *json;
};

static inline int dial(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return fd;
    close(fd);
    return -1;
}

static inline void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static inline struct answer read_answer(int fd)
{
    struct answer a = {0};
    size_t len = 0, cap = 1 << 16;
    ssize_t n;
    a.text = malloc(cap);
    while ((n = recv(fd, a.text + len, cap - len - 1, 0)) > 0) {
        len += (size_t)n;
        if (cap - len < 4096)
            a.text = realloc(a.text, cap *= 2);
    }
    close(fd);
    a.text[len] = '\0';
    sscanf(a.text, "HTTP/1.1 %d", &a.status);
    const char *body = strstr(a.text, "\r\n\r\n");
    if (body && body[4])
        assert_ok(psync_json_parse((struct psync_span){body + 4, strlen(body + 4)}, &a.json, NULL));
    return a;
}

/* `headers`: further lines, each with its CRLF. */
static inline struct answer ask_with(const char *socket_path, const char *method, const char *target,
                                     const char *headers, const char *body)
{
    char head[2048];
    int fd = dial(socket_path);
    assert_true(fd >= 0);
    int n = snprintf(head, sizeof(head),
                     "%s %s HTTP/1.1\r\nHost: q\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n",
                     method, target, body ? strlen(body) : 0, headers);
    send_all(fd, head, (size_t)n);
    if (body)
        send_all(fd, body, strlen(body));
    return read_answer(fd);
}

static inline void done(struct answer *a)
{
    json_object_put(a->json);
    free(a->text);
    *a = (struct answer){0};
}

/* ---- looking into answers: "destinations.0.name" ---- */

static inline json_object *at(json_object *o, const char *path)
{
    char name[64];
    while (o && *path) {
        size_t n = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int)n, path);
        o = json_object_is_type(o, json_type_array) ? json_object_array_get_idx(o, strtoul(name, NULL, 10))
                                                    : psync_json_member(o, name);
        path += n + (path[n] == '.');
    }
    return o;
}

static inline const char *text_at(json_object *o, const char *path)
{
    json_object *v = at(o, path);
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "(none)";
}

static inline long long int_at(json_object *o, const char *path)
{
    json_object *v = at(o, path);
    return json_object_is_type(v, json_type_int) ? (long long)json_object_get_int64(v) : -1;
}

static inline size_t length_at(json_object *o, const char *path)
{
    json_object *v = at(o, path);
    return json_object_is_type(v, json_type_array) ? json_object_array_length(v) : SIZE_MAX;
}

#endif
