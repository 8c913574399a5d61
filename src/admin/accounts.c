/* accounts - access.json: reading, writing, and what is in it. */
#include "admin/accounts.h"

#include "base/json.h"
#include "base/newfile.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 512 << 10 };

#ifdef __APPLE__
#define CHANGED_AT(st) (st).st_mtimespec /* its own name for POSIX's */
#else
#define CHANGED_AT(st) (st).st_mtim
#endif

/* ---- what is in it ---- */

void psync_accounts_done(struct psync_accounts *a)
{
    free(a->users);
    free(a->tokens);
    *a = (struct psync_accounts){0};
}

static void *grow(void *array, size_t *n, size_t size)
{
    char *more = *n < PSYNC_ACCOUNTS_MAX ? realloc(array, (*n + 1) * size) : NULL;
    if (more)
        memset(more + (*n)++ * size, 0, size);
    return more;
}

static enum psync_result no_room(size_t n, struct psync_error *err)
{
    return n < PSYNC_ACCOUNTS_MAX ? psync_fail(err, PSYNC_NOMEM, "out of memory")
                                  : psync_fail(err, PSYNC_REJECT, "there are %d already", PSYNC_ACCOUNTS_MAX);
}

enum psync_result psync_accounts_add_user(struct psync_accounts *a, struct psync_user **ret_user,
                                          struct psync_error *err)
{
    struct psync_user *more = grow(a->users, &a->n_users, sizeof *more);
    if (!more)
        return no_room(a->n_users, err);
    a->users = more;
    *ret_user = &more[a->n_users - 1];
    return PSYNC_OK;
}

enum psync_result psync_accounts_add_token(struct psync_accounts *a, struct psync_token **ret_token,
                                           struct psync_error *err)
{
    struct psync_token *more = grow(a->tokens, &a->n_tokens, sizeof *more);
    if (!more)
        return no_room(a->n_tokens, err);
    a->tokens = more;
    *ret_token = &more[a->n_tokens - 1];
    return PSYNC_OK;
}

struct psync_user *psync_accounts_user(const struct psync_accounts *a, const char *name)
{
    for (size_t i = 0; i < a->n_users; i++)
        if (strcmp(a->users[i].name, name) == 0)
            return &a->users[i];
    return NULL;
}

struct psync_token *psync_accounts_token(const struct psync_accounts *a, const char *id_or_name)
{
    for (size_t i = 0; i < a->n_tokens; i++)
        if (strcmp(a->tokens[i].id, id_or_name) == 0 || strcmp(a->tokens[i].name, id_or_name) == 0)
            return &a->tokens[i];
    return NULL;
}

void psync_accounts_remove_user(struct psync_accounts *a, struct psync_user *user)
{
    memmove(user, user + 1, (size_t)(a->users + a->n_users - user - 1) * sizeof *user);
    a->n_users--;
}

void psync_accounts_remove_token(struct psync_accounts *a, struct psync_token *token)
{
    memmove(token, token + 1, (size_t)(a->tokens + a->n_tokens - token - 1) * sizeof *token);
    a->n_tokens--;
}

enum psync_result psync_accounts_check_name(const char *name, struct psync_error *err)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-");
    if (n == 0 || n >= PSYNC_ACCOUNT_NAME || name[n] != '\0' || name[0] == '-')
        return psync_fail(err, PSYNC_REJECT, "a name has 1 to 64 characters out of A-Z a-z 0-9 . _ @ -, not - first");
    return PSYNC_OK;
}

/* ---- reading ---- */

static bool copy_text(json_object *o, const char *member, char *to, size_t room)
{
    const char *text = psync_json_text(o, member);
    size_t n = text ? strlen(text) : room;
    if (n >= room)
        return false;
    memcpy(to, text, n + 1);
    return true;
}

static bool read_common(json_object *o, char name[PSYNC_ACCOUNT_NAME], unsigned *ret_rights, psync_ms *ret_created)
{
    const char *scopes = psync_json_text(o, "scopes");
    *ret_created = psync_json_int(o, "created_at_ms", 0);
    return copy_text(o, "name", name, PSYNC_ACCOUNT_NAME) && scopes &&
           psync_rights_parse(scopes, ret_rights, NULL) == PSYNC_OK;
}

