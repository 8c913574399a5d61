/* messages - one message in words; see the header. */
#include "cmd/messages.h"

#include "cmd/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Text of several lines, indented, each made printable. */
static void say_block(const struct psync_invocation *inv, const char *text)
{
    char line[1024];
    while (*text) {
        size_t len = strcspn(text, "\n"), kept = len < sizeof line - 1 ? len : sizeof line - 1;
        memcpy(line, text, kept);
        if (kept && line[kept - 1] == '\r')
            kept--;
        line[kept] = '\0';
        psync_say(inv, "      %s", psync_printable(line));
        text += len + (text[len] != '\0');
    }
}

static void say_attempt(const struct psync_invocation *inv, json_object *attempt, bool full)
{
    const char *error = psync_json_text(attempt, "error");
    bool failed = error && *error;
    char delivered[32];
    snprintf(delivered, sizeof delivered, "HTTP %" PRId64, psync_json_int(attempt, "status", 0));
    psync_say(inv, "    %s  %5" PRId64 " ms  %s%s", psync_shown_time(attempt, "at"),
              psync_json_int(attempt, "latency_ms", 0), failed ? psync_shown_cause(attempt) : delivered,
              psync_json_bool(attempt, "counted", false) ? "  (counted)" : "");
    const char *head = psync_json_text(attempt, "head");
    if (full && failed && head)
        say_block(inv, head);
}

void psync_message_say_line(const struct psync_invocation *inv, json_object *message)
{
    enum { BEFORE_CAUSE = 8 + 1 + 18 + 1 + PSYNC_COLUMN_NAME + 1 + 23 + 2 };
    json_object *cause = psync_json_member(message, "cause");
    const char *why = cause ? psync_shown_cause(cause) : "";
    size_t width = psync_columns_width(), cells = width > BEFORE_CAUSE ? width - BEFORE_CAUSE : 0;
    psync_say(inv, "%-8s product %-10" PRId64 " %-*s %-23s  %.*s", psync_shown_text(message, "id"),
              psync_json_int(message, "product", 0), PSYNC_COLUMN_NAME, psync_shown_text(message, "destination"),
              psync_shown_time(message, "settled_at"), psync_columns_fit(why, cells), why);
}

const char *psync_destination_held(json_object *destination)
{
    const char *state = psync_json_text(destination, "state");
    bool held = state && (strcmp(state, "paused") == 0 || strcmp(state, "suspended") == 0);
    return held ? psync_json_text(destination, "words") : NULL;
}

static void say_state(const struct psync_invocation *inv, json_object *m, const char *held)
{
    const char *state = psync_shown_text(m, "state"), *replaced = psync_shown_text(m, "replaced_by");
    if (psync_json_bool(m, "waits_for_turn", false))
        psync_say(inv, "  %s: waits for an older message of the product", state);
    else if (held && (strcmp(state, "delayed") == 0 || strcmp(state, "ready") == 0))
        psync_say(inv, "  %s: its destination is %s", state, psync_printable(held));
    else if (strcmp(state, "delayed") == 0)
        psync_say(inv, "  %s until %s", state, psync_shown_time(m, "not_before"));
    else if (*replaced)
        psync_say(inv, "  %s by %s", state, replaced);
    else if (psync_json_member(m, "settled_at"))
        psync_say(inv, "  %s %s", strcmp(state, "done") == 0 ? "delivered at" : strcmp(state, "dead") == 0 ? "dead since" : state,
                  psync_shown_time(m, "settled_at"));
    else
        psync_say(inv, "  %s", state);
}

void psync_message_say(const struct psync_invocation *inv, json_object *m, const char *held, bool full)
{
    psync_say(inv, "message %s: product %" PRId64 " to %s", psync_shown_text(m, "id"), psync_json_int(m, "product", 0),
              psync_shown_text(m, "destination"));
    say_state(inv, m, held);
    psync_say(inv, "  put %s, %s, key %s", psync_shown_time(m, "created_at"), psync_shown_text(m, "type"),
              psync_shown_text(m, "key"));
    json_object *payload = psync_json_member(m, "payload"), *history = psync_json_member(m, "history");
    if (full && payload)
        psync_say(inv, "  payload %s",
                  psync_printable(json_object_to_json_string_ext(payload, JSON_C_TO_STRING_PLAIN |
                                                                              JSON_C_TO_STRING_NOSLASHESCAPE)));
    size_t n = history ? json_object_array_length(history) : 0;
    int64_t tries = psync_json_int(m, "tries", 0);
    psync_say(inv, "  %" PRId64 " request%s, %" PRId64 " counted as failed%s", tries, tries == 1 ? "" : "s",
              psync_json_int(m, "attempts", 0), n ? ":" : "");
    for (size_t i = 0; i < n; i++)
        say_attempt(inv, json_object_array_get_idx(history, i), full);
}
