/* Run one function on several threads at once, by the system's own threads. */
#ifndef APPROX_THREADS_H
#define APPROX_THREADS_H

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <pthread.h>
#include <sched.h>
#endif

#define MOST_THREADS 256

typedef void *(*thread_work)(void *);

typedef struct {
    thread_work work;
    void *argument;
} thread_task;

#ifdef _WIN32

typedef HANDLE thread;

static inline DWORD WINAPI thread_main(void *task) {
    ((thread_task *)task)->work(((thread_task *)task)->argument);
    return 0;
}

static inline int thread_begin(thread *t, thread_task *task) {
    *t = CreateThread(NULL, 0, thread_main, task, 0, NULL);
    return *t != NULL;
}

static inline void thread_end(thread t) {
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
}

/* Let another thread run in place of this one. */
static inline void thread_yield(void) { SwitchToThread(); }

#else

typedef pthread_t thread;

static inline int thread_begin(thread *t, thread_task *task) {
    return pthread_create(t, NULL, task->work, task->argument) == 0;
}

static inline void thread_end(thread t) { pthread_join(t, NULL); }

static inline void thread_yield(void) { sched_yield(); }

#endif

/* The modes of other threads are not ours to keep: `work` sets its own (float_state.h). */
static inline void run_threads(thread_work work, void *const *arguments, int count) {
    thread threads[MOST_THREADS];
    thread_task tasks[MOST_THREADS];
    int started[MOST_THREADS] = {0};
    for (int i = 1; i < count; i++) {
        tasks[i] = (thread_task){work, arguments[i]};
        started[i] = thread_begin(&threads[i], &tasks[i]);
    }
    work(arguments[0]);
    for (int i = 1; i < count; i++) {
        if (started[i]) thread_end(threads[i]);
        else work(arguments[i]); /* no thread to be had: do its share here */
    }
}

#endif
