/* dispatcher_batch - batches: formed of new messages, gathered again from recorded ones, split when an answer demands
 * it.
 *
 * Members, order, bytes and key are fixed and recorded (BIND) before a batch is first sent; the body is the JSON array
 * of the payloads, so that it is the same bytes whenever it is made of the same members. A batch holds one message a
 * subject. A single message, also one that a split left alone or that found no company, is sent as a plain object under
 * its own key. */
#include "delivery/dispatcher_impl.h"

#include "queue/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool psync_batch_enabled(const struct destination *t)
{
    return t->owner->mode == PSYNC_DISPATCH_QUEUE && psync_effective_batch(t->owner->config, t->conf) > 1;
}

void psync_job_single(struct held *h, struct destination *t)
{
    struct job *job = &h->alone;
    const struct psync_message *m = h->settlement.message;

    job->destination = t;
    job->state = JOB_READY;
    job->request.destination = m->destination;
    job->request.conf = t->conf;
    job->request.key = m->key;
    job->request.body = m->payload;
    job->request.traceparent = m->trace;
    job->request.members = &h->settlement.message;
    job->request.n_members = 1;
    job->request.batch = job->request.trial = false;
    job->request.tag = NULL;
}

/* ---- a batch's memory: one block with its lists, its key and its body ---- */
struct batch {
    struct job job;
    char key[PSYNC_BATCH_KEY_MAX];
    struct psync_message **members;
    struct held *list[];
};

void psync_job_free(struct job *job)
{
    if (job != NULL && job->request.batch)
        free(PSYNC_CONTAINER(job, struct batch, job));
}

static size_t body_length(struct held *const *list, size_t n)
{
    size_t len = 1 + n; /* brackets and commas */

    for (size_t i = 0; i < n; i++)
        len += list[i]->settlement.message->payload.len;
    return len;
}

static void write_body(char *to, struct held *const *list, size_t n)
{
    *to++ = '[';
    for (size_t i = 0; i < n; i++) {
        struct psync_span payload = list[i]->settlement.message->payload;
        if (i > 0)
            *to++ = ',';
        memcpy(to, payload.data, payload.len);
        to += payload.len;
    }
    *to = ']';
}

static enum psync_result make_key(struct held *const *list, size_t n, char ret_key[PSYNC_BATCH_KEY_MAX])
{
    PSYNC_INVARIANT(n > 0);
    const char **keys = malloc(n * sizeof *keys);

    if (keys == NULL)
        return PSYNC_NOMEM;
    for (size_t i = 0; i < n; i++)
        keys[i] = list[i]->settlement.message->key;
    enum psync_result result = psync_key_batch(keys, n, ret_key);
    free(keys);
    return result;
}

/* A job of `n` > 1 messages, which stay where they are. `key` NULL: a new batch. NULL: no memory. */
static struct job *batch_new(struct destination *t, struct held *const *list, size_t n, const char *key)
{
    PSYNC_INVARIANT(n > 1);
    size_t lists = n * (sizeof(struct held *) + sizeof(struct psync_message *)), body = body_length(list, n);
    struct batch *b = malloc(sizeof *b + lists + body);

    if (b == NULL)
        return NULL;
    memset(b, 0, sizeof *b);
    if (key != NULL)
        memcpy(b->key, key, strlen(key) + 1);
    else if (make_key(list, n, b->key) != PSYNC_OK) {
        free(b);
        return NULL;
    }
    b->members = (struct psync_message **)(void *)&b->list[n];
    char *bytes = (char *)&b->members[n];
    write_body(bytes, list, n);
    for (size_t i = 0; i < n; i++) {
        b->list[i] = list[i];
        b->members[i] = list[i]->settlement.message;
    }
    psync_list_init(&b->job.link);
    b->job.destination = t;
    b->job.state = key != NULL ? JOB_READY : JOB_UNBOUND;
    b->job.held = b->list;
    b->job.request = (struct psync_request){
        .destination = b->members[0]->destination, .conf = t->conf, .key = b->key, .body = {bytes, body},
        .traceparent = b->members[0]->trace, .members = b->members, .n_members = n, .batch = true};
    return &b->job;
}

