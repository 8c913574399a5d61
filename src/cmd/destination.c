/* destination - `destination pause` and `destination resume`; `destination list` is in status.c. */
#include "cmd/ask.h"
#include "cmd/commands.h"

#include <stdio.h>

enum { TARGET_MAX = 1024, BODY_MAX = 2048 };

static const char *text_at(json_object *list, size_t i, const char *member)
{
    json_object *item = json_object_array_get_idx(list, i);
    const char *text = member ? psync_json_text(item, member) : json_object_get_string(item);
    return text ? psync_printable(text) : "";
}

static size_t length_of(json_object *list)
{
    return list ? json_object_array_length(list) : 0;
}

/* What became of each. The complaint named the first that its shop holds; where it was not the only one that was meant
 * all are named. */
static void say_changed(const struct psync_invocation *inv, json_object *answer, const char *done)
{
    json_object *names = psync_json_member(answer, "destinations"), *held = psync_json_member(answer, "held");
    for (size_t i = 0; i < length_of(names); i++)
        psync_say(inv, "%s %s", text_at(names, i, NULL), done);
    for (size_t i = 0; i < length_of(held) && length_of(names) + length_of(held) > 1; i++)
        psync_say(inv, "%s stays held by its shop: %s", text_at(held, i, "destination"), text_at(held, i, "reason"));
}

static enum psync_exit change(struct psync_ask *ask, const char *verb, struct psync_span body, const char *done)
{
    struct psync_buf target;
    json_object *answer = NULL;
    enum psync_exit code = PSYNC_EXIT_USAGE;
    psync_buf_init(&target, TARGET_MAX);
    if (psync_buf_add_str(&target, "/v1/destinations/") == PSYNC_OK &&
        psync_target_segment(&target, ask->inv->operands[0]) == PSYNC_OK &&
        psync_buf_printf(&target, "/%s", verb) == PSYNC_OK)
        code = psync_ask_try(ask, "POST", target.data, body, &answer);
    else
        psync_complain("that name is too long");
    psync_buf_done(&target);
    if (answer && code == PSYNC_EXIT_OK && ask->inv->json)
        psync_ask_print_json(answer);
    say_changed(ask->inv, answer, done);
    json_object_put(answer);
    return code;
}

enum psync_exit psync_cmd_destination_pause(struct psync_invocation *inv)
{
    struct psync_ask ask;
    struct psync_buf body;
    struct psync_json_writer w;
    psync_buf_init(&body, BODY_MAX);
    psync_json_writer_begin(&w, &body);
    psync_json_open(&w, NULL, '{');
    if (psync_invocation_has(inv, "reason"))
        psync_json_put_text(&w, "reason", psync_invocation_value(inv, "reason"));
    psync_json_close(&w, '}');
    enum psync_exit code = PSYNC_EXIT_USAGE;
    if (psync_json_writer_end(&w) != PSYNC_OK) {
        psync_complain("that reason is too long");
    } else {
        code = psync_ask_open(&ask, inv);
        if (code == PSYNC_EXIT_OK)
            code = change(&ask, "pause", (struct psync_span){body.data, body.len}, "is paused");
        psync_ask_done(&ask);
    }
    psync_buf_done(&body);
    return code;
}

enum psync_exit psync_cmd_destination_resume(struct psync_invocation *inv)
{
    struct psync_ask ask;
    enum psync_exit code = psync_ask_open(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = change(&ask, "resume",
                      psync_invocation_has(inv, "force") ? PSYNC_SPAN("{\"force\":true}") : (struct psync_span){0}, "is resumed");
    psync_ask_done(&ask);
    return code;
}
