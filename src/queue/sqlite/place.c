/* place - destinations: a row each in the file, all of them in memory, with exact counts.
 *
 * Counts change in memory with each row and are written once a commit, so they agree with the rows after any crash. */
#include "queue/sqlite/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 65536 };

struct psync_place *psync_place_find(const struct psync_store *s, const char *name)
{
    return psync_map_get(&s->places_by_name, (struct psync_span){name, strlen(name)});
}

struct psync_place *psync_place_by_id(const struct psync_store *s, int64_t id)
{
    return id > 0 && (uint64_t)id <= s->n_places ? s->places[id - 1] : NULL;
}

static void clear(struct psync_place *p)
{
    p->ready = p->waiting = p->delayed = p->dead = p->done = 0;
    p->hold = (struct psync_hold){0};
    p->figures = (struct psync_figures){0};
    p->dirty = false;
    p->fresh_after = p->due_after_id = p->kept_after = 0;
    p->due_after = INT64_MIN;
}

/* Room for the id in the table, then the place in table and map. */
static enum psync_result add(struct psync_store *s, int64_t id, const char *name, struct psync_place **ret_place)
{
    if ((size_t)id > s->cap_places) {
        size_t cap = (size_t)id * 2;
        struct psync_place **bigger = realloc(s->places, cap * sizeof *bigger);
        if (bigger == NULL)
            return PSYNC_NOMEM;
        memset(bigger + s->cap_places, 0, (cap - s->cap_places) * sizeof *bigger);
        s->places = bigger;
        s->cap_places = cap;
    }
    struct psync_place *p = calloc(1, sizeof *p);
    if (p == NULL)
        return PSYNC_NOMEM;
    clear(p);
    p->id = id;
    snprintf(p->name, sizeof p->name, "%s", name);
    if (psync_map_set(&s->places_by_name, (struct psync_span){p->name, strlen(p->name)}, p) != PSYNC_OK) {
        free(p);
        return PSYNC_NOMEM;
    }
    s->places[id - 1] = p;
    if ((size_t)id > s->n_places)
        s->n_places = (size_t)id;
    *ret_place = p;
    return PSYNC_OK;
}

enum psync_result psync_place_get(struct psync_store *s, const char *name, struct psync_place **ret_place,
                                  struct psync_error *err)
{
    struct psync_place *p = psync_place_find(s, name);
    if (p == NULL && s->n_places >= PLACES_MAX)
        return psync_fail(err, PSYNC_REJECT, "more than %d destinations", PLACES_MAX);
    enum psync_result r = p != NULL ? PSYNC_OK : add(s, (int64_t)s->n_places + 1, name, &p);
    if (r == PSYNC_OK)
        *ret_place = p;
    return r;
}

/* What a later version may have written is a trial too. */
static enum psync_proving proving_of(int number)
{
    if (number == PSYNC_PROVING_NOT || number == PSYNC_PROVING_REFUSALS)
        return (enum psync_proving)number;
    return PSYNC_PROVING_DELIVERY;
}

static void copy_text(char *to, size_t size, sqlite3_stmt *st, int column)
{
    snprintf(to, size, "%s", psync_column_text(st, column));
}

void psync_place_read(sqlite3_stmt *st, struct psync_place *p)
{
    struct psync_hold *h = &p->hold;
    struct psync_figures *f = &p->figures;
    p->ready = sqlite3_column_int64(st, 2);
    p->waiting = sqlite3_column_int64(st, 3);
    p->delayed = sqlite3_column_int64(st, 4);
    p->dead = sqlite3_column_int64(st, 5);
    p->done = sqlite3_column_int64(st, 6);
    h->paused = sqlite3_column_int(st, 7) != 0;
    h->paused_since = sqlite3_column_int64(st, 8);
    copy_text(h->paused_reason, sizeof h->paused_reason, st, 9);
    h->suspended = sqlite3_column_int(st, 10) != 0;
    h->suspended_since = sqlite3_column_int64(st, 11);
    copy_text(h->suspended_reason, sizeof h->suspended_reason, st, 12);
    h->throttled_until = sqlite3_column_int64(st, 13);
    copy_text(h->throttled_reason, sizeof h->throttled_reason, st, 14);
    f->last_success_at = sqlite3_column_int64(st, 15);
    f->active_ms = sqlite3_column_int64(st, 16);
    f->active_at = sqlite3_column_int64(st, 17);
    f->blocked = sqlite3_column_int(st, 18) != 0;
    copy_text(f->state, sizeof f->state, st, 19);
    h->proving = proving_of(sqlite3_column_int(st, 20));
    copy_text(h->suspended_settings, sizeof h->suspended_settings, st, 21);
}

