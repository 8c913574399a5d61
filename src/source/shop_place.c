/* shop_place - see the header. */
#include "source/shop_place.h"

#include "config/file.h"
#include "config/wipe.h"
#include "source/shop_params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts of a bounded length ---- */

struct room {
    char *text;
    size_t size;
};
#define ROOM(field) ((struct room){(field), sizeof(field)})

static enum psync_result keep(struct room room, const char *text, const char *what, struct psync_error *err)
{
    size_t n = strlen(text);
    if (n >= room.size)
        return psync_fail(err, PSYNC_REJECT, "%s is longer than %zu bytes", what, room.size - 1);
    memcpy(room.text, text, n + 1);
    return PSYNC_OK;
}

/* ---- host ---- */

static bool parse_port(const char *text, unsigned *ret_port)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || n > 65535)
        return false;
    *ret_port = (unsigned)n;
    return true;
}

static enum psync_result keep_socket(const char *path, struct psync_shop_place *place, struct psync_error *err)
{
    memcpy(place->host, "localhost", sizeof "localhost");
    return keep(ROOM(place->socket), path, "the database socket's path", err);
}

/* Without the brackets of an IPv6 address; more than one colon outside brackets is such an address, too. */
static enum psync_result keep_host(const char *text, struct psync_shop_place *place, struct psync_error *err)
{
    const char *colon = strrchr(text, ':'), *bracket = strrchr(text, ']');
    bool has_port = colon && (bracket ? colon > bracket : strchr(text, ':') == colon);
    size_t n = has_port ? (size_t)(colon - text) : strlen(text);
    if (has_port && !parse_port(colon + 1, &place->port))
        return psync_fail(err, PSYNC_REJECT, "the database server's port is no number");
    if (n > 1 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    }
    if (n == 0 || n >= sizeof place->host)
        return psync_fail(err, PSYNC_REJECT, "the database server's name is empty or too long");
    memcpy(place->host, text, n);
    place->host[n] = '\0';
    return PSYNC_OK;
}

enum psync_result psync_shop_host_parse(const char *text, const char *port, struct psync_shop_place *place,
                                        struct psync_error *err)
{
    const char *socket = strstr(text, ":/");
    place->port = 0;
    place->socket[0] = '\0';
    if (text[0] == '/')
        return keep_socket(text, place, err);
    if (socket)
        return keep_socket(socket + 1, place, err);
    enum psync_result r = keep_host(text, place, err);
    if (r == PSYNC_OK && place->port == 0 && *port && !parse_port(port, &place->port))
        return psync_fail(err, PSYNC_REJECT, "the database server's port is no number");
    return r;
}

/* ---- parameters.php ---- */

struct found {
    const struct psync_shop_conf *conf;
    struct psync_shop_place *place;
    char host[512], port[16];
    bool has_prefix;
    struct psync_error *err;
};

static enum psync_result on_param(void *arg, struct psync_span name, const char *text, bool literal)
{
    struct found *f = arg;
    const struct psync_shop_conf *c = f->conf;
    const char *own_password = c->user[0] != '\0' ? c->user : c->password_file; /* the file's is its user's */
    const struct {
        const char *name, *setting, *own; /* what stands for it in the section, and its value there */
        struct room room;
    } wanted[] = {
        {"database_host", "host", c->host, ROOM(f->host)},
        {"database_port", "host", c->host, ROOM(f->port)},
        {"database_name", "database", c->database, ROOM(f->place->database)},
        {"database_user", "user", c->user, ROOM(f->place->user)},
        {"database_password", "password_file", own_password, ROOM(f->place->password)},
        {"database_prefix", "prefix", c->prefix, ROOM(f->place->prefix)},
        {"new_cookie_key", "key_file", c->key_file, ROOM(f->place->key)},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (!psync_span_eq(name, wanted[i].name) || wanted[i].own[0] != '\0')
            continue;
        if (!literal)
            return psync_fail(f->err, PSYNC_REJECT, "%s is not a plain text: set shop.%s", wanted[i].name,
                              wanted[i].setting);
        f->has_prefix = f->has_prefix || strcmp(wanted[i].name, "database_prefix") == 0;
        return keep(wanted[i].room, text ? text : "", wanted[i].name, f->err);
    }
    return PSYNC_OK;
}

