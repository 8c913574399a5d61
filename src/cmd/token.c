/* token - `token`: what programs show to use the API over TCP. */
#include "cmd/account.h"
#include "cmd/commands.h"
#include "cmd/console.h"

#include "base/json.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct change {
    struct psync_token token;
    char text[PSYNC_TOKEN_TEXT];
    const char *name;
};

/* ---- token add ---- */

static enum psync_result add(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const struct change *c = arg;
    struct psync_token *token;
    if (psync_accounts_token(a, c->name))
        return psync_fail(err, PSYNC_EMPTY, "there is a token %s already; remove it first, or choose another name",
                          c->name);
    enum psync_result r = psync_accounts_add_token(a, &token, err);
    if (r == PSYNC_OK)
        *token = c->token;
    return r;
}

static enum psync_result read_flags(const struct psync_invocation *inv, struct psync_token *t, struct psync_error *err)
{
    const char *scope = psync_invocation_value(inv, "scope"), *rate = psync_invocation_value(inv, "rate");
    const char *expires = psync_invocation_value(inv, "expires");
    psync_ms life = 0;
    char *end = NULL;
    if (!scope)
        return psync_fail(err, PSYNC_REJECT, "what may it do? --scope read, ingest or admin");
    enum psync_result r = psync_rights_parse(scope, &t->rights, err);
    if (r != PSYNC_OK) {
        psync_error_prefix(err, "--scope %s", scope);
        return r;
    }
    if (rate) {
        unsigned long n = strtoul(rate, &end, 10);
        if (rate[0] < '0' || rate[0] > '9' || *end || n > 1000000)
            return psync_fail(err, PSYNC_REJECT, "--rate %s: expected a whole number from 0 to 1000000", rate);
        t->rate = (double)n;
    }
    if (expires && (psync_duration_parse(expires, &life) != PSYNC_OK || life <= 0))
        return psync_fail(err, PSYNC_REJECT, "--expires %s: expected a duration, such as 90d", expires);
    t->created_at = psync_clock_wall();
    t->expires_at = life ? t->created_at + life : 0;
    return PSYNC_OK;
}

static void say_token(const struct psync_invocation *inv, const struct change *c)
{
    struct psync_buf out;
    struct psync_json_writer w;
    if (!inv->json) {
        printf("%s\n", c->text); /* also with --quiet: it is what was asked for */
        if (!inv->quiet)
            fprintf(stderr, "this is shown once: keep it now. Use: Authorization: Bearer TOKEN\n");
        return;
    }
    psync_buf_init(&out, 4096);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "id", c->token.id);
    psync_json_put_text(&w, "name", c->name);
    psync_json_put_text(&w, "token", c->text);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        psync_say_json(&out);
    psync_forget(out.data, out.len);
    psync_buf_done(&out);
}

enum psync_exit psync_cmd_token_add(struct psync_invocation *inv)
{
    struct psync_error err = {0};
    struct change c = {.name = inv->operands[0]};
    enum psync_result r = psync_accounts_check_name(c.name, &err);
    if (r == PSYNC_OK)
        r = read_flags(inv, &c.token, &err);
    if (r == PSYNC_OK)
        r = psync_token_make(c.token.id, c.text, c.token.digest, &err);
    if (r != PSYNC_OK)
        return psync_account_usage(&err);
    snprintf(c.token.name, sizeof c.token.name, "%s", c.name);
    enum psync_exit code = psync_account_edit(inv, add, &c);
    if (code == PSYNC_EXIT_OK)
        say_token(inv, &c);
    psync_forget(&c, sizeof c);
    return code;
}

/* ---- token remove ---- */

static enum psync_result remove_token(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const struct change *c = arg;
    struct psync_token *token = psync_accounts_token(a, c->name);
    if (!token)
        return psync_fail(err, PSYNC_EMPTY, "there is no token %s; see `productsync token list`", c->name);
    psync_accounts_remove_token(a, token);
    return PSYNC_OK;
}

enum psync_exit psync_cmd_token_remove(struct psync_invocation *inv)
{
    struct change c = {.name = inv->operands[0]};
    enum psync_exit code = psync_account_edit(inv, remove_token, &c);
    if (code == PSYNC_EXIT_OK)
        psync_say(inv, "the token %s counts no more", c.name);
    return code;
}

/* ---- token list ---- */

static void put_tokens(struct psync_json_writer *w, const struct psync_accounts *a)
{
    char scopes[PSYNC_RIGHTS_TEXT];
    for (const struct psync_token *t = a->tokens; t < a->tokens + a->n_tokens; t++) {
        psync_json_open(w, NULL, '{');
        psync_json_put_text(w, "id", t->id);
        psync_json_put_text(w, "name", t->name);
        psync_json_put_text(w, "scopes", psync_rights_text(t->rights, scopes));
        psync_json_put_int(w, "rate", (int64_t)t->rate);
        psync_json_put_time(w, "created_at", t->created_at);
        psync_json_put_time(w, "expires_at", t->expires_at);
        psync_json_close(w, '}');
    }
}

static void print_line(const struct psync_invocation *inv, const struct psync_token *t)
{
    char scopes[PSYNC_RIGHTS_TEXT], words[64];
    psync_ms left = t->expires_at - psync_clock_wall();
    const char *life = !t->expires_at ? "" : left <= 0 ? "expired" : psync_duration_words(left, words);
    psync_say(inv, "%s  %-32s %-16s %s%s", t->id, t->name, psync_rights_text(t->rights, scopes),
              t->expires_at && left > 0 ? "expires in " : "", life);
}

enum psync_exit psync_cmd_token_list(struct psync_invocation *inv)
{
    struct psync_accounts a = {0};
    enum psync_exit code = psync_account_read(inv, &a);
    if (code == PSYNC_EXIT_OK && inv->json)
        code = psync_account_say_json("tokens", put_tokens, &a);
    for (size_t i = 0; code == PSYNC_EXIT_OK && i < a.n_tokens; i++)
        print_line(inv, &a.tokens[i]);
    if (code == PSYNC_EXIT_OK && a.n_tokens == 0)
        psync_say(inv, "there is no token yet: productsync token add NAME --scope ingest");
    psync_accounts_done(&a);
    return code;
}
