/* supervisor - see the header. */
#include "cmd/supervisor.h"

#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
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
    pthread_cond_t changed;
    bool watches;
    pthread_t thread;
    bool (*is_alive)(void *arg);
    void *arg;
} supervisor = {.fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

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
    if (name && find_socket(name))
        supervisor.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (supervisor.fd >= 0 && (!pid || number_of(pid) == (uint64_t)getpid()))
        supervisor.watchdog_us = number_of(getenv("WATCHDOG_USEC"));
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_PID");
    (void)unsetenv("WATCHDOG_USEC");
}

void psync_supervisor_ready(void)
{
    tell("READY=1");
}

void psync_supervisor_reloading(void)
{
    char text[LINE_MAX_BYTES];
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
             (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    tell(text);
}

void psync_supervisor_stopping(void)
{
    tell("STOPPING=1");
}

void psync_supervisor_status(const char *fmt, ...)
{
    char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES + 8];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    line[strcspn(line, "\n")] = '\0';
    snprintf(text, sizeof text, "STATUS=%s", line);
    tell(text);
}

/* ---- the watchdog ---- */

/* Under the lock, which is let go of meanwhile: as long as nothing changes, until the time is over. */
static void wait_us(uint64_t us)
{
    struct timespec until;
    if (clock_gettime(CLOCK_REALTIME, &until) != 0)
        return;
    uint64_t nsec = (uint64_t)until.tv_nsec + us % 1000000 * 1000;
    until.tv_sec += (time_t)(us / 1000000 + nsec / 1000000000);
    until.tv_nsec = (long)(nsec % 1000000000);
    (void)pthread_cond_timedwait(&supervisor.changed, &supervisor.lock, &until);
}

static void *watch(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&supervisor.lock);
    while (supervisor.watches) {
        pthread_mutex_unlock(&supervisor.lock);
        if (supervisor.is_alive(supervisor.arg))
            tell("WATCHDOG=1");
        pthread_mutex_lock(&supervisor.lock);
        if (supervisor.watches)
            wait_us(supervisor.watchdog_us / ASKS_A_PERIOD);
    }
    pthread_mutex_unlock(&supervisor.lock);
    return NULL;
}

void psync_supervisor_watch(bool (*is_alive)(void *arg), void *arg)
{
    sigset_t all, before;
    if (supervisor.watchdog_us == 0 || supervisor.watches)
        return;
    supervisor.is_alive = is_alive;
    supervisor.arg = arg;
    supervisor.watches = true;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the program's own thread */
    if (pthread_create(&supervisor.thread, NULL, watch, NULL) != 0)
        supervisor.watches = false; /* then systemd starts us anew, when there may be room for a thread */
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* What follows, the end, has a time of its own: TimeoutStopSec. */
void psync_supervisor_unwatch(void)
{
    pthread_mutex_lock(&supervisor.lock);
    bool watched = supervisor.watches;
    supervisor.watches = false;
    pthread_cond_broadcast(&supervisor.changed);
    pthread_mutex_unlock(&supervisor.lock);
    if (watched)
        pthread_join(supervisor.thread, NULL);
}
