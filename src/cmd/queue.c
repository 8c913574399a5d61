/* queue - `queue backup` and `queue check`. */
#include "cmd/ask.h"
#include "cmd/carry.h"
#include "cmd/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BODY_MAX = 16384, PATH_BYTES = 4096 };

/* The owner may stand in another folder than the user. */
static enum psync_exit absolute_path(const char *path, struct psync_buf *out)
{
    char here[PATH_BYTES];
    enum psync_result r = PSYNC_OK;
    if (path[0] != '/') {
        if (!getcwd(here, sizeof here)) {
            psync_complain("cannot tell the present folder: %s", strerror(errno));
            return PSYNC_EXIT_USAGE;
        }
        r = psync_buf_printf(out, "%s/", here);
    }
    if (r == PSYNC_OK)
        r = psync_buf_add_str(out, path);
    if (r == PSYNC_OK)
        return PSYNC_EXIT_OK;
    psync_complain("the path %s is too long", path);
    return PSYNC_EXIT_USAGE;
}

/* These two look at a queue that is there; they make none. */
static enum psync_exit open_existing(struct psync_ask *ask, const struct psync_invocation *inv)
{
    *ask = (struct psync_ask){.inv = inv};
    enum psync_exit code = psync_context_load(&ask->ctx, inv);
    const char *path = code == PSYNC_EXIT_OK ? ask->ctx.config->queue.path : "";
    bool missing = code == PSYNC_EXIT_OK && access(path, F_OK) != 0 && errno == ENOENT;
    if (missing)
        psync_complain("there is no queue file %s yet: nothing was put, or queue.path means another one", path);
    psync_context_done(&ask->ctx);
    return missing ? PSYNC_EXIT_STORAGE : code == PSYNC_EXIT_OK ? psync_ask_open(ask, inv) : code;
}

/* The queue's owner writes the copy. */
static enum psync_exit have_copied(struct psync_ask *ask, const char *path, json_object **ret_answer)
{
    struct psync_buf body;
    struct psync_json_writer w;
    psync_buf_init(&body, BODY_MAX);
    psync_json_writer_begin(&w, &body);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "path", path);
    psync_json_close(&w, '}');
    enum psync_exit code = PSYNC_EXIT_USAGE;
    if (psync_json_writer_end(&w) == PSYNC_OK)
        code = psync_ask_call(ask, "POST", "/v1/queue/backup", (struct psync_span){body.data, body.len}, ret_answer);
    psync_buf_done(&body);
    return code;
}

/* A service may write its own folder alone, and its /tmp may be another one: for root, who wants the copy elsewhere, it
 * makes one beside the queue, which is then carried there. */
static enum psync_exit have_carried(struct psync_ask *ask, const char *path, uid_t owner, json_object **ret_answer)
{
    char beside[PSYNC_PATH_BYTES];
    struct psync_error err = {0};
    struct psync_carry carry;
    if ((size_t)snprintf(beside, sizeof beside, "%s.copy", ask->ctx.config->queue.path) >= sizeof beside) {
        psync_complain("the path %s is too long", beside);
        return PSYNC_EXIT_USAGE;
    }
    enum psync_result r = psync_carry_begin(&carry, path, &err);
    enum psync_exit code = r == PSYNC_OK ? PSYNC_EXIT_OK : PSYNC_EXIT_STORAGE;
    if (r == PSYNC_OK) {
        (void)unlink(beside); /* left by a crash */
        code = have_copied(ask, beside, ret_answer);
    }
    if (*ret_answer) {
        json_object_object_add(*ret_answer, "path", json_object_new_string(path));
        r = psync_carry_file(&carry, beside, owner, &err);
        (void)unlink(beside);
    }
    psync_carry_end(&carry);
    if (r == PSYNC_OK)
        return code;
    psync_complain("backup to %s", err.text);
    json_object_put(*ret_answer);
    *ret_answer = NULL;
    return PSYNC_EXIT_STORAGE;
}

static enum psync_exit backup(struct psync_ask *ask, const char *path)
{
    struct stat st;
    json_object *answer = NULL;
    bool anothers = geteuid() == 0 && stat(ask->ctx.config->queue.path, &st) == 0 && st.st_uid != 0;
    enum psync_exit code = anothers ? have_carried(ask, path, st.st_uid, &answer) : have_copied(ask, path, &answer);
    if (answer && ask->inv->json)
        psync_ask_print_json(answer);
    if (answer)
        psync_say(ask->inv, "%s: %s bytes", psync_shown_text(answer, "path"),
                  psync_count_text((uint64_t)psync_json_int(answer, "size_bytes", 0)));
    json_object_put(answer);
    return code;
}

enum psync_exit psync_cmd_queue_backup(struct psync_invocation *inv)
{
    struct psync_ask ask;
    struct psync_buf path;
    psync_buf_init(&path, PATH_BYTES);
    enum psync_exit code = absolute_path(inv->operands[0], &path);
    if (code == PSYNC_EXIT_OK) {
        code = open_existing(&ask, inv);
        if (code == PSYNC_EXIT_OK)
            code = backup(&ask, path.data);
        psync_ask_done(&ask);
    }
    psync_buf_done(&path);
    return code;
}

/* The advice before the report, which may be long, and is cut then. The log and its index beside the file belong to the
 * damaged one: SQLite would apply them to a backup, too. */
static void say_damage(const char *path, const char *report)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    psync_complain("the queue is damaged: %s: put a backup in its place, and remove %s-wal and %s-shm first; or move all "
                   "three away and begin anew; what is wrong: %s", path, name, name, report);
}

enum psync_exit psync_cmd_queue_check(struct psync_invocation *inv)
{
    struct psync_ask ask;
    json_object *answer = NULL;
    enum psync_exit code = open_existing(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_ask_call(&ask, "POST", "/v1/queue/check", (struct psync_span){0}, &answer);
    if (answer) {
        bool sound = psync_json_bool(answer, "sound", false);
        if (inv->json)
            psync_ask_print_json(answer);
        else if (sound)
            psync_say(inv, "the queue is sound: %s", ask.ctx.config->queue.path);
        else
            say_damage(ask.ctx.config->queue.path, psync_shown_text(answer, "report"));
        code = sound ? PSYNC_EXIT_OK : PSYNC_EXIT_STORAGE;
    }
    json_object_put(answer);
    psync_ask_done(&ask);
    return code;
}
