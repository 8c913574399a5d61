/* products - reads the inputs of a command; see the header. */
#include "cmd/products.h"

#include "base/json.h"
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static void say_refused(struct psync_products *p, const char *line)
{
    p->tally.refused++;
    if (p->progress)
        psync_progress_clear(p->progress);
    if (!p->inv->json) {
        psync_complain("refused: %s", line);
        return;
    }
    struct psync_buf out;
    struct psync_json_writer w;
    psync_buf_init(&out, LINE_MAX_BYTES);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "refused", line);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        psync_say_json(&out);
    psync_buf_done(&out);
}

static void say_left_out(struct psync_products *p, const struct psync_input *in, const char *name)
{
    const char *const *names;
    size_t n;
    uint64_t count = psync_input_left_out(in, &names, &n);
    p->tally.left_out += count;
    if (!count || p->inv->quiet || p->inv->json)
        return;
    char list[400] = "";
    for (size_t i = 0; i < n && strlen(list) + strlen(names[i]) + 3 < sizeof list; i++) {
        strcat(list, i ? ", " : "");
        strcat(list, names[i]);
    }
    psync_complain("%s: %s values left out, of: %s (input.pass names those to send on)", name, psync_count_text(count),
                   list);
}

/* One input, and why it was not read to its end, if that is not its own fault. */
struct inflow {
    struct psync_products *products;
    int fd;
    enum psync_result waited;
    struct psync_error why;
};

static long read_when_ready(void *arg, char *bytes, size_t n)
{
    struct inflow *f = arg;
    f->waited = f->products->wait(f->products->arg, f->fd, &f->why);
    if (f->waited == PSYNC_OK)
        return (long)read(f->fd, bytes, n);
    errno = ECANCELED; /* not an end: what stands half in the window is no product */
    return -1;
}

static enum psync_result read_all(struct inflow *f, struct psync_input *in, size_t file, struct psync_error *err)
{
    struct psync_products *p = f->products;
    struct psync_found found = {.file = file};
    for (;;) {
        if (p->stop && *p->stop)
            return PSYNC_GONE;
        enum psync_result r = psync_input_next(in, &found.id, &found.payload, err);
        if (r == PSYNC_REJECT) {
            say_refused(p, err->text);
            continue;
        }
        if (r == PSYNC_FATAL && f->waited != PSYNC_OK)
            return psync_fail(err, f->waited, "%s", f->why.text);
        if (r == PSYNC_FATAL)
            return PSYNC_REJECT;
        if (r == PSYNC_OK) {
            found.line = psync_input_line(in);
            r = p->take(p->arg, &found, err);
        }
        if (r != PSYNC_OK)
            return r;
        p->tally.read++;
    }
}

const char *psync_products_name(const struct psync_invocation *inv, size_t file)
{
    return !inv->n_operands || strcmp(inv->operands[file], "-") == 0 ? "standard input" : inv->operands[file];
}

static enum psync_result read_one(struct psync_products *p, size_t file, const struct psync_product_rules *rules,
                                  struct psync_error *err)
{
    const char *path = p->inv->n_operands ? p->inv->operands[file] : "-";
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT, "cannot open %s: %s", path, strerror(errno));
    const char *name = psync_products_name(p->inv, file);
    struct inflow inflow = {.products = p, .fd = fd, .waited = PSYNC_OK};
    struct psync_input_open open_input = {
        .name = name, .read = p->wait ? read_when_ready : NULL, .fd = fd, .arg = &inflow, .rules = rules};
    struct psync_input *in = psync_input_new(&open_input);
    enum psync_result r = in ? read_all(&inflow, in, file, err) : psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (in)
        say_left_out(p, in, name);
    psync_input_free(in);
    if (!standard)
        close(fd);
    return r;
}

enum psync_result psync_products_each(struct psync_products *p, struct psync_error *err)
{
    size_t n = p->inv->n_operands ? p->inv->n_operands : 1;
    struct psync_product_rules rules;
    enum psync_result r = psync_product_rules_init(&rules, p->config, err);
    if (r == PSYNC_REJECT) {
        psync_complain("%s", err->text);
        p->misconfigured = true;
    }
    if (r != PSYNC_OK)
        return r;
    bool broken = false;
    for (size_t i = 0; i < n; i++) {
        r = read_one(p, i, &rules, err);
        if (r == PSYNC_REJECT) { /* this input ends here; the others are read all the same */
            if (p->progress)
                psync_progress_clear(p->progress);
            psync_complain("%s", err->text);
            broken = true;
        } else if (r != PSYNC_EMPTY) {
            break;
        }
    }
    psync_product_rules_done(&rules);
    return r != PSYNC_EMPTY && r != PSYNC_REJECT ? r : broken ? PSYNC_REJECT : PSYNC_EMPTY;
}
