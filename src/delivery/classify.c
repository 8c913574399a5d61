/* classify - see classify.h. Status codes: RFC 9110 section 15; 429: RFC 6585; 409 and 422 as the Idempotency-Key draft
 * (draft-ietf-httpapi-idempotency-key-header-07, section 2.7) has them. */
#include "delivery/classify.h"

static const struct psync_class_traits traits[PSYNC_CLASSES] = {
    [PSYNC_CLASS_DONE] = {"done", PSYNC_COUNTS_NEVER, PSYNC_OMEN_GOOD},
    [PSYNC_CLASS_UNANSWERED] = {"unanswered", PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_BAD},
    [PSYNC_CLASS_UNCLEAR] = {"unclear", PSYNC_COUNTS_IF_CLOSED, PSYNC_OMEN_GOOD},
    [PSYNC_CLASS_UNAVAILABLE] = {"unavailable", PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_BAD},
    [PSYNC_CLASS_FAULT] = {"fault", PSYNC_COUNTS_IF_CLOSED, PSYNC_OMEN_BAD},
    [PSYNC_CLASS_THROTTLED] = {"throttled", PSYNC_COUNTS_NEVER, PSYNC_OMEN_NONE},
    [PSYNC_CLASS_WRONG_PLACE] = {"wrong_place", PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_BAD},
    [PSYNC_CLASS_DENIED] = {"denied", PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_NONE},
    [PSYNC_CLASS_GONE] = {"gone", PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_NONE},
    [PSYNC_CLASS_CONFLICT] = {"conflict", PSYNC_COUNTS_IF_OTHERS_SUCCEED, PSYNC_OMEN_NONE},
    [PSYNC_CLASS_REFUSED] = {"refused", PSYNC_COUNTS_NEVER, PSYNC_OMEN_NONE},
    [PSYNC_CLASS_ABORTED] = {"aborted", PSYNC_COUNTS_NEVER, PSYNC_OMEN_NONE},
};

const struct psync_class_traits *psync_class_traits(enum psync_class c)
{
    PSYNC_INVARIANT((unsigned)c < PSYNC_CLASSES);
    return &traits[c];
}

/* Codes that are not what their hundred is. */
static const struct {
    int32_t status;
    enum psync_class class;
} exceptions[] = {
    {401, PSYNC_CLASS_DENIED},      {403, PSYNC_CLASS_DENIED},      {404, PSYNC_CLASS_WRONG_PLACE},
    {405, PSYNC_CLASS_WRONG_PLACE}, {408, PSYNC_CLASS_UNAVAILABLE}, {409, PSYNC_CLASS_CONFLICT},
    {410, PSYNC_CLASS_GONE},        {429, PSYNC_CLASS_THROTTLED},   {502, PSYNC_CLASS_UNAVAILABLE},
    {503, PSYNC_CLASS_UNAVAILABLE}, {504, PSYNC_CLASS_UNAVAILABLE},
};

static enum psync_class of_hundred(int32_t status)
{
    switch (status / 100) {
    case 2:
        return PSYNC_CLASS_DONE;
    case 3:
        return PSYNC_CLASS_WRONG_PLACE;
    case 4:
        return PSYNC_CLASS_REFUSED;
    case 5:
        return PSYNC_CLASS_FAULT;
    default:
        return PSYNC_CLASS_UNAVAILABLE;
    }
}

enum psync_class psync_classify_status(int32_t status, bool retry_after)
{
    if (status >= 200 && status <= 299)
        return PSYNC_CLASS_DONE;
    if (status == 503 && retry_after)
        return PSYNC_CLASS_THROTTLED;
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (exceptions[i].status == status)
            return exceptions[i].class;
    }
    return of_hundred(status);
}

enum psync_class psync_classify(const struct psync_response *response, bool retry_after)
{
    switch (response->transport) {
    case PSYNC_NET_ANSWER:
        return psync_classify_status(response->status, retry_after);
    case PSYNC_NET_ABORTED:
    case PSYNC_NET_NO_MEMORY:
    case PSYNC_NET_NO_FILES:
        return PSYNC_CLASS_ABORTED;
    default:
        return PSYNC_CLASS_UNANSWERED;
    }
}

bool psync_classify_overloaded(const struct psync_response *response)
{
    if (response->transport == PSYNC_NET_TIMEOUT || response->transport == PSYNC_NET_CONNECT_TIMEOUT ||
        response->transport == PSYNC_NET_NO_FILES)
        return true;
    if (response->transport != PSYNC_NET_ANSWER)
        return false;
    return response->status == 408 || response->status == 429 || response->status == 503 || response->status == 504;
}
