/* supervisor - see the header. */
#include "cmd/supervisor.h"

#include "admin/thread.h"
#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 512, ASKS_A_PERIOD = 3 };

/* One process has one supervisor: its state is the process's, as the environment it comes from is. */
static struct {
    int fd;                      /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t address_len;
    uint64_t watchdog_us;        /* 0: none is wanted */

    pthread_mutex_t lock;        /* of the rest */
    enum { STARTING, READY, STOPPING } state;
    char status[LINE_MAX_BYTES];
    pthread_cond_t changed;
    bool watches;
    pthread_t thread;
    bool (*is_alive)(void *arg);
    void *arg;
} supervisor = {.fd = -1};

/* ---- the protocol ---- */

static void tell(const char *text)
{
    ssize_t n;
    if (supervisor.fd < 0)
        return;
    do
        n = sendto(supervisor.fd, text, strlen(text), 0, (const struct sockaddr *)&supervisor.address,
                   supervisor.address_len);
    while (n < 0 && errno == EINTR);
}

/* A path, or, with an @ before it, a name of Linux's that is no file (unix(7)). */
static bool find_socket(const char *name)
{
    size_t n = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || n < 2 || n >= sizeof supervisor.address.sun_path)
        return false;
    supervisor.address.sun_family = AF_UNIX;
    memcpy(supervisor.address.sun_path, name, n + 1);
    supervisor.address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (name[0] == '/'));
    if (name[0] == '@')
        supervisor.address.sun_path[0] = '\0';
    return true;
}

static uint64_t number_of(const char *text)
{
    return text && *text && strspn(text, "0123456789") == strlen(text) ? strtoull(text, NULL, 10) : 0;
}

void psync_supervisor_init(void)
{
    const char *name = getenv("NOTIFY_SOCKET"), *pid = getenv("WATCHDOG_PID");
    psync_mutex_init(&supervisor.lock);
    psync_cond_init(&supervisor.changed);
    if (name && find_socket(name))
        supervisor.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (supervisor.fd >= 0 && (!pid || number_of(pid) == (uint64_t)getpid()))
        supervisor.watchdog_us = number_of(getenv("WATCHDOG_USEC"));
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_PID");
    (void)unsetenv("WATCHDOG_USEC");
}

/* Told under the lock, so that nobody hears of an end before the beginning. */
static void tell_if_ready(const char *text)
{
    psync_mutex_lock(&supervisor.lock);
    if (supervisor.state == READY)
        tell(text);
    psync_mutex_unlock(&supervisor.lock);
}

void psync_supervisor_ready(void)
{
    psync_mutex_lock(&supervisor.lock);
    if (supervisor.state == STARTING) {
        supervisor.state = READY;
        tell("READY=1");
    }
    psync_mutex_unlock(&supervisor.lock);
}

void psync_supervisor_reloading(void)
{
    char text[LINE_MAX_BYTES];
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
             (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    tell_if_ready(text);
}

void psync_supervisor_reloaded(void)
{
    tell_if_ready("READY=1");
}

void psync_supervisor_stopping(void)
{
    psync_mutex_lock(&supervisor.lock);
    supervisor.state = STOPPING;
    tell("STOPPING=1");
    psync_mutex_unlock(&supervisor.lock);
}

/* Under the lock. A line break would begin another assignment. */
static void tell_status(char *note)
{
    char text[2 * LINE_MAX_BYTES + 16];
    note[strcspn(note, "\n")] = '\0';
    snprintf(text, sizeof text, "STATUS=%s%s%s", supervisor.status, supervisor.status[0] && note[0] ? "; " : "", note);
    tell(text);
}

void psync_supervisor_status(const char *fmt, ...)
{
    va_list args;
    psync_mutex_lock(&supervisor.lock);
    va_start(args, fmt);
    (void)vsnprintf(supervisor.status, sizeof supervisor.status, fmt, args);
    va_end(args);
    supervisor.status[strcspn(supervisor.status, "\n")] = '\0';
    tell_status((char[]){""});
    psync_mutex_unlock(&supervisor.lock);
}

void psync_supervisor_note(const char *fmt, ...)
{
    char note[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(note, sizeof note, fmt, args);
    va_end(args);
    psync_mutex_lock(&supervisor.lock);
    tell_status(note);
    psync_mutex_unlock(&supervisor.lock);
}

/* ---- the watchdog ---- */

static void *watch(void *arg)
{
    (void)arg;
    psync_ms pause_ms = (psync_ms)(supervisor.watchdog_us / ASKS_A_PERIOD / 1000);
    psync_mutex_lock(&supervisor.lock);
    while (supervisor.watches) {
        psync_mutex_unlock(&supervisor.lock);
        if (supervisor.is_alive(supervisor.arg))
            tell("WATCHDOG=1");
        psync_mutex_lock(&supervisor.lock);
        if (supervisor.watches) /* not by the wall clock: set back, it would keep us from saying so in time */
            (void)psync_cond_wait_for(&supervisor.changed, &supervisor.lock, pause_ms);
    }
    psync_mutex_unlock(&supervisor.lock);
    return NULL;
}

void psync_supervisor_watch(bool (*is_alive)(void *arg), void *arg)
{
    if (supervisor.watchdog_us == 0 || supervisor.watches)
        return;
    supervisor.is_alive = is_alive;
    supervisor.arg = arg;
    supervisor.watches = true;
    if (!psync_thread_start(&supervisor.thread, watch, NULL))
        supervisor.watches = false; /* then systemd starts us anew, when there may be room for a thread */
}

/* What follows, the end, has a time of its own: TimeoutStopSec. */
void psync_supervisor_unwatch(void)
{
    psync_mutex_lock(&supervisor.lock);
    bool watched = supervisor.watches;
    supervisor.watches = false;
    psync_cond_wake(&supervisor.changed);
    psync_mutex_unlock(&supervisor.lock);
    if (watched)
        PSYNC_INVARIANT(pthread_join(supervisor.thread, NULL) == 0);
}
