/* test_contract - the one suite that runs over every driver. A case a driver has no capability for is skipped, and
 * said so. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>

static const struct psync_queue_driver *const drivers[] = {&psync_driver_sqlite};
static const struct contract_case *const tables[] = {cases_flow, cases_order, cases_dead, cases_batch, cases_list,
                                                      cases_withdraw};

struct run {
    const struct psync_queue_driver *driver;
    const struct contract_case *c;
    char name[128];
};

static void run_case(void **state)
{
    struct run *run = *state;
    struct fixture f;
    if ((run->driver->capabilities & run->c->needs) != run->c->needs)
        skip();
    fixture_init(&f, run->driver);
    run->c->run(&f);
    fixture_check(&f);
    fixture_done(&f);
}

int main(void)
{
    static struct run runs[256];
    static struct CMUnitTest tests[256];
    size_t n = 0;
    for (size_t d = 0; d < sizeof drivers / sizeof *drivers; d++)
        for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
            for (const struct contract_case *c = tables[t]; c->name != NULL && n < 256; c++, n++) {
                runs[n] = (struct run){drivers[d], c, ""};
                snprintf(runs[n].name, sizeof runs[n].name, "%s: %s", drivers[d]->name, c->name);
                tests[n] = (struct CMUnitTest){runs[n].name, run_case, NULL, NULL, &runs[n]};
            }
    return _cmocka_run_group_tests("contract", tests, n, NULL, NULL);
}
