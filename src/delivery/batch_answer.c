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

/* ---- does it say anything of items? ---- */
static bool any_item(json_object *array)
{
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        if (status_of(json_object_array_get_idx(array, i)) != 0)
            return true;
    }
    return false;
}

/* An object beside a list may have a status of its own, that of the whole; only a bad one tells. */
static bool says_status(json_object *value)
{
    if (json_object_is_type(value, json_type_array))
        return any_item(value);
    int32_t status = status_of(value);
    return status != 0 && (status < 200 || status > 299);
}

static bool is_something(json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        return false;
    case json_type_array:
        return json_object_array_length(value) > 0;
    case json_type_object:
        return json_object_object_length(value) > 0;
    case json_type_string:
        return json_object_get_string_len(value) > 0;
    case json_type_boolean:
    case json_type_int:
    case json_type_double:
        return json_object_get_boolean(value) != 0;
    }
    return false;
}

/* "errors": [...], "failed": 3 - without saying which. */
static bool says_failure(const char *name, json_object *value)
{
    static const char *const names[] = {"errors", "failed", "failures", "rejected"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0)
            return is_something(value);
    }
    return false;
}

static bool says_items(json_object *body)
{
    if (json_object_is_type(body, json_type_array))
        return any_item(body);
    if (!json_object_is_type(body, json_type_object))
        return false;
    json_object_object_foreach(body, name, value)
    {
        if (says_status(value) || says_failure(name, value))
            return true;
    }
    return false;
}

/* What begins like JSON and cannot be read, or not to its end, may be a list; a greeting or a page is none. */
static bool may_be_list(struct psync_span body)
{
    while (body.len > 0 && strchr(" \t\r\n", body.data[0]) != NULL && body.data[0] != '\0') {
        body.data++;
        body.len--;
    }
    return body.len > 0 && (body.data[0] == '[' || body.data[0] == '{');
}

/* ---- matching by id: both sides sorted by product ---- */
/* The product an item is about; 0: it does not say. */
static int64_t product_of(json_object *item)
{
    const char *text = psync_json_text(item, "id");
    int64_t id = psync_json_int(item, "id", 0);

    if (text != NULL && text[0] != '\0' && strlen(text) <= 18 && strspn(text, "0123456789") == strlen(text))
        id = strtoll(text, NULL, 10);
    return id > 0 ? id : 0;
}

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

/* Both sorted. Then the ids are the products', not the API's own. */
static bool all_products(const struct numbered *items, const struct numbered *wanted, size_t n)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        while (k < n && wanted[k].product < items[i].product)
            k++;
        if (k == n || wanted[k].product != items[i].product)
            return false;
    }
    return true;
}

/* EMPTY: they have ids of the API's own, or none. REJECT: one product is named twice, so another is not. */
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
    enum psync_result result = same ? PSYNC_OK : all_products(pairs, wanted, a->n) ? PSYNC_REJECT : PSYNC_EMPTY;
    free(pairs);
    return result;
}

static enum psync_result match(struct psync_batch_answer *a, json_object *items, struct psync_message *const *members)
{
    enum psync_result matched = match_ids(a, items, members);

    if (matched != PSYNC_EMPTY)
        return matched;
    for (size_t i = 0; i < a->n; i++)
        a->items[i] = json_object_array_get_idx(items, i);
    return PSYNC_OK;
}

static enum psync_result read_items(struct psync_span body, bool cut, size_t n, json_object **ret_body,
                                    json_object **ret_items)
{
    json_object *parsed = NULL;
    enum psync_result result = cut ? PSYNC_REJECT : psync_json_parse(body, &parsed, NULL);

    if (result == PSYNC_REJECT && !may_be_list(body))
        return PSYNC_EMPTY;
    if (result != PSYNC_OK)
        return result;
    json_object *items = find_items(parsed, n);
    if (items == NULL) {
        result = says_items(parsed) ? PSYNC_REJECT : PSYNC_EMPTY;
        json_object_put(parsed);
        return result;
    }
    *ret_body = parsed;
    *ret_items = items;
    return PSYNC_OK;
}

enum psync_result psync_batch_answer_new(struct psync_span body, bool cut, struct psync_message *const *members,
                                         size_t n, struct psync_batch_answer **ret_answer)
{
    json_object *parsed = NULL, *items = NULL;
    enum psync_result result = read_items(body, cut, n, &parsed, &items);

    if (result != PSYNC_OK)
        return result;
    struct psync_batch_answer *a = malloc(sizeof *a + n * sizeof(json_object *));
    if (a == NULL) {
        json_object_put(parsed);
        return PSYNC_NOMEM;
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

int32_t psync_batch_answer_status(const struct psync_batch_answer *a, size_t i)
{
    PSYNC_INVARIANT(i < a->n);
    return status_of(a->items[i]);
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
