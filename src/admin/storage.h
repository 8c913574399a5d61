/* storage - how much the queue's file takes, and what its disk has left. */
#ifndef PSYNC_ADMIN_STORAGE_H
#define PSYNC_ADMIN_STORAGE_H

#include <stdint.h>

int64_t psync_storage_bytes(const char *queue_path); /* with its write-ahead log */
int64_t psync_storage_free(const char *queue_path);  /* for who is not root; -1: not known */

#endif
