/* rights - one table of names. */
#include "admin/rights.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned right;
} names[] = {{"read", PSYNC_MAY_READ}, {"ingest", PSYNC_MAY_INGEST}, {"admin", PSYNC_MAY_ADMIN}};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

bool psync_rights_allow(unsigned rights, enum psync_scope scope)
{
    switch (scope) {
    case PSYNC_SCOPE_ADMIN:
        return (rights & PSYNC_MAY_ADMIN) != 0;
    case PSYNC_SCOPE_INGEST:
        return (rights & (PSYNC_MAY_INGEST | PSYNC_MAY_ADMIN)) != 0;
    case PSYNC_SCOPE_READ:
        return (rights & (PSYNC_MAY_READ | PSYNC_MAY_ADMIN)) != 0;
    case PSYNC_SCOPE_NONE:
        return true;
    default:
        return false;
    }
}

enum psync_result psync_rights_parse(const char *text, unsigned *ret_rights, struct psync_error *err)
{
    unsigned rights = 0;
    for (const char *at = text;; at++) {
        size_t n = strcspn(at, ","), i = 0;
        while (i < NAMES && (strlen(names[i].name) != n || memcmp(names[i].name, at, n) != 0))
            i++;
        if (i == NAMES)
            return psync_fail(err, PSYNC_REJECT, "expected read, ingest or admin, or several separated by commas");
        rights |= names[i].right;
        at += n;
        if (*at == '\0')
            break;
    }
    *ret_rights = rights;
    return PSYNC_OK;
}

const char *psync_rights_text(unsigned rights, char ret_text[PSYNC_RIGHTS_TEXT])
{
    ret_text[0] = '\0';
    for (size_t i = 0; i < NAMES; i++) {
        if (!(rights & names[i].right))
            continue;
        if (ret_text[0])
            strcat(ret_text, ",");
        strcat(ret_text, names[i].name);
    }
    return ret_text;
}
