/* product - checks, and the frozen bytes. */
#include "source/product.h"

#include "base/json.h"
#include "base/utf8.h"
#include "source/fields.h"
#include "source/jsontext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = PSYNC_NAME_CHARACTERS * 4 };

/* Members the payload has of its own; input.pass may not bring a second one. */
static const char *const own_members[] = {"id", "name", "price", "stock", "version", "shop"};

static enum psync_result check_pass_name(const struct psync_product_rules *r, const char *name, struct psync_error *err)
{
    for (size_t i = 0; i < sizeof own_members / sizeof *own_members; i++)
        if (strcmp(name, own_members[i]) == 0)
            return psync_fail(err, PSYNC_REJECT, "input.pass: %s is a member of its own", name);
    for (size_t i = 0; i < r->n_pass; i++)
        if (strcmp(name, r->pass_names[i]) == 0)
            return psync_fail(err, PSYNC_REJECT, "input.pass: %s stands there twice", name);
    if (r->n_pass == PSYNC_PASS_MAX)
        return psync_fail(err, PSYNC_REJECT, "input.pass: more than %d names", PSYNC_PASS_MAX);
    return PSYNC_OK;
}

/* Cuts r->pass_text, in place, into names. */
static enum psync_result split_pass(struct psync_product_rules *r, struct psync_error *err)
{
    char *next = r->pass_text;
    while (next != NULL) {
        char *comma = strchr(next, ',');
        size_t len = comma != NULL ? (size_t)(comma - next) : strlen(next);
        struct psync_span name = psync_trimmed((struct psync_span){next, len});
        char *begin = next + (name.data - next);
        next = comma != NULL ? comma + 1 : NULL;
        if (name.len == 0)
            continue;
        begin[name.len] = '\0';
        enum psync_result result = check_pass_name(r, begin, err);
        if (result != PSYNC_OK)
            return result;
        r->pass_names[r->n_pass++] = begin;
    }
    return PSYNC_OK;
}

/* The factor of a percentage: 20 -> 1.20. */
static enum psync_result tax_factor(const char *percent, struct psync_decimal *ret_factor)
{
    struct psync_decimal rate, hundred, hundredth, sum;
    if (psync_decimal_parse((struct psync_span){percent, strlen(percent)}, true, &rate) != PSYNC_OK || rate.negative ||
        psync_decimal_parse(PSYNC_SPAN("100"), false, &hundred) != PSYNC_OK ||
        psync_decimal_parse(PSYNC_SPAN("0.01"), false, &hundredth) != PSYNC_OK ||
        psync_decimal_add(&rate, &hundred, &sum) != PSYNC_OK)
        return PSYNC_REJECT;
    return psync_decimal_multiply(&sum, &hundredth, ret_factor);
}

enum psync_result psync_product_rules_init(struct psync_product_rules *r, const struct psync_config *c,
                                           struct psync_error *err)
{
    struct psync_product_rules rules = {.digits = c->payload.digits,
                                        .version = c->payload.version,
                                        .language = c->payload.language,
                                        .tax = c->input.tax,
                                        .has_tax_rate = c->input.tax_rate[0] != '\0',
                                        .negative_stock = c->input.negative_stock,
                                        .max_record_bytes = c->input.max_record_bytes};
    if (rules.has_tax_rate && tax_factor(c->input.tax_rate, &rules.tax_factor) != PSYNC_OK)
        return psync_fail(err, PSYNC_REJECT, "input.tax_rate is not a percentage such as 20 or 5.5: %s",
                          c->input.tax_rate);
    if (rules.has_tax_rate && rules.tax == PSYNC_TAX_EXCLUDED)
        return psync_fail(err, PSYNC_REJECT,
                          "input.tax_rate adds the tax, input.tax = excluded leaves it out: set one of them");
    rules.pass_text = psync_span_dup((struct psync_span){c->input.pass, strlen(c->input.pass)});
    if (rules.pass_text == NULL)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result result = split_pass(&rules, err);
    if (result != PSYNC_OK) {
        psync_product_rules_done(&rules);
        return result;
    }
    *r = rules;
    return PSYNC_OK;
}

void psync_product_rules_done(struct psync_product_rules *r)
{
    free(r->pass_text);
    *r = (struct psync_product_rules){0};
}

/* ---- names ---- */

struct name {
    char bytes[NAME_BYTES];
    size_t len, characters;
};

static bool add_character(struct name *n, const char *bytes, size_t len)
{
    if (n->characters == PSYNC_NAME_CHARACTERS)
        return false;
    memcpy(n->bytes + n->len, bytes, len);
    n->len += len;
    n->characters++;
    return true;
}

