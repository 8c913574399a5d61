/* left - what still waits, why, and until when; see the header. */
#include "cmd/left.h"

#include "base/timefmt.h"
#include "queue/hold.h"

#include <stdio.h>

static void say(struct psync_left *left, const char *why, const char *until)
{
    snprintf(left->why, sizeof left->why, "%s", why);
    snprintf(left->until, sizeof left->until, "%s", until);
}

static void say_time(struct psync_left *left, const char *why, psync_ms at)
{
    char text[PSYNC_TIME_MAX];
    say(left, why, psync_time_words(at, text));
    left->until_at = at;
}

/* A pause by hand says its reason alone, if it has one. */
static void say_paused(struct psync_left *left, const struct psync_hold *hold)
{
    static const char *const until[] = {[PSYNC_HOLD_BY_HAND] = "`destination resume`",
                                        [PSYNC_HOLD_BY_SHOP] = "the shop says otherwise",
                                        [PSYNC_HOLD_BY_BOTH] = "the shop says otherwise and `destination resume`"};
    enum psync_hold_by by = psync_hold_by(hold);
    char words[PSYNC_HOLD_PAUSED_MAX];
    psync_hold_paused_reason(hold, words, sizeof words);
    if (by == PSYNC_HOLD_BY_BOTH || words[0] == '\0')
        psync_hold_paused_words(hold, words, sizeof words);
    say(left, words, until[by]);
}

void psync_left_judge(const struct psync_destination_row *row, enum psync_left_place place, psync_ms now,
                      struct psync_left *ret_left)
{
    const struct psync_counts *c = &row->counts;
    const struct psync_hold *hold = &row->hold;
    struct psync_left left = {.waiting = c->ready + c->in_flight + c->delayed};
    if (place == PSYNC_LEFT_ORPHANED)
        say(&left, "not in the configuration any more", "it is configured again");
    else if (hold->paused)
        say_paused(&left, hold);
    else if (hold->suspended)
        say(&left, hold->suspended_reason, "`destination resume` or changed settings");
    else if (place == PSYNC_LEFT_OF_SHOP)
        say(&left, "its shop gave no settings that can be used", "it does");
    else if (hold->throttled_until > now)
        say_time(&left, hold->throttled_reason, hold->throttled_until);
    else if (c->ready + c->in_flight > 0)
        say(&left, row->figures.blocked && *row->figures.state ? row->figures.state : "ready to be delivered",
            "the next `work`");
    else if (c->next_due_at > now && c->next_due_at != PSYNC_MS_NEVER)
        say_time(&left, row->figures.blocked && *row->figures.state ? row->figures.state : "due later",
                 c->next_due_at);
    else
        say(&left, row->figures.blocked && *row->figures.state ? row->figures.state : "due again", "the next `work`");
    *ret_left = left;
}
