/* options - the flags of `productsync mock`, as a table. */
#ifndef PSYNC_MOCK_OPTIONS_H
#define PSYNC_MOCK_OPTIONS_H

#include "mock/mock.h"

struct psync_mock_option {
    const char *name;  /* without the dashes: "latency" */
    const char *value; /* what it takes, for the help: "TIME[-TIME]"; NULL: nothing */
    const char *help;  /* one line */
    /* `value` is NULL when the flag takes none. REJECT: `err` says what is wrong with it. */
    enum psync_result (*set)(struct psync_mock_conf *conf, const char *value, struct psync_error *err);
};

/* In the order of the help; ends with a row whose name is NULL. */
extern const struct psync_mock_option psync_mock_options[];

#endif
