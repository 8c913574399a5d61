/* scarce - memory that runs out once: the n-th allocation from now fails, SQLite's own included.
 *
 * The program is linked with -Wl,--wrap for malloc, calloc and realloc. Any thread. */
#ifndef PSYNC_TESTS_CONTRACT_SCARCE_H
#define PSYNC_TESTS_CONTRACT_SCARCE_H

#include <stdbool.h>

void scarce_install(void);   /* before SQLite is first used */
void scarce_fail(long nth);  /* 1: the next; 0: none */
long scarce_count(void);     /* allocations since */
bool scarce_hit(void);       /* whether one failed since */

#endif
