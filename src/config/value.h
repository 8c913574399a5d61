/* value - one setting's text to the number or text it means, and back to its one canonical spelling. Pure. */
#ifndef PSYNC_CONFIG_VALUE_H
#define PSYNC_CONFIG_VALUE_H

#include "config/options.h"

#include <stdint.h>

/* Everything but a text is a number: a duration in ms, a size in bytes, a choice's index, yes as 1, a real in
 * millionths (so that neither parsing nor printing depends on a locale or on binary fractions). */
enum { PSYNC_VALUE_MAX = 32 }; /* bytes of a number's spelling, with the NUL */

/* REJECT: `err` says what is expected; it never repeats the value. For PSYNC_OPTION_TEXT `*ret_number` is 0. */
PSYNC_CHECKED enum psync_result psync_value_parse(const struct psync_option *o, const char *text, int64_t *ret_number,
                                                  struct psync_error *err);
/* The canonical spelling of a number: 60s and 1m are both "1m". Not for PSYNC_OPTION_TEXT. */
const char *psync_value_format(const struct psync_option *o, int64_t number, char ret_text[PSYNC_VALUE_MAX]);
/* Puts the number where the option's field is: `fields` is the struct its offset is into. Not for PSYNC_OPTION_TEXT. */
void psync_value_store(const struct psync_option *o, int64_t number, void *fields);

#endif
