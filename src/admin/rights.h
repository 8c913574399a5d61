/* rights - what a user or a token may, as a set; and what a route asks for. Pure. */
#ifndef PSYNC_ADMIN_RIGHTS_H
#define PSYNC_ADMIN_RIGHTS_H

#include "admin/scope.h"
#include "base/result.h"

enum psync_right {
    PSYNC_MAY_READ = 1,
    PSYNC_MAY_INGEST = 2,
    PSYNC_MAY_ADMIN = 4 /* and the other two */
};
enum { PSYNC_RIGHTS_TEXT = 32 };

bool psync_rights_allow(unsigned rights, enum psync_scope scope);
/* "read,ingest"; REJECT: none, or an unknown one. */
PSYNC_CHECKED enum psync_result psync_rights_parse(const char *text, unsigned *ret_rights, struct psync_error *err);
const char *psync_rights_text(unsigned rights, char ret_text[PSYNC_RIGHTS_TEXT]); /* as parse reads it */

#endif
