/* console - what a command says; see the header. */
#include "cmd/console.h"

#include "base/timefmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR_CELLS = 20, LINE_BYTES = 80, TURNS = 8, TEXT_MAX = 1024 };

void psync_complain(const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fflush(stdout);
    fprintf(stderr, "productsync: %s\n", psync_printable(text));
}

void psync_say(const struct psync_invocation *inv, const char *fmt, ...)
{
    if (inv->quiet || inv->json)
        return;
    va_list ap;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

void psync_say_json(const struct psync_buf *json)
{
    fwrite(json->data, 1, json->len, stdout);
    putchar('\n');
}

const char *psync_printable(const char *text)
{
    static _Thread_local char shown[TURNS][TEXT_MAX];
    static _Thread_local unsigned turn;
    char *to = shown[turn++ % TURNS];
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c && n < TEXT_MAX - 1; c++) {
        bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f; /* U+0080-009F: CSI among them */
        to[n++] = *c < 0x20 || *c == 0x7f || c1 ? '?' : (char)*c;
        c += c1;
    }
    to[n] = '\0';
    return to;
}

const char *psync_count_text(uint64_t count)
{
    static _Thread_local char shown[TURNS][32];
    static _Thread_local unsigned turn;
    char digits[24], *to = shown[turn++ % TURNS];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, count);
    int n = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            to[n++] = ',';
        to[n++] = digits[i];
    }
    to[n] = '\0';
    return to;
}

void psync_progress_begin(struct psync_progress *p, const struct psync_invocation *inv, const char *what)
{
    *p = (struct psync_progress){.what = what, .shown = !inv->quiet && !inv->json, .begun = psync_clock_now()};
    p->terminal = isatty(STDERR_FILENO) == 1;
    p->drawn = p->begun;
}

static void draw_bar(uint64_t done, uint64_t total, char bar[BAR_CELLS + 4])
{
    size_t cells = (size_t)((double)BAR_CELLS * (double)done / (double)total), n = 0;
    bar[n++] = '[';
    for (size_t i = 0; i < BAR_CELLS; i++)
        bar[n++] = i < cells ? '#' : '.';
    bar[n++] = ']';
    bar[n++] = ' ';
    bar[n] = '\0';
}

void psync_progress_update(struct psync_progress *p, uint64_t done, uint64_t total, const char *note)
{
    char bar[BAR_CELLS + 4] = "", of[40] = "", line[LINE_BYTES];
    psync_ms now = psync_clock_now();
    if (!p->shown || now - p->drawn < (p->terminal ? 100 : 5000))
        return;
    double rate = (double)(done - p->drawn_count) * 1000.0 / (double)(now - p->drawn);
    if (total && done > total)
        done = total;
    if (total)
        snprintf(of, sizeof of, " of %s", psync_count_text(total));
    if (total && p->terminal)
        draw_bar(done, total, bar);
    /* One column less than the narrowest terminal: a line that wraps would not be drawn over but pushed up. */
    snprintf(line, sizeof line, "%s%s%s %s, %.0f/s%s%s", bar, psync_count_text(done), of, p->what, rate,
             *note ? ", " : "", note);
    fprintf(stderr, p->terminal ? "\r%s\033[K" : "%s\n", line);
    fflush(stderr);
    p->drawn = now;
    p->drawn_count = done;
}

void psync_progress_clear(struct psync_progress *p)
{
    if (p->shown && p->terminal) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

void psync_progress_end(struct psync_progress *p)
{
    psync_progress_clear(p);
    p->shown = false;
}

bool psync_ask(const char *question)
{
    char answer[16];
    if (!isatty(STDIN_FILENO))
        return false;
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}
