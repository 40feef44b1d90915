/* Run one function on several threads at once; without pthreads, one after the other. */
#ifndef APPROX_THREADS_H
#define APPROX_THREADS_H

#ifndef _WIN32
#include <pthread.h>
#endif

#define MOST_THREADS 256

/* The modes of other threads are not ours to keep: `work` sets its own (float_state.h). */
static inline void run_threads(void *(*work)(void *), void *const *arguments, int count) {
#ifdef _WIN32
    for (int i = 0; i < count; i++) work(arguments[i]);
#else
    pthread_t threads[MOST_THREADS];
    int started[MOST_THREADS] = {0};
    for (int i = 1; i < count; i++)
        started[i] = pthread_create(&threads[i], NULL, work, arguments[i]) == 0;
    work(arguments[0]);
    for (int i = 1; i < count; i++) {
        if (started[i]) pthread_join(threads[i], NULL);
        else work(arguments[i]); /* no thread to be had: do its share here */
    }
#endif
}

#endif
