/* reader - lends the API the eyes of `produce`: product input in every format it knows. */
#ifndef PSYNC_CMD_READER_H
#define PSYNC_CMD_READER_H

#include "admin/reader.h"

extern const struct psync_product_reader psync_cmd_reader;

#endif
