/* ask - requests to the queue's owner, and its answers in words; see the header. */
#include "cmd/ask.h"
#include "cmd/reader.h"

#include "web/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TURNS = 4, SHOWN_MAX = 600 };

static enum psync_exit exit_of(enum psync_result r)
{
    return r == PSYNC_OK                          ? PSYNC_EXIT_OK
           : r == PSYNC_FATAL || r == PSYNC_NOMEM ? PSYNC_EXIT_STORAGE
                                                  : PSYNC_EXIT_REFUSED;
}

enum psync_exit psync_ask_open(struct psync_ask *ask, const struct psync_invocation *inv)
{
    struct psync_error err = {0};
    *ask = (struct psync_ask){.inv = inv};
    enum psync_exit code = psync_context_load(&ask->ctx, inv);
    if (code != PSYNC_EXIT_OK)
        return code;
    const struct psync_session_open open = {.config = ask->ctx.config, .command = inv->command->name,
                                            .reader = &psync_cmd_reader};
    if (psync_session_new(&open, &ask->session, &err) == PSYNC_OK)
        return PSYNC_EXIT_OK;
    psync_complain("%s", err.text);
    return PSYNC_EXIT_STORAGE;
}

void psync_ask_done(struct psync_ask *ask)
{
    psync_session_free(ask->session);
    psync_context_done(&ask->ctx);
}

void psync_ask_print_json(json_object *answer)
{
    fputs(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE), stdout);
    putchar('\n');
}

enum psync_exit psync_ask_try(struct psync_ask *ask, const char *method, const char *target, struct psync_span body,
                              json_object **ret_answer)
{
    struct psync_error err = {0};
    json_object *answer = NULL;
    enum psync_result r = psync_session_call(ask->session, method, target, body, &answer, &err);
    if (r != PSYNC_OK && ask->inv->json && answer)
        psync_ask_print_json(answer);
    if (r != PSYNC_OK)
        psync_complain("%s", err.text);
    *ret_answer = answer;
    return exit_of(r);
}

enum psync_exit psync_ask_call(struct psync_ask *ask, const char *method, const char *target, struct psync_span body,
                               json_object **ret_answer)
{
    json_object *answer = NULL;
    enum psync_exit code = psync_ask_try(ask, method, target, body, &answer);
    if (code == PSYNC_EXIT_OK)
        *ret_answer = answer;
    else
        json_object_put(answer);
    return code;
}

enum psync_exit psync_ask_get(struct psync_ask *ask, const char *target, json_object **ret_answer)
{
    *ret_answer = NULL;
    enum psync_exit code = psync_ask_call(ask, "GET", target, (struct psync_span){0}, ret_answer);
    if (code == PSYNC_EXIT_OK && ask->inv->json) {
        psync_ask_print_json(*ret_answer);
        json_object_put(*ret_answer);
        *ret_answer = NULL;
    }
    return code;
}

enum psync_result psync_target_add(struct psync_buf *target, const char *name, const char *value)
{
    if (!value)
        return PSYNC_OK;
    enum psync_result r = psync_buf_printf(target, "%c%s=", strchr(target->data, '?') ? '&' : '?', name);
    return r == PSYNC_OK ? psync_target_segment(target, value) : r;
}

enum psync_result psync_target_segment(struct psync_buf *target, const char *text)
{
    return psync_web_encode(target, (struct psync_span){text, strlen(text)});
}

static char *turn_of(void)
{
    static _Thread_local char shown[TURNS][SHOWN_MAX];
    static _Thread_local unsigned turn;
    return shown[turn++ % TURNS];
}

const char *psync_shown_time(json_object *o, const char *name)
{
    const char *text = psync_json_text(o, name); /* 2026-11-23T04:35:00.123Z */
    if (!text || strlen(text) < 19)
        return "-";
    char *shown = turn_of();
    snprintf(shown, SHOWN_MAX, "%.10s %.8s UTC", psync_printable(text), psync_printable(text) + 11);
    return shown;
}

const char *psync_shown_text(json_object *o, const char *name)
{
    const char *text = psync_json_text(o, name);
    return text ? psync_printable(text) : "";
}

const char *psync_shown_cause(json_object *o)
{
    char status[24] = "";
    int64_t code = psync_json_int(o, "status", 0);
    const char *error = psync_json_text(o, "error"), *problem = psync_json_text(o, "problem");
    if (code)
        snprintf(status, sizeof status, "HTTP %" PRId64, code);
    if (!error)
        error = "";
    if (*status && strncmp(error, status, strlen(status)) == 0) /* the error says it already */
        status[0] = '\0';
    char *shown = turn_of();
    bool typed = problem && *problem && strcmp(problem, "about:blank") != 0;
    snprintf(shown, SHOWN_MAX, "%s%s%s%s%s%s", status, *status && *error ? ": " : "", psync_printable(error),
             typed ? " (" : "", typed ? psync_printable(problem) : "", typed ? ")" : "");
    return shown;
}
