/* reading - what the readers of all formats share: the stream, the rules, where they are, what they left out. */
#ifndef PSYNC_SOURCE_READING_H
#define PSYNC_SOURCE_READING_H

#include "source/input.h"
#include "source/left_out.h"
#include "source/stream.h"

enum psync_format {
    PSYNC_FORMAT_UNKNOWN, PSYNC_FORMAT_JSON_OBJECT, PSYNC_FORMAT_JSON_ARRAY, PSYNC_FORMAT_NDJSON, PSYNC_FORMAT_CSV,
    PSYNC_FORMAT_PRESTASHOP_EXPORT, PSYNC_FORMAT_PRESTASHOP_LEGACY_EXPORT, PSYNC_FORMAT_WEBSERVICE
};

struct psync_reading {
    struct psync_stream stream;
    const struct psync_product_rules *rules;
    struct psync_left_out left_out;
    enum psync_format format;
    size_t input;  /* which of several that share a psync_webservice */
    uint64_t line; /* of the record last looked at */
};

#endif