static bool read_digest(json_object *o, unsigned char ret_digest[PSYNC_SHA256_BYTES])
{
    const char *text = psync_json_text(o, "sha256");
    if (!text || strspn(text, "0123456789abcdef") != 2 * PSYNC_SHA256_BYTES || strlen(text) != 2 * PSYNC_SHA256_BYTES)
        return false;
    for (size_t i = 0; i < PSYNC_SHA256_BYTES; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        ret_digest[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return true;
}

static enum psync_result read_user(json_object *o, struct psync_accounts *a, struct psync_error *err)
{
    struct psync_user *u;
    enum psync_result r = psync_accounts_add_user(a, &u, err);
    if (r != PSYNC_OK)
        return r;
    return read_common(o, u->name, &u->rights, &u->created_at) && copy_text(o, "password", u->hash, sizeof u->hash)
               ? PSYNC_OK
               : psync_fail(err, PSYNC_REJECT, "user number %zu is not complete", a->n_users);
}

static enum psync_result read_token(json_object *o, struct psync_accounts *a, struct psync_error *err)
{
    struct psync_token *t;
    enum psync_result r = psync_accounts_add_token(a, &t, err);
    if (r != PSYNC_OK)
        return r;
    t->expires_at = psync_json_int(o, "expires_at_ms", 0);
    t->rate = (double)psync_json_int(o, "rate", 0);
    return read_common(o, t->name, &t->rights, &t->created_at) && copy_text(o, "id", t->id, sizeof t->id) &&
                   read_digest(o, t->digest)
               ? PSYNC_OK
               : psync_fail(err, PSYNC_REJECT, "token number %zu is not complete", a->n_tokens);
}

static enum psync_result read_list(json_object *file, const char *name, struct psync_accounts *a,
                                   enum psync_result (*read_one)(json_object *, struct psync_accounts *,
                                                                 struct psync_error *),
                                   struct psync_error *err)
{
    json_object *list = psync_json_member(file, name);
    enum psync_result r = PSYNC_OK;
    if (!json_object_is_type(list, json_type_array))
        return psync_fail(err, PSYNC_REJECT, "has no list \"%s\"", name);
    for (size_t i = 0; r == PSYNC_OK && i < json_object_array_length(list); i++)
        r = read_one(json_object_array_get_idx(list, i), a, err);
    return r;
}

static enum psync_result parse(struct psync_span text, struct psync_accounts *ret_accounts, struct psync_error *err)
{
    struct psync_accounts a = {0};
    json_object *file = NULL;
    enum psync_result r = psync_json_parse(text, &file, err);
    if (r == PSYNC_OK)
        r = read_list(file, "users", &a, read_user, err);
    if (r == PSYNC_OK)
        r = read_list(file, "tokens", &a, read_token, err);
    json_object_put(file);
    if (r == PSYNC_OK)
        *ret_accounts = a;
    else
        psync_accounts_done(&a);
    return r;
}

static enum psync_result read_whole(int fd, struct psync_buf *text, struct psync_error *err)
{
    char block[8192];
    ssize_t n;
    enum psync_result r = PSYNC_OK;
    while (r == PSYNC_OK && (n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        r = n < 0 ? psync_fail(err, PSYNC_REJECT, "%s", strerror(errno)) : psync_buf_add(text, block, (size_t)n);
    }
    return r;
}

static enum psync_result path_of(const char *folder, const char *ending, char ret_path[PSYNC_PATH_BYTES],
                                 struct psync_error *err)
{
    if ((size_t)snprintf(ret_path, PSYNC_PATH_BYTES, "%s/access.json%s", folder, ending) >= PSYNC_PATH_BYTES - 4)
        return psync_fail(err, PSYNC_REJECT, "%s: the path is too long", folder);
    return PSYNC_OK;
}

enum psync_result psync_accounts_read(const char *state_folder, struct psync_accounts *ret_accounts,
                                      struct psync_error *err)
{
    char path[PSYNC_PATH_BYTES];
    struct psync_buf text;
    enum psync_result r = path_of(state_folder, "", path, err);
    if (r != PSYNC_OK)
        return r;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        *ret_accounts = (struct psync_accounts){0};
        return PSYNC_OK;
    }
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT, "%s: cannot be read: %s", path, strerror(errno));
    psync_buf_init(&text, FILE_MAX_BYTES);
    r = read_whole(fd, &text, err);
    if (r == PSYNC_OK)
        r = parse((struct psync_span){text.data, text.len}, ret_accounts, err);
    if (r == PSYNC_REJECT)
        psync_error_prefix(err, "%s", path);
    (void)close(fd);
    psync_buf_done(&text);
    return r;
}

uint64_t psync_accounts_stamp(const char *state_folder)
{
    char path[PSYNC_PATH_BYTES];
    struct stat st;
    if (path_of(state_folder, "", path, NULL) != PSYNC_OK || stat(path, &st) != 0)
        return 0;
    const struct timespec changed = CHANGED_AT(st);
    /* Each writing makes a new file: its number or its times differ. */
    return ((uint64_t)st.st_ino * 1000003 + (uint64_t)st.st_size) * 1000003 + (uint64_t)changed.tv_sec * 1000000007 +
           (uint64_t)changed.tv_nsec + 1;
}

/* ---- writing ---- */

static void write_common(struct psync_json_writer *w, const char *name, unsigned rights, psync_ms created_at)
{
    char scopes[PSYNC_RIGHTS_TEXT];
    psync_json_put_text(w, "name", name);
    psync_json_put_text(w, "scopes", psync_rights_text(rights, scopes));
    psync_json_put_int(w, "created_at_ms", created_at);
}

static enum psync_result format(const struct psync_accounts *a, struct psync_buf *out)
{
    struct psync_json_writer w;
    char digest[2 * PSYNC_SHA256_BYTES + 1];
    psync_json_writer_begin(&w, out);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "users", '[');
    for (const struct psync_user *u = a->users; u < a->users + a->n_users; u++) {
        psync_json_open(&w, NULL, '{');
        write_common(&w, u->name, u->rights, u->created_at);
        psync_json_put_text(&w, "password", u->hash);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    psync_json_open(&w, "tokens", '[');
    for (const struct psync_token *t = a->tokens; t < a->tokens + a->n_tokens; t++) {
        psync_hex(t->digest, sizeof t->digest, digest);
        psync_json_open(&w, NULL, '{');
        psync_json_put_text(&w, "id", t->id);
        write_common(&w, t->name, t->rights, t->created_at);
        psync_json_put_int(&w, "rate", (int64_t)t->rate);
        psync_json_put_int(&w, "expires_at_ms", t->expires_at);
        psync_json_put_text(&w, "sha256", digest);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}

static enum psync_result write_accounts(const char *folder, const struct psync_accounts *a, struct psync_error *err)
{
    char path[PSYNC_PATH_BYTES];
    struct psync_buf text;
    psync_buf_init(&text, FILE_MAX_BYTES);
    enum psync_result r = path_of(folder, "", path, err);
    if (r == PSYNC_OK && format(a, &text) != PSYNC_OK)
        r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (r == PSYNC_OK)
        r = psync_newfile_write(path, (struct psync_span){text.data, text.len}, err);
    psync_buf_done(&text);
    return r;
}

/* Held until the descriptor is closed. Another process's command has it for a moment only. */
static enum psync_result take_lock(const char *folder, int *ret_fd, struct psync_error *err)
{
    char path[PSYNC_PATH_BYTES];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    enum psync_result r = path_of(folder, ".lock", path, err);
    if (r != PSYNC_OK)
        return r;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), got = -1;
    while (fd >= 0 && (got = fcntl(fd, F_SETLKW, &whole)) != 0 && errno == EINTR)
        continue;
    if (got == 0) {
        *ret_fd = fd;
        return PSYNC_OK;
    }
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    return psync_fail(err, PSYNC_REJECT, "%s: cannot be locked: %s", path, strerror(why));
}

enum psync_result psync_accounts_edit(const char *state_folder, psync_accounts_change *edit, void *arg,
                                      struct psync_error *err)
{
    struct psync_accounts a = {0};
    int lock = -1;
    enum psync_result r = psync_path_make(state_folder, err);
    if (r == PSYNC_OK)
        r = take_lock(state_folder, &lock, err);
    if (r == PSYNC_OK)
        r = psync_accounts_read(state_folder, &a, err);
    if (r == PSYNC_OK)
        r = edit(arg, &a, err);
    if (r == PSYNC_OK)
        r = write_accounts(state_folder, &a, err);
    if (lock >= 0)
        (void)close(lock);
    psync_accounts_done(&a);
    return r;
}
