/* Prices as people write them, in many countries; and the ones that could mean two amounts. */
#include "fixture.h"

#include "source/price_text.h"

#define NBSP "\xc2\xa0"
#define NNBSP "\xe2\x80\xaf"
#define EURO "\xe2\x82\xac"

struct price_case {
    const char *text, *untaxed, *expected; /* untaxed NULL: none; expected with 4 digits after the point, or "!" and more */
};

static const struct price_case cases[] = {
    {EURO "16.68", NULL, "16.6800"},
    {EURO "1,481,481.47", NULL, "1481481.4700"},
    {"16,68" NBSP EURO, NULL, "16.6800"},
    {"1" NNBSP "481" NNBSP "481,47" NBSP EURO, NULL, "1481481.4700"},
    {"1 481 481,47 " EURO, NULL, "1481481.4700"},
    {"1.481.481,47 " EURO, NULL, "1481481.4700"},
    {"CHF 1'234.50", NULL, "1234.5000"},
    {"CHF" NBSP "1\xe2\x80\x99" "234.50", NULL, "1234.5000"},
    {EURO "120,000.00", NULL, "120000.0000"},
    {EURO "0.00", NULL, "0.0000"},
    {"0,00 " EURO, NULL, "0.0000"},
    {"42", NULL, "42.0000"},
    {"10.8", NULL, "10.8000"},
    {"Rs.99", NULL, "99.0000"},
    {"\xd8\xaf.\xd8\xa5.\xe2\x80\x8f 5.00", NULL, "5.0000"}, /* a currency with points of its own */
    {"$.99", NULL, "!price is not an amount: $.99"},
    {".99", NULL, "!price is not an amount: .99"},
    {"EUR,99", NULL, "!price is not an amount: EUR,99"},
    {"Rs.1,499.00", NULL, "1499.0000"},
    {"1 234,50 kr.", NULL, "1234.5000"},
    {"12,50 z\xc5\x82", NULL, "12.5000"},
    {"R$ 1.234,56", NULL, "1234.5600"},
    {"\xe2\x82\xb9" "1,48,148.47", NULL, "148148.4700"},
    {"\xe2\x82\xb9" "12,34,56,789.00", NULL, "123456789.0000"},
    {"\xd9\xa1\xd9\xa2\xd9\xac\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xab\xd9\xa6\xd9\xa7", NULL, "12345.6700"}, /* Arabic digits */
    {"\xe2\x80\x8f\xdb\xb1\xdb\xb2\xd9\xab\xdb\xb5 \xef\xb7\xbc", NULL, "12.5000"},                   /* Persian */
    {"1,2", NULL, "1.2000"},
    {"1.23456", NULL, "1.2346"},
    {"1234,567", NULL, "1234.5670"},  /* no group has four digits */
    {"0.123", NULL, "0.1230"},        /* no group begins with 0 */
    {"1.234.567", NULL, "1234567.0000"},
    {"1 234 567,890", NULL, "1234567.8900"},
    {"1,234.567", NULL, "1234.5670"},
    {"1" NBSP "234", NULL, "1234.0000"},
    {"007,50", NULL, "7.5000"},
    {"-" EURO "1.20", NULL, "-1.2000"},
    {EURO "1.20-", NULL, "-1.2000"},
    {"\xe2\x88\x92" "1,20 " EURO, NULL, "-1.2000"},
    {"(1.20)", NULL, "-1.2000"},
    /* rule 3 */
    {"\xc2\xa5" "1,234", "1028.000000", "1234.0000"},
    {"1,234 " EURO, "1.028333", "1.2340"},
    {"1.234", "1234", "1234.0000"},
    {"1.234", "617", "1234.0000"},
    {"1.234", "616.9", "!price can be read in two ways: 1.234"},
    {"1.234", "2468", "1234.0000"},
    {"1.234", "2468.1", "!price can be read in two ways: 1.234"},
    {"1.234", "50", "!price can be read in two ways: 1.234"},
    {"1.234", "0", "!price can be read in two ways: 1.234"},
    {"1.234", NULL, "!price can be read in two ways: 1.234"},
    {"-1.234", "1028", "!price can be read in two ways: -1.234"},
    {"12,345", "12000", "12345.0000"},
    /* no prices */
    {"", NULL, "!price is not an amount: \"\""},
    {EURO, NULL, "!price is not an amount: " EURO},
    {"free", NULL, "!price is not an amount: free"},
    {"1.20 or 1.30", NULL, "!price is not an amount: 1.20 or 1.30"},
    {"1.20-1.30", NULL, "!price is not an amount: 1.20-1.30"},
    {"1..20", NULL, "!price is not an amount: 1..20"},
    {"1,23,4.5", NULL, "!price is not an amount: 1,23,4.5"},
    {"12,3456,789.00", NULL, "!price is not an amount: 12,3456,789.00"},
    {"1.234,567.89", NULL, "!price is not an amount: 1.234,567.89"},
    {"1,234.567,89", NULL, "!price is not an amount: 1,234.567,89"},
    {"1'234 567.00", NULL, "!price is not an amount: 1'234 567.00"},
    {"1.23.45", NULL, "!price is not an amount: 1.23.45"},
    {"1 23", NULL, "!price is not an amount: 1 23"},
    {"0 123", NULL, "!price is not an amount: 0 123"},
    {"1\xff" "2", NULL, "!price is not an amount: 1\\xff2"},
    {"1e3", NULL, "!price is not an amount: 1e3"},
    {"1234567890123456789012345678901234567890123456789012345678901", NULL,
     "!price is not an amount: 1234567890123456789012345678901234567890123456789012345678901"},
};

static struct psync_span span(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static void check(const struct price_case *c)
{
    struct psync_decimal untaxed, price;
    struct psync_error reason = {{0}};
    char text[PSYNC_DECIMAL_MAX];
    if (c->untaxed != NULL)
        assert_int_equal(psync_decimal_parse(span(c->untaxed), false, &untaxed), PSYNC_OK);
    enum psync_result r = psync_price_text_parse(span(c->text), c->untaxed != NULL ? &untaxed : NULL, &price, &reason);
    if (*c->expected == '!') {
        if (r != PSYNC_REJECT || strcmp(reason.text, c->expected + 1) != 0)
            fail_msg("%s: %s", c->text, r == PSYNC_OK ? "taken" : reason.text);
        return;
    }
    if (r != PSYNC_OK)
        fail_msg("%s: %s", c->text, reason.text);
    assert_int_equal(psync_decimal_format(&price, 4, text), PSYNC_OK);
    if (strcmp(text, c->expected) != 0)
        fail_msg("%s: %s", c->text, text);
}

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
