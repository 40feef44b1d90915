/* A batch of clips, dealt to threads and drawn in slices of steps. */
#include "group.h"

#include "core/float_state.h"
#include "core/memory.h"
#include "core/threads.h"

typedef struct {
    wavenet_group *groups;
    int count;
    int64_t steps; /* of this slice */
    int status;
} worker;

typedef struct {
    wavenet_clip *clips; /* group after group, each longest first */
    int clip_count, threads, groups;
    wavenet_group *group;
    worker *workers;
} wavenet_batch;

EXPORT(void, wavenet_batch_free, (wavenet_batch *b)) {
    for (int i = 0; i < b->groups; i++) wavenet_group_free(&b->group[i]);
    void *blocks[] = {b->clips, b->group, b->workers, b};
    for (int i = 0; i < 4; i++) release(blocks[i]);
}

INLINE int ceiling(int a, int b) { return (a + b - 1) / b; }

/* Deal the clips, which come longest first, to threads in turn, so that every thread has as much
 * to do; cut each thread's into groups of nearly equal size. 0 when memory is short. */
static int deal(wavenet_batch *b, const wavenet_network *n, const wavenet_clip *clips, int most) {
    wavenet_clip *to = b->clips;
    for (int t = 0; t < b->threads; t++) {
        wavenet_clip *own = to;
        for (int c = t; c < b->clip_count; c += b->threads) *to++ = clips[c];
        worker *w = &b->workers[t];
        w->groups = &b->group[b->groups];
        for (int left = ceiling((int)(to - own), most); left > 0; left--, w->count++) {
            int size = ceiling((int)(to - own), left);
            /* Counted before it is whole: freeing a group takes what there is of it. */
            if (!wavenet_group_init(&b->group[b->groups++], n, own, size)) return 0;
            own += size;
        }
    }
    return 1;
}

/* Clips must come longest first (prime and length together). `most`: clips in lock step. */
EXPORT(wavenet_batch *, wavenet_batch_new, (const wavenet_network *network,
                                            const wavenet_clip *clips, int32_t count,
                                            int32_t threads, int32_t most)) {
    wavenet_batch *b = reserve(sizeof *b);
    if (!b) return NULL;
    b->clip_count = count;
    b->threads = threads < count ? threads : count;
    if (b->threads > MOST_THREADS) b->threads = MOST_THREADS;
    b->clips = reserve((size_t)count * sizeof *b->clips);
    b->group = reserve((size_t)(count + b->threads) * sizeof *b->group);
    b->workers = reserve((size_t)b->threads * sizeof *b->workers);
    if (b->clips && b->group && b->workers && deal(b, network, clips, most)) return b;
    wavenet_batch_free(b);
    return NULL;
}

static void *work(void *argument) {
    worker *w = argument;
    float_state found = float_state_enter();
    w->status = WAVENET_DONE;
    for (int i = 0; i < w->count; i++) {
        int status = wavenet_group_run(&w->groups[i], w->steps);
        if (status > w->status) w->status = status;
    }
    float_state_write(found);
    return NULL;
}

/* Draw up to `steps` further samples of every clip; a WAVENET_ status. */
EXPORT(int32_t, wavenet_batch_run, (wavenet_batch *b, int64_t steps)) {
    void *arguments[MOST_THREADS] = {0};
    int status = WAVENET_DONE;
    for (int i = 0; i < b->threads; i++) {
        b->workers[i].steps = steps;
        arguments[i] = &b->workers[i];
    }
    run_threads(work, arguments, b->threads);
    for (int i = 0; i < b->threads; i++)
        if (b->workers[i].status > status) status = b->workers[i].status;
    return status;
}
