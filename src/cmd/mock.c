/* mock - `mock`: a product API that can misbehave on request. */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/mock_flags.h"
#include "cmd/signals.h"

#include "mock/options.h"

#include <stdio.h>
#include <string.h>

const struct psync_flag *psync_mock_flags(void)
{
    static struct psync_flag flags[PSYNC_FLAGS_MAX];
    size_t n = 0;
    for (const struct psync_mock_option *o = psync_mock_options; o->name; o++) {
        PSYNC_INVARIANT(n < PSYNC_FLAGS_MAX - 1);
        flags[n++] = (struct psync_flag){.name = o->name, .value = o->value, .help = o->help, .repeated = true};
    }
    flags[n] = (struct psync_flag){.name = NULL};
    return flags;
}

static enum psync_exit take_flags(const struct psync_invocation *inv, struct psync_mock_conf *conf)
{
    struct psync_error err = {0};
    for (size_t i = 0; i < inv->n_given; i++)
        for (const struct psync_mock_option *o = psync_mock_options; o->name; o++)
            if (strcmp(o->name, inv->given[i].name) == 0 &&
                o->set(conf, o->value ? inv->given[i].value : NULL, &err) != PSYNC_OK) {
                psync_complain("--%s: %s", o->name, err.text);
                return PSYNC_EXIT_USAGE;
            }
    return PSYNC_EXIT_OK;
}

static void say_ready(const struct psync_invocation *inv, const struct psync_mock *mock)
{
    if (inv->json)
        printf("{\"url\":\"%s\",\"port\":%u}\n", psync_mock_url(mock), (unsigned)psync_mock_port(mock));
    psync_say(inv, "a product API at %s; Ctrl-C stops it", psync_mock_url(mock));
    psync_say(inv, "see what it got: GET /ledger; how it misbehaves: PUT /control (docs/mock.md)");
    fflush(stdout);
}

enum psync_exit psync_cmd_mock(struct psync_invocation *inv)
{
    struct psync_mock_conf conf;
    struct psync_mock *mock = NULL;
    struct psync_error err = {0};
    psync_mock_conf_init(&conf);
    enum psync_exit code = take_flags(inv, &conf);
    if (code == PSYNC_EXIT_OK && psync_mock_new(&conf, &mock, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        code = PSYNC_EXIT_USAGE;
    }
    if (code == PSYNC_EXIT_OK) {
        struct psync_mock_totals t;
        say_ready(inv, mock);
        psync_signals_wait();
        psync_mock_totals(mock, &t);
        psync_say(inv, "%s requests, %s products, %s effects, %s products with more than one", psync_count_text(t.requests),
                  psync_count_text(t.products), psync_count_text(t.effects), psync_count_text(t.repeated));
    }
    psync_mock_free(mock);
    psync_mock_conf_done(&conf);
    return code;
}
