/* intake_answer - what became of each product of a request. */
#include "admin/intake.h"
#include "admin/view.h"

enum { ANSWER_MAX = 8 << 20 };

enum outcome { NEW, KNOWN, FULL, REFUSED, OUTCOMES };
static const char *const words[OUTCOMES] = {"new", "known", "full", "refused"};

struct verdict {
    enum outcome outcome;
    struct psync_put_summary all;
};

/* `taken`: how many before this one are in the set. */
static struct verdict judge(const struct psync_intake *in, size_t i, size_t taken)
{
    struct verdict v = {.outcome = REFUSED};
    if (in->items[i].product == 0)
        return v;
    v.all = psync_putset_outcome(&in->set, taken);
    v.outcome = v.all.outcome == PSYNC_PUT_NEW ? NEW : v.all.outcome == PSYNC_PUT_KNOWN ? KNOWN : FULL;
    return v;
}

static void put_item(struct psync_json_writer *w, const struct psync_intake *in, size_t i, size_t taken,
                     const struct verdict *v)
{
    const struct psync_intake_item *item = &in->items[i];
    psync_json_open(w, NULL, '{');
    psync_json_put_int(w, "line", (int64_t)item->line);
    if (item->product)
        psync_json_put_int(w, "product", item->product);
    psync_json_put_text(w, "outcome", words[v->outcome]);
    if (v->outcome == REFUSED)
        psync_json_put_span(w, "reason", (struct psync_span){in->text.data + item->at, item->len});
    else
        psync_json_put_text(w, "key", in->set.puts[taken * in->set.n_destinations].key);
    if (v->outcome == KNOWN)
        psync_view_state(w, "state", v->all.state);
    psync_json_close(w, '}');
}

struct tally {
    size_t count[OUTCOMES];
    bool other_payload; /* a key given was used with another payload */
    const char *full;   /* why */
};

static struct tally tally_of(const struct psync_intake *in)
{
    struct tally t = {.full = ""};
    size_t taken = 0;
    for (size_t i = 0; i < in->n_items; i++) {
        struct verdict v = judge(in, i, taken);
        t.count[v.outcome]++;
        t.other_payload |= in->key[0] && in->items[i].product && !v.all.same_payload;
        if (v.outcome == FULL)
            t.full = v.all.why;
        taken += in->items[i].product != 0;
    }
    return t;
}

static void put_items(struct psync_json_writer *w, const struct psync_intake *in)
{
    size_t taken = 0;
    psync_json_open(w, "products", '[');
    for (size_t i = 0; i < in->n_items; i++) {
        struct verdict v = judge(in, i, taken);
        if (!(in->frozen && v.outcome == NEW))
            put_item(w, in, i, taken, &v);
        taken += in->items[i].product != 0;
    }
    psync_json_close(w, ']');
}

/* 200: all that could be is in the queue; 503: it is full; 422: nothing was fit for it. */
static unsigned status_of(const size_t count[OUTCOMES])
{
    if (count[FULL])
        return 503;
    return count[NEW] + count[KNOWN] ? 200 : 422;
}

static void put_problem(struct psync_json_writer *w, const struct psync_intake *in, unsigned status, const char *full)
{
    psync_json_put_text(w, "type", "about:blank");
    psync_json_put_int(w, "status", status);
    if (status == 503) {
        psync_json_put_text(w, "title", "The queue is full");
        psync_json_put_text(w, "detail", full);
        return;
    }
    psync_json_put_text(w, "title", "The product is refused");
    psync_json_put_span(w, "detail", (struct psync_span){in->text.data + in->items[0].at, in->items[0].len});
}

static void reply(struct psync_intake *in, unsigned status, struct psync_buf *buf)
{
    const struct psync_web_header later = {"Retry-After", "5"};
    const struct psync_web_reply full = {.ending = PSYNC_WEB_ANSWER, .status = status, .buf = buf,
                                         .content_type = "application/problem+json", .headers = &later, .n_headers = 1};
    if (status == 503)
        psync_web_reply_with(in->rq, &full);
    else
        psync_answer_json(in->rq, status, buf);
}

/* ---- a given key that was used with another payload ---- */

static const char *word_at(const struct psync_put *put)
{
    if (put->ret_outcome == PSYNC_PUT_KNOWN)
        return words[put->ret_same_payload ? KNOWN : REFUSED];
    return words[put->ret_outcome == PSYNC_PUT_NEW ? NEW : FULL];
}

/* A destination that was added since may never have seen the key: what became of the product is said of each. */
static void answer_other_payload(struct psync_intake *in)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, ANSWER_MAX);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "type", "about:blank");
    psync_json_put_int(&w, "status", 422);
    psync_json_put_text(&w, "title", "The key was used with another product");
    psync_json_put_text(&w, "detail", "destinations tells where, and where this product was put nevertheless");
    psync_json_put_text(&w, "key", in->key);
    psync_json_open(&w, "destinations", '[');
    for (size_t d = 0; d < in->set.n_destinations; d++) {
        const struct psync_put *put = &in->set.puts[d];
        psync_json_open(&w, NULL, '{');
        psync_json_put_text(&w, "destination", put->destination);
        psync_json_put_text(&w, "outcome", word_at(put));
        if (put->ret_outcome == PSYNC_PUT_KNOWN)
            psync_view_state(&w, "state", put->ret_state);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    psync_answer_writer(in->rq, 422, &w);
}

/* ---- the answer ---- */

void psync_intake_answer(struct psync_intake *in)
{
    const struct tally tally = tally_of(in);
    struct psync_json_writer w;
    struct psync_buf buf;
    if (tally.other_payload) {
        answer_other_payload(in);
        return;
    }
    unsigned status = status_of(tally.count);
    psync_buf_init(&buf, ANSWER_MAX);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    if (status != 200)
        put_problem(&w, in, status, tally.full);
    for (int o = 0; o < OUTCOMES; o++)
        psync_json_put_int(&w, words[o], (int64_t)tally.count[o]);
    put_items(&w, in);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        reply(in, status, &buf);
    else
        psync_answer_later(in->rq, "Out of memory", false);
    psync_buf_done(&buf);
}
