/* fuzz_source - reads an input twice, whole and in small pieces: what comes out must be the same, and every payload must
 * be JSON. */
#ifndef PSYNC_TESTS_FUZZ_SOURCE_H
#define PSYNC_TESTS_FUZZ_SOURCE_H

#include "base/json.h"
#include "source/input.h"

#include <stdlib.h>
#include <string.h>

struct fuzz_pieces {
    const char *bytes;
    size_t len, at, piece;
};

static inline long fuzz_read(void *arg, char *bytes, size_t n)
{
    struct fuzz_pieces *p = arg;
    if (n > p->piece)
        n = p->piece;
    if (n > p->len - p->at)
        n = p->len - p->at;
    if (n > 0)
        memcpy(bytes, p->bytes + p->at, n);
    p->at += n;
    return (long)n;
}

static inline void fuzz_check_payload(struct psync_span payload)
{
    json_object *value = NULL;
    if (psync_json_parse(payload, &value, NULL) != PSYNC_OK)
        abort();
    json_object_put(value);
}

static inline void fuzz_transcribe(struct fuzz_pieces p, const struct psync_product_rules *rules, struct psync_buf *out)
{
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    enum psync_result r;
    struct psync_input *in =
        psync_input_new(&(struct psync_input_open){.name = "f", .read = fuzz_read, .arg = &p, .rules = rules});
    if (in == NULL)
        abort();
    while ((r = psync_input_next(in, &id, &payload, &err)) == PSYNC_OK || r == PSYNC_REJECT) {
        if (r == PSYNC_OK)
            fuzz_check_payload(payload);
        if (psync_buf_printf(out, "%s %llu %.*s\n", psync_result_name(r), (unsigned long long)psync_input_line(in),
                             r == PSYNC_OK ? (int)payload.len : (int)strlen(err.text),
                             r == PSYNC_OK ? payload.data : err.text) != PSYNC_OK)
            abort();
    }
    if (psync_buf_printf(out, "%s %s\n", psync_result_name(r), r == PSYNC_FATAL ? err.text : "") != PSYNC_OK)
        abort();
    psync_input_free(in);
}

static inline int fuzz_input(const uint8_t *data, size_t size)
{
    static const char *const tax_rates[] = {"", "20"};
    if (size < 1)
        return 0;
    struct psync_config c = {.payload = {.language = "fr", .version = -1, .digits = 2},
                             .input = {.tax_rate = tax_rates[data[0] & 1],
                                       .pass = data[0] & 2 ? "note,x" : "",
                                       .max_record_bytes = data[0] & 4 ? 64 : 4096}};
    struct psync_product_rules rules;
    struct psync_buf whole, pieces;
    if (psync_product_rules_init(&rules, &c, NULL) != PSYNC_OK)
        abort();
    psync_buf_init(&whole, 1 << 28);
    psync_buf_init(&pieces, 1 << 28);
    struct fuzz_pieces p = {(const char *)data + 1, size - 1, 0, size};
    fuzz_transcribe(p, &rules, &whole);
    p.piece = 1 + (data[0] >> 4);
    fuzz_transcribe(p, &rules, &pieces);
    if (strcmp(whole.data, pieces.data) != 0)
        abort();
    psync_buf_done(&whole);
    psync_buf_done(&pieces);
    psync_product_rules_done(&rules);
    return 0;
}

#endif
