/* The webservice's answers: products and stock rows in one stream, in either order; prices without tax. */
#include "fixture.h"

#include "source/webservice.h"

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
#define NO_ROW(id) "the input has no row of product " id " in stock_availables (combination 0)\n"

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
        {.name = "no stocks", .settings = {.tax_rate = "20"}, .input = "{" PRODUCTS "}", .expected = "! t:1: " NO_ROW("1") "! t:2: " NO_ROW("2")},
        {.name = "of combinations only", .settings = {.tax_rate = "20"}, .input = "{\"products\":[" P2 "]}{\"stock_availables\":[" ROW("2", "9", "3") "]}",
         .expected = "! t:1: " NO_ROW("2")},
        {.name = "two shops", .settings = {.tax_rate = "20"},
         .input = "{\"stock_availables\":[" ROW("2", "0", "3") ",\n" ROW("2", "0", "3") ",\n" ROW("2", "0", "4") "]}{\"products\":[" P2 "]}",
         .expected = "! t:3: product 2 has two stock rows that differ (of two shops?)\n! t:3: the stock rows of product 2 contradict each other\n"},
        {.name = "bad rows", .settings = {.tax_rate = "20"},
         .input = "{\"stock_availables\":[{},\n" ROW("1", "true", "3") ",\n" ROW("5000000000", "0", "1") ",\n" ROW("1", "0", "1.5") ",\n"
                  ROW("1", "0", "9999999999") ",4]}{\"products\":[" P2 "]}",
         .expected = "! t:1: id_product of a stock row is missing\n! t:2: id_product_attribute of a stock row is not a number: true\n"
                     "! t:3: id_product is not one of a shop: 5000000000\n! t:4: quantity of a stock row is not an integer: 1.5\n"
                     "! t:5: quantity is not one of a shop: 9999999999\n! t:5: this is no JSON object: 4\n! t:5: " NO_ROW("2")},
        {.name = "a negative stock", .settings = {.tax_rate = "20"},
         .input = "{\"stock_availables\":[" ROW("2", "0", "-4") "]}{\"products\":[" P2 "]}",
         .expected = "! t:1: stock is negative: -4 (input.negative_stock = zero sends 0)\n"},
        {.name = "bad products", .settings = {.tax_rate = "20"},
         .input = "{" STOCKS "}{\"products\":[{\"id\":\"x\",\"price\":1,\"name\":\"a\"},\n{\"id\":2,\"price\":1,\"name\":[]},\n"
                  "{\"id\":1,\"price\":1,\"name\":[{\"id\":1,\"value\":\" \"}]},\n{\"id\":1,\"name\":\"a\"},{\"id\":\"\\u0033\",\"name\":\"a\",\"price\":1}]}",
         .expected = "! t:1: id is not an integer: x\n! t:2: name is empty in every language\n! t:3: name is empty in every language\n"
                     "! t:4: price is missing\n! t:4: " NO_ROW("3")},
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

static const char *number_name(void *arg, size_t number)
{
    const char *const *names = arg;
    return names[number];
}

/* Each text is an input of its own; all share one join. */
static void several_inputs(void **state)
{
    static const struct {
        const char *inputs[3], *expected;
    } rows[] = {
        {{"{" PRODUCTS "}", "{" STOCKS "}"}, BOTH_OUT},
        {{"{" STOCKS "}", "{" PRODUCTS "}"}, BOTH_OUT},
        {{"{\"products\":[" P2 "]}", "{" STOCKS "}", "\n{\"products\":[" P1 "]}"},
         "2 " OUT("1", "Cup", "5.00", "5") "1 " OUT("2", "Pan", "12.00", "7")},
        {{"id,name,price,stock\n9,Jug,1,2\n", "\n{\"products\":[" P2 "]}", "{\"stock_availables\":[]}"},
         "2 " OUT("9", "Jug", "1.00", "2") "! b:2: " NO_ROW("2")},
    };
    static const char *names[] = {"a", "b", "c"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_product_rules rules;
        struct psync_webservice join;
        struct psync_buf out;
        init_rules(&rules, &(struct settings){.tax_rate = "20"});
        psync_webservice_init(&join, &rules);
        psync_buf_init(&out, 1 << 16);
        for (size_t n = 0; n < 3 && rows[i].inputs[n] != NULL; n++) {
            struct pieces p = {rows[i].inputs[n], strlen(rows[i].inputs[n]), 0, 1 << 20};
            struct psync_input *in = psync_input_new(&(struct psync_input_open){
                .name = names[n], .read = read_piece, .arg = &p, .rules = &rules, .join = &join, .number = n});
            assert_non_null(in);
            transcribe(in, &out);
            psync_input_free(in);
        }
        struct psync_input *rest = psync_input_new_rest(&join, &rules, number_name, names);
        assert_non_null(rest);
        transcribe(rest, &out);
        psync_input_free(rest);
        assert_string_equal(out.data, rows[i].expected);
        psync_buf_done(&out);
        psync_webservice_done(&join);
        psync_product_rules_done(&rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined),
        cmocka_unit_test(not_joined),
        cmocka_unit_test(several_inputs),
        cmocka_unit_test(no_temporary_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
