/* dead - `dead list`, `show`, `retry` and `discard`. */
#include "cmd/columns.h"
#include "cmd/commands.h"
#include "cmd/messages.h"

#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TARGET_MAX = 1024, BODY_MAX = 1 << 20, SLICE = 1000, PAGE = 500 };

/* ---- list ---- */

enum { ID_COLUMN = 16, COUNT_COLUMN = 9, BEFORE_CAUSE = 2 };

static void say_row(const struct psync_invocation *inv, const char *id, const char *count, const char *destination)
{
    psync_say(inv, "%-*s  %*s  %s", ID_COLUMN, id, COUNT_COLUMN, count, destination);
}

/* What came back has a line of its own: it is what one looks for, and it is long. */
static void say_group(const struct psync_invocation *inv, json_object *group)
{
    const char *cause = psync_shown_cause(group);
    size_t width = psync_columns_width(), cells = width > BEFORE_CAUSE ? width - BEFORE_CAUSE : 0;
    say_row(inv, psync_shown_text(group, "id"), psync_count_text((uint64_t)psync_json_int(group, "count", 0)),
            psync_shown_text(group, "destination"));
    psync_say(inv, "%*s%.*s", BEFORE_CAUSE, "", psync_columns_fit(cause, cells), cause);
    psync_say(inv, "%*sfrom %s to %s; see message %s", BEFORE_CAUSE, "", psync_shown_time(group, "oldest"),
              psync_shown_time(group, "newest"), psync_shown_text(group, "example"));
}

/* Nothing was found: because there is nothing, or because no destination has the name that was given? */
static enum psync_exit say_none(struct psync_ask *ask, const char *words)
{
    const char *name = psync_invocation_value(ask->inv, "destination");
    json_object *answer = NULL;
    bool known = name == NULL;
    enum psync_exit code = PSYNC_EXIT_OK;
    if (!known)
        code = psync_ask_call(ask, "GET", "/v1/destinations", (struct psync_span){0}, &answer);
    json_object *list = psync_json_member(answer, "destinations");
    for (size_t i = 0; !known && list && i < json_object_array_length(list); i++)
        known = strcmp(psync_shown_text(json_object_array_get_idx(list, i), "name"), name) == 0;
    json_object_put(answer);
    if (known)
        psync_say(ask->inv, "%s", words);
    else if (code == PSYNC_EXIT_OK)
        psync_complain("there is no destination %s; see `productsync destination list`", name);
    return known || code != PSYNC_EXIT_OK ? code : PSYNC_EXIT_REFUSED;
}

static void say_groups(const struct psync_invocation *inv, json_object *groups)
{
    say_row(inv, "cause", "number", "destination");
    for (size_t i = 0; i < json_object_array_length(groups); i++)
        say_group(inv, json_object_array_get_idx(groups, i));
    psync_say(inv, "\nsee one: productsync dead show ID; all of a cause: dead list --cause CAUSE;\n"
                   "then: dead retry --cause CAUSE, or dead discard --cause CAUSE");
}

static enum psync_exit list_groups(struct psync_ask *ask)
{
    struct psync_buf target;
    json_object *answer = NULL;
    enum psync_exit code = PSYNC_EXIT_USAGE;
    psync_buf_init(&target, TARGET_MAX);
    if (psync_buf_add_str(&target, "/v1/dead/groups") == PSYNC_OK &&
        psync_target_add(&target, "destination", psync_invocation_value(ask->inv, "destination")) == PSYNC_OK)
        code = psync_ask_call(ask, "GET", target.data, (struct psync_span){0}, &answer);
    psync_buf_done(&target);
    json_object *groups = psync_json_member(answer, "groups");
    if (answer && (!groups || json_object_array_length(groups) == 0))
        code = say_none(ask, "no dead letters");
    else if (answer)
        say_groups(ask->inv, groups);
    if (code == PSYNC_EXIT_OK && ask->inv->json)
        psync_ask_print_json(answer);
    json_object_put(answer);
    return code;
}

/* How many dead letters to list; 0: their causes instead. */
static enum psync_exit limit_flag(const struct psync_invocation *inv, int64_t *ret_limit)
{
    const char *text = psync_invocation_value(inv, "limit");
    bool each = psync_invocation_has(inv, "cause") || psync_invocation_has(inv, "each");
    struct psync_decimal d;
    *ret_limit = each ? 100 : 0;
    if (text && !each) {
        psync_complain("--limit goes with --each or --cause");
        return PSYNC_EXIT_USAGE;
    }
    if (!text || (psync_decimal_parse((struct psync_span){text, strlen(text)}, false, &d) == PSYNC_OK &&
                  psync_decimal_to_int64(&d, ret_limit) == PSYNC_OK && *ret_limit > 0))
        return PSYNC_EXIT_OK;
    psync_complain("--limit %s: expected an integer from 1 to %" PRId64, text, INT64_MAX);
    return PSYNC_EXIT_USAGE;
}

