/* exposition - see the header. */
#include "admin/exposition.h"

#include <math.h>
#include <string.h>

static void add(struct psync_exposition *e, const char *text)
{
    if (e->result == PSYNC_OK)
        e->result = psync_buf_add_str(e->buf, text);
}

void psync_exposition_begin(struct psync_exposition *e, struct psync_buf *buf)
{
    *e = (struct psync_exposition){.buf = buf, .result = PSYNC_OK, .name = ""};
}

enum psync_result psync_exposition_end(struct psync_exposition *e)
{
    return e->result;
}

void psync_expose_family(struct psync_exposition *e, const char *name, const char *type, const char *help)
{
    e->name = name;
    if (e->result == PSYNC_OK)
        e->result = psync_buf_printf(e->buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_value(struct psync_exposition *e, double value)
{
    double whole;
    if (e->result != PSYNC_OK)
        return;
    if (modf(value, &whole) == 0 && fabs(value) < 1e15)
        e->result = psync_buf_add_int(e->buf, (int64_t)value);
    else
        e->result = psync_buf_printf(e->buf, "%.15g", value);
}

/* A label's value in quotes: backslash, quote and line feed are what the format escapes. */
static void add_label(struct psync_exposition *e, const char *before, struct psync_label label)
{
    add(e, before);
    add(e, label.name);
    add(e, "=\"");
    for (const char *at = label.value; *at && e->result == PSYNC_OK; at++) {
        if (*at == '\n')
            add(e, "\\n");
        else if (*at == '\\' || *at == '"')
            e->result = psync_buf_printf(e->buf, "\\%c", *at);
        else
            e->result = psync_buf_add_char(e->buf, *at);
    }
    add(e, "\"");
}

void psync_expose(struct psync_exposition *e, const char *suffix, struct psync_label a, struct psync_label b,
                  double value)
{
    add(e, e->name);
    add(e, suffix);
    if (a.name)
        add_label(e, "{", a);
    if (b.name)
        add_label(e, a.name ? "," : "{", b);
    add(e, a.name || b.name ? "} " : " ");
    add_value(e, value);
    add(e, "\n");
}
