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
        int32_t statuses[3]; /* all 0: no answer by items */
    } rows[] = {
        {"[{\"status\":201},{\"status\":422},{\"status\":500}]", {201, 422, 500}},
        {"[{\"status\":\"201\"},{\"statusCode\":409},{\"status_code\":200}]", {201, 409, 200}},
        {"[{\"id\":33,\"status\":201},{\"id\":11,\"status\":422},{\"id\":22,\"status\":500}]", {422, 500, 201}},
        {"[{\"id\":\"33\",\"status\":201},{\"id\":\"11\",\"status\":422},{\"id\":22,\"status\":500}]", {422, 500, 201}},
        /* ids of the API's own: by order */
        {"[{\"id\":7001,\"status\":201},{\"id\":7002,\"status\":422},{\"id\":7003,\"status\":500}]", {201, 422, 500}},
        {"[{\"id\":11,\"status\":201},{\"id\":11,\"status\":422},{\"id\":33,\"status\":500}]", {201, 422, 500}},
        {"{\"items\":[{\"status\":201},{\"status\":422},{\"status\":500}],\"took\":3}", {201, 422, 500}},
        {"{\"a\":[{\"status\":201},{\"status\":422},{\"status\":500}],\"b\":[{\"status\":1},{},{}]}", {201, 422, 500}},
        {"{\"a\":[{\"status\":201},{\"status\":422},{\"status\":500}],"
         "\"b\":[{\"status\":201},{\"status\":201},{\"status\":201}]}", {0}},
        {"[{\"status\":201},{\"status\":422}]", {0}},
        {"[{\"status\":201},{\"status\":422},{\"status\":500},{\"status\":200}]", {0}},
        {"[{\"status\":201},{\"status\":422},{}]", {0}},
        {"[{\"status\":201},{\"status\":\"ok\"},{\"status\":200}]", {0}},
        {"[{\"status\":201},{\"status\":0},{\"status\":200}]", {0}},
        {"[{\"status\":201},{\"status\":600},{\"status\":200}]", {0}},
        {"[201,422,500]", {0}},
        {"[null,null,null]", {0}},
        {"{\"status\":201}", {0}},
        {"null", {0}},
        {"", {0}},
        {"ok", {0}},
        {"<multistatus/>", {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_batch_answer *answer = NULL;
        struct psync_span body = {rows[i].body, strlen(rows[i].body)};
        enum psync_result expected = rows[i].statuses[0] != 0 ? PSYNC_OK : PSYNC_REJECT;
        assert_int_equal(psync_batch_answer_new(body, members, 3, &answer), expected);
        for (size_t k = 0; answer != NULL && k < 3; k++)
            assert_int_equal(psync_batch_answer_item(answer, k).status, rows[i].statuses[k]);
        psync_batch_answer_free(answer);
    }
}

static void test_words(void **state)
{
    static const char body[] = "[{\"status\":422,\"type\":\"https://x.example/bad\",\"title\":\"Bad price\"},"
                               "{\"status\":200},{\"status\":200}]";
    struct psync_batch_answer *answer = NULL;

    (void)state;
    assert_int_equal(psync_batch_answer_new((struct psync_span){body, strlen(body)}, members, 3, &answer), PSYNC_OK);
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
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