/* The next page of dead letters after `cursor`; the caller puts it. */
static enum psync_exit dead_page(struct psync_ask *ask, const char *cursor, int64_t limit, json_object **ret_answer)
{
    struct psync_buf target;
    enum psync_exit code = PSYNC_EXIT_USAGE;
    psync_buf_init(&target, TARGET_MAX);
    if (psync_buf_printf(&target, "/v1/dead?limit=%" PRId64, limit < PAGE ? limit : (int64_t)PAGE) == PSYNC_OK &&
        psync_target_add(&target, "group", psync_invocation_value(ask->inv, "cause")) == PSYNC_OK &&
        psync_target_add(&target, "destination", psync_invocation_value(ask->inv, "destination")) == PSYNC_OK &&
        psync_target_add(&target, "cursor", *cursor ? cursor : NULL) == PSYNC_OK)
        code = psync_ask_call(ask, "GET", target.data, (struct psync_span){0}, ret_answer);
    psync_buf_done(&target);
    return code;
}

/* Every row a line; with --json one object a line, so that a long list needs no memory. */
static enum psync_exit list_each(struct psync_ask *ask, int64_t left)
{
    int64_t listed = 0;
    char cursor[128] = "";
    enum psync_exit code = PSYNC_EXIT_OK;
    while (code == PSYNC_EXIT_OK && left > 0) {
        json_object *answer = NULL;
        code = dead_page(ask, cursor, left, &answer);
        json_object *page = psync_json_member(answer, "messages");
        size_t n = page ? json_object_array_length(page) : 0;
        for (size_t i = 0; i < n; i++) {
            json_object *row = json_object_array_get_idx(page, i);
            if (ask->inv->json)
                psync_ask_print_json(row);
            else
                psync_message_say_line(ask->inv, row);
        }
        left -= (int64_t)n;
        listed += (int64_t)n;
        const char *next = psync_json_text(answer, "cursor");
        bool more = next && strlen(next) < sizeof cursor;
        if (more)
            strcpy(cursor, next);
        json_object_put(answer);
        if (!more)
            break;
    }
    if (code == PSYNC_EXIT_OK && listed == 0)
        code = say_none(ask, "no such dead letters");
    return code;
}

