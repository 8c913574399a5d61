/* JSON in all its forms: objects, arrays, NDJSON, pretty-printed; and what happens to the records around a bad one. */
#include "fixture.h"

#define CUP "{\"id\":1,\"name\":\"Cup\",\"price\":\"4.5\",\"stock\":3}"
#define PAN "{\"id\":2,\"name\":\"Pan\",\"price\":10,\"stock\":0}"
#define CUP_OUT "{\"id\":1,\"name\":\"Cup\",\"price\":4.50,\"stock\":3}"
#define PAN_OUT "{\"id\":2,\"name\":\"Pan\",\"price\":10.00,\"stock\":0}"

static void forms(void **state)
{
    static const struct input_case cases[] = {
        {.name = "nothing", .input = "", .expected = ""},
        {.name = "white space", .input = "\xef\xbb\xbf \r\n\n ", .expected = ""},
        {"an object", CUP, "1 " CUP_OUT "\n", {0}},
        {"BOM, pretty-printed", "\xef\xbb\xbf\n{\n  \"id\": 1,\n  \"name\": \"Cup\",\n  \"price\": 4.5, \"stock\": 3\n}\n",
         "2 " CUP_OUT "\n", {0}},
        {"NDJSON", CUP "\n" PAN "\n", "1 " CUP_OUT "\n2 " PAN_OUT "\n", {0}},
        {"CRLF, empty lines, no last line end", "\r\n" CUP "\r\n\r\n" PAN, "2 " CUP_OUT "\n4 " PAN_OUT "\n", {0}},
        {"objects without anything between", CUP PAN, "1 " CUP_OUT "\n1 " PAN_OUT "\n", {0}},
        {"pretty-printed objects one after the other",
         "{\n \"id\": 1,\n \"name\": \"Cup\", \"price\": 4.5, \"stock\": 3\n}\n{\n \"id\": 2, \"name\": \"Pan\",\n "
         "\"price\": 10,\"stock\": 0\n}\n",
         "1 " CUP_OUT "\n5 " PAN_OUT "\n", {0}},
        {"an array", "[" CUP "," PAN "]", "1 " CUP_OUT "\n1 " PAN_OUT "\n", {0}},
        {"an array over lines", " [\n  " CUP " ,\n\n" PAN "\n]\n\n", "2 " CUP_OUT "\n4 " PAN_OUT "\n", {0}},
        {"indented with tabs", "\xef\xbb\xbf\n\t[\n\t\t" CUP "\n\t]\n", "3 " CUP_OUT "\n", {0}},
        {"one object, indented with a tab", "\t" CUP, "1 " CUP_OUT "\n", {0}},
        {"indented further than one look", "\t\t\t\t\t\t\t\t\t" CUP, "1 " CUP_OUT "\n", {0}},
        {"an empty array", "[ ]", "", {0}},
        {"two arrays", "[" CUP "]\n[" PAN "]", "1 " CUP_OUT "\n2 " PAN_OUT "\n", {0}},
    };
    (void)state;
    RUN_CASES(cases);
}

