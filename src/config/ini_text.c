/* ini_text - lines for inih, and its findings put together again. */
#include "config/ini_text.h"

#include "base/utf8.h"
#include "config/wipe.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

enum { WHERE_MAX = 300, SECTION_MAX = 160, KEY_MAX = 64 };

static const char expected_setting[] = "expected the name of a setting, = and its value";

/* Kept free at the end of inih's line buffer: a full one makes it throw the next line away. */
enum { PIECE_MARGIN = 8 };

/* The reader gives inih one line, or a piece of one, at a time; inih calls `on_pair` before it asks for the next. */
struct reading {
    struct psync_span rest;         /* lines not read yet */
    unsigned line;
    char text[PSYNC_INI_LINE_MAX + 1]; /* the line as inih shall see it: without comment, BOM and line end */
    size_t at, len;                 /* what of `text` inih has seen; its length */
    bool piece;                     /* inih sees a further piece of the same line */
    bool awaits_pair;               /* inih was given part of a setting and has not called yet */

    const char *file;
    char section[SECTION_MAX];
    char key[KEY_MAX];              /* the setting being put together; "" : none */
    unsigned key_line;
    struct psync_buf value;

    psync_ini_handler *handler;
    void *arg;
    struct psync_error *err;
    enum psync_result result;       /* the first failure; nothing is read after it */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool fail_line(struct reading *r, const char *reason)
{
    r->result = psync_fail(r->err, PSYNC_REJECT, "%s:%u: %s", r->file, r->line, reason);
    return false;
}

static bool report(struct reading *r, const char *key, const char *value, unsigned line)
{
    char where[WHERE_MAX];

    snprintf(where, sizeof where, "%.250s:%u", r->file, line);
    r->result = r->handler(r->arg, r->section, key, value, where, r->err);
    return r->result == PSYNC_OK;
}

/* Hands the setting that is complete now to the handler. */
static bool finish_setting(struct reading *r)
{
    bool ok = r->key[0] == '\0' || report(r, r->key, r->value.data, r->key_line);

    r->key[0] = '\0';
    psync_wipe(r->value.data, r->value.len);
    psync_buf_clear(&r->value);
    return ok;
}

/* inih's handler: 0 is an error, but all that counts is r->result. */
static int on_pair(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *r = arg;
    enum psync_result added = PSYNC_OK;

    (void)section; /* cut at 50 bytes; r->section is not */
    r->awaits_pair = false;
    if (is_blank(r->text[0])) {
        if (!r->piece && r->value.len > 0)
            added = psync_buf_add_char(&r->value, '\n');
    } else if (!r->piece) {
        if (name[0] == '\0' || strlen(name) >= sizeof r->key)
            return fail_line(r, expected_setting);
        memcpy(r->key, name, strlen(name) + 1);
        r->key_line = r->line;
    }
    if (added == PSYNC_OK)
        added = psync_buf_add_str(&r->value, value);
    if (added == PSYNC_REJECT)
        return fail_line(r, "the value is too long");
    r->result = added;
    return added == PSYNC_OK;
}

/* A semicolon after white space begins a comment, as it does for inih; a # only at the start of a line. */
static size_t without_comment(const char *line, size_t n)
{
    size_t start = 0;

    while (start < n && is_blank(line[start]))
        start++;
    if (start < n && (line[start] == '#' || line[start] == ';'))
        return 0;
    for (size_t i = 1; i < n; i++) {
        if (line[i] == ';' && is_blank(line[i - 1])) {
            n = i;
            break;
        }
    }
    while (n > 0 && is_blank(line[n - 1]))
        n--;
    return n;
}

static bool check_line(struct reading *r, struct psync_span line)
{
    if (!psync_utf8_valid(line))
        return fail_line(r, "is not UTF-8");
    for (size_t i = 0; i < line.len; i++) {
        if (((unsigned char)line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
            return fail_line(r, "has a control character");
    }
    return true;
}

/* "[title]", and nothing behind it. */
static bool begin_section(struct reading *r)
{
    char *end = strchr(r->text, ']');
    const char *title = r->text + 1 + strspn(r->text + 1, " \t");
    size_t n;

    if (!end)
        return fail_line(r, "a section's title ends with ]");
    if (end[1] != '\0')
        return fail_line(r, "nothing may stand behind a section's title");
    n = (size_t)(end - title);
    while (n > 0 && is_blank(title[n - 1]))
        n--;
    if (end < title || n == 0 || n >= sizeof r->section)
        return fail_line(r, "expected a section's title, such as [retry]");
    memcpy(r->section, title, n);
    r->section[n] = '\0';
    return report(r, NULL, NULL, r->line);
}

/* Takes the next line into r->text; false at the end or a failure. Comments and blank lines come as "". */
static bool take_line(struct reading *r)
{
    const char *end = memchr(r->rest.data, '\n', r->rest.len);
    struct psync_span line = {r->rest.data, end ? (size_t)(end - r->rest.data) : r->rest.len};

    r->rest.data += line.len + (end != NULL);
    r->rest.len -= line.len + (end != NULL);
    if (r->line++ == 0 && line.len >= 3 && memcmp(line.data, "\xEF\xBB\xBF", 3) == 0) {
        line.data += 3;
        line.len -= 3;
    }
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (!check_line(r, line))
        return false;
    line.len = without_comment(line.data, line.len);
    if (line.len > PSYNC_INI_LINE_MAX)
        return fail_line(r, "the line is too long");
    memcpy(r->text, line.data, line.len);
    r->text[line.len] = '\0';
    r->len = line.len;
    r->at = 0;
    return true;
}

/* What the line is for, before inih sees it. */
static bool begin_line(struct reading *r)
{
    if (r->len == 0)
        return true;
    if (is_blank(r->text[0])) {
        if (r->key[0] == '\0')
            return fail_line(r, "an indented line goes on with the setting above it, but there is none");
        return true;
    }
    if (!finish_setting(r))
        return false;
    if (r->text[0] == '[')
        return begin_section(r);
    if (r->section[0] == '\0')
        return fail_line(r, "expected a section's title, such as [retry], before the first setting");
    return true;
}

/* Where a line must be cut so that both parts fit inih: it strips white space at both ends of what it gets, and takes a
 * piece that begins with # or ; for a comment. 0: nowhere. */
static size_t cut_point(const char *text, size_t max)
{
    for (size_t i = max; i > 1; i--) {
        if (!is_blank(text[i]) && !is_blank(text[i - 1]) && text[i] != '#' && text[i] != ';')
            return i;
    }
    return 0;
}

/* Writes a piece of r->text for inih; a further piece is indented, which makes it a continuation line. */
static bool give_piece(struct reading *r, char *str, size_t room)
{
    size_t n = r->len - r->at;

    if (r->text[0] == '[') { /* the title has been read; inih only has to know that a section begins */
        snprintf(str, room, "[]");
        r->at = r->len;
        return true;
    }
    if (n > room) {
        n = cut_point(r->text + r->at, room);
        if (n == 0)
            return fail_line(r, "has too long a run of white space, # or ;");
    }
    r->piece = r->at > 0;
    r->awaits_pair = r->len > 0;
    snprintf(str, room + PIECE_MARGIN, "%s%.*s", r->piece ? " " : "", (int)n, r->text + r->at);
    r->at += n;
    return true;
}

/* inih's reader, in the manner of fgets. */
static char *next_piece(char *str, int size, void *stream)
{
    struct reading *r = stream;

    if (r->result != PSYNC_OK)
        return NULL;
    if (r->awaits_pair) {
        fail_line(r, expected_setting);
        return NULL;
    }
    if (r->at == r->len) {
        if (r->rest.len == 0 || !take_line(r) || !begin_line(r))
            return NULL;
    }
    return give_piece(r, str, (size_t)size - PIECE_MARGIN) ? str : NULL;
}

enum psync_result psync_ini_read(struct psync_span text, const char *file, psync_ini_handler *handler, void *arg,
                                 struct psync_error *err)
{
    struct reading r = {.rest = text, .file = file, .handler = handler, .arg = arg, .err = err};

    psync_buf_init(&r.value, PSYNC_INI_VALUE_MAX);
    if (ini_parse_stream(next_piece, &r, on_pair, &r) < 0 && r.result == PSYNC_OK)
        r.result = PSYNC_NOMEM; /* an inih built to use the heap */
    if (r.result == PSYNC_OK && r.awaits_pair)
        fail_line(&r, expected_setting);
    if (r.result == PSYNC_OK)
        finish_setting(&r);
    psync_wipe(r.value.data, r.value.len);
    psync_wipe(r.text, sizeof r.text);
    psync_buf_done(&r.value);
    return r.result;
}
