/* status - `status` and `destination list`: what is queued, what flows, what is stuck and why. */
#include "cmd/ask.h"
#include "cmd/commands.h"
#include "cmd/messages.h"

#include "base/timefmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t count(json_object *o, const char *name)
{
    return (uint64_t)psync_json_int(o, name, 0);
}

static void say_counts(const struct psync_invocation *inv, json_object *o, const char *indent)
{
    psync_say(inv, "%s%s ready, %s in flight, %s delayed, %s dead, %s done", indent, psync_count_text(count(o, "ready")),
              psync_count_text(count(o, "in_flight")), psync_count_text(count(o, "delayed")),
              psync_count_text(count(o, "dead")), psync_count_text(count(o, "done")));
}

static double real(json_object *o, const char *name)
{
    json_object *v = psync_json_member(o, name);
    return v ? json_object_get_double(v) : 0.0;
}

static void say_rate(const struct psync_invocation *inv, json_object *o)
{
    char words[PSYNC_DURATION_MAX];
    json_object *drain = psync_json_member(o, "drain_s");
    if (!psync_json_member(o, "rate"))
        return;
    double rate = real(o, "rate");
    int digits = rate < 10 ? 1 : 0;
    if (drain)
        psync_say(inv, "  %.*f delivered a second; all delivered in %s at that rate", digits, rate,
                  psync_duration_words(json_object_get_int64(drain) * 1000, words));
    else
        psync_say(inv, "  %.*f delivered a second", digits, rate);
}

/* `most`: queue.max_depth; 0: not known. */
static void say_destination(const struct psync_invocation *inv, json_object *d, uint64_t most)
{
    bool orphaned = psync_json_bool(d, "orphaned", false);
    /* The words of a state that holds back name it themselves. */
    const char *state = psync_shown_text(d, "state"), *words = psync_shown_text(d, "words");
    bool well = strcmp(state, "ok") == 0, more = *words && strcmp(words, state) != 0;
    psync_say(inv, "%s: %s%s%s%s", psync_shown_text(d, "name"), well || !more ? state : "", well && more ? "; " : "",
              more ? words : "",
              orphaned ? "; orphaned: no longer in the configuration, its messages wait" : "");
    say_counts(inv, d, "  ");
    if (most && count(d, "ready") + count(d, "in_flight") + count(d, "delayed") >= most)
        psync_say(inv, "  full: it has queue.max_depth messages, %s; nothing more is taken for it",
                  psync_count_text(most));
    if (psync_json_member(d, "oldest"))
        psync_say(inv, "  oldest waiting since %s", psync_shown_time(d, "oldest"));
    if (psync_json_member(d, "next_due") && !orphaned && !psync_destination_held(d))
        psync_say(inv, "  next retry at %s", psync_shown_time(d, "next_due"));
    if (psync_json_member(d, "last_success"))
        psync_say(inv, "  last delivered at %s", psync_shown_time(d, "last_success"));
    if (psync_json_member(d, "limit"))
        psync_say(inv, "  %" PRIu64 " requests at this moment, of at most %" PRIu64, count(d, "requests"),
                  count(d, "limit"));
    say_rate(inv, d);
}

static void say_destinations(const struct psync_invocation *inv, json_object *answer)
{
    json_object *list = psync_json_member(answer, "destinations"), *queue = psync_json_member(answer, "queue");
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        if (i)
            psync_say(inv, "%s", "");
        say_destination(inv, json_object_array_get_idx(list, i), queue ? count(queue, "max_depth") : 0);
    }
}

static void say_shops(const struct psync_invocation *inv, json_object *answer)
{
    json_object *list = psync_json_member(answer, "shops");
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        json_object *shop = json_object_array_get_idx(list, i);
        const char *words = psync_shown_text(shop, "words");
        psync_say(inv, "%s", "");
        psync_say(inv, "shop %s: %s%s%s", psync_shown_text(shop, "name"), psync_shown_text(shop, "state"),
                  *words ? "; " : "", words);
        if (psync_json_member(shop, "since"))
            psync_say(inv, "  since %s", psync_shown_time(shop, "since"));
        if (psync_json_member(shop, "last_success"))
            psync_say(inv, "  outbox last gone through at %s", psync_shown_time(shop, "last_success"));
    }
}

static void say_disk(const struct psync_invocation *inv, json_object *queue)
{
    uint64_t left = count(queue, "free_bytes"), needed = count(queue, "needed_bytes");
    if (psync_json_member(queue, "free_bytes") && left < 2 * needed)
        psync_say(inv, "  little room on the disk: %.1f MB are free; with less than about %.1f MB (queue.reserve, and "
                       "what waits needs) nothing more is taken", (double)left / 1048576.0, (double)needed / 1048576.0);
}

static void say_queue(const struct psync_invocation *inv, json_object *answer)
{
    char size[PSYNC_DURATION_MAX];
    json_object *queue = psync_json_member(answer, "queue"), *owner = psync_json_member(answer, "owner");
    uint64_t bytes = count(queue, "size_bytes");
    snprintf(size, sizeof size, bytes < 10240 ? "%.0f B" : "%.1f MB", bytes < 10240 ? (double)bytes : (double)bytes / 1048576.0);
    psync_say(inv, "queue: %s (%s, %s)", psync_shown_text(queue, "path"), psync_shown_text(queue, "driver"), size);
    if (psync_json_bool(answer, "working", false))
        psync_say(inv, "  delivered from by `%s`, process %" PRId64, psync_shown_text(owner, "command"),
                  psync_json_int(owner, "pid", 0));
    else
        psync_say(inv, "  no worker is running; start one: productsync work");
    say_disk(inv, queue);
    say_counts(inv, psync_json_member(answer, "total"), "  ");
    say_rate(inv, psync_json_member(answer, "total"));
}

enum psync_exit psync_cmd_status(struct psync_invocation *inv)
{
    struct psync_ask ask;
    json_object *answer = NULL;
    enum psync_exit code = psync_ask_open(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_ask_get(&ask, "/v1/status", &answer);
    if (answer) {
        say_queue(inv, answer);
        psync_say(inv, "%s", "");
        say_destinations(inv, answer);
        say_shops(inv, answer);
    }
    json_object_put(answer);
    psync_ask_done(&ask);
    return code;
}

enum psync_exit psync_cmd_destination_list(struct psync_invocation *inv)
{
    struct psync_ask ask;
    json_object *answer = NULL;
    enum psync_exit code = psync_ask_open(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_ask_get(&ask, "/v1/destinations", &answer);
    if (answer)
        say_destinations(inv, answer);
    json_object_put(answer);
    psync_ask_done(&ask);
    return code;
}
