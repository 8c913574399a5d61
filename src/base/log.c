/* log - lines into a buffer, the buffer into a file, and lines to the console.
 *
 * One lock guards it all; what is written under it goes to the page cache. Time is watched without a thread of its own:
 * each event, and each tick of a loop, looks how long the oldest line has waited. */
#include "base/log.h"

#include "base/clock.h"
#include "base/log_console.h"
#include "base/log_line.h"
#include "base/offer.h"
#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER_MAX = 64 * 1024,
    WAIT_MAX_MS = 100,
    OFF = PSYNC_LOG_ERROR + 1, /* a level no event has */
};

struct psync_log {
    pthread_mutex_t lock;
    atomic_int file_level, console_level; /* read without the lock, so that what is not wanted costs nothing */
    _Atomic psync_ms oldest;              /* wall time of the first buffered line; 0: none */
    char *path;                           /* NULL: no file */
    enum psync_log_format format;
    int fd;
    bool reported;                        /* that the file cannot be written */
    bool failing;                         /* the last try to do so failed */
    bool torn;                            /* the file ends within a line */
    struct psync_buf lines, line;         /* reserved from the start */
    struct psync_log_console console;
};

/* ---- the file ---- */

static void report(struct psync_log *log, const char *path, int error, const char *so)
{
    char reason[128];
    struct psync_error text = {{0}};
    log->failing = true;
    if (log->reported)
        return;
    log->reported = true;
    if (strerror_r(error, reason, sizeof reason) != 0)
        (void)snprintf(reason, sizeof reason, "error %d", error);
    (void)psync_fail(&text, PSYNC_OK, "productsync: cannot write the log %s: %s; %s", path, reason, so);
    size_t n = strlen(text.text);
    text.text[n] = '\n'; /* in the place of the NUL */
    (void)psync_offer(STDERR_FILENO, text.text, n + 1, 0);
}

/* Everything, or the error number; `*ret_written`: how much. */
static int write_all(int fd, const char *data, size_t n, size_t *ret_written)
{
    size_t done = 0;
    int error = 0;
    while (done < n && error == 0) {
        ssize_t w = write(fd, data + done, n - done);
        if (w >= 0)
            done += (size_t)w;
        else if (errno != EINTR)
            error = errno;
    }
    *ret_written = done;
    return error;
}

/* Writes the buffered lines; those that cannot be written are lost. */
static void flush(struct psync_log *log)
{
    size_t n = log->lines.len, written = 0;
    if (n > 0 && log->fd >= 0) {
        /* After a line that was cut by a full disk the next ones begin on a fresh one. */
        int error = log->torn ? write_all(log->fd, "\n", 1, &written) : 0;
        if (error == 0) {
            error = write_all(log->fd, log->lines.data, n, &written);
            log->torn = written > 0 && log->lines.data[written - 1] != '\n';
        }
        if (error != 0)
            report(log, log->path, error, "going on without it");
        else
            log->failing = false;
    }
    psync_buf_clear(&log->lines);
    atomic_store(&log->oldest, 0);
}

static void close_file(struct psync_log *log)
{
    if (log->fd < 0)
        return;
    flush(log);
    (void)close(log->fd);
    log->fd = -1;
}

/* O_NONBLOCK: a FIFO nobody reads must not stop deliveries; to a regular file it means nothing. */
static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

/* Does the regular file end within a line? A full disk or a power cut leaves that behind; unknown is no. */
static bool ends_torn(const char *path, int fd)
{
    struct stat st;
    char last = '\n';
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    int reader = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (reader < 0)
        return false;
    bool read_it = pread(reader, &last, 1, st.st_size - 1) == 1;
    (void)close(reader);
    return read_it && last != '\n';
}

/* NULL: no file. */
static const char *path_of(const struct psync_log_conf *conf)
{
    bool has_file = conf->path != NULL && conf->path[0] != '\0' && strcmp(conf->path, "-") != 0;
    return has_file ? conf->path : NULL;
}

static bool is_open_at(const struct psync_log *log, const char *path)
{
    return path != NULL && log->path != NULL && strcmp(log->path, path) == 0;
}

/* Takes `fd` (-1: none) and `path`, owned from here on, in the place of the present file. What was complained of is
 * said again only if it may have changed: another file, one that could not be opened, one that was written
 * meanwhile. */
static void replace_file(struct psync_log *log, char *path, int fd)
{
    bool same = is_open_at(log, path) && log->fd >= 0;
    if (!log->failing)
        log->reported = false;
    close_file(log); /* which may fail to write what was left */
    if (!same)
        log->reported = log->failing = false;
    free(log->path);
    log->path = path;
    log->fd = fd;
    log->torn = fd >= 0 && ends_torn(path, fd);
}

/* The file at `path` instead of the present one, which is kept if the new one cannot be opened. PSYNC_NOMEM: nothing
 * changed. */
static enum psync_result change_file(struct psync_log *log, const char *path)
{
    char *copy = path != NULL ? strdup(path) : NULL;
    if (path != NULL && copy == NULL)
        return PSYNC_NOMEM;
    int fd = copy != NULL ? open_file(copy) : -1, error = errno;
    bool failed = copy != NULL && fd < 0;
    if (failed && log->fd >= 0) {
        report(log, copy, error, "going on with the old one");
        free(copy);
        return PSYNC_OK;
    }
    if (!failed || !is_open_at(log, copy))
        replace_file(log, copy, fd);
    else
        free(copy);
    if (failed)
        report(log, log->path, error, "going on without it");
    return PSYNC_OK;
}

