/* table_header - tells a plain table and PrestaShop's exports apart by their header, and finds the columns.
 *
 * An export whose headings are in another language is recognised by its shape: eight columns (the legacy list: ten)
 * separated by ";", in the order PrestaShop has them, and a first row with a number, an address of an image and a price
 * of six decimals where they belong. */
#include "source/table.h"

#include "source/fields.h"
#include "source/shown.h"

#include <string.h>

enum { NEEDED = PSYNC_COLUMN_UNTAXED }; /* all columns before this one */
enum { EXPORT_COLUMNS = 8, LEGACY_COLUMNS = 10, IMAGE = 1, UNTAXED_DECIMALS = 6 };

static const char *const plain_names[PSYNC_COLUMNS] = {"id", "name", "price", "stock", NULL};
static const char *const export_names[PSYNC_COLUMNS] = {"product id", "name", "price (tax incl.)", "quantity",
                                                        "price (tax excl.)"};
static const size_t export_places[PSYNC_COLUMNS] = {0, 2, 6, 7, 5};

static bool equals_folded(struct psync_span text, const char *lower)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != lower[i] || c == '\0')
            return false;
    }
    return lower[text.len] == '\0';
}

/* Names of input.pass are matched in any letter case too. */
static bool equals_any_case(struct psync_span text, const char *name)
{
    char lower[128];
    size_t n = strlen(name);
    if (n >= sizeof lower || n != text.len)
        return false;
    for (size_t i = 0; i <= n; i++)
        lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    return equals_folded(text, lower);
}

static struct psync_span heading(const struct psync_table *t, size_t i)
{
    return psync_trimmed(psync_csv_raw(&t->csv, i));
}

/* PSYNC_NO_COLUMN: none of that name; `*ret_twice` set: several. */
static size_t find_column(const struct psync_table *t, const char *name, bool *ret_twice)
{
    size_t found = PSYNC_NO_COLUMN;
    for (size_t i = 0; i < t->csv.n_fields; i++) {
        if (!equals_any_case(heading(t, i), name))
            continue;
        if (found != PSYNC_NO_COLUMN)
            *ret_twice = true;
        found = i;
    }
    return found;
}

/* How many of the columns that every table must have are there; `*ret_twice`: one that is there twice, or NULL. */
static size_t find_columns(struct psync_table *t, const char *const names[PSYNC_COLUMNS], const char **ret_twice)
{
    size_t found = 0;
    *ret_twice = NULL;
    for (size_t i = 0; i < PSYNC_COLUMNS; i++) {
        bool twice = false;
        t->column[i] = names[i] == NULL ? (size_t)PSYNC_NO_COLUMN : find_column(t, names[i], &twice);
        found += i < NEEDED && t->column[i] != PSYNC_NO_COLUMN;
        if (twice)
            *ret_twice = names[i];
    }
    return found;
}

/* The separator that stands most often outside quotes in the first line. */
static enum psync_result choose_separator(struct psync_table *t, struct psync_error *err)
{
    struct psync_stream *s = &t->reading->stream;
    size_t count[3] = {0}, at = 0;
    bool quoted = false, ended = false;
    while (!ended) {
        for (size_t len = psync_stream_seen(s); at < len && !ended; at++) {
            char c = *psync_stream_at(s, at);
            quoted ^= c == '"';
            ended = c == '\n' && !quoted;
            if (!quoted) {
                count[0] += c == ',';
                count[1] += c == ';';
                count[2] += c == '\t';
            }
        }
        enum psync_result r = ended ? PSYNC_OK : psync_stream_fill(s, err);
        if (r == PSYNC_EMPTY || r == PSYNC_REJECT)
            break;
        if (r != PSYNC_OK)
            return r;
    }
    size_t most = count[1] > count[0] ? 1 : 0;
    if (count[2] > count[most])
        most = 2;
    t->csv.separator = ",;\t"[most];
    return PSYNC_OK;
}

/* 13.900000 */
static bool is_untaxed_price(struct psync_span text)
{
    struct psync_decimal d;
    return text.len > UNTAXED_DECIMALS && text.data[text.len - UNTAXED_DECIMALS - 1] == '.' &&
           psync_decimal_parse(text, false, &d) == PSYNC_OK;
}

static bool is_address(struct psync_span text)
{
    for (size_t i = 0; i + 3 <= text.len; i++)
        if (memcmp(text.data + i, "://", 3) == 0)
            return true;
    return false;
}

