/* left_out - counted always, named while there is room. */
#include "source/left_out.h"

#include <string.h>

/* Names are told apart by their length and first bytes: enough for a line to a person. */
static bool is_name(const struct psync_left_out *l, size_t i, struct psync_span name)
{
    size_t n = name.len < PSYNC_SHOWN_MAX ? name.len : PSYNC_SHOWN_MAX;
    return i < l->n && l->names[i].len == name.len && memcmp(l->names[i].raw, name.data, n) == 0;
}

static size_t find(const struct psync_left_out *l, struct psync_span name)
{
    if (is_name(l, l->next, name))
        return l->next;
    size_t i = 0;
    while (i < l->n && !is_name(l, i, name))
        i++;
    return i;
}

void psync_left_out_add(struct psync_left_out *l, struct psync_span name, uint64_t values)
{
    l->values += values;
    size_t i = find(l, name);
    l->next = i + 1;
    if (i < l->n || l->n == PSYNC_LEFT_OUT_NAMES)
        return;
    l->names[i].len = name.len;
    memcpy(l->names[i].raw, name.data, name.len < PSYNC_SHOWN_MAX ? name.len : PSYNC_SHOWN_MAX);
    l->pointers[i] = psync_shown(name, l->names[i].shown);
    l->n++;
}
