/* The webservice's answers: products and stock rows in one stream, in either order; prices without tax. */
#include "fixture.h"

#include <stdlib.h>

#define P1 "{\"id\":1,\"quantity\":0,\"price\":\"4.166667\",\"name\":[{\"id\":1,\"value\":\"Cup\"},{\"id\":2,\"value\":\"Tasse\"}]}"
#define P2 "{\"id\":\"2\",\"quantity\":0,\"price\":\"10.000000\",\"name\":\"Pan\"}"
#define ROW(product, combination, n) \
    "{\"id\":77,\"id_product\":" product ",\"id_product_attribute\":" combination ",\"id_shop\":1,\"quantity\":" n "}"
#define STOCKS "\"stock_availables\":[" ROW("1", "0", "5") "," ROW("\"2\"", "\"0\"", "\"7\"") "," ROW("2", "9", "3") "]"
#define PRODUCTS "\"products\":[" P1 ",\n" P2 "]"
#define OUT(id, name, price, stock) "{\"id\":" id ",\"name\":\"" name "\",\"price\":" price ",\"stock\":" stock "}\n"
#define BOTH_OUT "1 " OUT("1", "Cup", "5.00", "5") "2 " OUT("2", "Pan", "12.00", "7")
#define WITHOUT_TAX "the webservice's price is without tax: set input.tax_rate, or input.tax = excluded to send it so\n"
#define NO_ROW "the input has no row of this product in stock_availables (combination 0)\n"

static void joined(void **state)
{
    static const struct input_case cases[] = {
        {"products first", "{" PRODUCTS "," STOCKS "}", BOTH_OUT, {.tax_rate = "20"}},
        {"two answers, one after the other", "{" PRODUCTS "}{" STOCKS "}", BOTH_OUT, {.tax_rate = "20"}},
        {"stocks first", "{ " STOCKS "}\n\n{ " PRODUCTS " }", "3 " OUT("1", "Cup", "5.00", "5") "4 " OUT("2", "Pan", "12.00", "7"),
         {.tax_rate = "20"}},
        {.name = "without tax, as asked for", .settings = {.excluded = true, .language = "2"}, .input = "{" STOCKS "}{" PRODUCTS "}",
         .expected = "1 " OUT("1", "Tasse", "4.17", "5") "2 " OUT("2", "Pan", "10.00", "7")},
        {.name = "a broken rate of tax", .settings = {.tax_rate = "5.5"}, .input = "{" STOCKS "}{" PRODUCTS "}",
         .expected = "1 " OUT("1", "Cup", "4.40", "5") "2 " OUT("2", "Pan", "10.55", "7")},
        {.name = "neither", .input = "{" STOCKS "}{" PRODUCTS "}", .expected = "! t:1: " WITHOUT_TAX "! t:2: " WITHOUT_TAX},
        {.name = "one product", .settings = {.tax_rate = "20"}, .input = "{\"product\":" P1 "}{\"stock_available\":" ROW("1", "0", "5") "}",
         .expected = "1 " OUT("1", "Cup", "5.00", "5")},
        {.name = "other members, an empty answer", .settings = {.tax_rate = "20"},
         .input = "{\"products\":[],\"x\":[1,2],\"y\":{\"products\":[{}]}}{" STOCKS ",\"z\":1}{" PRODUCTS "}", .expected = BOTH_OUT},
    };
    (void)state;
    RUN_CASES(cases);
}

static void not_joined(void **state)
{
    static const struct input_case cases[] = {
        {.name = "no stocks", .settings = {.tax_rate = "20"}, .input = "{" PRODUCTS "}", .expected = "! t:1: " NO_ROW "! t:2: " NO_ROW},
        {.name = "of combinations only", .settings = {.tax_rate = "20"}, .input = "{\"products\":[" P2 "]}{\"stock_availables\":[" ROW("2", "9", "3") "]}",
         .expected = "! t:1: " NO_ROW},
        {.name = "two shops", .settings = {.tax_rate = "20"},
         .input = "{\"stock_availables\":[" ROW("2", "0", "3") ",\n" ROW("2", "0", "3") ",\n" ROW("2", "0", "4") "]}{\"products\":[" P2 "]}",
         .expected = "! t:3: product 2 has two stock rows that differ (of two shops?)\n! t:3: its stock rows contradict each other\n"},
        {.name = "bad rows", .settings = {.tax_rate = "20"},
         .input = "{\"stock_availables\":[{},\n" ROW("1", "true", "3") ",\n" ROW("5000000000", "0", "1") ",\n" ROW("1", "0", "1.5") ",\n"
                  ROW("1", "0", "9999999999") ",4]}{\"products\":[" P2 "]}",
         .expected = "! t:1: id_product of a stock row is missing\n! t:2: id_product_attribute of a stock row is not a number: true\n"
                     "! t:3: id_product is not one of a shop: 5000000000\n! t:4: quantity of a stock row is not an integer: 1.5\n"
                     "! t:5: quantity is not one of a shop: 9999999999\n! t:5: this is no JSON object: 4\n! t:5: " NO_ROW},
        {.name = "a negative stock", .settings = {.tax_rate = "20"},
         .input = "{\"stock_availables\":[" ROW("2", "0", "-4") "]}{\"products\":[" P2 "]}",
         .expected = "! t:1: stock is negative: -4 (input.negative_stock = zero sends 0)\n"},
        {.name = "bad products", .settings = {.tax_rate = "20"},
         .input = "{" STOCKS "}{\"products\":[{\"id\":\"x\",\"price\":1,\"name\":\"a\"},\n{\"id\":2,\"price\":1,\"name\":[]},\n"
                  "{\"id\":1,\"price\":1,\"name\":[{\"id\":1,\"value\":\" \"}]},\n{\"id\":1,\"name\":\"a\"},{\"id\":\"\\u0033\",\"name\":\"a\",\"price\":1}]}",
         .expected = "! t:1: id is not an integer: x\n! t:2: name is empty in every language\n! t:3: name is empty in every language\n"
                     "! t:4: price is missing\n! t:4: " NO_ROW},
        {.name = "broken", .settings = {.tax_rate = "20"}, .input = "{" STOCKS ",\n\"products\":[" P1 ",\n{]}",
         .expected = "2 " OUT("1", "Cup", "5.00", "5") "!! t:3: this is no JSON from here on: ]}\n"},
        {.name = "broken around the lists", .settings = {.tax_rate = "20"}, .input = "{" STOCKS "\n" PRODUCTS "}",
         .expected = "!! t:2: the object is broken here: neither \",\" nor \"}\"\n"},
        {.name = "cut off", .settings = {.tax_rate = "20"}, .input = "{" PRODUCTS ",", .expected = "!! t:2: the input ends behind a comma\n"},
        {.name = "no member name", .settings = {.tax_rate = "20"}, .input = "{" STOCKS ",7}",
         .expected = "!! t:1: the webservice's answer is broken here: no member name\n"},
        {.name = "no colon", .settings = {.tax_rate = "20"}, .input = "{" STOCKS ",\"a\" 7}",
         .expected = "!! t:1: the webservice's answer is broken here: no colon\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static void no_temporary_folder(void **state)
{
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0); /* the next one is taken */
    run_case(&(struct input_case){.name = "TMPDIR", .input = "{" PRODUCTS "," STOCKS "}", .expected = BOTH_OUT,
                                  .settings = {.tax_rate = "20"}}, 1 << 20);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined),
        cmocka_unit_test(not_joined),
        cmocka_unit_test(no_temporary_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
