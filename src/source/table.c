/* table - rows to products. */
#include "source/table.h"

#include "base/json.h"
#include "base/utf8.h"
#include "source/fields.h"
#include "source/price_text.h"

void psync_table_init(struct psync_table *t, struct psync_reading *reading)
{
    t->reading = reading;
    psync_csv_init(&t->csv, &reading->stream);
    t->has_header = t->by_shape = t->used = false;
    t->n_columns = t->n_left_out = 0;
    psync_buf_init(&t->passed, reading->stream.max * 6 + 4096); /* every byte a \u00XX */
}

void psync_table_done(struct psync_table *t)
{
    psync_buf_done(&t->passed);
}

static struct psync_span field(struct psync_table *t, enum psync_column column)
{
    return psync_csv_text(&t->csv, t->column[column]);
}

static bool is_legacy(const struct psync_table *t)
{
    return t->reading->format == PSYNC_FORMAT_PRESTASHOP_LEGACY_EXPORT;
}

/* The legacy export's rows have a value less than its header has columns. */
static enum psync_result check_width(const struct psync_table *t, struct psync_error *reason)
{
    size_t n = t->csv.n_fields;
    if (n == t->n_columns || (is_legacy(t) && n + 1 == t->n_columns))
        return PSYNC_OK;
    return psync_fail(reason, PSYNC_REJECT, "the row has %zu value%s, the header has %zu columns", n, n == 1 ? "" : "s",
                      t->n_columns);
}

/* The price with tax: for people in the export of 9, plain in the legacy one. */
static enum psync_result export_price(struct psync_table *t, struct psync_product *p, struct psync_error *reason)
{
    struct psync_decimal untaxed;
    bool has_untaxed = t->column[PSYNC_COLUMN_UNTAXED] != PSYNC_NO_COLUMN &&
                       psync_decimal_parse(psync_trimmed(field(t, PSYNC_COLUMN_UNTAXED)), false, &untaxed) == PSYNC_OK;
    if (t->reading->rules->tax == PSYNC_TAX_EXCLUDED) {
        if (!has_untaxed)
            return psync_fail(reason, PSYNC_REJECT, "price without tax is not there or not a number");
        p->price = untaxed;
        return PSYNC_OK;
    }
    struct psync_span text = psync_trimmed(field(t, PSYNC_COLUMN_PRICE));
    if (text.len == 0)
        return psync_fail(reason, PSYNC_REJECT, "price is empty");
    if (is_legacy(t) && psync_decimal_parse(text, false, &p->price) == PSYNC_OK)
        return PSYNC_OK;
    return psync_price_text_parse(text, has_untaxed ? &untaxed : NULL, &p->price, reason);
}

static enum psync_result read_fields(struct psync_table *t, struct psync_product *p, struct psync_error *reason)
{
    bool plain = t->reading->format == PSYNC_FORMAT_CSV;
    enum psync_result r = check_width(t, reason);
    if (r == PSYNC_OK)
        r = psync_field_id(field(t, PSYNC_COLUMN_ID), p, reason);
    if (r != PSYNC_OK)
        return r;
    p->name = field(t, PSYNC_COLUMN_NAME);
    if (psync_trimmed(p->name).len == 0)
        return psync_fail(reason, PSYNC_REJECT, "name is empty");
    if (!plain && psync_span_eq(p->name, "N/A"))
        return psync_fail(reason, PSYNC_REJECT, "name is empty (the export writes N/A for that)");
    r = plain ? psync_field_price(field(t, PSYNC_COLUMN_PRICE), p, reason) : export_price(t, p, reason);
    return r == PSYNC_OK ? psync_field_stock(field(t, PSYNC_COLUMN_STOCK), p, reason) : r;
}

/* The columns of input.pass, each as a JSON string. */
static enum psync_result read_passed(struct psync_table *t, struct psync_product *p, struct psync_error *reason)
{
    size_t end[PSYNC_PASS_MAX] = {0}, begin = 0;
    const struct psync_product_rules *rules = t->reading->rules;
    psync_buf_clear(&t->passed);
    for (size_t i = 0; i < rules->n_pass; i++) {
        if (t->pass_column[i] < t->csv.n_fields) {
            struct psync_span text = psync_csv_text(&t->csv, t->pass_column[i]);
            if (!psync_utf8_valid(text))
                return psync_fail(reason, PSYNC_REJECT, "%s is not valid UTF-8", rules->pass_names[i]);
            enum psync_result r = psync_json_add_string(&t->passed, text);
            if (r != PSYNC_OK)
                return r;
        }
        end[i] = t->passed.len;
    }
    p->n_pass = rules->n_pass;
    for (size_t i = 0; i < p->n_pass; begin = end[i++])
        p->pass[i] = (struct psync_span){end[i] > begin ? t->passed.data + begin : NULL, end[i] - begin};
    return PSYNC_OK;
}

/* A row was read, or none could be: is it one of an export? */
static enum psync_result check_shape(struct psync_table *t, enum psync_result r, struct psync_error *err)
{
    if (r == PSYNC_NOMEM || r == PSYNC_FATAL)
        return r;
    if (r == PSYNC_OK && psync_table_has_export_shape(t)) {
        t->by_shape = false;
        return PSYNC_OK;
    }
    t->reading->format = PSYNC_FORMAT_UNKNOWN;
    t->reading->line = t->header_line;
    return psync_fail(err, PSYNC_FATAL, "%s", t->unknown.text);
}

enum psync_result psync_table_next(struct psync_table *t, struct psync_product *ret_product, struct psync_error *err)
{
    if (t->used)
        psync_csv_drop(&t->csv);
    t->used = false;
    enum psync_result r = t->has_header ? PSYNC_OK : psync_table_read_header(t, err);
    if (r == PSYNC_OK)
        r = psync_csv_read(&t->csv, &t->reading->line, err);
    if (t->by_shape)
        r = check_shape(t, r, err);
    if (r != PSYNC_OK)
        return r;
    r = read_fields(t, ret_product, err);
    if (r == PSYNC_OK)
        r = read_passed(t, ret_product, err);
    t->used = r == PSYNC_OK || r == PSYNC_REJECT;
    if (r == PSYNC_OK)
        t->reading->left_out.values += t->n_left_out;
    return r;
}
