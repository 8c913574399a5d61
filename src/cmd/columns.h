/* columns - lines that fit a terminal. Elsewhere (a pipe, a file) nothing is cut. */
#ifndef PSYNC_CMD_COLUMNS_H
#define PSYNC_CMD_COLUMNS_H

#include <stddef.h>

enum { PSYNC_COLUMN_NAME = 20 }; /* of a destination's name; longer ones push the rest of their line on */

/* Of standard output; 0: it is no terminal, or nobody knows. */
size_t psync_columns_width(void);
/* How many bytes of the printable text stand within `cells` columns, a character a column; 0 `cells`: all. */
int psync_columns_fit(const char *text, size_t cells);

#endif