static void bad_records(void **state)
{
    static const struct input_case cases[] = {
        {.name = "a line that is no JSON", .input = CUP "\nrubbish\n" PAN,
         .expected = "1 " CUP_OUT "\n! t:2: this is no JSON object: rubbish\n3 " PAN_OUT "\n"},
        {.name = "the first line is no JSON", .input = "rubbish, really\n" PAN,
         .expected = "! t:1: this is no JSON object: rubbish, really\n2 " PAN_OUT "\n"},
        {.name = "a brace is missing", .input = "{\"id\":7,\"name\":\"x\"\n" PAN,
         .expected = "! t:1: this is no JSON from here on: {\"id\":2,\"name\":\"Pan\" (in line 2)\n2 " PAN_OUT "\n"},
        {.name = "a quote is missing", .input = "{\"id\":7,\"name\":\"x}\n" PAN,
         .expected = "! t:1: this is no JSON: the line ends inside a value\n2 " PAN_OUT "\n"},
        {.name = "cut off at the end", .input = CUP "\n{\"id\":2,\"na",
         .expected = "1 " CUP_OUT "\n! t:2: this is no JSON: it ends before it is complete\n"},
        {.name = "text behind", .input = CUP " x\n" PAN,
         .expected = "! t:1: there is text after the object: x\n2 " PAN_OUT "\n"},
        {.name = "an array whose brackets were lost", .input = CUP ",\n" PAN,
         .expected = "! t:1: there is text after the object: ,\n2 " PAN_OUT "\n"},
        {.name = "a broken pretty-printed object",
         .input = "{\n  \"id\": 1\n  \"name\": {\n  }\n}\n" PAN,
         .expected = "! t:1: this is no JSON from here on: \"name\": { (in line 3)\n6 " PAN_OUT "\n"},
        {.name = "other values in an array", .input = "[1,null,\"x\",[" CUP "]," PAN ",true]",
         .expected = "! t:1: this is no JSON object: 1\n! t:1: this is no JSON object: null\n"
                     "! t:1: this is no JSON object: \"x\"\n"
                     "! t:1: this is no JSON object: [{\"id\":1,\"name\":\"Cup\",\"price\":\"4.5\",\"stock\":3}]\n"
                     "1 " PAN_OUT "\n! t:1: this is no JSON object: true\n"},
        {.name = "an array in a line of NDJSON", .input = CUP "\n[" PAN "]\n" PAN,
         .expected = "1 " CUP_OUT "\n! t:2: this is no JSON object: [{\"id\":2,\"name\":\"Pan\",\"price\":10,\"stock\":0}]\n"
                     "3 " PAN_OUT "\n"},
        {.name = "a broken item ends an array", .input = "[" CUP ",\n{\"id\":2,}," PAN "]",
         .expected = "1 " CUP_OUT "\n!! t:2: this is no JSON from here on: },{\"id\":2,\"name\":\"Pa\n"},
        {.name = "no comma", .input = "[" CUP "\n" PAN "]",
         .expected = "1 " CUP_OUT "\n!! t:2: the array is broken here: neither \",\" nor \"]\"\n"},
        {.name = "a comma too many", .input = "[" CUP ",]",
         .expected = "1 " CUP_OUT "\n!! t:1: there is a comma before the closing bracket\n"},
        {.name = "an array cut off", .input = "[" CUP ",\n",
         .expected = "1 " CUP_OUT "\n!! t:2: the input ends behind a comma\n"},
        {.name = "an array not closed", .input = "[" CUP "\n\n",
         .expected = "1 " CUP_OUT "\n!! t:3: the array is not closed\n"},
        {.name = "text behind an array", .input = "[" CUP "] " PAN,
         .expected = "1 " CUP_OUT "\n!! t:1: there is text after the end of the array\n"},
        {.name = "not UTF-8", .input = "{\"id\":1,\"name\":\"C\xfcp\",\"price\":1,\"stock\":1}\n" PAN,
         .expected = "! t:1: not valid UTF-8\n2 " PAN_OUT "\n"},
        {.name = "too long", .settings = {.max_record = 60},
         .input = "{\"id\":3,\"name\":\"a name that makes the record longer than sixty bytes\",\"price\":1,\"stock\":1}\n" PAN,
         .expected = "! t:1: the record is longer than input.max_record\n2 " PAN_OUT "\n"},
        {.name = "too long in an array", .settings = {.max_record = 60},
         .input = "[{\"id\":3,\"name\":\"a name that makes the record\\nlonger than sixty bytes\",\n\"x\":1},\n" PAN "]",
         .expected = "! t:1: the record is longer than input.max_record\n3 " PAN_OUT "\n"},
        {.name = "exactly as long as may be", .settings = {.max_record = sizeof PAN - 1}, .input = PAN "\n" CUP,
         .expected = "1 " PAN_OUT "\n! t:2: the record is longer than input.max_record\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static void members(void **state)
{
#define REST ",\"price\":1,\"stock\":1}\n"
#define REST_OUT ",\"price\":1.00,\"stock\":1}\n"
    static const struct input_case cases[] = {
        {.name = "in any order, as text", .input = "{\"stock\":\"15\",\"price\":\"1e1\",\"name\":\"x\",\"id\":\"12\"}",
         .expected = "1 {\"id\":12,\"name\":\"x\",\"price\":10.00,\"stock\":15}\n"},
        {.name = "stock 15.0", .input = "{\"id\":1.0,\"name\":\"x\",\"price\":0.005,\"stock\":15.0}",
         .expected = "1 {\"id\":1,\"name\":\"x\",\"price\":0.01,\"stock\":15}\n"},
        {.name = "escapes", .input = "{\"\\u0069d\":1,\"name\":\"\\u00e9\\ud83c\\udf75\\/\\\"\\\\\\t\\nx\"" REST,
         .expected = "1 {\"id\":1,\"name\":\"\xc3\xa9\xf0\x9f\x8d\xb5/\\\"\\\\ x\"" REST_OUT},
        {.name = "a member twice", .input = "{\"id\":1,\"id\":2,\"name\":\"x\"" REST,
         .expected = "1 {\"id\":2,\"name\":\"x\"" REST_OUT},
        {.name = "missing", .input = "{\"name\":\"x\"" REST "{\"id\":1" REST "{\"id\":1,\"name\":\"x\",\"stock\":1}\n"
                                     "{\"id\":1,\"name\":\"x\",\"price\":1}\n{\"id\":null,\"name\":\"x\"" REST "{}",
         .expected = "! t:1: id is missing\n! t:2: name is missing\n! t:3: price is missing\n! t:4: stock is missing\n"
                     "! t:5: id is missing\n! t:6: id is missing\n"},
        {.name = "of another kind",
         .input = "{\"id\":true,\"name\":\"x\"" REST "{\"id\":1,\"name\":17" REST "{\"id\":[1],\"name\":\"x\"" REST
                  "{\"id\":1,\"name\":\"x\",\"price\":{\"a\":1},\"stock\":1}\n",
         .expected = "! t:1: id is not a number: true\n! t:2: name is not text: 17\n! t:3: id is not a number: [1]\n"
                     "! t:4: price is not a number: {\"a\":1}\n"},
        {.name = "ids", .input = "{\"id\":0,\"name\":\"x\"" REST "{\"id\":-4,\"name\":\"x\"" REST "{\"id\":1.5,\"name\":\"x\"" REST
                                 "{\"id\":99999999999999999999,\"name\":\"x\"" REST "{\"id\":\"\",\"name\":\"x\"" REST
                                 "{\"id\":9223372036854775807,\"name\":\"x\"" REST,
         .expected = "! t:1: id is not above zero: 0\n! t:2: id is not above zero: -4\n! t:3: id is not an integer: 1.5\n"
                     "! t:4: id is too large, at most 9223372036854775807: 99999999999999999999\n! t:5: id is empty\n"
                     "6 {\"id\":9223372036854775807,\"name\":\"x\"" REST_OUT},
        {.name = "money beyond 64 bits stays exact",
         .input = "{\"id\":1,\"name\":\"x\",\"price\":99999999999999999999999.995,\"stock\":1}\n",
         .expected = "1 {\"id\":1,\"name\":\"x\",\"price\":100000000000000000000000.00,\"stock\":1}\n"},
        {.name = "prices", .input = "{\"id\":1,\"name\":\"x\",\"price\":-0.01,\"stock\":1}\n"
                                    "{\"id\":1,\"name\":\"x\",\"price\":\"\",\"stock\":1}\n"
                                    "{\"id\":1,\"name\":\"x\",\"price\":\"1,5\\u202e\\u0007\",\"stock\":1}\n"
                                    "{\"id\":1,\"name\":\"x\",\"price\":-0.0,\"stock\":1}\n",
         .expected = "! t:1: price is negative: -0.01\n! t:2: price is empty\n"
                     "! t:3: price is not a number: 1,5\\u202e\\x07\n4 {\"id\":1,\"name\":\"x\",\"price\":0.00,\"stock\":1}\n"},
        {.name = "a price of which rounding leaves nothing", .input = "{\"id\":1,\"name\":\"x\",\"price\":-0.001,\"stock\":1}\n",
         .expected = "! t:1: price is negative: -0.001\n"},
        {.name = "stocks", .input = "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":15.5}\n"
                                    "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":-3}\n",
         .expected = "! t:1: stock is not an integer: 15.5\n"
                     "! t:2: stock is negative: -3 (input.negative_stock = zero sends 0)\n"},
        {.name = "numbers of too many digits",
         .input = "{\"id\":1,\"name\":\"x\",\"price\":1e400,\"stock\":1}\n"
                  "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":1e400}\n"
                  "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":-9223372036854775809}\n",
         .expected = "! t:1: price has too many digits: 1e400\n! t:2: stock is too large, at most 9223372036854775807: 1e400\n"
                     "! t:3: stock is too small, at least 0: -9223372036854775809\n"},
        {.name = "a negative stock as 0", .settings = {.zero_stock = true},
         .input = "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":-3}\n",
         .expected = "1 {\"id\":1,\"name\":\"x\",\"price\":1.00,\"stock\":0}\n"},
        {.name = "half a surrogate pair", .input = "{\"id\":1,\"name\":\"a\\ud83cb\"" REST,
         .expected = "! t:1: name holds half a surrogate pair\n"},
        {.name = "a language", .settings = {.language = "fr"}, .input = "{\"id\":1,\"name\":{\"en\":\"Cup\",\"fr\":\"Tasse\"}" REST,
         .expected = "1 {\"id\":1,\"name\":\"Tasse\"" REST_OUT},
        {.name = "lines in a name do not move the numbers of lines",
         .input = "{\"id\":1,\"name\":\"a\\n\\nb\"" REST "\n{\"id\":1,\"name\":\"\\n\"" REST,
         .expected = "1 {\"id\":1,\"name\":\"a b\"" REST_OUT "! t:3: name is empty\n"},
        {.name = "members sent on, in the setting's order", .settings = {.pass = " ean, tags ,absent"},
         .input = "{\"id\":1,\"tags\": [ \"\\u00e9\\/\" , {\"a\" : 1.50, \"b\":null } ],\"ean\":\"00\\\"7\\u0001\",\"name\":\"x\"" REST,
         .expected = "1 {\"id\":1,\"name\":\"x\",\"price\":1.00,\"stock\":1,\"ean\":\"00\\\"7\\u0001\","
                     "\"tags\":[\"\xc3\xa9/\",{\"a\":1.50,\"b\":null}]}\n"},
        {.name = "the version stands before them", .settings = {.has_version = true, .version = 3, .pass = "x"},
         .input = "{\"x\":true,\"id\":1,\"name\":\"x\"" REST,
         .expected = "1 {\"id\":1,\"name\":\"x\",\"price\":1.00,\"stock\":1,\"version\":3,\"x\":true}\n"},
        {.name = "no digits", .settings = {.digits = 3}, .input = "{\"id\":1,\"name\":\"x\",\"price\":1.2345,\"stock\":1}\n",
         .expected = "1 {\"id\":1,\"name\":\"x\",\"price\":1.235,\"stock\":1}\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static void nesting(void **state)
{
    char text[2048] = "{\"a\":";
    (void)state;
    memset(text + 5, '[', 40);
    memset(text + 45, ']', 40);
    (void)strcpy(text + 85, "}\n" PAN);
    run_case(&(struct input_case){.name = "too deep", .input = text,
                                  .expected = "! t:1: nested deeper than 32 levels\n2 " PAN_OUT "\n"}, 1 << 20);
    memset(text + 5, '[', 600);
    (void)strcpy(text + 605, "\n" PAN);
    run_case(&(struct input_case){.name = "far too deep", .input = text,
                                  .expected = "! t:1: this is no JSON from here on: [[[[[[[[[[[[[[[[[[[[\n2 " PAN_OUT "\n"},
             1 << 20);
}

static void left_out(void **state)
{
    static const char text[] = "{\"id\":1,\"ean\":1,\"n\\nn\":[],\"name\":\"x\",\"price\":1,\"stock\":1}\n"
                               "{\"id\":1,\"ean\":1,\"name\":\"x\",\"price\":1,\"stock\":1,\"more\":{}}\n";
    struct pieces p = {text, sizeof text - 1, 0, 5};
    struct psync_product_rules rules;
    struct psync_buf out;
    const char *const *names;
    size_t n;
    (void)state;
    init_rules(&rules, &(struct settings){0});
    psync_buf_init(&out, 4096);
    struct psync_input *in = open_pieces(&p, &rules);
    transcribe(in, &out);
    assert_int_equal(psync_input_left_out(in, &names, &n), 4);
    assert_int_equal(n, 3);
    assert_string_equal(names[0], "ean");
    assert_string_equal(names[1], "n\\nn");
    assert_string_equal(names[2], "more");
    psync_input_free(in);
    psync_buf_done(&out);
    psync_product_rules_done(&rules);
}

static void foreign_formats(void **state)
{
    static const struct input_case cases[] = {
        {.name = "XML", .input = "<?xml version=\"1.0\"?>\n<prestashop/>",
         .expected = "!! t:1: this is XML or HTML; ask the webservice for JSON (output_format=JSON)\n"},
        {.name = "UTF-16", .input = "\xff\xfei",
         .expected = "!! t:1: this is UTF-16; save it as UTF-8\n"},
        {.name = "a spreadsheet", .input = "PK\x03\x04xyz", .expected = "!! t:1: this is a spreadsheet or an archive; save it as CSV\n"},
        {.name = "gzip", .input = "\x1f\x8b\x08xyz",
         .expected = "!! t:1: this is compressed with gzip; unpack it first (gzip -dc FILE | productsync ...)\n"},
        {.name = "prose", .input = "\nDear all,\nhere it is.",
         .expected = "!! t:2: this is neither JSON nor a table with the columns id, name, price and stock, nor a product "
                     "export of PrestaShop; it begins: Dear all,\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static long broken_pipe(void *arg, char *bytes, size_t n)
{
    (void)arg;
    (void)bytes;
    (void)n;
    errno = EIO;
    return -1;
}

static void read_error(void **state)
{
    struct psync_product_rules rules;
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    (void)state;
    init_rules(&rules, &(struct settings){0});
    struct psync_input *in =
        psync_input_new(&(struct psync_input_open){.name = "disk", .read = broken_pipe, .rules = &rules});
    assert_int_equal(psync_input_next(in, &id, &payload, &err), PSYNC_FATAL);
    assert_string_equal(err.text, "disk:1: cannot be read: Input/output error");
    psync_input_free(in);
    psync_product_rules_done(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),    cmocka_unit_test(bad_records), cmocka_unit_test(members),
        cmocka_unit_test(nesting),  cmocka_unit_test(left_out),    cmocka_unit_test(foreign_formats),
        cmocka_unit_test(read_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
