/* vfs_shim - see vfs_shim.h. */
#include "vfs_shim.h"

#include "base/random.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, FILES_MAX = 16, NAME_LEN = 512 };

/* Something written (data) or cut off (data NULL: to `at` bytes) since the last sync. */
struct change {
    int64_t at;
    size_t len;
    unsigned char *data;
    struct change *next;
};

struct disk_file {
    char name[NAME_LEN];
    unsigned char *synced;
    size_t len;
    struct change *first, **last;
};

static struct {
    sqlite3_vfs vfs, *real;
    long calls, fail_at;
    int code;
    bool forever;
    bool tracking, after, deaf, off;
    long syncs, cut_at;
    struct disk_file files[FILES_MAX];
    int n_files;
} shim;

struct shim_file {
    sqlite3_file base;
    struct disk_file *disk; /* NULL: not tracked */
    sqlite3_file *real;
};

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

/* ---- the disk ---- */
static void apply(struct disk_file *f, const struct change *c, size_t from, size_t to)
{
    size_t end = (size_t)c->at + to;
    if (end > f->len) {
        f->synced = must(realloc(f->synced, end));
        memset(f->synced + f->len, 0, end - f->len);
        f->len = end;
    }
    memcpy(f->synced + c->at + from, c->data + from, to - from);
}

static void forget_changes(struct disk_file *f)
{
    while (f->first != NULL) {
        struct change *c = f->first;
        f->first = c->next;
        free(c->data);
        free(c);
    }
    f->last = &f->first;
}

static void sync_disk(struct disk_file *f)
{
    for (const struct change *c = f->first; c != NULL; c = c->next)
        if (c->data != NULL)
            apply(f, c, 0, c->len);
        else if ((size_t)c->at < f->len)
            f->len = (size_t)c->at;
    forget_changes(f);
}

/* Each unsynced sector, and each unsynced truncation, made it or not. */
static void lose_some(struct disk_file *f, struct psync_random *chance)
{
    for (const struct change *c = f->first; c != NULL; c = c->next) {
        if (c->data == NULL) {
            if (psync_random_next(chance) % 2 == 0 && (size_t)c->at < f->len)
                f->len = (size_t)c->at;
            continue;
        }
        for (size_t from = 0; from < c->len;) {
            size_t to = from + SECTOR - (size_t)((c->at + (int64_t)from) % SECTOR);
            to = to < c->len ? to : c->len;
            if (psync_random_next(chance) % 2 == 0)
                apply(f, c, from, to);
            from = to;
        }
    }
    forget_changes(f);
}

static void note(struct disk_file *f, int64_t at, const void *data, size_t len)
{
    struct change *c = must(calloc(1, sizeof *c));
    c->at = at;
    c->len = len;
    if (data != NULL)
        c->data = memcpy(must(malloc(len + 1)), data, len);
    *f->last = c;
    f->last = &c->next;
}

static struct disk_file *find_disk(const char *name)
{
    for (int i = 0; i < shim.n_files; i++)
        if (strcmp(shim.files[i].name, name) == 0)
            return &shim.files[i];
    return NULL;
}

static struct disk_file *track(const char *name)
{
    struct disk_file *f = find_disk(name);
    if (f != NULL)
        return f;
    if (shim.n_files == FILES_MAX)
        abort();
    f = &shim.files[shim.n_files++];
    memset(f, 0, sizeof *f);
    snprintf(f->name, sizeof f->name, "%s", name);
    f->last = &f->first;
    FILE *in = fopen(name, "rb");
    if (in != NULL) {
        unsigned char block[65536];
        for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0; f->len += n) {
            f->synced = must(realloc(f->synced, f->len + n));
            memcpy(f->synced + f->len, block, n);
        }
        fclose(in);
    }
    return f;
}

static void untrack_all(void)
{
    for (int i = 0; i < shim.n_files; i++) {
        forget_changes(&shim.files[i]);
        free(shim.files[i].synced);
    }
    shim.n_files = 0;
    shim.tracking = false;
}

/* ---- the calls ---- */
static int judge(void)
{
    if (shim.off)
        return SQLITE_IOERR;
    shim.calls++;
    bool hit = shim.fail_at != 0 && (shim.calls == shim.fail_at || (shim.forever && shim.calls > shim.fail_at));
    return hit ? shim.code : SQLITE_OK;
}

static struct shim_file *of(sqlite3_file *f)
{
    return (struct shim_file *)(void *)f;
}

static int x_close(sqlite3_file *f)
{
    return of(f)->real->pMethods->xClose(of(f)->real);
}

static int x_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    return shim.off ? SQLITE_IOERR_READ : of(f)->real->pMethods->xRead(of(f)->real, to, n, at);
}

