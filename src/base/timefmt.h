/* timefmt - times and durations as text, and back. Pure; always UTC; no locale. */
#ifndef PSYNC_BASE_TIMEFMT_H
#define PSYNC_BASE_TIMEFMT_H

#include "base/buf.h"
#include "base/clock.h"

enum { PSYNC_TIME_MAX = 32, PSYNC_DURATION_MAX = 24 }; /* bytes, with the NUL */

/* RFC 3339 with milliseconds: 2026-11-23T04:35:00.123Z. Out of the years 1970-9999: clamped. Returns `ret_text`. */
const char *psync_time_format(psync_ms t, char ret_text[PSYNC_TIME_MAX]);

/* For people, the same everywhere: "2026-11-23 04:35:00 UTC". Returns `ret_text`. */
const char *psync_time_words(psync_ms t, char ret_text[PSYNC_TIME_MAX]);

/* HTTP-date (RFC 9110 section 5.6.7): IMF-fixdate, RFC 850 (two-digit years: a date more than 50 years ahead of `now`
 * is in the past) and asctime. PSYNC_REJECT: none of them; `*ret_t` untouched. */
PSYNC_CHECKED enum psync_result psync_http_date_parse(struct psync_span text, psync_ms now, psync_ms *ret_t);
/* IMF-fixdate: "Mon, 23 Nov 2026 04:35:00 GMT"; clamped as above. Returns `ret_text`. */
const char *psync_http_date_format(psync_ms t, char ret_text[PSYNC_TIME_MAX]);

/* A duration with its unit: ms, s, m, h, d; an integer or a decimal before it ("100ms", "1.5s", "30d"), whole in
 * milliseconds; "0" needs no unit. At most ten years (3650d). PSYNC_REJECT leaves `*ret_ms` untouched. */
PSYNC_CHECKED enum psync_result psync_duration_parse(const char *text, psync_ms *ret_ms);

/* Exact text that psync_duration_parse reads back, in the largest unit that divides it, days only above 72h: "100ms",
 * "90s", "5m", "72h", "30d"; "0" for none. Returns `ret_text`. */
const char *psync_duration_format(psync_ms ms, char ret_text[PSYNC_DURATION_MAX]);

/* For people, two units at most, cut not rounded: "250 ms", "3 min 20 s", "2 days 4 h"; below zero: "0 s". Returns
 * `ret_text`. */
const char *psync_duration_words(psync_ms ms, char ret_text[PSYNC_DURATION_MAX]);

/* A size in bytes with its unit: B, KB, MB, GB (powers of 1024, also KiB, MiB, GiB); a plain integer is bytes. A
 * decimal is fine where the bytes are whole ("1.5KB"). PSYNC_REJECT leaves `*ret_bytes` untouched. */
PSYNC_CHECKED enum psync_result psync_size_parse(const char *text, uint64_t *ret_bytes);
const char *psync_size_format(uint64_t bytes, char ret_text[PSYNC_DURATION_MAX]); /* "64MB", exact */

#endif
