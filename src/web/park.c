/* park - requests that wait: for another thread's answer, or for a timer. */
#include "web/server_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { CROWD_EVERY_MS = 1000 };

static void lock(struct psync_web_server *s)
{
    PSYNC_INVARIANT(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct psync_web_server *s)
{
    PSYNC_INVARIANT(pthread_mutex_unlock(&s->lock) == 0);
}

static bool is_suspended(const struct psync_web_request *rq)
{
    return rq->state == HELD || rq->state == WAITING || rq->state == PAUSED;
}

/* ---- under the lock ---- */

static void suspend(struct psync_web_request *rq, enum psync_web_state state)
{
    MHD_suspend_connection(rq->connection);
    rq->state = state;
    psync_list_push(&rq->server->suspended, &rq->link);
}

static void resume(struct psync_web_request *rq, enum psync_web_state state)
{
    psync_list_remove(&rq->link);
    psync_heap_remove(&rq->server->timers, &rq->timer);
    rq->state = state;
    MHD_resume_connection(rq->connection);
}

static void wake_timer_thread(struct psync_web_server *s)
{
    (void)!write(s->timer_wake[1], "", 1); /* a full pipe wakes it as well */
}

/* Resumes what is due; the time until the next is, -1 for none. */
static int fire_timers(struct psync_web_server *s)
{
    for (;;) {
        struct psync_heap_item *first = psync_heap_first(&s->timers);
        if (!first)
            return -1;
        psync_ms left = first->due - psync_clock_now();
        if (left > 0)
            return left < INT32_MAX ? (int)left : INT32_MAX;
        struct psync_web_request *rq = PSYNC_CONTAINER(first, struct psync_web_request, timer);
        resume(rq, rq->state == PAUSED ? SENDING : DUE);
    }
}

static void *timer_main(void *arg)
{
    struct psync_web_server *s = arg;
    for (;;) {
        lock(s);
        bool stop = s->stopping;
        int timeout = stop ? 0 : fire_timers(s);
        if (s->patience.idle_ms && !stop) {
            psync_web_crowd_check(s, psync_clock_now());
            timeout = timeout >= 0 && timeout < CROWD_EVERY_MS ? timeout : CROWD_EVERY_MS;
        }
        unlock(s);
        if (stop)
            return NULL;
        struct pollfd wake = {.fd = s->timer_wake[0], .events = POLLIN};
        char drain[64];
        if (poll(&wake, 1, timeout) > 0)
            (void)!read(s->timer_wake[0], drain, sizeof(drain));
    }
}

static bool make_pipe(int fd[2])
{
    if (pipe(fd) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        if (fcntl(fd[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd[i], F_SETFL, O_NONBLOCK) != 0) {
            (void)close(fd[0]);
            (void)close(fd[1]);
            return false;
        }
    return true;
}

/* Signals are for the program's own threads. */
static bool start_timer_thread(struct psync_web_server *s)
{
    if (s->timer_runs)
        return true;
    if (!make_pipe(s->timer_wake))
        return false;
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    s->timer_runs = pthread_create(&s->timer_thread, NULL, timer_main, s) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!s->timer_runs) {
        (void)close(s->timer_wake[0]);
        (void)close(s->timer_wake[1]);
    }
    return s->timer_runs;
}

/* Suspends until `wait_ms` from now. With no memory or no thread for it the wait is over at once. */
static void suspend_until(struct psync_web_request *rq, enum psync_web_state state, psync_ms wait_ms)
{
    struct psync_web_server *s = rq->server;
    suspend(rq, state);
    if (!start_timer_thread(s) || psync_heap_add(&s->timers, &rq->timer, psync_clock_now() + wait_ms) != PSYNC_OK)
        resume(rq, state == PAUSED ? SENDING : DUE);
    else if (psync_heap_first(&s->timers) == &rq->timer)
        wake_timer_thread(s);
}

/* ---- for the other files ---- */

bool psync_web_start_timers(struct psync_web_server *s)
{
    return !s->patience.idle_ms || start_timer_thread(s);
}

bool psync_web_hold(struct psync_web_request *rq, size_t n)
{
    struct psync_web_server *s = rq->server;
    lock(s);
    bool fits = n <= s->max_held_bytes - s->figures.held_bytes;
    if (fits)
        s->figures.held_bytes += n;
    unlock(s);
    rq->held_bytes += fits ? n : 0;
    return fits;
}

bool psync_web_park(struct psync_web_request *rq)
{
    struct psync_web_server *s = rq->server;
    lock(s);
    bool waits = rq->state == RUNNING && rq->later_ms >= 0, parked = !s->stopping && rq->state == RUNNING;
    if (!parked && waits)
        rq->state = DUE; /* but the call does not come: psync_web_take_due */
    else if (waits)
        suspend_until(rq, WAITING, rq->later_ms);
    else if (parked)
        suspend(rq, HELD);
    unlock(s);
    return parked;
}

bool psync_web_pause(struct psync_web_request *rq, psync_ms wait_ms)
{
    struct psync_web_server *s = rq->server;
    lock(s);
    bool goes_on = !s->stopping;
    if (goes_on)
        suspend_until(rq, PAUSED, wait_ms);
    unlock(s);
    return goes_on;
}

void psync_web_answer(struct psync_web_request *rq, enum psync_web_ending ending, unsigned status,
                      struct MHD_Response *response)
{
    struct psync_web_server *s = rq->server;
    lock(s);
    PSYNC_INVARIANT(rq->state == RUNNING || rq->state == HELD); /* or it was answered twice */
    rq->ending = ending;
    rq->status = status;
    rq->response = response;
    (void)psync_web_crowd_set(rq->seat, PSYNC_WEB_SENDING);
    if (rq->state == HELD)
        resume(rq, ANSWERED);
    else
        rq->state = ANSWERED;
    unlock(s);
    psync_web_disown(rq);
}

enum psync_web_state psync_web_state(struct psync_web_request *rq)
{
    lock(rq->server);
    enum psync_web_state state = rq->server->stopping ? ENDING : rq->state;
    unlock(rq->server);
    return state;
}

bool psync_web_run(struct psync_web_request *rq)
{
    lock(rq->server);
    bool runs = psync_web_crowd_set(rq->seat, PSYNC_WEB_WAITING);
    if (runs) {
        rq->state = RUNNING;
        rq->owners++;
    }
    unlock(rq->server);
    return runs;
}

bool psync_web_take_due(struct psync_web_request *rq)
{
    lock(rq->server);
    bool due = rq->state == DUE, runs = due && !rq->server->stopping;
    if (due)
        rq->state = RUNNING;
    if (due && !runs)
        rq->owners--; /* the connection is still one */
    unlock(rq->server);
    return runs;
}

bool psync_web_own(struct psync_web_server *s, struct psync_web_seat *seat)
{
    lock(s);
    bool runs = !s->stopping;
    s->owners += runs;
    s->figures.turns++;
    (void)psync_web_crowd_set(seat, PSYNC_WEB_READING);
    unlock(s);
    return runs;
}

void psync_web_rest(struct psync_web_request *rq)
{
    lock(rq->server);
    (void)psync_web_crowd_set(rq->seat, PSYNC_WEB_IDLE);
    rq->seat = NULL; /* an answer that comes now is for nobody */
    unlock(rq->server);
}

static void free_request(struct psync_web_request *rq)
{
    if (rq->response)
        MHD_destroy_response(rq->response);
    if (rq->release)
        rq->release(rq->context);
    psync_buf_done(&rq->body);
    struct psync_web_server *s = rq->server;
    lock(s);
    s->figures.held_bytes -= rq->held_bytes;
    unlock(s);
    free(rq);
    psync_web_server_disown(s);
}

void psync_web_disown(struct psync_web_request *rq)
{
    lock(rq->server);
    bool last = --rq->owners == 0;
    unlock(rq->server);
    if (last)
        free_request(rq);
}

void psync_web_server_disown(struct psync_web_server *s)
{
    lock(s);
    bool last = --s->owners == 0;
    unlock(s);
    if (!last)
        return;
    psync_heap_done(&s->timers);
    psync_web_certificate_free(s->certificate);
    PSYNC_INVARIANT(pthread_mutex_destroy(&s->lock) == 0);
    free(s->routes);
    free(s);
}

/* From here on nobody is suspended any more, and who is resumed finds `stopping` and closes its connection. */
void psync_web_wake_all(struct psync_web_server *s)
{
    lock(s);
    s->stopping = true;
    if (s->timer_runs)
        wake_timer_thread(s);
    unlock(s);
    if (s->timer_runs) {
        PSYNC_INVARIANT(pthread_join(s->timer_thread, NULL) == 0);
        (void)close(s->timer_wake[0]);
        (void)close(s->timer_wake[1]);
    }
    lock(s);
    struct psync_link *link;
    while ((link = psync_list_pop(&s->suspended))) {
        struct psync_web_request *rq = PSYNC_CONTAINER(link, struct psync_web_request, link);
        PSYNC_INVARIANT(is_suspended(rq));
        resume(rq, rq->state == PAUSED ? SENDING : rq->state == WAITING ? DUE : RUNNING);
    }
    unlock(s);
}
