/* message - one allocation for a message and all its texts. */
#include "queue/message.h"

#include <stdlib.h>
#include <string.h>

static size_t text_size(const char *s)
{
    return s == NULL ? 1 : strlen(s) + 1;
}

/* Copies `n` bytes and a NUL to *at, and moves *at behind them. */
static const char *place(char **at, const char *bytes, size_t n)
{
    char *start = *at;
    if (n > 0)
        memcpy(start, bytes, n);
    start[n] = '\0';
    *at = start + n + 1;
    return start;
}

struct psync_message *psync_message_new(const struct psync_message *like)
{
    const char *texts[] = {like->key, like->destination, like->type, like->trace, like->subject.shop, like->batch_key};
    size_t size = sizeof(struct psync_message) + like->payload.len + 1;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += text_size(texts[i]);
    struct psync_message *m = malloc(size);
    if (m == NULL)
        return NULL;
    *m = *like;
    const char **slots[] = {&m->key, &m->destination, &m->type, &m->trace, &m->subject.shop, &m->batch_key};
    char *at = (char *)(m + 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *slots[i] = place(&at, texts[i], text_size(texts[i]) - 1);
    m->payload.data = place(&at, like->payload.data, like->payload.len);
    return m;
}

void psync_message_free(struct psync_message *m)
{
    free(m);
}
