/* cases - the contract, case by case: what each needs of a driver. */
#ifndef PSYNC_TESTS_CONTRACT_CASES_H
#define PSYNC_TESTS_CONTRACT_CASES_H

#include "fixture.h"

struct contract_case {
    const char *name;
    unsigned needs; /* PSYNC_CAN_* */
    void (*run)(struct fixture *f);
};
/* Each ends with a row whose name is NULL. */
extern const struct contract_case cases_flow[], cases_order[], cases_dead[], cases_batch[], cases_list[],
    cases_withdraw[];

#endif
