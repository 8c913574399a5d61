/* batch_answer - see batch_answer.h. */
#include "delivery/batch_answer.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct psync_batch_answer {
    json_object *body;
    size_t n;
    json_object *items[]; /* by member, borrowed from `body`; all set when it is given out */
};

static bool valid_status(int64_t status)
{
    return status >= 100 && status <= 599;
}

/* 0: none. */
static int32_t status_of(json_object *item)
{
    static const char *const names[] = {"status", "statusCode", "status_code"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t status = psync_json_int(item, names[i], 0);
        const char *text = psync_json_text(item, names[i]);
        if (text != NULL && strlen(text) == 3 && strspn(text, "0123456789") == 3)
            status = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
        if (valid_status(status))
            return (int32_t)status;
    }
    return 0;
}

static bool is_items(json_object *array, size_t n)
{
    if (!json_object_is_type(array, json_type_array) || json_object_array_length(array) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (status_of(json_object_array_get_idx(array, i)) == 0)
            return false;
    }
    return true;
}

/* The array of items in `body`, or NULL. */
static json_object *find_items(json_object *body, size_t n)
{
    json_object *found = NULL;

    if (is_items(body, n))
        return body;
    if (!json_object_is_type(body, json_type_object))
        return NULL;
    json_object_object_foreach(body, name, value)
    {
        (void)name;
        if (!is_items(value, n))
            continue;
        if (found != NULL)
            return NULL;
        found = value;
    }
    return found;
}

/* The product an item is about; 0: it does not say. */
static int64_t product_of(json_object *item)
{
    const char *text = psync_json_text(item, "id");
    int64_t id = psync_json_int(item, "id", 0);

    if (text != NULL && text[0] != '\0' && strlen(text) <= 18 && strspn(text, "0123456789") == strlen(text))
        id = strtoll(text, NULL, 10);
    return id > 0 ? id : 0;
}

/* ---- matching by id: both sides sorted by product ---- */
struct numbered {
    int64_t product;
    size_t index;
};

static int by_product(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    if (x->product != y->product)
        return x->product < y->product ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static enum psync_result match_ids(struct psync_batch_answer *a, json_object *items,
                                   struct psync_message *const *members)
{
    struct numbered *pairs = malloc(2 * a->n * sizeof *pairs);
    bool same = true;

    if (pairs == NULL)
        return PSYNC_NOMEM;
    struct numbered *wanted = pairs + a->n;
    for (size_t i = 0; i < a->n; i++) {
        pairs[i] = (struct numbered){product_of(json_object_array_get_idx(items, i)), i};
        wanted[i] = (struct numbered){members[i]->subject.product, i};
    }
    qsort(pairs, a->n, sizeof *pairs, by_product);
    qsort(wanted, a->n, sizeof *wanted, by_product);
    for (size_t i = 0; same && i < a->n; i++) {
        same = pairs[i].product == wanted[i].product && (i == 0 || pairs[i].product != pairs[i - 1].product);
        if (same)
            a->items[wanted[i].index] = json_object_array_get_idx(items, pairs[i].index);
    }
    free(pairs);
    return same ? PSYNC_OK : PSYNC_REJECT;
}

static enum psync_result match(struct psync_batch_answer *a, json_object *items, struct psync_message *const *members)
{
    enum psync_result matched = match_ids(a, items, members);

    if (matched != PSYNC_REJECT)
        return matched;
    for (size_t i = 0; i < a->n; i++)
        a->items[i] = json_object_array_get_idx(items, i);
    return PSYNC_OK;
}

enum psync_result psync_batch_answer_new(struct psync_span body, struct psync_message *const *members, size_t n,
                                         struct psync_batch_answer **ret_answer)
{
    json_object *parsed = NULL;
    enum psync_result result = psync_json_parse(body, &parsed, NULL);

    if (result != PSYNC_OK)
        return result == PSYNC_NOMEM ? PSYNC_NOMEM : PSYNC_REJECT;
    json_object *items = find_items(parsed, n);
    struct psync_batch_answer *a = items != NULL ? malloc(sizeof *a + n * sizeof(json_object *)) : NULL;
    if (a == NULL) {
        json_object_put(parsed);
        return items != NULL ? PSYNC_NOMEM : PSYNC_REJECT;
    }
    a->body = parsed;
    a->n = n;
    result = match(a, items, members);
    if (result != PSYNC_OK) {
        psync_batch_answer_free(a);
        return result;
    }
    *ret_answer = a;
    return PSYNC_OK;
}

void psync_batch_answer_free(struct psync_batch_answer *a)
{
    if (a == NULL)
        return;
    json_object_put(a->body);
    free(a);
}

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

struct psync_item psync_batch_answer_item(const struct psync_batch_answer *a, size_t i)
{
    PSYNC_INVARIANT(i < a->n);
    static const int plain = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
    json_object *item = a->items[i];

    return (struct psync_item){
        .status = status_of(item),
        .problem = text_or_empty(psync_json_text(item, "type")),
        .title = text_or_empty(psync_json_text(item, "title")),
        .text = text_or_empty(json_object_to_json_string_ext(item, plain)),
    };
}
