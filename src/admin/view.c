/* view - see the header; docs/api.md names the members. */
#include "admin/view.h"

static void put_optional(struct psync_json_writer *w, const char *name, const char *text)
{
    psync_json_put_text(w, name, text && text[0] ? text : NULL);
}

void psync_view_state(struct psync_json_writer *w, const char *name, enum psync_state state)
{
    char word[32];
    const char *from = psync_state_name(state);
    size_t n = 0;
    for (; n < sizeof(word) - 1 && from[n]; n++)
        word[n] = (char)(from[n] == ' ' ? '_' : from[n]);
    word[n] = '\0';
    psync_json_put_text(w, name, word);
}

bool psync_view_state_parse(const char *text, enum psync_state *ret_state)
{
    for (int s = 0; s < PSYNC_STATES; s++) {
        const char *a = psync_state_name((enum psync_state)s), *b = text;
        while (*a && (*a == *b || (*a == ' ' && *b == '_')))
            a++, b++;
        if (!*a && !*b) {
            *ret_state = (enum psync_state)s;
            return true;
        }
    }
    return false;
}

static void put_cause(struct psync_json_writer *w, const struct psync_cause *cause)
{
    psync_json_put_text(w, "problem", cause->problem ? cause->problem : "");
    psync_json_put_int(w, "status", cause->status);
    psync_json_put_text(w, "error", cause->error ? cause->error : "");
}

static bool failed_before(const struct psync_cause *cause)
{
    return cause->status != 0 || (cause->error && cause->error[0]) || (cause->problem && cause->problem[0]);
}

void psync_view_row(struct psync_json_writer *w, const struct psync_row *row)
{
    psync_json_put_text(w, "id", row->id);
    psync_json_put_text(w, "key", row->key);
    psync_json_put_text(w, "destination", row->destination);
    psync_json_put_text(w, "type", row->type);
    psync_json_put_int(w, "product", row->subject.product);
    psync_json_put_text(w, "shop", row->subject.shop);
    psync_json_put_int(w, "revision", row->revision);
    psync_view_state(w, "state", row->state);
    psync_json_put_time(w, "created_at", row->created_at);
    psync_json_put_time(w, "not_before", row->not_before);
    psync_json_put_time(w, "settled_at", row->settled_at);
    psync_json_put_int(w, "attempts", row->attempts);
    psync_json_put_int(w, "tries", row->tries);
    if (failed_before(&row->cause)) {
        psync_json_open(w, "cause", '{');
        put_cause(w, &row->cause);
        psync_json_close(w, '}');
    } else {
        psync_json_put_text(w, "cause", NULL);
    }
    put_optional(w, "replaced_by", row->replaced_by);
    put_optional(w, "batch", row->batch_key);
    put_optional(w, "trace", row->trace);
    psync_json_put_bool(w, "waits_for_turn", row->waits_for_turn);
}

void psync_view_attempt(struct psync_json_writer *w, const struct psync_attempt *attempt)
{
    psync_json_open(w, NULL, '{');
    psync_json_put_time(w, "at", attempt->at);
    psync_json_put_int(w, "status", attempt->status);
    psync_json_put_int(w, "latency_ms", attempt->latency_ms);
    psync_json_put_bool(w, "counted", attempt->counted);
    psync_json_put_text(w, "error", attempt->error);
    psync_json_put_text(w, "problem", attempt->problem);
    psync_json_put_span(w, "head", attempt->head); /* what is no UTF-8 in it is replaced */
    psync_json_close(w, '}');
}

void psync_view_group(struct psync_json_writer *w, const struct psync_group *group)
{
    psync_json_open(w, NULL, '{');
    psync_json_put_text(w, "id", group->id);
    psync_json_put_text(w, "destination", group->destination);
    put_cause(w, &group->cause);
    psync_json_put_int(w, "count", (int64_t)group->count);
    psync_json_put_text(w, "example", group->example);
    psync_json_put_time(w, "oldest", group->oldest);
    psync_json_put_time(w, "newest", group->newest);
    psync_json_close(w, '}');
}
