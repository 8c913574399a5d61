/* Plain tables: separators, quotes, widths, and how reading goes on behind a row whose quotes do not add up. */
#include "fixture.h"

#include "source/csv.h"

#define HEAD "id,name,price,stock\n"
#define OUT(id, name, price, stock) "{\"id\":" id ",\"name\":\"" name "\",\"price\":" price ",\"stock\":" stock "}\n"

static void tables(void **state)
{
    static const struct input_case cases[] = {
        {"comma", HEAD "1,Cup,4.5,3\n2,Pan,10,0", "2 " OUT("1", "Cup", "4.50", "3") "3 " OUT("2", "Pan", "10.00", "0"),
         {0}},
        {"semicolon, BOM, CRLF, other order and case", "\xef\xbb\xbfStock;PRICE; Name ;\"ID\"\r\n3;4.5;Cup, blue;1\r\n",
         "2 " OUT("1", "Cup, blue", "4.50", "3"), {0}},
        {"tab", "id\tname\tprice\tstock\n1\tCup; blue, new\t4.5\t3\n", "2 " OUT("1", "Cup; blue, new", "4.50", "3"), {0}},
        {.name = "a header alone", .input = HEAD, .expected = ""},
        {.name = "empty lines", .input = "\r\n\n" HEAD "\n\r\n1,Cup,4.5,3\n\n", .expected = "6 " OUT("1", "Cup", "4.50", "3")},
        {.name = "quotes", .input = HEAD "\"1\",\"Mug 12\"\" \"\"Best\"\", large\",\"4.5\",\"3\"\r\n2,\"\"\"\"\"\",1,1\n3,\"a\",1,\"1\"",
         .expected = "2 " OUT("1", "Mug 12\\\" \\\"Best\\\", large", "4.50", "3") "3 " OUT("2", "\\\"\\\"", "1.00", "1")
                     "4 " OUT("3", "a", "1.00", "1")},
        {.name = "a quote inside an unquoted value is text", .input = HEAD "1,Mug 12\" large,4.5,3\n2,a\"b\",1,1\n",
         .expected = "2 " OUT("1", "Mug 12\\\" large", "4.50", "3") "3 " OUT("2", "a\\\"b\\\"", "1.00", "1")},
        {.name = "line breaks in quotes", .input = HEAD "1,\"Two\nlines \"\"x\"\"\r\n\n\",4.5,3\n2,Pan,1,1\n",
         .expected = "2 " OUT("1", "Two lines \\\"x\\\"", "4.50", "3") "6 " OUT("2", "Pan", "1.00", "1")},
        {.name = "blanks around numbers, numbers as people type them", .input = HEAD " 1 , Cup , +4.5 ,3.0\n2,Pan,.5,\t1\n3,Pot,5.,1\n",
         .expected = "2 " OUT("1", "Cup", "4.50", "3") "3 " OUT("2", "Pan", "0.50", "1") "4 " OUT("3", "Pot", "5.00", "1")},
        {.name = "columns left out twice", .input = "id,name,price,stock,quantity,quantity\n1,Cup,4.5,3,0,0\n",
         .expected = "2 " OUT("1", "Cup", "4.50", "3")},
        {.name = "columns left out", .input = "ean,id,x,name,price,stock,\n77,1,,Cup,4.5,3,\n",
         .expected = "2 " OUT("1", "Cup", "4.50", "3")},
        {.name = "columns sent on, as text", .settings = {.pass = "EAN,note"},
         .input = "Note,id,name,price,stock,ean\n\"say \"\"hi\"\"\n\x01\",1,Cup,4.5,3,0077\n,2,Pan,1,1,\n",
         .expected = "2 {\"id\":1,\"name\":\"Cup\",\"price\":4.50,\"stock\":3,\"EAN\":\"0077\",\"note\":\"say \\\"hi\\\"\\n\\u0001\"}\n"
                     "4 {\"id\":2,\"name\":\"Pan\",\"price\":1.00,\"stock\":1,\"EAN\":\"\",\"note\":\"\"}\n"},
        {.name = "N/A is a name here", .input = HEAD "1,N/A,1,1\n", .expected = "2 " OUT("1", "N/A", "1.00", "1")},
    };
    (void)state;
    RUN_CASES(cases);
}

