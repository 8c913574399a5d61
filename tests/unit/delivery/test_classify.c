/* test_classify - every row of the verdict table. */
#include "delivery/classify.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void test_statuses(void **state)
{
    static const struct {
        int32_t status;
        bool retry_after;
        enum psync_class class;
    } rows[] = {
        {200, false, PSYNC_CLASS_DONE},          {201, true, PSYNC_CLASS_DONE},
        {204, false, PSYNC_CLASS_DONE},          {207, false, PSYNC_CLASS_DONE},
        {299, false, PSYNC_CLASS_DONE},          {300, false, PSYNC_CLASS_WRONG_PLACE},
        {301, false, PSYNC_CLASS_WRONG_PLACE},   {302, false, PSYNC_CLASS_WRONG_PLACE},
        {304, false, PSYNC_CLASS_WRONG_PLACE},   {308, true, PSYNC_CLASS_WRONG_PLACE},
        {400, false, PSYNC_CLASS_REFUSED},       {401, false, PSYNC_CLASS_DENIED},
        {402, false, PSYNC_CLASS_REFUSED},       {403, false, PSYNC_CLASS_DENIED},
        {404, false, PSYNC_CLASS_WRONG_PLACE},   {405, false, PSYNC_CLASS_WRONG_PLACE},
        {406, false, PSYNC_CLASS_REFUSED},       {408, false, PSYNC_CLASS_UNAVAILABLE},
        {409, false, PSYNC_CLASS_CONFLICT},      {410, false, PSYNC_CLASS_GONE},
        {411, false, PSYNC_CLASS_REFUSED},       {413, false, PSYNC_CLASS_REFUSED},
        {415, false, PSYNC_CLASS_REFUSED},       {422, false, PSYNC_CLASS_REFUSED},
        {428, false, PSYNC_CLASS_REFUSED},       {429, false, PSYNC_CLASS_THROTTLED},
        {429, true, PSYNC_CLASS_THROTTLED},      {451, false, PSYNC_CLASS_REFUSED},
        {500, false, PSYNC_CLASS_FAULT},         {500, true, PSYNC_CLASS_FAULT},
        {501, false, PSYNC_CLASS_FAULT},         {502, false, PSYNC_CLASS_UNAVAILABLE},
        {502, true, PSYNC_CLASS_UNAVAILABLE},    {503, false, PSYNC_CLASS_UNAVAILABLE},
        {503, true, PSYNC_CLASS_THROTTLED},      {504, false, PSYNC_CLASS_UNAVAILABLE},
        {507, false, PSYNC_CLASS_FAULT},         {599, false, PSYNC_CLASS_FAULT},
        {999, false, PSYNC_CLASS_UNAVAILABLE},   {100, false, PSYNC_CLASS_UNAVAILABLE},
        {0, false, PSYNC_CLASS_UNAVAILABLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_response r = {.transport = PSYNC_NET_ANSWER, .status = rows[i].status};
        assert_int_equal(psync_classify(&r, rows[i].retry_after), rows[i].class);
    }
}

static void test_no_answer(void **state)
{
    (void)state;
    for (int t = PSYNC_NET_NAME; t < PSYNC_NETS; t++) {
        struct psync_response r = {.transport = (enum psync_transport)t, .status = 200};
        assert_int_equal(psync_classify(&r, false),
                         t >= PSYNC_NET_ABORTED ? PSYNC_CLASS_ABORTED : PSYNC_CLASS_UNANSWERED);
        assert_true(psync_transport_text((enum psync_transport)t)[0] != '\0');
    }
}

/* What counts, and what the breaker hears: the table and its counting paragraph. */
static void test_traits(void **state)
{
    static const struct {
        enum psync_class class;
        enum psync_counting counting;
        enum psync_omen omen;
    } rows[] = {
        {PSYNC_CLASS_DONE, PSYNC_COUNTS_NEVER, PSYNC_OMEN_GOOD},
        {PSYNC_CLASS_UNANSWERED, PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_BAD},
        {PSYNC_CLASS_UNCLEAR, PSYNC_COUNTS_IF_CLOSED, PSYNC_OMEN_GOOD},
        {PSYNC_CLASS_UNAVAILABLE, PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_BAD},
        {PSYNC_CLASS_FAULT, PSYNC_COUNTS_IF_CLOSED, PSYNC_OMEN_BAD},
        {PSYNC_CLASS_THROTTLED, PSYNC_COUNTS_NEVER, PSYNC_OMEN_NONE},
        {PSYNC_CLASS_WRONG_PLACE, PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_BAD},
        {PSYNC_CLASS_DENIED, PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_NONE},
        {PSYNC_CLASS_GONE, PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_NONE},
        {PSYNC_CLASS_CONFLICT, PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_NONE},
        {PSYNC_CLASS_REFUSED, PSYNC_COUNTS_NEVER, PSYNC_OMEN_NONE},
        {PSYNC_CLASS_ABORTED, PSYNC_COUNTS_NEVER, PSYNC_OMEN_NONE},
    };

    (void)state;
    assert_int_equal(sizeof rows / sizeof rows[0], PSYNC_CLASSES);
    for (size_t i = 0; i < PSYNC_CLASSES; i++) {
        assert_int_equal(psync_class_traits(rows[i].class)->counting, rows[i].counting);
        assert_int_equal(psync_class_traits(rows[i].class)->omen, rows[i].omen);
    }
}

static void test_overloaded(void **state)
{
    static const struct {
        struct psync_response r;
        bool overloaded;
    } rows[] = {
        {{.transport = PSYNC_NET_TIMEOUT}, true},
        {{.transport = PSYNC_NET_CONNECT_TIMEOUT}, true},
        {{.transport = PSYNC_NET_NAME}, false},
        {{.transport = PSYNC_NET_ANSWER, .status = 429}, true},
        {{.transport = PSYNC_NET_ANSWER, .status = 503}, true},
        {{.transport = PSYNC_NET_ANSWER, .status = 504}, true},
        {{.transport = PSYNC_NET_ANSWER, .status = 408}, true},
        {{.transport = PSYNC_NET_ANSWER, .status = 502}, false},
        {{.transport = PSYNC_NET_ANSWER, .status = 200}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(psync_classify_overloaded(&rows[i].r), rows[i].overloaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_traits),
        cmocka_unit_test(test_overloaded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
