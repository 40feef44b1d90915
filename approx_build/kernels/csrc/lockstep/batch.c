/* A batch of clips, dealt to threads and drawn in slices of steps. */
#include "batch.h"

#include "core/float_state.h"
#include "core/memory.h"
#include "core/threads.h"

typedef struct {
    code_batch *batch;
    char *groups;
    int count;
    int64_t steps; /* of this slice */
    int status;
} worker;

struct code_batch {
    group_kind kind;
    code_clip *clips; /* group after group, each longest first */
    int clip_count, threads, groups;
    char *group;
    worker *workers;
};

INLINE void *group_at(const code_batch *b, char *groups, int index) {
    return groups + (size_t)index * b->kind.group_bytes;
}

EXPORT(void, code_batch_free, (code_batch *b)) {
    for (int i = 0; i < b->groups; i++) b->kind.free(group_at(b, b->group, i));
    void *blocks[] = {b->clips, b->group, b->workers, b};
    for (int i = 0; i < 4; i++) release(blocks[i]);
}

INLINE int ceiling(int a, int b) { return (a + b - 1) / b; }

/* Deal the clips, which come longest first, to threads in turn, so that every thread has as much
 * to do; cut each thread's into groups of nearly equal size. 0 when memory is short. */
static int deal(code_batch *b, const void *network, const code_clip *clips, int most) {
    code_clip *to = b->clips;
    for (int t = 0; t < b->threads; t++) {
        code_clip *own = to;
        for (int c = t; c < b->clip_count; c += b->threads) *to++ = clips[c];
        worker *w = &b->workers[t];
        w->batch = b;
        w->groups = group_at(b, b->group, b->groups);
        for (int left = ceiling((int)(to - own), most); left > 0; left--, w->count++) {
            int size = ceiling((int)(to - own), left);
            /* Counted before it is whole: freeing a group takes what there is of it. */
            clip_group *group = group_at(b, b->group, b->groups++);
            *group = (clip_group){.clips = own, .size = size, .active = size};
            if (!b->kind.init(group, network)) return 0;
            own += size;
        }
    }
    return 1;
}

code_batch *code_batch_new(const group_kind *kind, const void *network, const code_clip *clips,
                           int count, int threads, int most) {
    code_batch *b = reserve(sizeof *b);
    if (!b) return NULL;
    b->kind = *kind;
    b->clip_count = count;
    b->threads = threads < count ? threads : count;
    if (b->threads > MOST_THREADS) b->threads = MOST_THREADS;
    b->clips = reserve((size_t)count * sizeof *b->clips);
    b->group = reserve((size_t)(count + b->threads) * kind->group_bytes);
    b->workers = reserve((size_t)b->threads * sizeof *b->workers);
    if (b->clips && b->group && b->workers && deal(b, network, clips, most)) return b;
    code_batch_free(b);
    return NULL;
}

INLINE int64_t clip_steps(const code_clip *c) { return c->prime_length + c->length; }

static int run_group(const code_batch *b, clip_group *g, int64_t steps) {
    for (; steps > 0; steps--, g->step++) {
        while (g->active > 0 && clip_steps(&g->clips[g->active - 1]) <= g->step) g->active--;
        if (!g->active) return CODES_DONE;
        int status = b->kind.step(g);
        if (status != CODES_MORE) return status;
    }
    return CODES_MORE;
}

static void *work(void *argument) {
    worker *w = argument;
    float_state found = float_state_enter();
    w->status = CODES_DONE;
    for (int i = 0; i < w->count; i++) {
        int status = run_group(w->batch, group_at(w->batch, w->groups, i), w->steps);
        if (status > w->status) w->status = status;
    }
    float_state_write(found);
    return NULL;
}

/* Draw up to `steps` further samples of every clip; a CODES_ status. */
EXPORT(int32_t, code_batch_run, (code_batch *b, int64_t steps)) {
    void *arguments[MOST_THREADS] = {0};
    int status = CODES_DONE;
    for (int i = 0; i < b->threads; i++) {
        b->workers[i].steps = steps;
        arguments[i] = &b->workers[i];
    }
    run_threads(work, arguments, b->threads);
    for (int i = 0; i < b->threads; i++)
        if (b->workers[i].status > status) status = b->workers[i].status;
    return status;
}
