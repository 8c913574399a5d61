/* site_login - who is there; logging in and out. */
#include "admin/site_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANSWER_MAX = 4096, COOKIE_MAX = 256 };

/* ---- answers ---- */

static void write_scopes(struct psync_json_writer *w, unsigned rights)
{
    psync_json_open(w, "scopes", '[');
    if (psync_rights_allow(rights, PSYNC_SCOPE_READ))
        psync_json_put_text(w, NULL, "read");
    if (psync_rights_allow(rights, PSYNC_SCOPE_INGEST))
        psync_json_put_text(w, NULL, "ingest");
    if (psync_rights_allow(rights, PSYNC_SCOPE_ADMIN))
        psync_json_put_text(w, NULL, "admin");
    psync_json_close(w, ']');
}

/* `cookie` "": none is set. */
static void answer_caller(struct psync_web_request *rq, const struct psync_caller *c, const char *cookie)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, ANSWER_MAX);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "user", c->kind == PSYNC_CALLER_USER ? c->name : NULL);
    psync_json_put_text(&w, "token", c->kind == PSYNC_CALLER_TOKEN ? c->name : NULL);
    write_scopes(&w, c->rights);
    psync_json_put_text(&w, "csrf", c->csrf[0] ? c->csrf : NULL);
    psync_json_put_time(&w, "expires_at", c->expires_at);
    psync_json_put_bool(&w, "login_needed", !psync_rights_allow(c->rights, PSYNC_SCOPE_READ));
    psync_json_close(&w, '}');
    bool whole = psync_json_writer_end(&w) == PSYNC_OK;
    const struct psync_web_header header = {"Set-Cookie", cookie};
    if (whole)
        psync_web_reply_with(rq, &(struct psync_web_reply){.status = 200,
                                                           .content_type = "application/json",
                                                           .buf = &buf,
                                                           .headers = &header,
                                                           .n_headers = cookie[0] != '\0'});
    else
        psync_answer_later(rq, "Out of memory", false);
    psync_buf_done(&buf);
}

/* RFC 6265bis. `Path=/`, `Secure` and no domain are what the prefix __Host- demands. */
static void bake(const struct psync_gate *gate, const char *value, char ret_cookie[COOKIE_MAX])
{
    snprintf(ret_cookie, COOKIE_MAX, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", psync_gate_cookie_name(gate),
             value, psync_gate_encrypted(gate) ? "; Secure" : "", value[0] ? "" : "; Max-Age=0");
}

void psync_site_session(struct psync_web_request *rq, void *arg)
{
    struct psync_caller caller;
    psync_site_who(arg, rq, &caller);
    answer_caller(rq, &caller, "");
}

void psync_site_logout(struct psync_web_request *rq, void *arg)
{
    struct psync_site *s = arg;
    char cookie[COOKIE_MAX];
    psync_gate_logout(s->gate, psync_web_header(rq, "Cookie"));
    bake(s->gate, "", cookie);
    const struct psync_web_header header = {"Set-Cookie", cookie};
    psync_web_reply_with(rq, &(struct psync_web_reply){.status = 204, .headers = &header, .n_headers = 1});
}

/* ---- logging in ---- */

struct login {
    struct psync_job job;
    struct psync_site *site;
    struct psync_web_request *rq;
    char user[PSYNC_ACCOUNT_NAME], client[PSYNC_CLIENT_MAX], password[PSYNC_PASSWORD_MAX + 1];
};

static void free_login(void *arg)
{
    psync_forget(arg, sizeof(struct login));
    free(arg);
}

static void answer_wait(struct psync_web_request *rq, psync_ms wait_ms)
{
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%lld", (long long)((wait_ms + 999) / 1000));
    psync_web_problem_with(rq, 429, "Too many wrong passwords", "Retry-After says in how many seconds to try again",
                           &(struct psync_web_header){"Retry-After", seconds});
}

/* A name that nobody has is not written down: it may be a password, typed into the wrong field. */
static void note(const struct login *l, enum psync_log_level level, const char *event)
{
    const char *user = psync_gate_knows(l->site->gate, l->user) ? l->user : NULL;
    PSYNC_LOG(l->site->open.log, level, event, PSYNC_F_TEXT("user", user), PSYNC_F_TEXT("client", l->client));
}

