/* context - settings, warnings and log of a command; see the header. */
#include "cmd/context.h"

#include "cmd/console.h"

#include "base/path.h"
#include "config/ready.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARNINGS_MAX = 16384 };

struct psync_config_source psync_context_source(const struct psync_invocation *inv)
{
    return (struct psync_config_source){.file = inv->config_file, .sets = inv->sets, .n_sets = inv->n_sets};
}

enum psync_exit psync_context_load(struct psync_context *ctx, const struct psync_invocation *inv)
{
    struct psync_error err = {0};
    struct psync_buf warnings;
    struct psync_config_source source = psync_context_source(inv);
    psync_buf_init(&warnings, WARNINGS_MAX);
    enum psync_result r = psync_config_load(&source, &ctx->config, &warnings, &err);
    for (char *line = warnings.data, *end; *line; line = end + (*end != '\0')) {
        end = line + strcspn(line, "\n");
        psync_complain("warning: %.*s", (int)(end - line), line);
    }
    psync_buf_done(&warnings);
    if (r == PSYNC_OK)
        return PSYNC_EXIT_OK;
    psync_complain("%s", err.text);
    return PSYNC_EXIT_USAGE;
}

struct psync_log_conf psync_context_log_conf(const struct psync_context *ctx, const struct psync_config *config,
                                             const struct psync_invocation *inv)
{
    const struct psync_log_settings *log = &config->log;
    return (struct psync_log_conf){
        .path = *log->file ? log->file : ctx->log_path,
        .format = log->format,
        .level = log->level,
        .console = inv->verbose,
        .console_level = log->level < PSYNC_LOG_INFO ? log->level : PSYNC_LOG_INFO,
    };
}

enum psync_exit psync_context_log(struct psync_context *ctx, const struct psync_invocation *inv,
                                  const char *default_name)
{
    struct psync_error err = {0};
    size_t size = strlen(ctx->config->state_folder) + strlen(default_name) + 2;
    ctx->log_path = malloc(size);
    if (!ctx->log_path) {
        psync_complain("out of memory");
        return PSYNC_EXIT_STORAGE;
    }
    snprintf(ctx->log_path, size, "%s/%s", ctx->config->state_folder, default_name);
    /* A state folder that cannot be made is no reason not to deliver: the log says once that it cannot be written. */
    if (!*ctx->config->log.file)
        (void)!psync_path_make(ctx->config->state_folder, &err);
    struct psync_log_conf conf = psync_context_log_conf(ctx, ctx->config, inv);
    ctx->log = psync_log_new(&conf);
    if (ctx->log)
        return PSYNC_EXIT_OK;
    psync_complain("out of memory");
    return PSYNC_EXIT_STORAGE;
}

void psync_context_done(struct psync_context *ctx)
{
    psync_log_free(ctx->log);
    psync_config_free(ctx->config);
    free(ctx->log_path);
    *ctx = (struct psync_context){0};
}

enum psync_exit psync_context_ready(const struct psync_context *ctx)
{
    struct psync_error err = {0};
    if (psync_config_ready(ctx->config, &err) == PSYNC_OK)
        return PSYNC_EXIT_OK;
    psync_complain("%s", err.text);
    return PSYNC_EXIT_USAGE;
}
