/* catalogue - examples/catalogue.csv, carried inside the program for `demo`; made at build time by embed/embed.c. */
#ifndef PSYNC_CMD_CATALOGUE_H
#define PSYNC_CMD_CATALOGUE_H

#include <stddef.h>

extern const char psync_catalogue[];
extern const size_t psync_catalogue_size;     /* bytes */
extern const size_t psync_catalogue_products; /* records, the header aside */

#endif