/* ---- forming ---- */
struct subjects { /* of the batch being formed: open addressing, at most half full */
    const struct psync_subject *slots[2 * 1024];
};
_Static_assert(PSYNC_BATCH_MEMBERS_MAX <= 1024, "half of the slots");

static bool add_subject(struct subjects *s, const struct psync_subject *subject)
{
    size_t size = sizeof s->slots / sizeof s->slots[0];
    size_t i = (size_t)((uint64_t)subject->product * UINT64_C(0x9e3779b97f4a7c15) >> 32) % size;

    for (; s->slots[i] != NULL; i = (i + 1) % size) {
        if (s->slots[i]->product == subject->product && strcmp(s->slots[i]->shop, subject->shop) == 0)
            return false;
    }
    s->slots[i] = subject;
    return true;
}

/* How many of the new messages, in order, one batch may hold: up to size and bytes, and to a subject's second
 * message. */
static size_t take_members(struct destination *t, struct held *list[PSYNC_BATCH_MEMBERS_MAX])
{
    const struct psync_batch_conf *conf = &t->owner->config->batch;
    size_t n = 0, size = psync_effective_batch(t->owner->config, t->conf);
    size_t most = size < PSYNC_BATCH_MEMBERS_MAX ? size : PSYNC_BATCH_MEMBERS_MAX;
    struct subjects subjects = {0};
    uint64_t bytes = 2;

    for (struct psync_link *l = t->fresh.next; l != &t->fresh && n < most; l = l->next) {
        struct held *h = PSYNC_CONTAINER(l, struct held, link);
        bytes += h->settlement.message->payload.len + (n > 0);
        if (n > 0 && bytes > conf->max_bytes)
            break;
        if (!add_subject(&subjects, &h->settlement.message->subject))
            break;
        list[n++] = h;
    }
    return n;
}

static void leave_fresh(struct destination *t, struct held *h)
{
    psync_list_remove(&h->link);
    t->n_fresh--;
    t->fresh_bytes -= h->settlement.message->payload.len + 1;
}

struct job *psync_batch_form(struct destination *t, psync_ms now, psync_ms *ret_due)
{
    const struct psync_batch_conf *conf = &t->owner->config->batch;
    struct held *list[PSYNC_BATCH_MEMBERS_MAX];

    if (psync_list_empty(&t->fresh))
        return NULL;
    struct held *first = PSYNC_CONTAINER(t->fresh.next, struct held, link);
    bool fills = t->n_fresh >= psync_effective_batch(t->owner->config, t->conf) || t->fresh_bytes >= conf->max_bytes;
    if (psync_batch_enabled(t) && !fills && now < first->offered_at + conf->linger) {
        *ret_due = first->offered_at + conf->linger;
        return NULL;
    }
    size_t n = psync_batch_enabled(t) ? take_members(t, list) : 1;
    struct job *job = n > 1 ? batch_new(t, list, n, NULL) : NULL;
    if (job == NULL) { /* alone, or no memory for a batch: a plain request is always possible */
        leave_fresh(t, first);
        psync_job_single(first, t);
        return &first->alone;
    }
    for (size_t i = 0; i < n; i++)
        leave_fresh(t, list[i]);
    return job;
}

/* ---- recorded batches that come back ---- */
static struct held *first_of(struct psync_link *list)
{
    return psync_list_empty(list) ? NULL : PSYNC_CONTAINER(list->next, struct held, link);
}

static size_t gathered(struct destination *t, struct held *list[PSYNC_BATCH_MEMBERS_MAX])
{
    size_t n = 0;

    for (struct psync_link *l = t->gathering.next; l != &t->gathering && n < PSYNC_BATCH_MEMBERS_MAX; l = l->next)
        list[n++] = PSYNC_CONTAINER(l, struct held, link);
    return n;
}