/* Takes the settings over and opens the file. PSYNC_NOMEM: nothing changed. */
static enum psync_result apply(struct psync_log *log, const struct psync_log_conf *conf)
{
    enum psync_result r = change_file(log, path_of(conf));
    if (r != PSYNC_OK)
        return r;
    log->format = conf->format;
    atomic_store(&log->console_level, conf->console ? (int)conf->console_level : OFF);
    atomic_store(&log->file_level, log->fd >= 0 ? (int)conf->level : OFF);
    return PSYNC_OK;
}

/* ---- its life ---- */

struct psync_log *psync_log_new(const struct psync_log_conf *conf)
{
    struct psync_log *log = calloc(1, sizeof *log);
    if (log == NULL)
        return NULL;
    if (pthread_mutex_init(&log->lock, NULL) != 0) {
        free(log);
        return NULL;
    }
    log->fd = -1;
    psync_buf_init(&log->lines, BUFFER_MAX);
    psync_buf_init(&log->line, PSYNC_LOG_LINE_MAX);
    if (psync_buf_reserve(&log->lines, BUFFER_MAX) != PSYNC_OK ||
        psync_buf_reserve(&log->line, PSYNC_LOG_LINE_MAX) != PSYNC_OK || apply(log, conf) != PSYNC_OK) {
        psync_log_free(log);
        return NULL;
    }
    return log;
}

void psync_log_free(struct psync_log *log)
{
    if (log == NULL)
        return;
    close_file(log);
    psync_buf_done(&log->lines);
    psync_buf_done(&log->line);
    free(log->path);
    (void)pthread_mutex_destroy(&log->lock);
    free(log);
}

static void lock(struct psync_log *log)
{
    PSYNC_INVARIANT(pthread_mutex_lock(&log->lock) == 0);
}

static void unlock(struct psync_log *log)
{
    PSYNC_INVARIANT(pthread_mutex_unlock(&log->lock) == 0);
}

void psync_log_reopen(struct psync_log *log, const struct psync_log_conf *conf)
{
    if (log == NULL)
        return;
    lock(log);
    if (apply(log, conf) != PSYNC_OK)
        report(log, conf->path, ENOMEM, "going on with the old one");
    unlock(log);
}

enum psync_result psync_log_can_reopen(struct psync_log *log, const struct psync_log_conf *conf,
                                       struct psync_error *err)
{
    const char *path = path_of(conf);
    lock(log);
    bool here = is_open_at(log, path);
    unlock(log);
    int fd = path != NULL && !here ? open_file(path) : -1, error = errno;
    if (path == NULL || here)
        return PSYNC_OK;
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT, "cannot be opened for writing: %s", strerror(error));
    (void)close(fd);
    return PSYNC_OK;
}

void psync_log_flush(struct psync_log *log)
{
    if (log == NULL || atomic_load(&log->oldest) == 0)
        return;
    lock(log);
    flush(log);
    unlock(log);
}

/* A clock set back counts as a wait, too: better early than never. */
static bool waited_enough(struct psync_log *log, psync_ms now)
{
    psync_ms oldest = atomic_load(&log->oldest);
    return oldest != 0 && (now < oldest || now - oldest >= WAIT_MAX_MS);
}

void psync_log_tick(struct psync_log *log)
{
    if (log != NULL && atomic_load(&log->oldest) != 0 && waited_enough(log, psync_clock_wall()))
        psync_log_flush(log);
}

/* ---- events ---- */

/* Before, between and after time and line: what makes a line of the file. */
static const struct frame {
    struct psync_span begin, middle, end;
} frames[] = {
    [PSYNC_LOG_LOGFMT] = {PSYNC_SPAN_INIT("time="), PSYNC_SPAN_INIT(" "), PSYNC_SPAN_INIT("\n")},
    [PSYNC_LOG_JSON] = {PSYNC_SPAN_INIT("{\"time\":\""), PSYNC_SPAN_INIT("\","), PSYNC_SPAN_INIT("}\n")},
};

/* Adds the line in `log->line` to those that wait. */
static void buffer_line(struct psync_log *log, psync_ms now)
{
    char time[PSYNC_TIME_MAX];
    const struct frame *f = &frames[log->format];
    (void)psync_time_format(now, time);
    struct psync_span parts[] = {f->begin, {time, strlen(time)}, f->middle, {log->line.data, log->line.len}, f->end};
    if (log->lines.len + log->line.len + sizeof time + 16 > BUFFER_MAX)
        flush(log);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        PSYNC_INVARIANT(psync_buf_add(&log->lines, parts[i].data, parts[i].len) == PSYNC_OK); /* reserved */
    if (atomic_load(&log->oldest) == 0)
        atomic_store(&log->oldest, now > 0 ? now : 1);
}

void psync_log_event(struct psync_log *log, enum psync_log_level level, const char *event,
                     const struct psync_field *fields, size_t n)
{
    if (log == NULL)
        return;
    bool to_file = (int)level >= atomic_load(&log->file_level);
    bool to_console = (int)level >= atomic_load(&log->console_level);
    if (!to_file && !to_console)
        return;
    lock(log);
    if (to_file) {
        psync_ms now = psync_clock_wall();
        psync_log_line(&log->line, log->format, level, event, fields, n);
        buffer_line(log, now);
        if (level == PSYNC_LOG_ERROR || waited_enough(log, now))
            flush(log);
    }
    if (to_console) {
        if (!to_file || log->format != PSYNC_LOG_LOGFMT)
            psync_log_line(&log->line, PSYNC_LOG_LOGFMT, level, event, fields, n);
        psync_log_console_write(&log->console, &log->line);
    }
    unlock(log);
}
