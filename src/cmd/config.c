/* config - `config show`, `config check` and `config reference`. */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/context.h"
#include "cmd/shops.h"

#include "admin/site.h"
#include "base/json.h"
#include "config/options.h"
#include "delivery/http.h"
#include "source/product.h"

#include <stdio.h>
#include <string.h>

enum { OUT_MAX = 1 << 20 };

static bool say_row(void *arg, const struct psync_config_row *row)
{
    const struct psync_invocation *inv = arg;
    psync_say(inv, "%-32s = %-28s  (%s)", row->name, psync_printable(row->value), row->origin_text);
    return true;
}

static bool put_row(void *arg, const struct psync_config_row *row)
{
    struct psync_json_writer *w = arg;
    psync_json_open(w, NULL, '{');
    psync_json_put_text(w, "name", row->name);
    psync_json_put_text(w, "value", row->value);
    psync_json_put_text(w, "origin", row->origin_text);
    psync_json_put_bool(w, "secret", row->secret);
    psync_json_put_bool(w, "reloadable", row->reloadable);
    psync_json_close(w, '}');
    return w->result == PSYNC_OK;
}

static enum psync_exit show_json(const struct psync_config *config)
{
    struct psync_buf out;
    struct psync_json_writer w;
    psync_buf_init(&out, OUT_MAX);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "settings", '[');
    psync_config_show(config, put_row, &w);
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    enum psync_exit code = psync_json_writer_end(&w) == PSYNC_OK ? PSYNC_EXIT_OK : PSYNC_EXIT_STORAGE;
    if (code == PSYNC_EXIT_OK)
        psync_say_json(&out);
    else
        psync_complain("out of memory");
    psync_buf_done(&out);
    return code;
}

enum psync_exit psync_cmd_config_show(struct psync_invocation *inv)
{
    struct psync_context ctx = {0};
    enum psync_exit code = psync_context_load(&ctx, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_shops_complete(&ctx);
    if (code == PSYNC_EXIT_OK && inv->json)
        code = show_json(ctx.config);
    else if (code == PSYNC_EXIT_OK)
        psync_config_show(ctx.config, say_row, inv);
    psync_context_done(&ctx);
    return code;
}

/* What only using a setting shows: certificate files, product rules, what `serve` listens with. */
static enum psync_result try_settings(const struct psync_config *config, struct psync_error *err)
{
    struct psync_product_rules rules;
    enum psync_result r = psync_product_rules_init(&rules, config, err);
    if (r == PSYNC_OK)
        psync_product_rules_done(&rules);
    for (size_t i = 0; r == PSYNC_OK && i < config->n_destinations; i++) {
        struct psync_http_target *target = NULL;
        r = psync_http_target_new(&config->destinations[i], &config->http, &target, err);
        psync_http_target_release(target);
    }
    return r == PSYNC_OK ? psync_site_check_config(config, err) : r;
}

enum psync_exit psync_cmd_config_check(struct psync_invocation *inv)
{
    struct psync_context ctx = {0};
    struct psync_error err = {0};
    enum psync_exit code = psync_context_load(&ctx, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_context_ready(&ctx);
    if (code == PSYNC_EXIT_OK)
        code = psync_shops_complete(&ctx);
    if (code == PSYNC_EXIT_OK && try_settings(ctx.config, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        code = PSYNC_EXIT_USAGE;
    }
    if (inv->json)
        printf("{\"valid\":%s}\n", code == PSYNC_EXIT_OK ? "true" : "false");
    else if (code == PSYNC_EXIT_OK)
        psync_say(inv, "the configuration is valid");
    psync_context_done(&ctx);
    return code;
}

enum psync_exit psync_cmd_config_reference(struct psync_invocation *inv)
{
    struct psync_buf out;
    psync_buf_init(&out, OUT_MAX);
    enum psync_result r = inv->json      ? psync_options_json(&out)
                          : inv->verbose ? psync_options_help(&out)
                                         : psync_options_markdown(&out);
    if (r == PSYNC_OK && inv->json)
        psync_say_json(&out);
    else if (r == PSYNC_OK)
        fwrite(out.data, 1, out.len, stdout);
    psync_buf_done(&out);
    return r == PSYNC_OK ? PSYNC_EXIT_OK : PSYNC_EXIT_STORAGE;
}