enum psync_result psync_places_load(struct psync_store *s, struct psync_error *err)
{
    sqlite3_stmt *st = NULL;
    for (size_t i = 0; i < s->n_places; i++)
        if (s->places[i] != NULL)
            clear(s->places[i]);
    enum psync_result r = psync_store_query(s, PSYNC_SQL_PLACES_LOAD, NULL, 0, &st, err);
    while (r == PSYNC_OK) {
        int64_t id = sqlite3_column_int64(st, 0);
        const char *name = psync_column_text(st, 1);
        struct psync_place *p = psync_place_find(s, name);
        if (psync_columns_failed(st))
            r = PSYNC_NOMEM;
        else if (id <= 0 || id > PLACES_MAX || strlen(name) >= PSYNC_NAME_MAX)
            r = psync_store_fault(s, s->writer, SQLITE_CORRUPT, err);
        else if (p == NULL)
            r = add(s, id, name, &p);
        if (r == PSYNC_OK) {
            psync_place_read(st, p);
            r = psync_columns_failed(st) ? PSYNC_NOMEM : psync_store_next(s, st, err);
        }
        if (r != PSYNC_OK)
            sqlite3_reset(st);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result save(struct psync_store *s, struct psync_place *p, struct psync_error *err)
{
    const struct psync_hold *h = &p->hold;
    const struct psync_figures *f = &p->figures;
    return psync_store_run(
        s, PSYNC_SQL_PLACE_SAVE,
        PSYNC_VALUES(PSYNC_V_INT(p->id), PSYNC_V_TEXT(p->name), PSYNC_V_INT(p->ready), PSYNC_V_INT(p->waiting),
                     PSYNC_V_INT(p->delayed), PSYNC_V_INT(p->dead), PSYNC_V_INT(p->done), PSYNC_V_INT(h->paused),
                     PSYNC_V_INT(h->paused_since), PSYNC_V_TEXT(h->paused_reason), PSYNC_V_INT(h->suspended),
                     PSYNC_V_INT(h->suspended_since), PSYNC_V_TEXT(h->suspended_reason),
                     PSYNC_V_INT(h->throttled_until),
                     PSYNC_V_TEXT(h->throttled_reason), PSYNC_V_INT(f->last_success_at), PSYNC_V_INT(f->active_ms),
                     PSYNC_V_INT(f->active_at), PSYNC_V_INT(f->blocked), PSYNC_V_TEXT(f->state), PSYNC_V_INT(h->proving),
                     PSYNC_V_TEXT(h->suspended_settings)),
        err);
}

enum psync_result psync_places_save(struct psync_store *s, struct psync_error *err)
{
    for (size_t i = 0; i < s->n_places; i++) {
        struct psync_place *p = s->places[i];
        if (p == NULL || !p->dirty)
            continue;
        bool sane = p->ready >= 0 && p->waiting >= 0 && p->delayed >= 0 && p->dead >= 0 && p->done >= 0;
        enum psync_result r = sane ? save(s, p, err) : psync_store_fault(s, s->writer, SQLITE_CORRUPT, err);
        if (r != PSYNC_OK)
            return r;
    }
    for (size_t i = 0; i < s->n_places; i++)
        if (s->places[i] != NULL)
            s->places[i]->dirty = false;
    return PSYNC_OK;
}

void psync_places_done(struct psync_store *s)
{
    for (size_t i = 0; i < s->n_places; i++)
        free(s->places[i]);
    free(s->places);
    psync_map_done(&s->places_by_name);
}

void psync_place_rewind(struct psync_place *p, enum psync_state row, psync_ms not_before, int64_t id)
{
    if (row == PSYNC_STATE_READY) {
        if (id <= p->fresh_after)
            p->fresh_after = id - 1;
    } else if (not_before < p->due_after || (not_before == p->due_after && id <= p->due_after_id)) {
        p->due_after = not_before;
        p->due_after_id = id - 1;
    }
}

/* One number; 0 where there is none. */
static enum psync_result number(struct psync_store *s, enum psync_statement which, const struct psync_value *values,
                                size_t n, psync_ms *ret_number)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, which, values, n, &st, NULL);
    if (r == PSYNC_OK) {
        *ret_number = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

enum psync_result psync_place_counts(struct psync_store *s, struct psync_place *p, struct psync_counts *ret_counts)
{
    struct psync_counts c = {.next_due_at = PSYNC_MS_NEVER};
    psync_ms delayed = 0, due = PSYNC_MS_NEVER;
    c.in_flight = (uint64_t)(p->leased_ready + p->leased_delayed);
    c.ready = (uint64_t)(p->ready - p->leased_ready);
    c.delayed = (uint64_t)(p->delayed - p->leased_delayed);
    c.dead = (uint64_t)p->dead;
    c.done = (uint64_t)p->done;
    enum psync_result r = PSYNC_OK;
    if (p->ready > 0)
        r = number(s, PSYNC_SQL_OLDEST_READY, PSYNC_VALUES(PSYNC_V_INT(p->id)), &c.oldest_at);
    /* Not in the order of age in their index; of many, those due first are the oldest by and large. */
    if (r == PSYNC_OK && p->delayed > 0)
        r = number(s, PSYNC_SQL_OLDEST_DELAYED, PSYNC_VALUES(PSYNC_V_INT(p->id)), &delayed);
    if (r == PSYNC_OK && p->delayed > 0)
        r = number(s, PSYNC_SQL_NEXT_DUE, PSYNC_VALUES(PSYNC_V_INT(p->id), PSYNC_V_INT(p->due_after)), &due);
    if (delayed != 0 && (c.oldest_at == 0 || delayed < c.oldest_at))
        c.oldest_at = delayed;
    c.next_due_at = due;
    *ret_counts = c;
    return r;
}
