/* jsonproduct - picks the members that count, converts them, counts the rest. */
#include "source/jsonproduct.h"

#include "source/fields.h"
#include "source/jsontext.h"
#include "source/language.h"
#include "source/shown.h"

#include <string.h>

struct members {
    struct psync_span id, name, price, stock;
};

static bool is_missing(struct psync_span value)
{
    return value.len == 0 || psync_json_text_kind(value) == PSYNC_JSON_NULL;
}

enum psync_result psync_json_number_text(const char *name, struct psync_span value, struct psync_span *ret_text,
                                         struct psync_error *reason)
{
    char shown[PSYNC_SHOWN_MAX];
    if (is_missing(value))
        return psync_fail(reason, PSYNC_REJECT, "%s is missing", name);
    enum psync_json_kind kind = psync_json_text_kind(value);
    if (kind == PSYNC_JSON_NUMBER) {
        *ret_text = value;
        return PSYNC_OK;
    }
    if (kind == PSYNC_JSON_STRING && psync_json_unescape(value, ret_text) == PSYNC_OK)
        return PSYNC_OK;
    return psync_fail(reason, PSYNC_REJECT, "%s is not a number: %s", name, psync_shown(value, shown));
}

/* The place of input.pass's member `name`, or NULL. */
static struct psync_span *passed(struct psync_span name, const struct psync_product_rules *rules,
                                 struct psync_product *p)
{
    for (size_t i = 0; i < rules->n_pass; i++)
        if (psync_span_eq(name, rules->pass_names[i]))
            return &p->pass[i];
    return NULL;
}

static struct psync_span *own(struct psync_span name, enum psync_json_shape shape, struct members *m)
{
    if (psync_span_eq(name, "id"))
        return &m->id;
    if (psync_span_eq(name, "name"))
        return &m->name;
    if (psync_span_eq(name, "price"))
        return &m->price;
    if (shape == PSYNC_SHAPE_PRODUCT && psync_span_eq(name, "stock"))
        return &m->stock;
    return NULL;
}

/* A member that stands twice counts as it stands last, as in most JSON libraries. */
static enum psync_result collect(struct psync_span object, enum psync_json_shape shape,
                                 const struct psync_product_rules *rules, struct psync_left_out *left_out,
                                 struct members *m, struct psync_product *p, struct psync_error *reason)
{
    struct psync_json_cursor cursor = psync_json_cursor_of(object);
    struct psync_span name, value;
    while (psync_json_cursor_next(&cursor, &name, &value)) {
        if (psync_json_unescape(name, &name) != PSYNC_OK)
            return psync_fail(reason, PSYNC_REJECT, "a member's name holds half a surrogate pair");
        struct psync_span *place = own(name, shape, m);
        if (place == NULL)
            place = passed(name, rules, p);
        if (place != NULL)
            *place = value;
        else
            psync_left_out_add(left_out, name, 1);
    }
    return PSYNC_OK;
}

static enum psync_result read_name(struct psync_span value, const char *language, struct psync_product *p,
                                   struct psync_error *reason)
{
    char shown[PSYNC_SHOWN_MAX];
    if (is_missing(value))
        return psync_fail(reason, PSYNC_REJECT, "name is missing");
    switch (psync_json_text_kind(value)) {
    case PSYNC_JSON_STRING:
        if (psync_json_unescape(value, &p->name) != PSYNC_OK)
            return psync_fail(reason, PSYNC_REJECT, "name holds half a surrogate pair");
        return PSYNC_OK;
    case PSYNC_JSON_OBJECT:
    case PSYNC_JSON_ARRAY:
        return psync_language_choose(value, language, &p->name, reason);
    default:
        return psync_fail(reason, PSYNC_REJECT, "name is not text: %s", psync_shown(value, shown));
    }
}

static enum psync_result add_tax(struct psync_product *p, const struct psync_product_rules *rules,
                                 struct psync_error *reason)
{
    struct psync_decimal taxed;
    if (rules->tax == PSYNC_TAX_EXCLUDED)
        return PSYNC_OK;
    if (!rules->has_tax_rate)
        return psync_fail(reason, PSYNC_REJECT, "the webservice's price is without tax: set input.tax_rate, or "
                                                "input.tax = excluded to send it so");
    if (psync_decimal_multiply(&p->price, &rules->tax_factor, &taxed) != PSYNC_OK)
        return psync_fail(reason, PSYNC_REJECT, "price with tax has too many digits");
    p->price = taxed;
    return PSYNC_OK;
}

static enum psync_result convert(const struct members *m, enum psync_json_shape shape,
                                 const struct psync_product_rules *rules, struct psync_product *p,
                                 struct psync_error *reason)
{
    struct psync_span text = {0};
    enum psync_result r;
    if ((r = psync_json_number_text("id", m->id, &text, reason)) != PSYNC_OK ||
        (r = psync_field_id(text, p, reason)) != PSYNC_OK ||
        (r = read_name(m->name, rules->language, p, reason)) != PSYNC_OK ||
        (r = psync_json_number_text("price", m->price, &text, reason)) != PSYNC_OK ||
        (r = psync_field_price(text, p, reason)) != PSYNC_OK)
        return r;
    if (shape == PSYNC_SHAPE_WEBSERVICE)
        return add_tax(p, rules, reason);
    if ((r = psync_json_number_text("stock", m->stock, &text, reason)) != PSYNC_OK)
        return r;
    return psync_field_stock(text, p, reason);
}

enum psync_result psync_json_product(struct psync_span object, enum psync_json_shape shape,
                                     const struct psync_product_rules *rules, struct psync_left_out *left_out,
                                     struct psync_product *ret_product, struct psync_error *reason)
{
    struct members m = {0};
    ret_product->n_pass = rules->n_pass;
    for (size_t i = 0; i < rules->n_pass; i++)
        ret_product->pass[i] = (struct psync_span){0};
    enum psync_result r = collect(object, shape, rules, left_out, &m, ret_product, reason);
    return r == PSYNC_OK ? convert(&m, shape, rules, ret_product, reason) : r;
}
