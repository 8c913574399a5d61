/* products - reads the inputs of a command; see the header. */
#include "cmd/products.h"

#include "base/json.h"
#include "source/input.h"
#include "source/webservice.h"

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
    char list[200] = "";
    size_t shown = 0;
    for (; shown < n && strlen(list) + strlen(names[shown]) + 3 < sizeof list; shown++) {
        strcat(list, shown ? ", " : "");
        strcat(list, names[shown]);
    }
    psync_complain("%s: %s value%s left out, of: %s%s (input.pass names those to send on)", name,
                   psync_count_text(count), count == 1 ? "" : "s", list, shown < n || n == PSYNC_LEFT_OUT_NAMES ? ", ..." : "");
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

static enum psync_result read_all(struct inflow *f, struct psync_input *in, struct psync_error *err)
{
    struct psync_products *p = f->products;
    struct psync_found found = {0};
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
            found.file = psync_input_number(in);
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

/* What the inputs of one run have in common. */
struct common {
    struct psync_products *products;
    struct psync_product_rules rules;
    struct psync_webservice join;
};

/* `in` NULL: out of memory. */
static enum psync_result read_input(struct inflow *inflow, struct psync_input *in, const char *name,
                                    struct psync_error *err)
{
    enum psync_result r = in ? read_all(inflow, in, err) : psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (in)
        say_left_out(inflow->products, in, name);
    psync_input_free(in);
    return r;
}

static enum psync_result read_one(struct common *c, size_t file, struct psync_error *err)
{
    struct psync_products *p = c->products;
    const char *path = p->inv->n_operands ? p->inv->operands[file] : "-";
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT, "cannot open %s: %s", path, strerror(errno));
    if (standard && !p->inv->quiet && isatty(fd) == 1)
        psync_complain("reading products from the terminal; Ctrl-D ends them");
    struct inflow inflow = {.products = p, .fd = fd, .waited = PSYNC_OK};
    struct psync_input_open open_input = {.name = psync_products_name(p->inv, file),
                                          .read = p->wait ? read_when_ready : NULL,
                                          .fd = fd,
                                          .arg = &inflow,
                                          .rules = &c->rules,
                                          .join = &c->join,
                                          .number = file};
    enum psync_result r = read_input(&inflow, psync_input_new(&open_input), open_input.name, err);
    if (!standard)
        close(fd);
    return r;
}

static const char *name_of(void *arg, size_t file)
{
    const struct psync_products *p = arg;
    return psync_products_name(p->inv, file);
}

/* The webservice's products whose stock rows came after them, perhaps in another input. */
static enum psync_result read_rest(struct common *c, struct psync_error *err)
{
    struct psync_products *p = c->products;
    struct inflow inflow = {.products = p, .fd = -1, .waited = PSYNC_OK};
    if (c->join.has_stocks && !c->join.has_products)
        psync_complain("there are stock rows (stock_availables), but no products: give the webservice's answer to "
                       "products?display=full as well");
    return read_input(&inflow, psync_input_new_rest(&c->join, &c->rules, name_of, p), "the webservice's products", err);
}

/* An input that cannot be read on ends there; the others are read all the same. */
static enum psync_result go_on(struct psync_products *p, enum psync_result r, bool *broken, const struct psync_error *err)
{
    if (r != PSYNC_REJECT)
        return r;
    if (p->progress)
        psync_progress_clear(p->progress);
    psync_complain("%s", err->text);
    *broken = true;
    return PSYNC_EMPTY;
}

static enum psync_result read_inputs(struct common *c, struct psync_error *err)
{
    struct psync_products *p = c->products;
    size_t n = p->inv->n_operands ? p->inv->n_operands : 1;
    enum psync_result r = PSYNC_EMPTY;
    bool broken = false;
    for (size_t i = 0; r == PSYNC_EMPTY && i < n; i++)
        r = go_on(p, read_one(c, i, err), &broken, err);
    if (r == PSYNC_EMPTY)
        r = go_on(p, read_rest(c, err), &broken, err);
    return r == PSYNC_EMPTY && broken ? PSYNC_REJECT : r;
}

enum psync_result psync_products_each(struct psync_products *p, struct psync_error *err)
{
    struct common c = {.products = p};
    enum psync_result r = psync_product_rules_init(&c.rules, p->config, err);
    if (r == PSYNC_REJECT) {
        psync_complain("%s", err->text);
        p->misconfigured = true;
    }
    if (r != PSYNC_OK)
        return r;
    psync_webservice_init(&c.join, &c.rules);
    r = read_inputs(&c, err);
    psync_webservice_done(&c.join);
    psync_product_rules_done(&c.rules);
    return r;
}
