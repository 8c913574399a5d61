/* nearest - the name a person may have meant. Pure. */
#ifndef PSYNC_CONFIG_NEAREST_H
#define PSYNC_CONFIG_NEAREST_H

#include "config/options.h"

/* The setting whose "section.key" is nearest by edit distance (Levenshtein, with swapped neighbours as one edit); if
 * none of that section is near, one with that very key in another; else NULL. */
const struct psync_option *psync_nearest_option(const char *section, const char *key);
/* How many edits two words are apart. */
size_t psync_nearest_distance(const char *a, const char *b);
/* The nearest section, or NULL. */
const char *psync_nearest_section(const char *section);

#endif