enum psync_exit psync_cmd_dead_list(struct psync_invocation *inv)
{
    struct psync_ask ask;
    int64_t limit;
    enum psync_exit code = limit_flag(inv, &limit);
    if (code != PSYNC_EXIT_OK)
        return code;
    code = psync_ask_open(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = limit ? list_each(&ask, limit) : list_groups(&ask);
    psync_ask_done(&ask);
    return code;
}

/* ---- show ---- */

enum psync_exit psync_cmd_dead_show(struct psync_invocation *inv)
{
    struct psync_ask ask;
    struct psync_buf target;
    json_object *answer = NULL;
    enum psync_exit code = psync_ask_open(&ask, inv);
    psync_buf_init(&target, TARGET_MAX);
    if (code == PSYNC_EXIT_OK && (psync_buf_add_str(&target, "/v1/messages/") != PSYNC_OK ||
                                  psync_target_segment(&target, inv->operands[0]) != PSYNC_OK)) {
        psync_complain("that id is too long");
        code = PSYNC_EXIT_USAGE;
    }
    if (code == PSYNC_EXIT_OK)
        code = psync_ask_get(&ask, target.data, &answer);
    if (answer)
        psync_message_say(inv, answer, NULL, true);
    json_object_put(answer);
    psync_buf_done(&target);
    psync_ask_done(&ask);
    return code;
}

/* ---- retry and discard: the same walk in slices ---- */

struct walk {
    struct psync_ask ask;
    const char *target; /* of the API */
    struct psync_progress progress;
    uint64_t changed, missing, newer;
};

/* What the user selected, and how: one JSON object; `cursor` "" at first. */
static enum psync_result selection(const struct psync_invocation *inv, const char *cursor, struct psync_buf *body)
{
    struct psync_json_writer w;
    const char *cause = psync_invocation_value(inv, "cause"), *destination = psync_invocation_value(inv, "destination");
    psync_buf_clear(body);
    psync_json_writer_begin(&w, body);
    psync_json_open(&w, NULL, '{');
    if (inv->n_operands) {
        psync_json_open(&w, "ids", '[');
        for (size_t i = 0; i < inv->n_operands; i++)
            psync_json_put_text(&w, NULL, inv->operands[i]);
        psync_json_close(&w, ']');
    } else if (cause) {
        psync_json_put_text(&w, "group", cause);
    } else {
        psync_json_put_bool(&w, "all", true);
    }
    if (destination)
        psync_json_put_text(&w, "destination", destination);
    if (psync_invocation_has(inv, "new-key"))
        psync_json_put_bool(&w, "new_key", true);
    if (psync_invocation_has(inv, "force"))
        psync_json_put_bool(&w, "force", true);
    psync_json_put_int(&w, "limit", SLICE);
    if (*cursor)
        psync_json_put_text(&w, "cursor", cursor);
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}

static enum psync_exit walk_slices(struct walk *walk)
{
    struct psync_buf body;
    char cursor[128] = "";
    uint64_t total = 0;
    enum psync_exit code = PSYNC_EXIT_OK;
    psync_buf_init(&body, BODY_MAX);
    psync_progress_begin(&walk->progress, walk->ask.inv, "done");
    do {
        json_object *answer = NULL;
        if (selection(walk->ask.inv, cursor, &body) != PSYNC_OK) {
            psync_complain("too many ids for one call");
            code = PSYNC_EXIT_USAGE;
            break;
        }
        code = psync_ask_call(&walk->ask, "POST", walk->target, (struct psync_span){body.data, body.len}, &answer);
        walk->changed += (uint64_t)psync_json_int(answer, "changed", 0);
        walk->missing += (uint64_t)psync_json_int(answer, "missing", 0);
        walk->newer += (uint64_t)psync_json_int(answer, "newer", 0);
        if (!total)
            total = (uint64_t)psync_json_int(answer, "total", 0);
        const char *next = psync_json_text(answer, "cursor");
        cursor[0] = '\0';
        if (next && strlen(next) < sizeof cursor)
            strcpy(cursor, next);
        json_object_put(answer);
        psync_progress_update(&walk->progress, walk->changed, total, "");
    } while (code == PSYNC_EXIT_OK && *cursor);
    psync_progress_end(&walk->progress);
    psync_buf_done(&body);
    return code;
}

static void say_walk(struct walk *walk, const char *done)
{
    const struct psync_invocation *inv = walk->ask.inv;
    psync_say(inv, "%s %s", psync_count_text(walk->changed), done);
    if (walk->missing && !inv->json)
        psync_complain("%s of these ids: no such dead letter", psync_count_text(walk->missing));
    if (walk->newer && !inv->json)
        psync_complain("%s left alone: a newer message of the product was delivered meanwhile (--force retries them)",
                       psync_count_text(walk->newer));
    if (inv->json)
        printf("{\"changed\":%" PRIu64 ",\"missing\":%" PRIu64 ",\"newer\":%" PRIu64 "}\n", walk->changed, walk->missing,
               walk->newer);
}

static enum psync_exit check_selection(const struct psync_invocation *inv)
{
    int ways = (inv->n_operands > 0) + psync_invocation_has(inv, "cause") + psync_invocation_has(inv, "all");
    if (ways == 1 && !(inv->n_operands && psync_invocation_has(inv, "destination")))
        return PSYNC_EXIT_OK;
    psync_complain("which ones? give ids, or --cause CAUSE, or --all; the latter two perhaps with --destination");
    return PSYNC_EXIT_USAGE;
}

static enum psync_exit run_walk(struct psync_invocation *inv, const char *target, const char *done)
{
    struct walk walk = {.target = target};
    enum psync_exit code = psync_ask_open(&walk.ask, inv);
    if (code == PSYNC_EXIT_OK) {
        code = walk_slices(&walk);
        say_walk(&walk, done);
        if (code == PSYNC_EXIT_OK && (walk.missing || walk.newer))
            code = PSYNC_EXIT_REFUSED;
    }
    psync_ask_done(&walk.ask);
    return code;
}

enum psync_exit psync_cmd_dead_retry(struct psync_invocation *inv)
{
    enum psync_exit code = check_selection(inv);
    return code == PSYNC_EXIT_OK ? run_walk(inv, "/v1/dead/retry", "will be delivered again") : code;
}

enum psync_exit psync_cmd_dead_discard(struct psync_invocation *inv)
{
    enum psync_exit code = check_selection(inv);
    if (code != PSYNC_EXIT_OK)
        return code;
    if (!inv->n_operands && !psync_invocation_has(inv, "yes") && !psync_ask("discard them for good?")) {
        psync_complain("nothing discarded; --yes discards without asking");
        return PSYNC_EXIT_REFUSED;
    }
    return run_walk(inv, "/v1/dead/discard", "discarded");
}
