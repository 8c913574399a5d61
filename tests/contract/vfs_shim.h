/* vfs_shim - SQLite's files on a disk that can fail and lose power.
 *
 * It stands before the system's VFS and is the default one once installed. Two things it can do:
 *
 * - Let the n-th writing call (write, sync, truncate, delete) fail, with the code asked for.
 * - Keep, beside each real file, what a disk would hold: the bytes as of the last sync, and what was written since. A
 * cut
 *   at the n-th sync turns the machine off; what was not synced is then there or not, sector by sector, as chance has
 * it.
 *
 * One thread. */
#ifndef PSYNC_TESTS_CONTRACT_VFS_SHIM_H
#define PSYNC_TESTS_CONTRACT_VFS_SHIM_H

#include <stdbool.h>
#include <stdint.h>

void vfs_shim_install(void);

/* The `nth` writing call from now (1: the next) returns `code`, an SQLITE_ value; and all after it if `forever`. 0:
 * none. */
void vfs_shim_fail(long nth, int code, bool forever);
long vfs_shim_calls(void); /* writing calls since vfs_shim_fail */

/* From now on the disk is kept track of; what the files hold now counts as synced. The power goes at the `nth` sync,
 * just before it takes effect or just after. `deaf`: syncs do nothing, as with synchronous=OFF. */
void vfs_shim_power(long nth, bool after, bool deaf);
long vfs_shim_syncs(void);   /* since vfs_shim_power */
bool vfs_shim_is_off(void);  /* the power is gone: every call fails */
/* Turns it on again: the files hold what the disk kept. Nothing may be open. */
void vfs_shim_restore(uint64_t seed);

#endif
