/* mock_flags - the mock's own table of flags (mock/options.h) as flags of a command. */
#ifndef PSYNC_CMD_MOCK_FLAGS_H
#define PSYNC_CMD_MOCK_FLAGS_H

#include "cmd/command.h"

const struct psync_flag *psync_mock_flags(void); /* not thread-safe: for the start */

#endif
