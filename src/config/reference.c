/* reference - the option table as text: Markdown for docs/, plain lines, JSON. */
#include "config/options.h"

#include "base/json.h"

#include <string.h>

/* Stands between the cells of a Markdown table, so it must not stand in one. */
static enum psync_result add_cell(struct psync_buf *out, const char *text)
{
    enum psync_result r = PSYNC_OK;

    for (; r == PSYNC_OK && *text; text++)
        r = *text == '|' ? psync_buf_add_str(out, "\\|") : psync_buf_add_char(out, *text);
    return r;
}

static enum psync_result add_row(struct psync_buf *out, const struct psync_option *o)
{
    char expects[PSYNC_OPTION_EXPECTS_MAX];
    const char *tick = o->dflt[0] != '\0' ? "`" : "";
    enum psync_result r = psync_buf_printf(out, "| `%s.%s` | %s%s%s | ", o->section, o->key, tick, o->dflt, tick);

    if (r == PSYNC_OK)
        r = add_cell(out, psync_option_expects(o, expects));
    if (r == PSYNC_OK && o->flags & PSYNC_OPTION_SECRET)
        r = psync_buf_add_str(out, ", secret");
    if (r == PSYNC_OK)
        r = psync_buf_printf(out, " | %s | ", o->flags & PSYNC_OPTION_RELOAD ? "reload" : "restart");
    if (r == PSYNC_OK)
        r = add_cell(out, o->help);
    return r == PSYNC_OK ? psync_buf_add_str(out, " |\n") : r;
}

static enum psync_result add_section(struct psync_buf *out, const struct psync_section *section)
{
    enum psync_result r = psync_buf_printf(out, "\n## %s\n\n%s.\n\n", section->name, section->help);

    if (r == PSYNC_OK)
        r = psync_buf_add_str(out, "| setting | default | allowed | change takes | meaning |\n|---|---|---|---|---|\n");

    for (size_t i = 0; r == PSYNC_OK && i < psync_options_count; i++) {
        if (strcmp(psync_options[i].section, section->name) == 0)
            r = add_row(out, &psync_options[i]);
    }
    return r;
}

enum psync_result psync_options_markdown(struct psync_buf *out)
{
    static const char intro[] =
        "# Configuration\n\n"
        "This page is printed by `productsync config reference`; it is never edited by hand.\n\n"
        "The file is `--config FILE`, else `$PRODUCTSYNC_CONFIG`, else `productsync.conf` in the working folder, else\n"
        "`/etc/productsync.conf`. It is UTF-8 text:\n\n"
        "```ini\n"
        "# a comment\n"
        "[destination]\n"
        "url = https://api.example.com/products   ; a comment behind white space and a semicolon\n"
        "token_file = /etc/productsync/token\n"
        "headers = X-Tenant: 7\n"
        "    X-Region: eu                         ; an indented line goes on with the setting above it\n"
        "```\n\n"
        "Strongest first, a setting comes from `--set section.key=value` (which refuses secrets), `MY_API_URL` and\n"
        "`MY_API_TOKEN` in the environment (the destination `default`), the dashboard's file `overrides.conf` in the\n"
        "state folder, the file, the default. `productsync config show` tells which. Durations are written `250ms`,\n"
        "`1.5s`, `5m`, `72h`, `30d`; sizes `512B`, `64KB`, `1MB`, `2GB` (powers of 1024). Of two settings that limit\n"
        "each other, such as `retry.backoff` and `retry.backoff_max`, one that was not set gives way to the one that\n"
        "was.\n\n"
        "A setting marked *reload* changes when the process gets SIGHUP, one marked *restart* when it starts again.\n";
    enum psync_result r = psync_buf_add_str(out, intro);

    for (size_t i = 0; r == PSYNC_OK && i < psync_sections_count; i++)
        r = add_section(out, &psync_sections[i]);
    return r;
}

enum psync_result psync_options_help(struct psync_buf *out)
{
    enum psync_result r = PSYNC_OK;

    for (size_t i = 0; r == PSYNC_OK && i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        bool set = o->dflt[0] != '\0';

        r = psync_buf_printf(out, "  %s.%s%s%s%s\n      %s\n", o->section, o->key, set ? " (" : "", o->dflt,
                             set ? ")" : "", o->help);
    }
    return r;
}

enum psync_result psync_options_json(struct psync_buf *out)
{
    char expects[PSYNC_OPTION_EXPECTS_MAX];
    struct psync_json_writer w;

    psync_json_writer_begin(&w, out);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "settings", '[');
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];

        psync_json_open(&w, NULL, '{');
        psync_json_put_text(&w, "section", o->section);
        psync_json_put_text(&w, "key", o->key);
        psync_json_put_text(&w, "default", o->dflt);
        psync_json_put_text(&w, "allowed", psync_option_expects(o, expects));
        psync_json_put_bool(&w, "secret", (o->flags & PSYNC_OPTION_SECRET) != 0);
        psync_json_put_bool(&w, "reloadable", (o->flags & PSYNC_OPTION_RELOAD) != 0);
        psync_json_put_text(&w, "help", o->help);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}
