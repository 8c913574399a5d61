/* stockfile - two temporary files. */
#include "source/stockfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PrestaShop's ids are unsigned and 32 bits wide, its quantities signed; a cell is 0 (no row), CONFLICT, or the
 * quantity plus BIAS. */
#define ID_MAX UINT32_MAX
#define BIAS ((int64_t)1 << 40)
#define CONFLICT ((int64_t)-1)

/* A file without a name; -1 and errno. */
static int temporary_file(void)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    char path[1024];
    int fd = -1;
    for (size_t i = 0; fd < 0 && i < sizeof folders / sizeof *folders; i++) {
        if (folders[i] == NULL || folders[i][0] != '/')
            continue;
        int n = snprintf(path, sizeof path, "%s/productsync-XXXXXX", folders[i]);
        if (n > 0 && (size_t)n < sizeof path)
            fd = mkstemp(path);
    }
    if (fd >= 0)
        (void)unlink(path); /* it would only stay behind, readable by its owner alone */
    return fd;
}

static enum psync_result fail_file(struct psync_error *err, const char *what)
{
    return psync_fail(err, PSYNC_FATAL, "a temporary file for the webservice's answer cannot be %s: %s", what,
                      strerror(errno));
}

void psync_stocks_init(struct psync_stocks *s)
{
    s->fd = -1;
}

void psync_stocks_done(struct psync_stocks *s)
{
    if (s->fd >= 0)
        (void)close(s->fd);
    s->fd = -1;
}

static enum psync_result read_cell(const struct psync_stocks *s, int64_t id, int64_t *ret_cell, struct psync_error *err)
{
    int64_t cell = 0;
    ssize_t n = s->fd < 0 || id <= 0 || id > ID_MAX ? 0 : pread(s->fd, &cell, sizeof cell, (off_t)id * 8);
    if (n < 0)
        return fail_file(err, "read");
    *ret_cell = n == sizeof cell ? cell : 0;
    return PSYNC_OK;
}

enum psync_result psync_stocks_put(struct psync_stocks *s, int64_t id, int64_t quantity, struct psync_error *err)
{
    if (id <= 0 || id > ID_MAX)
        return psync_fail(err, PSYNC_REJECT, "id_product is not one of a shop: %" PRId64, id);
    if (quantity > INT32_MAX || quantity < INT32_MIN)
        return psync_fail(err, PSYNC_REJECT, "quantity is not one of a shop: %" PRId64, quantity);
    int64_t before = 0, cell = quantity + BIAS;
    if (s->fd < 0 && (s->fd = temporary_file()) < 0)
        return fail_file(err, "made");
    enum psync_result r = read_cell(s, id, &before, err);
    if (r != PSYNC_OK || before == cell)
        return r;
    if (before != 0)
        cell = CONFLICT;
    if (pwrite(s->fd, &cell, sizeof cell, (off_t)id * 8) != (ssize_t)sizeof cell)
        return fail_file(err, "written");
    if (cell != CONFLICT)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "product %" PRId64 " has two stock rows that differ (of two shops?)", id);
}

enum psync_result psync_stocks_get(const struct psync_stocks *s, int64_t id, int64_t *ret_quantity,
                                   struct psync_error *err)
{
    int64_t cell = 0;
    enum psync_result r = read_cell(s, id, &cell, err);
    if (r != PSYNC_OK)
        return r;
    if (cell == 0)
        return PSYNC_EMPTY;
    if (cell == CONFLICT)
        return psync_fail(err, PSYNC_REJECT, "the stock rows of product %" PRId64 " contradict each other", id);
    *ret_quantity = cell - BIAS;
    return PSYNC_OK;
}

void psync_spool_init(struct psync_spool *s, size_t max_record)
{
    *s = (struct psync_spool){0};
    psync_buf_init(&s->record, max_record);
}

void psync_spool_done(struct psync_spool *s)
{
    if (s->file != NULL)
        (void)fclose(s->file);
    s->file = NULL;
    psync_buf_done(&s->record);
}

/* Before each record in the file. */
struct head {
    struct psync_place place;
    size_t len;
};

static enum psync_result open_spool(struct psync_spool *s, struct psync_error *err)
{
    int fd = temporary_file();
    if (fd < 0)
        return fail_file(err, "made");
    s->file = fdopen(fd, "w+");
    if (s->file != NULL)
        return PSYNC_OK;
    (void)close(fd);
    return psync_fail(err, PSYNC_NOMEM, "out of memory");
}

enum psync_result psync_spool_put(struct psync_spool *s, struct psync_span record, struct psync_place place,
                                  struct psync_error *err)
{
    PSYNC_INVARIANT(!s->taking);
    enum psync_result r = s->file != NULL ? PSYNC_OK : open_spool(s, err);
    if (r != PSYNC_OK)
        return r;
    const struct head head = {place, record.len};
    if (fwrite(&head, sizeof head, 1, s->file) != 1 || fwrite(record.data, 1, record.len, s->file) != record.len)
        return fail_file(err, "written");
    return PSYNC_OK;
}

static enum psync_result take_head(struct psync_spool *s, struct psync_error *err)
{
    struct head head;
    if (!s->taking && (fflush(s->file) != 0 || fseeko(s->file, 0, SEEK_SET) != 0))
        return fail_file(err, "written");
    s->taking = true;
    if (fread(&head, sizeof head, 1, s->file) != 1)
        return ferror(s->file) ? fail_file(err, "read") : PSYNC_EMPTY;
    s->place = head.place;
    s->len = head.len;
    return PSYNC_OK;
}

enum psync_result psync_spool_take(struct psync_spool *s, struct psync_span *ret_record,
                                   struct psync_place *ret_place, struct psync_error *err)
{
    if (s->file == NULL)
        return PSYNC_EMPTY;
    enum psync_result r = s->len > 0 ? PSYNC_OK : take_head(s, err);
    if (r != PSYNC_OK)
        return r;
    psync_buf_clear(&s->record);
    r = psync_buf_reserve(&s->record, s->len);
    if (r != PSYNC_OK)
        return r;
    if (fread(s->record.data, 1, s->len, s->file) != s->len)
        return fail_file(err, "read");
    s->record.len = s->len;
    *ret_record = (struct psync_span){s->record.data, s->len};
    *ret_place = s->place;
    s->len = 0;
    return PSYNC_OK;
}
