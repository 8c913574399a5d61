/* derive - the defaults that depend on other settings or on the user's surroundings. */
#include "config/derive.h"

#include "base/digest.h"
#include "config/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

static enum psync_result set_derived(struct psync_store *s, int index, const char *section, const char *key,
                                     const char *text, struct psync_error *err)
{
    struct psync_setting setting = {psync_option_find(section, key), index, text, PSYNC_ORIGIN_DEFAULT, NULL};
    enum psync_result r;

    PSYNC_INVARIANT(setting.option);
    /* An empty value from a file stands for the default, so it takes the default's place. */
    psync_store_slot(s, index, setting.option)->origin = PSYNC_ORIGIN_DEFAULT;
    r = psync_store_set(s, &setting, err);
    if (r == PSYNC_REJECT)
        psync_store_explain(s, &setting, err);
    return r;
}

/* An environment variable that names a folder; NULL when unset or, as the XDG base directory specification demands of
 * its own, not absolute. */
static const char *folder_from_environment(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] == '/' ? value : NULL;
}

enum psync_result psync_derive_state(struct psync_store *s, struct psync_error *err)
{
    char path[PATH_BYTES_MAX];
    const char *systemd = folder_from_environment("STATE_DIRECTORY"); /* several are separated by colons */
    const char *state = folder_from_environment("XDG_STATE_HOME");
    const char *home = folder_from_environment("HOME");
    int n;

    if (s->pub.state_folder[0] != '\0')
        return PSYNC_OK;
    if (systemd)
        n = snprintf(path, sizeof path, "%.*s", (int)strcspn(systemd, ":"), systemd);
    else if (geteuid() == 0)
        n = snprintf(path, sizeof path, "/var/lib/productsync");
    else if (state)
        n = snprintf(path, sizeof path, "%s/productsync", state);
    else if (home)
        n = snprintf(path, sizeof path, "%s/.local/state/productsync", home);
    else
        return psync_fail(err, PSYNC_REJECT, "state.folder: is not set, and neither is HOME in the environment");
    if (n < 0 || (size_t)n >= sizeof path)
        return psync_fail(err, PSYNC_REJECT, "state.folder: is not set, and the environment's is too long");
    return set_derived(s, PSYNC_GLOBAL, "state", "folder", path, err);
}

static enum psync_result derive_queue_path(struct psync_store *s, struct psync_error *err)
{
    char path[PATH_BYTES_MAX + 16];
    int n = snprintf(path, sizeof path, "%s/queue.db", s->pub.state_folder);

    if (s->pub.queue.path[0] != '\0')
        return PSYNC_OK;
    if (n < 0 || (size_t)n >= sizeof path)
        return psync_fail(err, PSYNC_REJECT, "state.folder: the path is too long");
    return set_derived(s, PSYNC_GLOBAL, "queue", "path", path, err);
}

/* Lock, log and socket lie beside the file and bear its name: all who mean it must use the same one. A link that leads
 * nowhere is left to whoever opens the queue. */
static enum psync_result follow_link(struct psync_store *s, struct psync_error *err)
{
    const struct psync_option *option = psync_option_find("queue", "path");
    const struct psync_slot *slot = psync_store_slot(s, PSYNC_GLOBAL, option);
    struct stat st;

    if (lstat(s->pub.queue.path, &st) != 0 || !S_ISLNK(st.st_mode))
        return PSYNC_OK;
    char *real = realpath(s->pub.queue.path, NULL);
    const struct psync_setting setting = {option, PSYNC_GLOBAL, real, slot->origin, slot->where};
    enum psync_result r = PSYNC_OK;
    if (real)
        r = psync_store_set(s, &setting, err);
    else if (errno == ENOMEM)
        r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    free(real);
    return r;
}

/* The first 16 hex digits of the SHA-256 of the queue file's absolute path: owner and clients find the same name. */
static enum psync_result queue_hash(const char *path, char ret_hex[PSYNC_SHA256_BYTES * 2 + 1], struct psync_error *err)
{
    char folder[PATH_BYTES_MAX];
    unsigned char digest[PSYNC_SHA256_BYTES];
    struct psync_span parts[3];
    size_t n = 0;
    enum psync_result r;

    if (path[0] != '/') {
        if (!getcwd(folder, sizeof folder))
            return psync_fail(err, PSYNC_REJECT, "queue.path: expected an absolute path");
        parts[n++] = (struct psync_span){folder, strlen(folder)};
        parts[n++] = PSYNC_SPAN("/");
    }
    parts[n++] = (struct psync_span){path, strlen(path)};
    r = psync_sha256(parts, n, digest);
    if (r != PSYNC_OK)
        return psync_fail(err, r, "SHA-256 is not available");
    psync_hex(digest, 8, ret_hex);
    return PSYNC_OK;
}

static enum psync_result derive_socket(struct psync_store *s, struct psync_error *err)
{
    char path[PATH_BYTES_MAX + 32], hash[PSYNC_SHA256_BYTES * 2 + 1];
    const char *runtime = folder_from_environment("XDG_RUNTIME_DIR");
    int n;
    enum psync_result r;

    if (s->pub.queue.socket[0] != '\0')
        return PSYNC_OK;
    n = snprintf(path, sizeof path, "%s.sock", s->pub.queue.path);
    if (n < 0 || (size_t)n > PSYNC_SOCKET_PATH_MAX) {
        r = queue_hash(s->pub.queue.path, hash, err);
        if (r != PSYNC_OK)
            return r;
        if (runtime && strlen(runtime) <= 60)
            snprintf(path, sizeof path, "%s/productsync-%s.sock", runtime, hash);
        else if (geteuid() == 0 || access("/run/productsync", W_OK | X_OK) == 0)
            snprintf(path, sizeof path, "/run/productsync/%s.sock", hash);
        else
            snprintf(path, sizeof path, "/tmp/productsync-%jd/%s.sock", (intmax_t)geteuid(), hash);
    }
    return set_derived(s, PSYNC_GLOBAL, "queue", "socket", path, err);
}

static enum psync_result derive_burst(struct psync_store *s, int index, struct psync_error *err)
{
    const struct psync_destination_conf *d = &s->pub.destinations[index];
    uint32_t tenth = (uint32_t)(d->rate / 10);
    char text[16];

    if (d->burst > 0)
        return PSYNC_OK;
    snprintf(text, sizeof text, "%" PRIu32, tenth > 0 ? tenth : 1);
    return set_derived(s, index, "destination", "burst", text, err);
}

enum psync_result psync_derive_rest(struct psync_store *s, struct psync_error *err)
{
    enum psync_result r = derive_queue_path(s, err);

    if (r == PSYNC_OK)
        r = follow_link(s, err);
    if (r == PSYNC_OK)
        r = derive_socket(s, err);
    if (r == PSYNC_OK && s->pub.http.user_agent[0] == '\0')
        r = set_derived(s, PSYNC_GLOBAL, "http", "user_agent", "productsync/" PSYNC_VERSION, err);
    for (size_t i = 0; r == PSYNC_OK && i < s->pub.n_destinations; i++)
        r = derive_burst(s, (int)i, err);
    return r;
}
