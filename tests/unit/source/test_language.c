/* Which name is sent when there is one per language. */
#include "fixture.h"

#include "source/language.h"

#include <stdlib.h>

static const struct {
    const char *names, *language, *expected; /* expected: the name, or "!" and the reason */
} cases[] = {
    {"{\"en\":\"Cup\",\"fr\":\"Tasse\"}", "fr", "Tasse"},
    {"{\"en\":\"Cup\",\"FR\":\"Tasse\"}", "fr", "Tasse"},
    {"{\"fr\":\"Tasse\",\"fr-CA\":\"Bol\"}", "fr_ca", "Bol"},
    {"{\"en\":\"Cup\",\"fr\":\"Tasse\",\"fr-BE\":\"Bol\"}", "fr-CA", "Tasse"},
    {"{\"FR-BE\":\"Bol\",\"fr\":\"Tasse\"}", "fr-CA", "Tasse"},
    {"{\"en\":\"Cup\",\"fr-CH\":\"Tasse\",\"fr-BE\":\"Bol\"}", "fr-CA", "Bol"},
    {"{\"en\":\"Cup\",\"fr-CH\":\"Tasse\"}", "fr", "Tasse"},
    {"{\"de\":\"Becher\",\"en\":\"Cup\",\"es\":\"Taza\"}", "fr", "Cup"},
    {"{\"es\":\"Taza\",\"de\":\"Becher\"}", "fr", "Becher"},
    {"{\"es\":\"Taza\",\"de\":\"Becher\",\"en\":\"Cup\"}", "", "Cup"},
    {"{\"fr\":\" \\u00a0\",\"es\":\"Taza\"}", "fr", "Taza"},
    {"{\"fr\":null,\"es\":\"Taza\"}", "fr", "Taza"},
    {"{\"\\u0066r\":\"Tass\\u0065\"}", "fr", "Tasse"},
    {"[{\"id\":1,\"value\":\"Cup\"},{\"id\":2,\"value\":\"Tasse\"}]", "2", "Tasse"},
    {"[{\"id\":\"2\",\"value\":\"Tasse\"},{\"id\":\"1\",\"value\":\"Cup\"}]", "", "Cup"},
    {"[{\"id\":10,\"value\":\"Taza\"},{\"id\":9,\"value\":\"Cup\"}]", "fr", "Cup"},
    {"[{\"id\":1,\"value\":\"\"},{\"value\":\"Tasse\",\"id\":2}]", "1", "Tasse"},
    {"{}", "fr", "!name is empty in every language"},
    {"[]", "fr", "!name is empty in every language"},
    {"{\"fr\":\"\",\"en\":null}", "fr", "!name is empty in every language"},
    {"{\"fr\":5}", "fr", "!name is not text in language fr"},
    {"{\"fr\":\"\\ud800\"}", "fr", "!name holds half a surrogate pair in language fr"},
    {"{\"\\ud800\":\"x\"}", "fr", "!name has a language code with half a surrogate pair"},
    {"[\"Cup\"]", "fr", "!name is a list of something else than {id, value}"},
    {"[{\"id\":1}]", "fr", "!name is a list of something else than {id, value}"},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        struct psync_span name = {0};
        struct psync_error reason = {{0}};
        (void)strcpy(text, cases[i].names); /* decoded in place */
        enum psync_result r =
            psync_language_choose((struct psync_span){text, strlen(text)}, cases[i].language, &name, &reason);
        bool refused = *cases[i].expected == '!';
        if (r != (refused ? PSYNC_REJECT : PSYNC_OK))
            fail_msg("%s in %s: %s", cases[i].names, cases[i].language, psync_result_name(r));
        if (refused)
            assert_string_equal(reason.text, cases[i].expected + 1);
        else if (!psync_span_eq(name, cases[i].expected))
            fail_msg("%s in %s: %.*s", cases[i].names, cases[i].language, (int)name.len, name.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
