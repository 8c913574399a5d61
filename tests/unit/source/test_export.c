/* PrestaShop's back-office exports: of 9 in several languages, of 8's legacy list, with headings nobody knows. */
#include "fixture.h"

#define HEAD "\"Product ID\";Image;Name;Reference;Category;\"Price (tax excl.)\";\"Price (tax incl.)\";Quantity\n"
#define LEGACY_HEAD "\"Product ID\";Image;Name;Reference;Category;\"Price (tax excl.)\";\"Price (tax incl.)\";Quantity;Status;Position\n"
#define IMG "http://shop.example/img/p/en-default.jpg"
#define OUT(id, name, price, stock) "{\"id\":" id ",\"name\":\"" name "\",\"price\":" price ",\"stock\":" stock "}\n"
#define EURO "\xe2\x82\xac"
#define NBSP "\xc2\xa0"
#define NNBSP "\xe2\x80\xaf"

static void export_of_9(void **state)
{
    static const struct input_case cases[] = {
        {"English", HEAD
         "62;" IMG ";=2+3;;Home;1.000000;" EURO "1.20;8\n"
         "61;" IMG ";\"semi;colon = \"\"so\"\"; #1\";;Home;1.000000;" EURO "1.20;8\n"
         "60;" IMG ";N/A;X;Home;6.000000;" EURO "7.20;4\n"
         "59;" IMG ";\"  wide  \";X;Home;6.000000;" EURO "7.20;2147483647\n"
         "58;" IMG ";\"Backslash \\\"\" end\\\";BS\\;Home;2.000000;" EURO "2.40;1\n"
         "57;" IMG ";Sold;X;Home;6.000000;" EURO "7.20;-3\n"
         "56;" IMG ";\"Two\nlines\tand a tab\";X;Home;3.000000;" EURO "3.60;3\n"
         "55;" IMG ";Dear;X;Home;1234567.891234;" EURO "1,481,481.47;1\n"
         "54;" IMG ";Free;X;Home;0.000000;" EURO "0.00;1\n",
         "2 " OUT("62", "=2+3", "1.20", "8") "3 " OUT("61", "semi;colon = \\\"so\\\"; #1", "1.20", "8")
         "! t:4: name is empty (the export writes N/A for that)\n5 " OUT("59", "wide", "7.20", "2147483647")
         "6 " OUT("58", "Backslash \\\\\\\" end\\\\", "2.40", "1")
         "! t:7: stock is negative: -3 (input.negative_stock = zero sends 0)\n8 " OUT("56", "Two lines and a tab", "3.60", "3")
         "10 " OUT("55", "Dear", "1481481.47", "1") "11 " OUT("54", "Free", "0.00", "1"),
         {0}},
        {"French", HEAD
         "55;" IMG ";\"Th\xc3\xa9i\xc3\xa8re\";X;Maison;1234567.891234;1" NNBSP "481" NNBSP "481,47" NBSP EURO ";1\n"
         "54;" IMG ";Bol;X;Maison;13.900000;16,68" NBSP EURO ";300\n",
         "2 " OUT("55", "Th\xc3\xa9i\xc3\xa8re", "1481481.47", "1") "3 " OUT("54", "Bol", "16.68", "300"),
         {0}},
        {.name = "a price that the one without tax decides", .settings = {.digits = 3},
         .input = HEAD "1;" IMG ";Yen;X;H;1028.000000;\xc2\xa5" "1,234;1\n"
                       "2;" IMG ";Dinar;X;H;1.028333;KWD 1.234;1\n"
                       "3;" IMG ";Neither;X;H;50.000000;1.234;1\n"
                       "4;" IMG ";Unknown;X;H;;1.234;1\n",
         .expected = "2 " OUT("1", "Yen", "1234.000", "1") "3 " OUT("2", "Dinar", "1.234", "1")
                     "! t:4: price can be read in two ways: 1.234\n! t:5: price can be read in two ways: 1.234\n"},
        {.name = "the price without tax, when asked for", .settings = {.excluded = true},
         .input = HEAD "1;" IMG ";Cup;X;H;4.166667;" EURO "5.00;1\n2;" IMG ";Cup;X;H;;" EURO "5.00;1\n",
         .expected = "2 " OUT("1", "Cup", "4.17", "1") "! t:3: price without tax is not there or not a number\n"},
        {.name = "a run of digits too long for an id begins no row",
         .input = HEAD "1;" IMG ";\"Cup\"x;R;H;1.000000;" EURO "1.20;1\n"
                       "000000000000000000000000000000000000;\n"
                       "2;" IMG ";Pan;X;H;1.000000;" EURO "1.20;1\n",
         .expected = "! t:2: there is text after a closing quote\n4 " OUT("2", "Pan", "1.20", "1")},
        {.name = "columns sent on", .settings = {.pass = "reference"}, .input = HEAD "1;" IMG ";Cup;REF-1;H;1.000000;" EURO "1.20;1\n",
         .expected = "2 {\"id\":1,\"name\":\"Cup\",\"price\":1.20,\"stock\":1,\"reference\":\"REF-1\"}\n"},
        {.name = "a column missing, another twice", .input = "Product ID;Name;Price (tax excl.);Price (tax incl.)\n1;a;1;1\n",
         .expected = "!! t:1: the header has no column id\n"},
        {.name = "without the price without tax", .input = "Name;Quantity;Price (tax incl.);Product ID\nCup;3;" EURO "1.20;9\n",
         .expected = "2 " OUT("9", "Cup", "1.20", "3")},
        {.name = "a row cut short", .input = HEAD "1;" IMG ";Cup;X;H;1.0\n2;" IMG ";Pan;X;H;1.000000;" EURO "1.20;1\n",
         .expected = "! t:2: the row has 6 values, the header has 8 columns\n3 " OUT("2", "Pan", "1.20", "1")},
        {.name = "no price at all", .input = HEAD "1;" IMG ";Cup;X;H;1.000000;;1\n2;" IMG ";Cup;X;H;1.000000;on request;1\n",
         .expected = "! t:2: price is empty\n! t:3: price is not an amount: on request\n"},
        {.name = "headings in another language",
         .input = "\"ID \xd1\x82\xd0\xbe\xd0\xb2\xd0\xb0\xd1\x80\xd0\xb0\";A;B;C;D;E;F;G\n"
                  "9;" IMG ";Cup;X;H;1.000000;1,20" NBSP EURO ";1\n8;" IMG ";N/A;X;H;1.000000;1,20" NBSP EURO ";1\n",
         .expected = "2 " OUT("9", "Cup", "1.20", "1") "! t:3: name is empty (the export writes N/A for that)\n"},
        {.name = "eight columns of something else", .input = "A;B;C;D;E;F;G;H\n1;2;3;4;5;6;7;8\n",
         .expected = "!! t:1: this is neither JSON nor a table with the columns id, name, price and stock, nor a product "
                     "export of PrestaShop; it begins: A;B;C;D;E;F;G;H\n"},
        {.name = "the file for PrestaShop's own import", .input = "Active;Name;Categories;Price;Tax;Discount;Reference;Quantity\n1;a;b;1;1;1;1;1\n",
         .expected = "!! t:1: the header has no column id\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static void legacy_export(void **state)
{
    static const struct input_case cases[] = {
        {"ten headings, nine values", LEGACY_HEAD
         "63;" IMG ";;;;1.000000;1;;0\n"
         "62;" IMG ";1e3;1e3;Home;100000.000000;120000;2147483647;0\n"
         "61;" IMG ";\"Two words\";X;Home;35.000000;42;100;0\n"
         "60;" IMG ";\"\";X;Home;35.000000;42.7;0;1\n"
         "59;" IMG ";Three;X;Home;1.028333;1.234;5;0\n"
         "58;" IMG ";Ten;X;Home;1.000000;1.2;5;0;7\n",
         "! t:2: name is empty\n3 " OUT("62", "1e3", "120000.00", "2147483647") "4 " OUT("61", "Two words", "42.00", "100")
         "! t:5: name is empty\n6 " OUT("59", "Three", "1.23", "5") "7 " OUT("58", "Ten", "1.20", "5"),
         {0}},
        {.name = "quotes that cannot be decided", .input = LEGACY_HEAD
         "55;" IMG ";\"Slash \\\" end\\\";\"BS\\\";Home;2.000000;2.4;1;0\n"
         "54;" IMG ";\"Ends with \\\"\";X;Home;2.000000;2.4;1;0\n"
         "53;" IMG ";\"Two\nlines \\\"\";X;Home;2.000000;2.4;1;0\n"
         "52;" IMG ";\"Clear end\\\";X;Home;2.000000;2.4;1;0\n"
         "51;" IMG ";\"Mug 12\"\" \"\"Best\"\", large\";\"Q\"\"1\";Home;2.000000;2.4;1;0\n",
         .expected = "! t:2: a quote after a backslash can be read in two ways\n"
                     "! t:3: a quote after a backslash can be read in two ways\n"
                     "! t:4: a quote after a backslash can be read in two ways\n"
                     "6 " OUT("52", "Clear end\\\\", "2.40", "1") "7 " OUT("51", "Mug 12\\\" \\\"Best\\\", large", "2.40", "1")},
        {.name = "a quote not closed", .input = LEGACY_HEAD "55;" IMG ";\"Open\nand on;X;Home;2.000000;2.4;1;0\n54;" IMG ";\"A cup\";X;H;1.000000;1.2;1;0\n",
         .expected = "! t:2: a quote is not closed before line 4, and there not rightly\n4 " OUT("54", "A cup", "1.20", "1")},
        {.name = "headings in another language", .input = "A;B;C;D;E;F;G;H;I;J\n9;" IMG ";Cup;X;H;1.000000;1.2;1;0\n",
         .expected = "2 " OUT("9", "Cup", "1.20", "1")},
    };
    (void)state;
    RUN_CASES(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export_of_9),
        cmocka_unit_test(legacy_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