static void let_in(struct login *l, const struct psync_caller *caller, const char *value)
{
    char cookie[COOKIE_MAX];
    note(l, PSYNC_LOG_INFO, "logged in");
    bake(l->site->gate, value, cookie);
    answer_caller(l->rq, caller, cookie);
    psync_forget(cookie, sizeof cookie);
}

static void try_password(struct login *l, psync_ms now)
{
    struct psync_caller caller;
    char value[PSYNC_RANDOM_TEXT];
    switch (psync_gate_login(l->site->gate, l->user, l->password, l->client, now, &caller, value)) {
    case PSYNC_OK:
        let_in(l, &caller, value);
        psync_forget(value, sizeof value);
        return;
    case PSYNC_EMPTY:
        note(l, PSYNC_LOG_WARNING, "login refused");
        psync_web_problem(l->rq, 401, "Wrong name or password", NULL);
        return;
    default:
        psync_answer_later(l->rq, "Out of memory", false);
    }
}

static enum psync_job_step log_in(struct psync_job *job, bool ending)
{
    struct login *l = PSYNC_CONTAINER(job, struct login, job);
    psync_ms now = psync_clock_now(), wait = psync_gate_login_wait(l->site->gate, l->user, l->client, now);
    if (ending)
        psync_answer_later(l->rq, "The process is about to stop", false);
    else if (wait > 0)
        answer_wait(l->rq, wait);
    else
        try_password(l, now);
    return PSYNC_JOB_DONE;
}

/* REJECT: `err` says why. */
static enum psync_result read_login(struct psync_web_request *rq, struct login *l, struct psync_error *err)
{
    static const struct psync_member members[] = {
        {"user", json_type_string, true}, {"password", json_type_string, true}, {0}};
    json_object *body = NULL;
    enum psync_result r = psync_body_read(psync_web_body(rq), members, &body, err);
    if (r != PSYNC_OK)
        return r;
    const char *user = psync_json_text(body, "user"), *password = psync_json_text(body, "password");
    if (!user || !password || strlen(user) >= sizeof l->user || strlen(password) >= sizeof l->password) {
        r = psync_fail(err, PSYNC_REJECT, "name or password is too long, or no text");
    } else {
        memcpy(l->user, user, strlen(user) + 1);
        memcpy(l->password, password, strlen(password) + 1);
        psync_forget((void *)(uintptr_t)password, strlen(password));
    }
    json_object_put(body);
    return r;
}

/* A form of another site cannot send this type without asking first (the Fetch standard, "CORS-safelisted"). */
static bool is_json(const struct psync_web_request *rq)
{
    const char *type = psync_web_header(rq, "Content-Type");
    return type && strncasecmp(type, "application/json", 16) == 0 && (type[16] == '\0' || strchr("; \t", type[16]));
}

void psync_site_login(struct psync_web_request *rq, void *arg)
{
    struct psync_site *s = arg;
    struct psync_error err = {0};
    struct psync_caller caller;
    if (!is_json(rq)) {
        psync_web_problem(rq, 415, "Not that type", "expected application/json");
        return;
    }
    struct login *l = calloc(1, sizeof *l);
    if (!l) {
        psync_answer_later(rq, "Out of memory", false);
        return;
    }
    l->job.run = log_in;
    l->site = s;
    l->rq = rq;
    psync_list_init(&l->job.link);
    psync_web_attach(rq, l, free_login);
    psync_site_who(s, rq, &caller);
    memcpy(l->client, caller.client, sizeof l->client);
    enum psync_result r = read_login(rq, l, &err);
    psync_ms wait = r == PSYNC_OK ? psync_gate_login_wait(s->gate, l->user, l->client, psync_clock_now()) : 0;
    if (r != PSYNC_OK)
        psync_answer_failure(rq, r, &err);
    else if (wait > 0)
        answer_wait(rq, wait);
    else if (psync_clerk_take(s->clerk, &l->job) != PSYNC_OK)
        psync_answer_later(rq, "Too many log in at once", false);
}
