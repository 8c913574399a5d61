/* wipe - overwrites memory that held a secret. Within src/config and src/source only. */
#ifndef PSYNC_CONFIG_WIPE_H
#define PSYNC_CONFIG_WIPE_H

#include <stddef.h>

/* Through a volatile pointer, so that no compiler leaves it out as useless (C17 has no memset_s everywhere). */
static inline void psync_wipe(void *bytes, size_t n)
{
    volatile unsigned char *b = bytes;

    while (n-- > 0)
        *b++ = 0;
}

#endif