/* OK, or REJECT: not UTF-8, or too long. A space is written only before the next visible character, which trims. */
static enum psync_result normalise(struct psync_span text, struct name *n, struct psync_error *reason)
{
    bool space_due = false;
    n->len = n->characters = 0;
    for (size_t i = 0, len = 1; i < text.len; i += len) {
        unsigned char c = (unsigned char)text.data[i];
        uint32_t cp = c;
        len = 1;
        if (c >= 0x80)
            cp = psync_utf8_next((struct psync_span){text.data + i, text.len - i}, &len);
        if (cp == UINT32_MAX)
            return psync_fail(reason, PSYNC_REJECT, "name is not valid UTF-8 at byte %zu (\\x%02x)", i + 1, c);
        if (c <= ' ' || (c >= 0x7F && psync_utf8_is_blank(cp))) {
            space_due = n->len > 0;
            continue;
        }
        if ((space_due && !add_character(n, " ", 1)) || !add_character(n, text.data + i, len))
            return psync_fail(reason, PSYNC_REJECT, "name is longer than %d characters", PSYNC_NAME_CHARACTERS);
        space_due = false;
    }
    return n->len > 0 ? PSYNC_OK : psync_fail(reason, PSYNC_REJECT, "name is empty");
}

/* ---- payload ---- */

static enum psync_result check_numbers(const struct psync_product *p, const struct psync_product_rules *r,
                                       char price[PSYNC_DECIMAL_MAX], int64_t *ret_stock, struct psync_error *reason)
{
    if (p->id <= 0)
        return psync_fail(reason, PSYNC_REJECT, "id is not above zero: %" PRId64, p->id);
    /* Said with all its digits: rounded, -0.001 would be told as 0.00. */
    const unsigned told = p->price.negative && p->price.scale > r->digits ? p->price.scale : r->digits;
    if (psync_decimal_format(&p->price, told, price) != PSYNC_OK)
        return psync_fail(reason, PSYNC_REJECT, "price is too large");
    if (p->price.negative)
        return psync_fail(reason, PSYNC_REJECT, "price is negative: %s", price);
    if (p->stock < 0 && r->negative_stock == PSYNC_STOCK_REFUSE)
        return psync_fail(reason, PSYNC_REJECT, "stock is negative: %" PRId64 " (input.negative_stock = zero sends 0)",
                          p->stock);
    *ret_stock = p->stock < 0 ? 0 : p->stock;
    return PSYNC_OK;
}

static enum psync_result add_int(struct psync_buf *out, const char *before, int64_t n)
{
    char text[48];
    int len = snprintf(text, sizeof text, "%s%" PRId64, before, n);
    return psync_buf_add(out, text, (size_t)len);
}

static enum psync_result add_passed(const struct psync_product *p, const struct psync_product_rules *rules,
                                    struct psync_buf *out)
{
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; r == PSYNC_OK && i < p->n_pass; i++) {
        if (p->pass[i].data == NULL)
            continue;
        const char *name = rules->pass_names[i];
        if ((r = psync_buf_add_char(out, ',')) == PSYNC_OK &&
            (r = psync_json_add_string(out, (struct psync_span){name, strlen(name)})) == PSYNC_OK &&
            (r = psync_buf_add_char(out, ':')) == PSYNC_OK)
            r = psync_json_add_canonical(out, p->pass[i]);
    }
    return r;
}

static enum psync_result add_payload(const struct psync_product *p, const struct psync_product_rules *rules,
                                     const struct name *name, const char *price, int64_t stock, struct psync_buf *out)
{
    enum psync_result r;
    if ((r = add_int(out, "{\"id\":", p->id)) != PSYNC_OK || (r = psync_buf_add_str(out, ",\"name\":")) != PSYNC_OK ||
        (r = psync_json_add_string(out, (struct psync_span){name->bytes, name->len})) != PSYNC_OK ||
        (r = psync_buf_add_str(out, ",\"price\":")) != PSYNC_OK || (r = psync_buf_add_str(out, price)) != PSYNC_OK ||
        (r = add_int(out, ",\"stock\":", stock)) != PSYNC_OK)
        return r;
    if (rules->version >= 0 && (r = add_int(out, ",\"version\":", rules->version)) != PSYNC_OK)
        return r;
    if ((r = add_passed(p, rules, out)) != PSYNC_OK)
        return r;
    return psync_buf_add_char(out, '}');
}

enum psync_result psync_product_payload(const struct psync_product *p, const struct psync_product_rules *rules,
                                        struct psync_buf *out, struct psync_error *reason)
{
    PSYNC_INVARIANT(p->n_pass <= rules->n_pass);
    struct name name;
    char price[PSYNC_DECIMAL_MAX];
    int64_t stock = 0;
    enum psync_result r = check_numbers(p, rules, price, &stock, reason);
    if (r == PSYNC_OK)
        r = normalise(p->name, &name, reason);
    if (r != PSYNC_OK)
        return r;
    size_t before = out->len;
    r = add_payload(p, rules, &name, price, stock, out);
    if (r == PSYNC_OK)
        return PSYNC_OK;
    if (out->len > before) { /* takes back the part that fitted */
        out->len = before;
        out->data[before] = '\0';
    }
    if (r != PSYNC_REJECT)
        return r;
    return psync_fail(reason, r, "a member of input.pass is too long or holds half a surrogate pair");
}
