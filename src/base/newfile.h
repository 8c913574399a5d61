/* newfile - a small file written anew: whole, durable, and under its name at once. */
#ifndef PSYNC_BASE_NEWFILE_H
#define PSYNC_BASE_NEWFILE_H

#include "base/buf.h"

/* Writes PATH.new (0600, belonging to whom the folder belongs to), syncs it, gives it PATH's name, syncs the folder.
 * REJECT: cannot be written; PATH is as it was. */
PSYNC_CHECKED enum psync_result psync_newfile_write(const char *path, struct psync_span text, struct psync_error *err);

/* The steps of it, for who writes a file in another way. False: errno says why. */
PSYNC_CHECKED bool psync_write_all(int fd, struct psync_span text); /* however often write(2) takes a part */
PSYNC_CHECKED bool psync_folder_sync(const char *folder);           /* so that a new name in it lasts */

#endif
