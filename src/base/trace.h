/* trace - the W3C's traceparent: read as it comes in, and made anew for each request that goes out.
 *
 *   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *   version, trace id, parent id, flags (https://www.w3.org/TR/trace-context/#traceparent-header) */
#ifndef PSYNC_BASE_TRACE_H
#define PSYNC_BASE_TRACE_H

#include "base/buf.h"

enum { PSYNC_TRACE_BYTES = 56 }; /* with the NUL */

/* A version later than 00 is read as far as 00 knows it, as the recommendation says, and becomes 00. REJECT: not valid;
 * then the one who gets it is to go on as if there had been none. */
PSYNC_CHECKED enum psync_result psync_trace_read(struct psync_span header, char ret_trace[PSYNC_TRACE_BYTES]);
/* The same trace under a parent of our own; `parent` 0 becomes 1, for zeros are not allowed. "" , or anything that is
 * no trace, stays "". */
void psync_trace_child(const char *trace, uint64_t parent, char ret_trace[PSYNC_TRACE_BYTES]);

#endif