bool psync_table_has_export_shape(const struct psync_table *t)
{
    size_t n = t->csv.n_fields;
    int64_t number;
    return (n == t->n_columns || (n + 1 == t->n_columns && t->n_columns == LEGACY_COLUMNS)) &&
           psync_field_integer("id", psync_csv_raw(&t->csv, 0), &number, NULL) == PSYNC_OK &&
           is_address(psync_csv_raw(&t->csv, IMAGE)) &&
           is_untaxed_price(psync_csv_raw(&t->csv, export_places[PSYNC_COLUMN_UNTAXED])) &&
           psync_field_integer("stock", psync_csv_raw(&t->csv, export_places[PSYNC_COLUMN_STOCK]), &number, NULL) ==
               PSYNC_OK;
}

static void note_columns(struct psync_table *t)
{
    const struct psync_product_rules *rules = t->reading->rules;
    bool wanted[PSYNC_CSV_FIELDS_MAX + 1] = {false}, twice;
    for (size_t i = 0; i < PSYNC_COLUMNS; i++)
        wanted[t->column[i]] = true;
    for (size_t i = 0; i < rules->n_pass; i++) {
        t->pass_column[i] = find_column(t, rules->pass_names[i], &twice);
        wanted[t->pass_column[i]] = true;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        if (wanted[i])
            continue;
        t->n_left_out++;
        psync_left_out_add(&t->reading->left_out, heading(t, i), 0);
    }
}

static void be_export(struct psync_table *t)
{
    bool legacy = t->n_columns == LEGACY_COLUMNS;
    t->reading->format = legacy ? PSYNC_FORMAT_PRESTASHOP_LEGACY_EXPORT : PSYNC_FORMAT_PRESTASHOP_EXPORT;
    t->csv.backslashes = legacy;
    t->csv.resync_at_id = t->column[PSYNC_COLUMN_ID] == 0;
}

/* Why this is no table we know; the header is still held. */
static void explain(struct psync_table *t, size_t found, struct psync_error *err)
{
    const char *cr = memchr(psync_stream_at(&t->reading->stream, 0), '\r', t->csv.length);
    if (found > 0 && cr != NULL && cr + 2 < psync_stream_at(&t->reading->stream, t->csv.length)) {
        (void)psync_fail(err, PSYNC_FATAL, "its lines end with CR alone; save it with LF or CRLF");
        return;
    }
    for (size_t i = 0; found > 0 && plain_names[i] != NULL; i++) {
        if (t->column[i] == PSYNC_NO_COLUMN) {
            (void)psync_fail(err, PSYNC_FATAL, "the header has no column %s", plain_names[i]);
            return;
        }
    }
    struct psync_span line = {psync_stream_at(&t->reading->stream, 0), t->csv.length};
    char shown[PSYNC_SHOWN_MAX];
    (void)psync_fail(err, PSYNC_FATAL,
                     "this is neither JSON nor a table with the columns id, name, price and stock, nor a product "
                     "export of PrestaShop; it begins: %s",
                     psync_shown(psync_trimmed(line), shown));
}

/* The headings say nothing; the first row will decide. */
static enum psync_result try_shape(struct psync_table *t, size_t found, struct psync_error *err)
{
    explain(t, found, &t->unknown);
    if (t->csv.separator != ';' || (t->n_columns != EXPORT_COLUMNS && t->n_columns != LEGACY_COLUMNS))
        return psync_fail(err, PSYNC_FATAL, "%s", t->unknown.text);
    t->by_shape = true;
    t->header_line = t->reading->line;
    memcpy(t->column, export_places, sizeof t->column);
    be_export(t);
    return PSYNC_OK;
}

static enum psync_result recognise(struct psync_table *t, struct psync_error *err)
{
    const char *twice;
    t->n_columns = t->csv.n_fields;
    bool is_export = find_columns(t, export_names, &twice) == NEEDED;
    size_t found = is_export ? NEEDED : find_columns(t, plain_names, &twice);
    enum psync_result r = PSYNC_OK;
    if (found == NEEDED) {
        if (twice != NULL)
            return psync_fail(err, PSYNC_FATAL, "the header has the column %s twice", twice);
        t->reading->format = PSYNC_FORMAT_CSV;
    } else {
        r = try_shape(t, found, err);
    }
    if (is_export)
        be_export(t);
    if (r == PSYNC_OK) {
        note_columns(t);
        psync_csv_drop(&t->csv);
    }
    return r;
}

enum psync_result psync_table_read_header(struct psync_table *t, struct psync_error *err)
{
    enum psync_result r = choose_separator(t, err);
    if (r == PSYNC_OK)
        r = psync_csv_read(&t->csv, &t->reading->line, err);
    if (r == PSYNC_REJECT) {
        psync_error_prefix(err, "the header cannot be read");
        return PSYNC_FATAL;
    }
    if (r != PSYNC_OK)
        return r;
    r = recognise(t, err);
    t->has_header = r == PSYNC_OK;
    return r;
}
