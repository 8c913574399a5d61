/* hold - see the header. */
#include "queue/hold.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* What a shop says is ours and short; with room for a whole reason behind it. */
enum { MARKER = sizeof PSYNC_HOLD_SHOPS - 1, SHOP_MAX = PSYNC_HOLD_PAUSED_MAX - PSYNC_CAUSE_TEXT_MAX - MARKER - 1 };

struct parts { /* borrowed from the hold */
    struct psync_span shop; /* empty: none */
    const char *hand;       /* NULL: none */
};

static bool is_marked(const char *text)
{
    return strncmp(text, PSYNC_HOLD_SHOPS, MARKER) == 0;
}

static struct parts parts_of(const struct psync_hold *h)
{
    const char *text = h->paused_reason;
    if (!h->paused)
        return (struct parts){0};
    if (!is_marked(text) || text[MARKER] == '\0')
        return (struct parts){.hand = text};
    text += MARKER;
    size_t n = strcspn(text, "\n");
    return (struct parts){{text, n}, text[n] == '\n' ? text + n + 1 : NULL};
}

static void store(struct psync_hold *h, struct parts p, psync_ms now)
{
    char text[sizeof h->paused_reason] = ""; /* the parts may be the hold's own */
    bool marked = p.shop.len > 0 || (p.hand && is_marked(p.hand)), paused = p.shop.len > 0 || p.hand;
    if (marked)
        (void)snprintf(text, sizeof text, "%s%.*s%s%s", PSYNC_HOLD_SHOPS, (int)p.shop.len, p.shop.len > 0 ? p.shop.data : "",
                       p.hand ? "\n" : "", p.hand ? p.hand : "");
    else if (p.hand)
        (void)snprintf(text, sizeof text, "%s", p.hand);
    if (h->paused != paused)
        h->paused_since = paused ? now : 0;
    h->paused = paused;
    memcpy(h->paused_reason, text, sizeof text);
}

enum psync_hold_by psync_hold_by(const struct psync_hold *h)
{
    struct parts p = parts_of(h);
    return (p.hand ? PSYNC_HOLD_BY_HAND : 0) | (p.shop.len > 0 ? PSYNC_HOLD_BY_SHOP : 0);
}

struct psync_span psync_hold_shop_says(const struct psync_hold *h)
{
    return parts_of(h).shop;
}

const char *psync_hold_hand_says(const struct psync_hold *h)
{
    return parts_of(h).hand;
}

void psync_hold_pause(struct psync_hold *h, const char *reason, psync_ms now)
{
    store(h, (struct parts){parts_of(h).shop, reason}, now);
}

bool psync_hold_resume(struct psync_hold *h, bool force)
{
    struct psync_span shop = force ? (struct psync_span){0} : parts_of(h).shop;
    store(h, (struct parts){.shop = shop}, 0);
    return !h->paused;
}

void psync_hold_shop(struct psync_hold *h, const char *why, psync_ms now)
{
    struct psync_span says = {why, why ? strcspn(why, "\n") : 0};
    says.len = says.len > 0 ? psync_utf8_cut(says, SHOP_MAX) : 0;
    store(h, (struct parts){says, parts_of(h).hand}, now);
}

void psync_hold_paused_reason(const struct psync_hold *h, char *ret_reason, size_t size)
{
    struct parts p = parts_of(h);
    if (p.shop.len > 0)
        (void)snprintf(ret_reason, size, "%.*s", (int)p.shop.len, p.shop.data);
    else
        (void)snprintf(ret_reason, size, "%s", p.hand ? p.hand : "");
}

void psync_hold_paused_words(const struct psync_hold *h, char *ret_words, size_t size)
{
    struct parts p = parts_of(h);
    const char *between = p.hand && p.hand[0] != '\0' ? ": " : "", *said = p.hand ? p.hand : "";
    if (p.shop.len > 0)
        (void)snprintf(ret_words, size, "%.*s%s%s%s", (int)p.shop.len, p.shop.data, p.hand ? ", and paused by hand" : "",
                       between, said);
    else
        (void)snprintf(ret_words, size, "paused by hand%s%s", between, said);
}