static enum psync_result read_params(const char *path, struct found *f)
{
    struct psync_buf php;
    bool shared;
    psync_buf_init(&php, PSYNC_SHOP_PARAMS_MAX);
    enum psync_result r = psync_file_read(path, &php, &shared, f->err);
    if (r == PSYNC_EMPTY)
        r = psync_fail(f->err, PSYNC_REJECT, "there is no such file; shop.path is the folder that PrestaShop is in");
    else if (r == PSYNC_OK)
        r = psync_shop_params_read((struct psync_span){php.data, php.len}, on_param, f, f->err);
    if (r == PSYNC_OK && f->place->database[0] == '\0' && f->conf->database[0] == '\0')
        r = psync_fail(f->err, PSYNC_REJECT, "names no database");
    if (r == PSYNC_REJECT && !strstr(f->err->text, path))
        psync_error_prefix(f->err, "%s", path);
    psync_wipe(php.data, php.len);
    psync_buf_done(&php);
    return r;
}

static enum psync_result from_path(struct found *f)
{
    char path[4096];
    if (f->conf->path[0] == '\0')
        return PSYNC_OK;
    if (snprintf(path, sizeof path, "%s/app/config/parameters.php", f->conf->path) >= (int)sizeof path)
        return psync_fail(f->err, PSYNC_REJECT, "shop.path is too long");
    return read_params(path, f);
}

/* ---- files with one secret ---- */

static enum psync_result read_first_line(const char *path, struct room room, struct psync_error *err)
{
    struct psync_buf text;
    bool shared;
    psync_buf_init(&text, 8192);
    enum psync_result r = psync_file_read(path, &text, &shared, err);
    if (r == PSYNC_EMPTY)
        r = psync_fail(err, PSYNC_REJECT, "%s: there is no such file", path);
    if (r == PSYNC_OK) {
        text.data[strcspn(text.data, "\r\n")] = '\0';
        r = keep(room, text.data, path, err);
    }
    psync_wipe(text.data, text.len);
    psync_buf_done(&text);
    return r;
}

/* ---- all ---- */

static enum psync_result overrule(const struct psync_shop_conf *conf, struct psync_shop_place *p, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    if (conf->user[0] != '\0')
        r = keep(ROOM(p->user), conf->user, "shop.user", err);
    if (r == PSYNC_OK && conf->password_file[0] != '\0')
        r = read_first_line(conf->password_file, ROOM(p->password), err);
    if (r == PSYNC_OK && conf->database[0] != '\0')
        r = keep(ROOM(p->database), conf->database, "shop.database", err);
    if (r == PSYNC_OK && conf->prefix[0] != '\0')
        r = keep(ROOM(p->prefix), conf->prefix, "shop.prefix", err);
    if (r == PSYNC_OK && conf->key_file[0] != '\0')
        r = read_first_line(conf->key_file, ROOM(p->key), err);
    return r == PSYNC_OK ? keep(ROOM(p->ca_file), conf->ca_file, "shop.ca_file", err) : r;
}

static enum psync_result find(const struct psync_shop_conf *conf, struct found *f)
{
    enum psync_result r = from_path(f);
    if (r == PSYNC_OK)
        r = overrule(conf, f->place, f->err);
    if (r == PSYNC_OK && !f->has_prefix && conf->prefix[0] == '\0')
        r = keep(ROOM(f->place->prefix), "ps_", "shop.prefix", f->err);
    if (r != PSYNC_OK)
        return r;
    bool own_host = conf->host[0] != '\0';
    r = psync_shop_host_parse(own_host ? conf->host : f->host, own_host ? "" : f->port, f->place, f->err);
    /* It becomes part of statements. */
    const char *prefix = f->place->prefix;
    if (r == PSYNC_OK && prefix[strspn(prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
        r = psync_fail(f->err, PSYNC_REJECT, "the tables' prefix has other characters than letters, digits and _");
    return r;
}

enum psync_result psync_shop_place_find(const struct psync_shop_conf *conf, struct psync_shop_place *ret_place,
                                        struct psync_error *err)
{
    struct psync_shop_place place = {.host = ""};
    struct psync_error own = {0}; /* `err` may be NULL, and the texts here are looked at */
    struct found f = {.conf = conf, .place = &place, .err = &own};
    enum psync_result r = find(conf, &f);
    if (r == PSYNC_OK)
        *ret_place = place;
    else
        (void)psync_fail(err, r, "%s", own.text);
    psync_shop_place_wipe(&place);
    return r;
}

void psync_shop_place_wipe(struct psync_shop_place *place)
{
    psync_wipe(place, sizeof *place);
}
