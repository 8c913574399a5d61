/* shops - see the header. */
#include "cmd/shops.h"

#include "cmd/console.h"

#include "delivery/http.h"
#include "source/shop_read.h"

#include <stdlib.h>
#include <string.h>

struct one {
    const char *name;                    /* borrowed from the configuration */
    struct psync_shop_layers given;      /* as the shop gave them */
    struct psync_shop_layer *judged;     /* the same, with the judgement of the last laying */
};
struct psync_shops {
    struct one *shops;
    size_t n;
};

static void note(struct psync_buf *warnings, const char *prefix, const char *name, const char *text)
{
    /* Without room for it a warning is lost, and no more. */
    if (warnings && psync_buf_printf(warnings, "%s%s%s\n", prefix, name, text) != PSYNC_OK)
        return;
}

struct psync_shops *psync_shops_new(const struct psync_config *config, struct psync_buf *warnings)
{
    struct psync_shops *s = calloc(1, sizeof *s);
    if (s)
        s->shops = calloc(config->n_shops + 1, sizeof *s->shops);
    if (!s || !s->shops) {
        psync_shops_free(s);
        return NULL;
    }
    for (; s->n < config->n_shops; s->n++) {
        struct psync_shop_layers layers;
        struct psync_error err = {0};
        s->shops[s->n].name = config->shops[s->n].name;
        if (psync_shop_read_layers(&config->shops[s->n], &layers, &err) != PSYNC_OK) {
            note(warnings, "", "", err.text);
            continue;
        }
        s->shops[s->n].given = layers;
    }
    return s;
}

void psync_shops_free(struct psync_shops *s)
{
    for (size_t i = 0; s && i < s->n; i++) {
        psync_shop_layers_done(&s->shops[i].given);
        free(s->shops[i].judged);
    }
    if (s)
        free(s->shops);
    free(s);
}

enum psync_result psync_shops_set(struct psync_shops *s, const char *name, const struct psync_shop_layers *layers)
{
    struct psync_shop_layers copy;
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->shops[i].name, name) != 0)
            continue;
        enum psync_result r = psync_shop_layers_copy(layers, &copy);
        if (r != PSYNC_OK)
            return r;
        psync_shop_layers_done(&s->shops[i].given);
        s->shops[i].given = copy;
        free(s->shops[i].judged);
        s->shops[i].judged = NULL;
    }
    return PSYNC_OK;
}

/* ---- laying: of all shops at once, in an array of their own, because laying writes its judgement into it ---- */

static void keep_judgement(struct one *one, const struct psync_shop_layer *laid)
{
    size_t bytes = one->given.n * sizeof *one->judged;
    free(one->judged);
    one->judged = malloc(bytes + 1);
    if (one->judged && bytes > 0)
        memcpy(one->judged, laid, bytes);
}

/* What only the HTTP library knows of an address, a token, a certificate. */
static enum psync_result is_usable(const struct psync_config *config, const struct psync_destination_conf *d,
                                   struct psync_error *why)
{
    struct psync_http_target *target = NULL;
    enum psync_result r = psync_http_target_new(d, &config->http, &target, why);
    psync_http_target_release(target);
    return r;
}

enum psync_result psync_shops_lay(const struct psync_shops *s, const struct psync_config *base,
                                  struct psync_config **ret_config, struct psync_buf *warnings)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->shops[i].given.n;
    struct psync_shop_layer *all = calloc(n + 1, sizeof *all);
    if (!all)
        return PSYNC_NOMEM;
    for (size_t i = 0; i < s->n; at += s->shops[i++].given.n)
        if (s->shops[i].given.n > 0)
            memcpy(all + at, s->shops[i].given.layers, s->shops[i].given.n * sizeof *all);
    enum psync_result r = psync_config_with_shops(base, all, n, is_usable, ret_config);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++)
        if (all[i].why.text[0] != '\0')
            note(warnings, all[i].destination, ": ", all[i].why.text);
    at = 0;
    for (size_t i = 0; r == PSYNC_OK && i < s->n; at += s->shops[i++].given.n)
        keep_judgement(&s->shops[i], all + at);
    free(all);
    return r;
}

void psync_shops_judgement(const struct psync_shops *s, const char *name, struct psync_shop_layers *layers)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct one *one = &s->shops[i];
        if (strcmp(one->name, name) != 0)
            continue;
        for (size_t k = 0; one->judged && k < layers->n && k < one->given.n; k++) {
            layers->layers[k].why = one->judged[k].why;
            layers->layers[k].no_token = one->judged[k].no_token;
        }
    }
}

/* ---- for commands that only look ---- */

static void say_warnings(struct psync_buf *warnings)
{
    for (const char *line = warnings->data; *line; line += strcspn(line, "\n") + 1)
        psync_complain("warning: %.*s", (int)strcspn(line, "\n"), line);
}

enum psync_exit psync_shops_complete(struct psync_context *ctx)
{
    struct psync_buf warnings;
    struct psync_config *laid = NULL;
    if (ctx->config->n_shops == 0)
        return PSYNC_EXIT_OK;
    psync_buf_init(&warnings, 65536);
    struct psync_shops *s = psync_shops_new(ctx->config, &warnings);
    enum psync_result r = s ? psync_shops_lay(s, ctx->config, &laid, &warnings) : PSYNC_NOMEM;
    psync_shops_free(s);
    say_warnings(&warnings);
    psync_buf_done(&warnings);
    if (r != PSYNC_OK) {
        psync_complain("out of memory");
        return PSYNC_EXIT_STORAGE;
    }
    psync_config_free(ctx->config);
    ctx->config = laid;
    return PSYNC_EXIT_OK;
}
