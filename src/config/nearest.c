/* nearest - the name a person may have meant. */
#include "config/nearest.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 63 }; /* longer ones are compared by their head */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the usual matrix. */
size_t psync_nearest_distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MAX_BYTES + 1];
    size_t *above2 = rows[0], *above = rows[1], *row = rows[2];
    size_t a_len = least(strlen(a), NAME_MAX_BYTES), b_len = least(strlen(b), NAME_MAX_BYTES);

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *oldest = above2;

        above2 = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return row[b_len];
}

/* Further apart than a third of the word it is another word, not a slip. */
static bool is_near(size_t edits, const char *word)
{
    return edits <= 1 + strlen(word) / 3;
}

const struct psync_option *psync_nearest_option(const char *section, const char *key)
{
    const struct psync_option *nearest = NULL, *same_key = NULL;
    size_t edits = SIZE_MAX;
    char wanted[2 * NAME_MAX_BYTES], name[2 * NAME_MAX_BYTES];

    snprintf(wanted, sizeof wanted, "%s.%s", section, key);
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        size_t d;

        snprintf(name, sizeof name, "%s.%s", o->section, o->key);
        d = psync_nearest_distance(wanted, name);
        if (d < edits) {
            edits = d;
            nearest = o;
        }
        if (strcmp(key, o->key) == 0)
            same_key = o;
    }
    if (!nearest || !is_near(edits, wanted) || (same_key && strcmp(nearest->section, section) != 0))
        return same_key;
    return nearest;
}

const char *psync_nearest_section(const char *section)
{
    const char *nearest = NULL;
    size_t edits = SIZE_MAX;

    for (size_t i = 0; i < psync_sections_count; i++) {
        size_t d = psync_nearest_distance(section, psync_sections[i].name);

        if (d < edits) {
            edits = d;
            nearest = psync_sections[i].name;
        }
    }
    return is_near(edits, section) ? nearest : NULL;
}
