/* context - what most commands begin with: the settings, their warnings, the log.
 *
 * Owned by the command; psync_context_done accepts a half-made one. */
#ifndef PSYNC_CMD_CONTEXT_H
#define PSYNC_CMD_CONTEXT_H

#include "base/log.h"
#include "cmd/command.h"
#include "config/load.h"

struct psync_context {
    struct psync_config *config;
    struct psync_log *log;      /* NULL until psync_context_log */
    char *log_path;
};

/* Loads the settings; says warnings; complains and returns the exit code when they are wrong. */
enum psync_exit psync_context_load(struct psync_context *ctx, const struct psync_invocation *inv);
/* Makes the state folder if needed and opens the log: log.file, else DEFAULT_NAME in the state folder. */
enum psync_exit psync_context_log(struct psync_context *ctx, const struct psync_invocation *inv,
                                  const char *default_name);
/* The log as `config` wants it, for a reopen; points into both. */
struct psync_log_conf psync_context_log_conf(const struct psync_context *ctx, const struct psync_config *config,
                                             const struct psync_invocation *inv);
void psync_context_done(struct psync_context *ctx);

/* All that deliveries need (config/ready.h); or a line that says what is missing, and the exit code 2. */
enum psync_exit psync_context_ready(const struct psync_context *ctx);

/* How a reload finds the settings again. */
struct psync_config_source psync_context_source(const struct psync_invocation *inv);

#endif
