/* options - the one table of settings: name, type, unit, default, range, reload, secret, help.
 *
 * It feeds the parser, the defaults, `config show`, --help and the reference in docs/. A new setting is one row here
 * and one field in config/config.h. */
#ifndef PSYNC_CONFIG_OPTIONS_H
#define PSYNC_CONFIG_OPTIONS_H

#include "base/buf.h"
#include "config/config.h"

enum psync_option_type {
    PSYNC_OPTION_TEXT, PSYNC_OPTION_BOOL, PSYNC_OPTION_COUNT32, PSYNC_OPTION_COUNT64, PSYNC_OPTION_INT64,
    PSYNC_OPTION_REAL, PSYNC_OPTION_DURATION, PSYNC_OPTION_SIZE, PSYNC_OPTION_CHOICE
};
enum psync_option_flags {
    PSYNC_OPTION_SECRET = 1,      /* masked everywhere; refused by --set */
    PSYNC_OPTION_RELOAD = 2,      /* may change at SIGHUP; without it: at a restart */
    PSYNC_OPTION_DESTINATION = 4, /* stands once per destination; offset is into psync_destination_conf */
    PSYNC_OPTION_QUIET = 8,       /* may hold a secret inside: errors do not repeat the value */
    PSYNC_OPTION_LINES = 16,      /* may go on over indented lines; they are joined by LF */
    PSYNC_OPTION_OPERATOR = 64,   /* where tokens and products go, whom to trust: never changed from the dashboard */
    PSYNC_OPTION_SHOP = 32        /* stands once per shop; offset is into psync_shop_conf */
};

struct psync_option {
    const char *section, *key;
    enum psync_option_type type;
    unsigned flags;
    size_t offset;                     /* into psync_config, psync_destination_conf or psync_shop_conf */
    const char *dflt;                  /* as the file would spell it */
    const char *min, *max;             /* of numbers, durations and sizes: inclusive, same spelling */
    const char *const *choices;        /* PSYNC_OPTION_CHOICE: NULL-terminated, in the enum's order */
    enum psync_result (*check)(const char *value, struct psync_error *err); /* further rule for a text; may be NULL */
    const char *help;                  /* one sentence, no full stop at the end of a fragment */
};

/* A section's title and what it is about, in the table's order. */
struct psync_section {
    const char *name, *help;
};

extern const struct psync_option psync_options[];
extern const size_t psync_options_count;
extern const struct psync_section psync_sections[];
extern const size_t psync_sections_count;

/* May the dashboard change it, in the running process? */
bool psync_option_changeable(const struct psync_option *o);
const struct psync_option *psync_option_find(const char *section, const char *key); /* NULL: no such setting */
/* What may stand there: "an integer from 1 to 100", "add or full", "yes or no", "text". In the buffer, or a literal. */
enum { PSYNC_OPTION_EXPECTS_MAX = 160 };
const char *psync_option_expects(const struct psync_option *o, char ret_text[PSYNC_OPTION_EXPECTS_MAX]);

/* The reference as Markdown (docs/configuration.md holds its output; a test compares), as plain text and as JSON. */
PSYNC_CHECKED enum psync_result psync_options_markdown(struct psync_buf *out);
PSYNC_CHECKED enum psync_result psync_options_help(struct psync_buf *out);
PSYNC_CHECKED enum psync_result psync_options_json(struct psync_buf *out);

#endif