/* Recorded as they are. */
static void give_back(struct destination *t)
{
    for (struct psync_link *l; (l = psync_list_pop(&t->gathering)) != NULL;) {
        t->waiting--;
        psync_verdict_release(PSYNC_CONTAINER(l, struct held, link), t->owner);
    }
}

/* The batch is complete: the same members, order, bytes and key as before. Without memory it goes back as it came. */
static void rebuild(struct destination *t, struct held *const *list, size_t n, const char *key, psync_ms now)
{
    struct job *job = batch_new(t, list, n, key);

    if (job == NULL) {
        t->rest_until = now + REST_MS;
        give_back(t);
        return;
    }
    for (size_t i = 0; i < n; i++)
        psync_list_remove(&list[i]->link);
    psync_list_push(&t->ready, &job->link);
}

void psync_batch_gather(struct destination *t, struct held *h, psync_ms now)
{
    const struct psync_message *m = h->settlement.message;
    const struct held *first = first_of(&t->gathering);

    if (first != NULL && strcmp(first->settlement.message->batch_key, m->batch_key) != 0)
        psync_batch_gathered(t);
    psync_list_push(&t->gathering, &h->link);
    if (m->batch_count < 2 || m->batch_pos + 1 != m->batch_count)
        return;
    struct held *list[PSYNC_BATCH_MEMBERS_MAX];
    size_t n = gathered(t, list);
    if (n == m->batch_count)
        rebuild(t, list, n, m->batch_key, now);
}

/* If not all members came, some are settled: an answer ended that batch, and what is left of it goes alone. Unless one
 * was lost on the way in: then the batch may have taken effect as it was, and must go again as it was. */
void psync_batch_gathered(struct destination *t)
{
    const struct held *first = first_of(&t->gathering);

    if (first == NULL)
        return;
    psync_destination_wake(t);
    if (strcmp(first->settlement.message->batch_key, t->lost_batch) == 0) {
        t->lost_batch[0] = '\0';
        give_back(t);
        return;
    }
    for (struct psync_link *l; (l = psync_list_pop(&t->gathering)) != NULL;) {
        PSYNC_CONTAINER(l, struct held, link)->unbind = true;
        psync_list_push(&t->alone, l);
    }
}

void psync_batch_lost(struct destination *t, const char *key)
{
    const struct held *first = first_of(&t->gathering);

    if (first != NULL && strcmp(first->settlement.message->batch_key, key) != 0)
        psync_batch_gathered(t);
    snprintf(t->lost_batch, sizeof t->lost_batch, "%s", key);
}

/* ---- splitting ---- */
/* One half: a batch to be recorded, or a single message. */
static struct job *half(struct destination *t, struct held **list, size_t n)
{
    if (n > 1)
        return batch_new(t, list, n, NULL);
    psync_job_single(list[0], t);
    return &list[0]->alone;
}

bool psync_job_in_doubt(const struct job *job)
{
    for (size_t i = 0; i < job->request.n_members; i++) {
        if (job->held[i]->settlement.message->last_unanswered)
            return true;
    }
    return false;
}

/* The halves are recorded at once, whether or not the destination may be sent to now, so that a split is a step that is
 * not taken back; and they are sent before anything new. An answer said that the whole had no effect, and nothing was
 * sent under the new keys: they begin without doubt. On NOMEM nothing changed. */
enum psync_result psync_batch_split(struct job *job)
{
    struct destination *t = job->destination;
    size_t n = job->request.n_members, left = n / 2;
    struct job *halves[2] = {half(t, job->held, left), half(t, job->held + left, n - left)};

    if (halves[0] == NULL || halves[1] == NULL) {
        psync_job_free(halves[0]);
        psync_job_free(halves[1]);
        return PSYNC_NOMEM;
    }
    for (size_t i = 0; i < n; i++)
        job->held[i]->settlement.message->last_unanswered = false;
    for (int i = 0; i < 2; i++) {
        bool batch = halves[i]->request.batch;
        halves[i]->held[0]->unbind = !batch;
        psync_list_push(batch ? &t->unbound : &t->ready, &halves[i]->link);
    }
    t->waiting += n;
    return PSYNC_OK;
}
