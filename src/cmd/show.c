/* show - `show` and `resend`: what became of a product, and how to announce it anew. */
#include "cmd/commands.h"
#include "cmd/messages.h"

#include "base/decimal.h"

#include <inttypes.h>
#include <string.h>

enum { TARGET_MAX = 1024, BODY_MAX = 1024, SHOWN_MESSAGES = 20 };

static enum psync_exit product_operand(const struct psync_invocation *inv, int64_t *ret_product)
{
    struct psync_decimal d;
    struct psync_span text = {inv->operands[0], strlen(inv->operands[0])};
    if (psync_decimal_parse(text, false, &d) == PSYNC_OK && psync_decimal_to_int64(&d, ret_product) == PSYNC_OK &&
        *ret_product > 0)
        return PSYNC_EXIT_OK;
    psync_complain("\"%s\" is no product id; it is an integer from 1 to %" PRId64, inv->operands[0], INT64_MAX);
    return PSYNC_EXIT_USAGE;
}

/* What holds the message's destination; NULL: nothing. */
static const char *held_of(json_object *destinations, json_object *message)
{
    const char *name = psync_json_text(message, "destination");
    for (size_t i = 0; destinations && name && i < json_object_array_length(destinations); i++) {
        json_object *d = json_object_array_get_idx(destinations, i);
        const char *known = psync_json_text(d, "name");
        if (known && strcmp(known, name) == 0)
            return psync_destination_held(d);
    }
    return NULL;
}

/* The list has no payload and history: each message is asked for by itself. */
static enum psync_exit say_message(struct psync_ask *ask, json_object *row, json_object *destinations, json_object *all)
{
    struct psync_buf target;
    json_object *message = NULL;
    psync_buf_init(&target, TARGET_MAX);
    enum psync_exit code = PSYNC_EXIT_STORAGE;
    if (psync_buf_add_str(&target, "/v1/messages/") == PSYNC_OK &&
        psync_target_segment(&target, psync_shown_text(row, "id")) == PSYNC_OK)
        code = psync_ask_call(ask, "GET", target.data, (struct psync_span){0}, &message);
    psync_buf_done(&target);
    if (code == PSYNC_EXIT_OK && all)
        json_object_array_add(all, json_object_get(message));
    else if (code == PSYNC_EXIT_OK)
        psync_message_say(ask->inv, message, held_of(destinations, message), false);
    json_object_put(message);
    return code;
}

/* Page by page; the newest come first, and they are what one asks about. */
static enum psync_exit collect(struct psync_ask *ask, int64_t product, const char *destination, json_object *list)
{
    struct psync_buf target;
    char cursor[128] = "";
    enum psync_exit code = PSYNC_EXIT_OK;
    psync_buf_init(&target, TARGET_MAX);
    do {
        json_object *answer = NULL;
        psync_buf_clear(&target);
        if (psync_buf_printf(&target, "/v1/messages?product=%" PRId64, product) != PSYNC_OK ||
            psync_target_add(&target, "destination", destination) != PSYNC_OK ||
            psync_target_add(&target, "cursor", *cursor ? cursor : NULL) != PSYNC_OK)
            code = PSYNC_EXIT_STORAGE;
        else
            code = psync_ask_call(ask, "GET", target.data, (struct psync_span){0}, &answer);
        json_object *page = psync_json_member(answer, "messages");
        for (size_t i = 0; page && i < json_object_array_length(page) && json_object_array_length(list) < SHOWN_MESSAGES; i++)
            json_object_array_add(list, json_object_get(json_object_array_get_idx(page, i)));
        const char *next = psync_json_text(answer, "cursor");
        cursor[0] = '\0';
        if (next && strlen(next) < sizeof cursor)
            strcpy(cursor, next);
        json_object_put(answer);
    } while (code == PSYNC_EXIT_OK && *cursor && json_object_array_length(list) < SHOWN_MESSAGES);
    psync_buf_done(&target);
    return code;
}

static enum psync_exit say_all(struct psync_ask *ask, int64_t product, const char *destination, json_object *list)
{
    size_t n = json_object_array_length(list);
    json_object *all = ask->inv->json ? json_object_new_array() : NULL, *known = NULL;
    enum psync_exit code = PSYNC_EXIT_OK;
    if (n && !all)
        code = psync_ask_call(ask, "GET", "/v1/destinations", (struct psync_span){0}, &known);
    for (size_t i = 0; i < n && code == PSYNC_EXIT_OK; i++)
        code = say_message(ask, json_object_array_get_idx(list, i), psync_json_member(known, "destinations"), all);
    json_object_put(known);
    if (all) {
        json_object *answer = json_object_new_object();
        json_object_object_add(answer, "messages", all);
        psync_ask_print_json(answer);
        json_object_put(answer);
    }
    if (n)
        return code;
    psync_complain("product %" PRId64 " was never put%s%s, or its messages were purged (queue.keep)", product,
                   destination ? " for " : "", destination ? destination : "");
    return PSYNC_EXIT_REFUSED;
}

enum psync_exit psync_cmd_show(struct psync_invocation *inv)
{
    struct psync_ask ask = {0};
    int64_t product;
    enum psync_exit code = product_operand(inv, &product);
    if (code != PSYNC_EXIT_OK)
        return code;
    const char *destination = psync_invocation_value(inv, "destination");
    json_object *list = json_object_new_array();
    code = psync_ask_open(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = collect(&ask, product, destination, list);
    if (code == PSYNC_EXIT_OK)
        code = say_all(&ask, product, destination, list);
    json_object_put(list);
    psync_ask_done(&ask);
    return code;
}

static enum psync_exit resend(struct psync_ask *ask, int64_t product)
{
    struct psync_buf body;
    struct psync_json_writer w;
    json_object *answer = NULL;
    psync_buf_init(&body, BODY_MAX);
    psync_json_writer_begin(&w, &body);
    psync_json_open(&w, NULL, '{');
    psync_json_put_int(&w, "product", product);
    psync_json_put_text(&w, "destination", psync_invocation_value(ask->inv, "destination"));
    psync_json_put_bool(&w, "force", psync_invocation_has(ask->inv, "force"));
    psync_json_close(&w, '}');
    enum psync_exit code = PSYNC_EXIT_USAGE;
    if (psync_json_writer_end(&w) != PSYNC_OK)
        psync_complain("that name is too long");
    else
        code = psync_ask_call(ask, "POST", "/v1/resend", (struct psync_span){body.data, body.len}, &answer);
    psync_buf_done(&body);
    if (code == PSYNC_EXIT_OK && ask->inv->json)
        psync_ask_print_json(answer);
    json_object *list = psync_json_member(answer, "messages");
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        json_object *m = json_object_array_get_idx(list, i);
        psync_say(ask->inv, "product %" PRId64 " is announced anew to %s: message %s, key %s", product,
                  psync_shown_text(m, "destination"), psync_shown_text(m, "id"), psync_shown_text(m, "key"));
    }
    json_object_put(answer);
    return code;
}

enum psync_exit psync_cmd_resend(struct psync_invocation *inv)
{
    struct psync_ask ask = {0};
    int64_t product;
    enum psync_exit code = product_operand(inv, &product);
    if (code != PSYNC_EXIT_OK)
        return code;
    code = psync_ask_open(&ask, inv);
    if (code == PSYNC_EXIT_OK)
        code = resend(&ask, product);
    psync_ask_done(&ask);
    return code;
}
