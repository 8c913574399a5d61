/* test_batch_answer - answers item by item, and what is none. */
#include "delivery/batch_answer.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct psync_message messages[3] = {{.subject = {11, ""}}, {.subject = {22, ""}}, {.subject = {33, ""}}};
static struct psync_message *const members[3] = {&messages[0], &messages[1], &messages[2]};

static void test_shapes(void **state)
{
    static const struct {
        const char *body;
        int32_t statuses[3];
        enum psync_result expected;
    } rows[] = {
        {"[{\"status\":201},{\"status\":422},{\"status\":500}]", {201, 422, 500}, PSYNC_OK},
        {"[{\"status\":\"201\"},{\"statusCode\":409},{\"status_code\":200}]", {201, 409, 200}, PSYNC_OK},
        {"[{\"id\":33,\"status\":201},{\"id\":11,\"status\":422},{\"id\":22,\"status\":500}]", {422, 500, 201},
         PSYNC_OK},
        {"[{\"id\":\"33\",\"status\":201},{\"id\":\"11\",\"status\":422},{\"id\":22,\"status\":500}]",
         {422, 500, 201}, PSYNC_OK},
        /* ids of the API's own: by order */
        {"[{\"id\":7001,\"status\":201},{\"id\":7002,\"status\":422},{\"id\":7003,\"status\":500}]",
         {201, 422, 500}, PSYNC_OK},
        {"[{\"id\":11,\"status\":201},{\"id\":11,\"status\":422},{\"id\":34,\"status\":500}]", {201, 422, 500},
         PSYNC_OK},
        {"[{\"id\":11,\"status\":201},{\"status\":422},{\"id\":33,\"status\":500}]", {201, 422, 500}, PSYNC_OK},
        {"{\"items\":[{\"status\":201},{\"status\":422},{\"status\":500}],\"took\":3}", {201, 422, 500}, PSYNC_OK},
        {"{\"errors\":true,\"a\":[{\"status\":201},{\"status\":422},{\"status\":500}],\"b\":[{\"status\":1},{},{}]}",
         {201, 422, 500}, PSYNC_OK},
        {"[{\"id\":11,\"status\":201},{\"id\":11,\"status\":422},{\"id\":33,\"status\":500}]", {0}, PSYNC_REJECT},
        /* they speak of items, but not of each, or not so that it can be told of which */
        {"{\"a\":[{\"status\":201},{\"status\":422},{\"status\":500}],"
         "\"b\":[{\"status\":201},{\"status\":201},{\"status\":201}]}", {0}, PSYNC_REJECT},
        {"[{\"id\":22,\"status\":422}]", {0}, PSYNC_REJECT},
        {"[{\"status\":201},{\"status\":422}]", {0}, PSYNC_REJECT},
        {"[{\"status\":201},{\"status\":422},{\"status\":500},{\"status\":200}]", {0}, PSYNC_REJECT},
        {"[{\"status\":201},{\"status\":422},{}]", {0}, PSYNC_REJECT},
        {"[{\"status\":201},{\"status\":\"ok\"},{\"status\":200}]", {0}, PSYNC_REJECT},
        {"[{\"status\":201},{\"status\":0},{\"status\":200}]", {0}, PSYNC_REJECT},
        {"[{\"status\":201},{\"status\":600},{\"status\":200}]", {0}, PSYNC_REJECT},
        {"{\"imported\":2,\"problems\":[{\"id\":22,\"status\":422}]}", {0}, PSYNC_REJECT},
        {"{\"11\":{\"status\":201},\"22\":{\"status\":422},\"33\":{\"status\":201}}", {0}, PSYNC_REJECT},
        {"{\"errors\":[{\"id\":22,\"message\":\"no price\"}]}", {0}, PSYNC_REJECT},
        {"{\"errors\":true,\"items\":[{\"index\":{\"status\":422}}]}", {0}, PSYNC_REJECT},
        {"{\"imported\":2,\"failed\":1}", {0}, PSYNC_REJECT},
        {"{\"failures\":{\"22\":\"no price\"}}", {0}, PSYNC_REJECT},
        {"{\"rejected\":\"22\"}", {0}, PSYNC_REJECT},
        {" [{\"status\":201},{\"status\":422},", {0}, PSYNC_REJECT},
        {"{\"status\":201}\n{\"status\":422}\n{\"status\":201}\n", {0}, PSYNC_REJECT},
        /* they do not */
        {"{\"errors\":[],\"failed\":0,\"rejected\":null,\"failures\":\"\"}", {0}, PSYNC_EMPTY},
        {"[{\"id\":11,\"status\":\"active\"},{\"id\":22,\"status\":\"active\"}]", {0}, PSYNC_EMPTY},
        {"[{\"id\":7001},{\"id\":7002},{\"id\":7003}]", {0}, PSYNC_EMPTY},
        {"[201,422,500]", {0}, PSYNC_EMPTY},
        {"[null,null,null]", {0}, PSYNC_EMPTY},
        {"{\"status\":201}", {0}, PSYNC_EMPTY},
        {"{\"meta\":{\"status\":200},\"imported\":3}", {0}, PSYNC_EMPTY},
        {"{}", {0}, PSYNC_EMPTY},
        {"null", {0}, PSYNC_EMPTY},
        {"", {0}, PSYNC_EMPTY},
        {"ok", {0}, PSYNC_EMPTY},
        {"<multistatus/>", {0}, PSYNC_EMPTY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_batch_answer *answer = NULL;
        struct psync_span body = {rows[i].body, strlen(rows[i].body)};
        if (psync_batch_answer_new(body, false, members, 3, &answer) != rows[i].expected)
            fail_msg("%s", rows[i].body);
        for (size_t k = 0; answer != NULL && k < 3; k++)
            assert_int_equal(psync_batch_answer_item(answer, k).status, rows[i].statuses[k]);
        psync_batch_answer_free(answer);
    }
}

/* Of what was not read to its end, only that it is no JSON can be told. */
static void test_cut(void **state)
{
    static const struct {
        const char *body;
        enum psync_result expected;
    } rows[] = {
        {"[{\"status\":201},{\"status\":422},{\"status\":500}]", PSYNC_REJECT},
        {"\r\n {\"imported\":3", PSYNC_REJECT},
        {"<html>", PSYNC_EMPTY},
        {"", PSYNC_EMPTY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_batch_answer *answer = NULL;
        struct psync_span body = {rows[i].body, strlen(rows[i].body)};
        assert_int_equal(psync_batch_answer_new(body, true, members, 3, &answer), rows[i].expected);
        assert_null(answer);
    }
}

static void test_words(void **state)
{
    static const char body[] = "[{\"status\":422,\"type\":\"https://x.example/bad\",\"title\":\"Bad price\"},"
                               "{\"status\":200},{\"status\":200}]";
    struct psync_batch_answer *answer = NULL;

    (void)state;
    assert_int_equal(psync_batch_answer_new((struct psync_span){body, strlen(body)}, false, members, 3, &answer),
                     PSYNC_OK);
    struct psync_item item = psync_batch_answer_item(answer, 0);
    assert_string_equal(item.problem, "https://x.example/bad");
    assert_string_equal(item.title, "Bad price");
    assert_string_equal(item.text, "{\"status\":422,\"type\":\"https://x.example/bad\",\"title\":\"Bad price\"}");
    assert_string_equal(psync_batch_answer_item(answer, 1).problem, "");
    psync_batch_answer_free(answer);
    psync_batch_answer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
