// Leaves the cores to other programs while threads wait.

#if !defined(__APPLE__)

#define _GNU_SOURCE
#include "cores.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

typedef void (*parallel_function)(void (*)(void *), void *, unsigned, unsigned);

// The threads of OpenMP wait for each other awake, for some milliseconds, which is fastest while every thread has a core. Where
// another program wants one too, those that wait take the time of those that work. libgomp waits for a moment only once it has more
// threads than cores, but counts its own alone. So threads of it that sleep are added while the system takes cores from this process.
static struct {
    parallel_function parallel;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_crowded;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

// How many times threads are put aside in a second of their work, or of the clock where less is worked, when another program wants a
// core; 160 to 260 were seen with one or two on two cores and 2,000 and more once waits are short, 30 to 40 without any. Fewer than
// so many are the system's own errands.
enum { CROWDED = 100, ERRANDS = 10 };

static void sleep_while_crowded(void *unused) {
    (void)unused;
    pthread_mutex_lock(&state.lock);
    while (state.is_crowded) pthread_cond_wait(&state.changed, &state.lock);
    pthread_mutex_unlock(&state.lock);
}

static void *crowd(void *unused) {
    cpu_set_t cores;
    const int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
    state.parallel(sleep_while_crowded, NULL, (unsigned)count + 1, 0);
    return unused;
}

static void set_crowded(bool is_crowded) {
    pthread_mutex_lock(&state.lock);
    state.is_crowded = is_crowded;
    pthread_cond_broadcast(&state.changed);
    pthread_mutex_unlock(&state.lock);
}

struct look { long times_put_aside; double seconds_worked; };

static struct look look(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return (struct look){0};
    const struct timeval user = usage.ru_utime, system = usage.ru_stime;
    return (struct look){
        usage.ru_nivcsw, (double)(user.tv_sec + system.tv_sec) + 1e-6 * (double)(user.tv_usec + system.tv_usec)};
}

// Of two looks, a second apart.
static bool others_want_cores(struct look before, struct look now) {
    const long times = now.times_put_aside - before.times_put_aside;
    const double worked = now.seconds_worked - before.seconds_worked;
    return times >= ERRANDS && (double)times >= CROWDED * (worked < 1 ? worked : 1);
}

static void *watch(void *unused) {
    // Those that it starts have the name too.
    pthread_setname_np(pthread_self(), CT_CORES_NAME);
    pthread_t sleepers;
    bool is_crowded = false;
    for (struct look before = look();;) {
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        const struct look now = look();
        const bool is_wanted = others_want_cores(before, now);
        before = now;
        if (is_wanted && !is_crowded) {
            set_crowded(true);
            is_crowded = pthread_create(&sleepers, NULL, crowd, NULL) == 0;
        } else if (!is_wanted && is_crowded) {
            set_crowded(false);
            // With their first thread libgomp's count of them ends.
            pthread_join(sleepers, NULL);
            is_crowded = false;
        }
    }
    return unused;
}

void ct_share_cores(void) {
    if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT")) return;
    state.parallel = (parallel_function)dlsym(RTLD_DEFAULT, "GOMP_parallel");
    if (!state.parallel) return;
    // Signals are for the threads that know what to do with them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t watcher;
    if (pthread_create(&watcher, NULL, watch, NULL) == 0) pthread_detach(watcher);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

#endif
