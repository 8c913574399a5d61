/* secrets - tokens kept in files of their own. */
#include "config/secrets.h"

#include "config/file.h"
#include "config/wipe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TOKEN_FILE_MAX = 8192 };

/* The first line without white space around it, as the buffer's whole text. */
static void keep_first_line(struct psync_buf *text)
{
    size_t n = strcspn(text->data, "\r\n"), start = strspn(text->data, " \t");

    if (start > n)
        start = n;
    while (n > start && strchr(" \t", text->data[n - 1]))
        n--;
    psync_wipe(text->data + n, text->len - n);
    text->len = n;
    psync_buf_drop(text, start);
}

/* Prefixes `err` with the file that holds the token and the setting that names the file. */
static enum psync_result take_token(struct psync_store *s, const struct psync_setting *file, struct psync_buf *text,
                                    struct psync_error *err)
{
    struct psync_setting token = {psync_option_find("destination", "token"), file->index, text->data, file->origin,
                                  file->text};
    enum psync_result r;

    if (strlen(text->data) != text->len) {
        r = psync_fail(err, PSYNC_REJECT, "has a control character");
    } else {
        keep_first_line(text);
        token.text = text->data;
        r = text->len > 0 ? psync_store_set(s, &token, err)
                          : psync_fail(err, PSYNC_REJECT, "the first line is empty; it should be the token");
    }
    return r;
}

static enum psync_result read_token(struct psync_store *s, const struct psync_setting *file, struct psync_buf *warnings,
                                    struct psync_error *err)
{
    struct psync_buf text;
    bool shared = false;
    enum psync_result r;

    if (access(file->text, R_OK) != 0)
        return PSYNC_OK; /* most commands do without it; psync_secrets_need tells the others */
    psync_buf_init(&text, TOKEN_FILE_MAX);
    r = psync_file_read(file->text, &text, &shared, err);
    if (r == PSYNC_OK)
        r = take_token(s, file, &text, err);
    if (r == PSYNC_EMPTY)
        r = PSYNC_OK; /* gone in this moment */
    if (r == PSYNC_REJECT)
        psync_store_explain(s, file, err);
    if (r == PSYNC_OK && shared && warnings)
        r = psync_buf_printf(warnings, "%s: holds a token and can be read by others: chmod 600 %s\n", file->text,
                             file->text);
    psync_wipe(text.data, text.len);
    psync_buf_done(&text);
    return r;
}

enum psync_result psync_secrets_read(struct psync_store *s, struct psync_buf *warnings, struct psync_error *err)
{
    const struct psync_option *o = psync_option_find("destination", "token_file");
    const struct psync_option *token_o = psync_option_find("destination", "token");

    for (size_t i = 0; i < s->pub.n_destinations; i++) {
        const struct psync_slot *slot = psync_store_slot(s, (int)i, o), *token = psync_store_slot(s, (int)i, token_o);
        struct psync_setting file = {o, (int)i, slot->text, slot->origin, slot->where};
        enum psync_result r = PSYNC_OK;

        if (slot->text[0] == '\0' || (token->text[0] != '\0' && token->origin > slot->origin))
            continue;
        if (token->text[0] != '\0' && token->origin == slot->origin) {
            psync_fail(err, PSYNC_REJECT, "there is a token as well; keep one of the two");
            psync_store_explain(s, &file, err);
            return PSYNC_REJECT;
        }
        r = read_token(s, &file, warnings, err);
        if (r != PSYNC_OK)
            return r;
    }
    return PSYNC_OK;
}

/* What systemd's LoadCredential puts there is the service's alone, and only while that runs. */
static const char *hint(const char *path)
{
    static const char credentials[] = "/run/credentials/";
    bool is_one = strncmp(path, credentials, sizeof credentials - 1) == 0;
    return is_one ? ": systemd has it there while the service runs" : "";
}

enum psync_result psync_secrets_need(const struct psync_store *s, size_t i, struct psync_error *err)
{
    const struct psync_option *o = psync_option_find("destination", "token_file");
    const struct psync_slot *slot = psync_store_slot(s, (int)i, o);
    const struct psync_slot *token = psync_store_slot(s, (int)i, psync_option_find("destination", "token"));
    struct psync_setting file = {o, (int)i, slot->text, slot->origin, slot->where};

    if (slot->text[0] == '\0' || (token->text[0] != '\0' && token->origin >= slot->origin))
        return PSYNC_OK;
    errno = 0;
    (void)!access(slot->text, R_OK);
    if (errno == ENOENT || errno == ENOTDIR)
        psync_fail(err, PSYNC_REJECT, "there is no such file%s", hint(slot->text));
    else
        psync_fail(err, PSYNC_REJECT, "cannot be opened: %s%s", strerror(errno ? errno : EAGAIN), hint(slot->text));
    psync_store_explain(s, &file, err);
    return PSYNC_REJECT;
}
