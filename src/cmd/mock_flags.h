/* mock_flags - the mock's own table of flags (mock/options.h) as flags of a command. */
#ifndef PSYNC_CMD_MOCK_FLAGS_H
#define PSYNC_CMD_MOCK_FLAGS_H

#include "cmd/command.h"
#include "mock/options.h"

void psync_mock_flags_fill(struct psync_flag flags[PSYNC_FLAGS_MAX]);

#endif