static int x_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    int code = judge();
    if (code != SQLITE_OK)
        return code == SQLITE_IOERR ? SQLITE_IOERR_WRITE : code;
    if (of(f)->disk != NULL && shim.tracking)
        note(of(f)->disk, at, from, (size_t)n);
    return of(f)->real->pMethods->xWrite(of(f)->real, from, n, at);
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 to)
{
    int code = judge();
    if (code != SQLITE_OK)
        return code == SQLITE_IOERR ? SQLITE_IOERR_TRUNCATE : code;
    if (of(f)->disk != NULL && shim.tracking)
        note(of(f)->disk, to, NULL, 0);
    return of(f)->real->pMethods->xTruncate(of(f)->real, to);
}

/* The tests kill no machine, so the real file need not be synced. */
static int x_sync(sqlite3_file *f, int flags)
{
    (void)flags;
    int code = judge();
    if (code != SQLITE_OK)
        return code == SQLITE_IOERR ? SQLITE_IOERR_FSYNC : code;
    if (!shim.tracking)
        return SQLITE_OK;
    bool cut = ++shim.syncs == shim.cut_at;
    if (cut && !shim.after) {
        shim.off = true;
        return SQLITE_IOERR_FSYNC;
    }
    if (!shim.deaf && of(f)->disk != NULL)
        sync_disk(of(f)->disk);
    shim.off = cut;
    return SQLITE_OK;
}

static int x_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return of(f)->real->pMethods->xFileSize(of(f)->real, size);
}

static int x_lock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xLock(of(f)->real, level);
}

static int x_unlock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xUnlock(of(f)->real, level);
}

static int x_check_reserved(sqlite3_file *f, int *out)
{
    return of(f)->real->pMethods->xCheckReservedLock(of(f)->real, out);
}

static int x_control(sqlite3_file *f, int op, void *arg)
{
    return of(f)->real->pMethods->xFileControl(of(f)->real, op, arg);
}

static int x_sector(sqlite3_file *f)
{
    (void)f;
    return SECTOR;
}

static int x_characteristics(sqlite3_file *f)
{
    (void)f;
    return 0; /* nothing is promised: not even that an append is whole */
}

static int x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return of(f)->real->pMethods->xShmMap(of(f)->real, page, size, extend, out);
}

static int x_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return of(f)->real->pMethods->xShmLock(of(f)->real, offset, n, flags);
}

static void x_shm_barrier(sqlite3_file *f)
{
    of(f)->real->pMethods->xShmBarrier(of(f)->real);
}

static int x_shm_unmap(sqlite3_file *f, int delete_it)
{
    return of(f)->real->pMethods->xShmUnmap(of(f)->real, delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_check_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_characteristics,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags)
{
    struct shim_file *s = of(f);
    (void)vfs;
    s->base.pMethods = NULL;
    s->disk = NULL;
    s->real = (sqlite3_file *)(void *)(s + 1);
    if (shim.off)
        return SQLITE_CANTOPEN;
    bool kept = name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
    if (kept && shim.tracking)
        s->disk = track(name);
    int code = shim.real->xOpen(shim.real, name, s->real, flags, out_flags);
    if (s->real->pMethods != NULL)
        s->base.pMethods = &methods;
    return code;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    int code = judge();
    (void)vfs;
    return code == SQLITE_OK ? shim.real->xDelete(shim.real, name, sync_folder) : SQLITE_IOERR_DELETE;
}

void vfs_shim_install(void)
{
    if (shim.real != NULL)
        return;
    shim.real = sqlite3_vfs_find(NULL);
    shim.vfs = *shim.real;
    shim.vfs.pNext = NULL;
    shim.vfs.zName = "shim";
    shim.vfs.szOsFile = (int)sizeof(struct shim_file) + shim.real->szOsFile;
    shim.vfs.xOpen = x_open;
    shim.vfs.xDelete = x_delete;
    sqlite3_vfs_register(&shim.vfs, 1);
}

void vfs_shim_fail(long nth, int code, bool forever)
{
    shim.calls = 0;
    shim.fail_at = nth;
    shim.code = code;
    shim.forever = forever;
}

long vfs_shim_calls(void)
{
    return shim.calls;
}

void vfs_shim_power(long nth, bool after, bool deaf)
{
    untrack_all();
    shim.tracking = true;
    shim.off = false;
    shim.syncs = 0;
    shim.cut_at = nth;
    shim.after = after;
    shim.deaf = deaf;
}

long vfs_shim_syncs(void)
{
    return shim.syncs;
}

bool vfs_shim_is_off(void)
{
    return shim.off;
}

static void write_out(const struct disk_file *f)
{
    FILE *out = fopen(f->name, "wb");
    bool ok = out != NULL && (f->len == 0 || fwrite(f->synced, 1, f->len, out) == f->len);
    if (!ok || fclose(out) != 0)
        abort();
}

void vfs_shim_restore(uint64_t seed)
{
    struct psync_random chance;
    psync_random_init(&chance, seed);
    for (int i = 0; i < shim.n_files; i++) {
        struct disk_file *f = &shim.files[i];
        char shm[NAME_LEN + 8];
        lose_some(f, &chance);
        write_out(f);
        snprintf(shm, sizeof shm, "%s-shm", f->name);
        unlink(shm);
    }
    untrack_all();
    shim.off = false;
}
