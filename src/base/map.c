/* map - the hash map of containers.h: open addressing, linear probing, no tombstones.
 *
 * The hash is FNV-1a over a start value drawn once a process, so that the order of entries is nobody's to rely on. */
#include "base/containers.h"

#include "base/random.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 16 }; /* a power of two */

static uint64_t process_seed;

static void set_seed(void)
{
    struct psync_random r;
    psync_random_init_system(&r);
    process_seed = psync_random_next(&r);
}

static uint64_t hash_key(struct psync_span key)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    PSYNC_INVARIANT(pthread_once(&once, set_seed) == 0);
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ process_seed;
    for (size_t i = 0; i < key.len; i++)
        h = (h ^ (unsigned char)key.data[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 32; /* the low bits choose the slot; let the high ones count */
}

void psync_map_init(struct psync_map *m)
{
    *m = (struct psync_map){0};
}

void psync_map_done(struct psync_map *m)
{
    free(m->entries);
    *m = (struct psync_map){0};
}

static bool same_key(const struct psync_map_entry *e, struct psync_span key, uint64_t hash)
{
    return e->hash == hash && e->key.len == key.len && (key.len == 0 || memcmp(e->key.data, key.data, key.len) == 0);
}

/* Where the key is, or the free slot where it would be. There always is one: the map is never full. */
static struct psync_map_entry *slot(const struct psync_map *m, struct psync_span key, uint64_t hash)
{
    size_t i = hash & (m->cap - 1);
    while (m->entries[i].value != NULL && !same_key(&m->entries[i], key, hash))
        i = (i + 1) & (m->cap - 1);
    return &m->entries[i];
}

void *psync_map_get(const struct psync_map *m, struct psync_span key)
{
    return m->len > 0 ? slot(m, key, hash_key(key))->value : NULL;
}

static enum psync_result grow(struct psync_map *m)
{
    struct psync_map bigger = {.len = m->len, .cap = m->cap > 0 ? 2 * m->cap : FIRST_CAP};
    bigger.entries = calloc(bigger.cap, sizeof *bigger.entries);
    if (bigger.entries == NULL)
        return PSYNC_NOMEM;
    for (size_t i = 0; i < m->cap; i++) {
        if (m->entries[i].value != NULL)
            *slot(&bigger, m->entries[i].key, m->entries[i].hash) = m->entries[i];
    }
    free(m->entries);
    *m = bigger;
    return PSYNC_OK;
}

enum psync_result psync_map_set(struct psync_map *m, struct psync_span key, void *value)
{
    PSYNC_INVARIANT(value != NULL);
    if (m->len >= m->cap / 4 * 3) { /* at most three quarters full: probes stay short */
        enum psync_result r = grow(m);
        if (r != PSYNC_OK)
            return r;
    }
    uint64_t hash = hash_key(key);
    struct psync_map_entry *e = slot(m, key, hash);
    if (e->value == NULL)
        m->len++;
    *e = (struct psync_map_entry){.key = key, .value = value, .hash = hash};
    return PSYNC_OK;
}

void *psync_map_remove(struct psync_map *m, struct psync_span key)
{
    if (m->len == 0)
        return NULL;
    struct psync_map_entry *e = slot(m, key, hash_key(key));
    void *value = e->value;
    if (value == NULL)
        return NULL;
    /* Closes the gap (Knuth, volume 3, section 6.4, algorithm R): an entry after it moves into it unless its own slot
     * lies behind the gap. */
    size_t mask = m->cap - 1, gap = (size_t)(e - m->entries);
    for (size_t i = (gap + 1) & mask; m->entries[i].value != NULL; i = (i + 1) & mask) {
        if (((i - m->entries[i].hash) & mask) >= ((i - gap) & mask)) {
            m->entries[gap] = m->entries[i];
            gap = i;
        }
    }
    m->entries[gap] = (struct psync_map_entry){.value = NULL};
    m->len--;
    return value;
}

void *psync_map_next(const struct psync_map *m, size_t *cursor)
{
    while (*cursor < m->cap) {
        void *value = m->entries[(*cursor)++].value;
        if (value != NULL)
            return value;
    }
    return NULL;
}
