/* fuzz_timefmt - any bytes as HTTP-date, duration and size; what is taken must be in range and read back. */
#include "base/timefmt.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define YEAR_0     (-INT64_C(62167219200000))
#define YEAR_10050 INT64_C(254980224000000) /* 50 years after the last `now` */
#define TEN_YEARS  INT64_C(315360000000)

static void check_date(struct psync_span text, psync_ms now)
{
    psync_ms t = PSYNC_MS_NEVER;
    char formatted[PSYNC_TIME_MAX];
    if (psync_http_date_parse(text, now, &t) != PSYNC_OK)
        return;
    PSYNC_INVARIANT(t >= YEAR_0 && t <= YEAR_10050 && t % 1000 == 0);
    PSYNC_INVARIANT(strlen(psync_time_format(t, formatted)) == 24);
}

static void check_units(const char *text)
{
    psync_ms ms, ms_again;
    uint64_t bytes, bytes_again;
    char formatted[PSYNC_DURATION_MAX];
    if (psync_duration_parse(text, &ms) == PSYNC_OK) {
        PSYNC_INVARIANT(ms >= 0 && ms <= TEN_YEARS);
        PSYNC_INVARIANT(psync_duration_parse(psync_duration_format(ms, formatted), &ms_again) == PSYNC_OK);
        PSYNC_INVARIANT(ms == ms_again);
        (void)psync_duration_words(ms, formatted);
    }
    if (psync_size_parse(text, &bytes) == PSYNC_OK) {
        PSYNC_INVARIANT(psync_size_parse(psync_size_format(bytes, formatted), &bytes_again) == PSYNC_OK);
        PSYNC_INVARIANT(bytes == bytes_again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_span all = {(const char *)data, size};
    psync_ms now = 0;
    memcpy(&now, data, size < sizeof now ? size : sizeof now); /* any time at all */
    check_date(all, INT64_C(1795408500123));
    check_date(all, now);
    char text[PSYNC_DURATION_MAX];
    (void)psync_time_format(now, (char[PSYNC_TIME_MAX]){0});
    (void)psync_duration_format(now, text);
    (void)psync_duration_words(now, text);
    (void)psync_size_format((uint64_t)now, text);
    char *string = psync_span_dup(all);
    if (string != NULL)
        check_units(string);
    free(string);
    return 0;
}
