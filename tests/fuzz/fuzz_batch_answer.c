/* fuzz_batch_answer - answers to a batch of three. */
#include "delivery/batch_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct psync_message messages[3] = {{.subject = {11, ""}}, {.subject = {22, ""}}, {.subject = {33, ""}}};
    struct psync_message *const members[3] = {&messages[0], &messages[1], &messages[2]};
    struct psync_batch_answer *answer = NULL;

    if (psync_batch_answer_new((struct psync_span){(const char *)data, size}, false, members, 3, &answer) != PSYNC_OK)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        struct psync_item item = psync_batch_answer_item(answer, i);
        PSYNC_INVARIANT(item.status >= 100 && item.status <= 599 && item.text[0] == '{');
    }
    psync_batch_answer_free(answer);
    return 0;
}