static void bad_rows(void **state)
{
    static const struct input_case cases[] = {
        {.name = "too few, too many", .input = HEAD "1,Cup,4.5\n1\n1,Cup,4,5,3\n2,Pan,1,1\n",
         .expected = "! t:2: the row has 3 values, the header has 4 columns\n"
                     "! t:3: the row has 1 value, the header has 4 columns\n"
                     "! t:4: the row has 5 values, the header has 4 columns\n5 " OUT("2", "Pan", "1.00", "1")},
        {.name = "text behind a quote", .input = HEAD "1,\"Cup\" blue,4.5,3\n2,Pan,1,1\n",
         .expected = "! t:2: there is text after a closing quote\n3 " OUT("2", "Pan", "1.00", "1")},
        {.name = "a spreadsheet's word on the separator", .input = "\xef\xbb\xbfsep=;\r\nid;name;price;stock\r\n1;Cup;1;1\r\n",
         .expected = "3 " OUT("1", "Cup", "1.00", "1")},
        {.name = "that word alone", .input = "sep=,\n", .expected = ""},
        {.name = "lines that end with CR", .input = "id,name,price,stock\r1,Cup,1,1\r2,Pan,1,1\r",
         .expected = "!! t:1: its lines end with CR alone; save it with LF or CRLF\n"},
        {.name = "a lone CR behind a quote", .input = HEAD "1,\"Cup\"\r,4.5,3\n2,Pan,1,1\n",
         .expected = "! t:2: there is text after a closing quote\n3 " OUT("2", "Pan", "1.00", "1")},
        {.name = "a quote not closed before the next one", .input = HEAD "1,\"Cup,4.5,3\n2,\"Pan\",1,1\n3,Pot,1,1\n",
         .expected = "! t:2: a quote is not closed before line 3, and there not rightly\n3 " OUT("2", "Pan", "1.00", "1")
                     "4 " OUT("3", "Pot", "1.00", "1")},
        {.name = "a quote not closed at all", .input = HEAD "1,\"Cup,4.5,3\n2,Pan,1,1\n",
         .expected = "! t:2: a quote is not closed\n3 " OUT("2", "Pan", "1.00", "1")},
        {.name = "a quote not closed within the longest record", .settings = {.max_record = 40},
         .input = HEAD "1,\"Cup,4.5,3\n2,Pan,1,1\n3,Pot,1,1\n4,Jar,1,1\n5,Lid,1,1\n",
         .expected = "! t:2: a quote is not closed within input.max_record\n3 " OUT("2", "Pan", "1.00", "1")
                     "4 " OUT("3", "Pot", "1.00", "1") "5 " OUT("4", "Jar", "1.00", "1") "6 " OUT("5", "Lid", "1.00", "1")},
        {.name = "a wrong quote behind the longest record is not looked at", .settings = {.max_record = 20},
         .input = HEAD "1,\"a name that is rather long\" x,1,1\n3,Pot,1,1\n",
         .expected = "! t:2: a quote is not closed within input.max_record\n3 " OUT("3", "Pot", "1.00", "1")},
        {.name = "a row too long", .settings = {.max_record = 40},
         .input = HEAD "1,Cup,4.5,3\n2,a name that makes the row longer than forty,1,1\n3,Pot,1,1\n",
         .expected = "2 " OUT("1", "Cup", "4.50", "3") "! t:3: the record is longer than input.max_record\n"
                     "4 " OUT("3", "Pot", "1.00", "1")},
        {.name = "exactly as long as may be", .settings = {.max_record = 20}, .input = HEAD "1,Cup no. 12345,4,5\n1,Cup no. 123456,4,5\n",
         .expected = "2 " OUT("1", "Cup no. 12345", "4.00", "5") "! t:3: the record is longer than input.max_record\n"},
        {.name = "values", .input = HEAD ",a,1,1\nx,a,1,1\n1, ,1,1\n1,a,,1\n1,a,\"1,50\",1\n1,a,1,\n1,a,1,0x10\n1,\xff,1,1\n",
         .expected = "! t:2: id is empty\n! t:3: id is not an integer: x\n! t:4: name is empty\n! t:5: price is empty\n"
                     "! t:6: price is not a number: 1,50\n! t:7: stock is empty\n! t:8: stock is not an integer: 0x10\n"
                     "! t:9: name is not valid UTF-8 at byte 1 (\\xff)\n"},
        {.name = "a column sent on that is not UTF-8", .settings = {.pass = "note"},
         .input = "id,name,price,stock,note\n1,Cup,1,1,\xe9\n2,Pan,1,1,e\n",
         .expected = "! t:2: note is not valid UTF-8\n3 {\"id\":2,\"name\":\"Pan\",\"price\":1.00,\"stock\":1,\"note\":\"e\"}\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static void bad_headers(void **state)
{
    static const struct input_case cases[] = {
        {.name = "no stock", .input = "id,name,price\n1,Cup,1\n", .expected = "!! t:1: the header has no column stock\n"},
        {.name = "two prices", .input = "id,name,price,stock,Price\n", .expected = "!! t:1: the header has the column price twice\n"},
        {.name = "a quote", .input = "id,\"name,price,stock\n", .expected = "!! t:1: the header cannot be read: a quote is not closed\n"},
        {.name = "no header", .input = "1,Cup,4.5,3\n",
         .expected = "!! t:1: this is neither JSON nor a table with the columns id, name, price and stock, nor a product "
                     "export of PrestaShop; it begins: 1,Cup,4.5,3\n"},
    };
    (void)state;
    RUN_CASES(cases);
}

static void many_columns(void **state)
{
    char text[1024] = "";
    (void)state;
    for (int i = 0; i < 300; i++)
        (void)strcat(text, "a,");
    (void)strcat(text, "\n");
    run_case(&(struct input_case){.name = "300 columns", .input = text,
                                  .expected = "!! t:1: the header cannot be read: there are more than 255 values\n"}, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),
        cmocka_unit_test(bad_rows),
        cmocka_unit_test(bad_headers),
        cmocka_unit_test(many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
