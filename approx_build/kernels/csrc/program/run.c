/* Run a program on several threads: each takes items of a step as they come, until none is left. */
#include <stdatomic.h>

#include "core/float_state.h"
#include "core/memory.h"
#include "core/threads.h"
#include "steps.h"

/* Looks at a step's counter before a waiting thread lets others run in its place. */
#define PATIENCE 2000

/* Items taken and done of one step, on a cache line of their own. */
typedef struct {
    _Alignas(64) atomic_int taken;
    atomic_int done;
} progress;

typedef struct {
    const program_network *network;
    program_step *steps;
    program_norm *norms;
    progress *progress;
    int step_count, threads;
    size_t scratch_floats; /* of each thread */
    float *memory, *scratch;
    program_pass pass;
} program;

typedef struct {
    program *p;
    float *scratch;
} worker;

EXPORT(void, program_free, (program *p)) {
    void *blocks[] = {p->steps, p->norms, p->progress, p->memory, p->scratch, p};
    for (int i = 0; i < 6; i++) release(blocks[i]);
}

static void *copied(const void *from, size_t bytes) {
    void *to = reserve(bytes);
    return to ? memcpy(to, from, bytes) : NULL;
}

/* `memory_floats` for all arrays, `scratch_floats` for each thread. NULL when memory is short. */
EXPORT(program *, program_new, (const program_network *network, const program_step *steps,
                                int32_t step_count, const program_norm *norms, int32_t norm_count,
                                int64_t memory_floats, int64_t scratch_floats, int32_t threads)) {
    program *p = reserve(sizeof *p);
    if (!p) return NULL;
    p->network = network;
    p->step_count = step_count;
    p->threads = threads < MOST_THREADS ? threads : MOST_THREADS;
    p->scratch_floats = (size_t)scratch_floats;
    p->steps = copied(steps, (size_t)step_count * sizeof *steps);
    p->norms = copied(norms, (size_t)norm_count * sizeof *norms);
    p->progress = reserve((size_t)step_count * sizeof *p->progress);
    p->memory = reserve((size_t)memory_floats * sizeof(float));
    p->scratch = reserve((size_t)p->threads * p->scratch_floats * sizeof(float));
    if (p->steps && p->norms && p->progress && p->memory && p->scratch) return p;
    program_free(p);
    return NULL;
}

INLINE int ceiling(int a, int b) { return (a + b - 1) / b; }

INLINE int vectors_of(const program_step *s) { return ceiling(s->made.channels, LANES); }

/* Groups of panels that the channels of each strip are cut into, so that there is work for all. */
static int groups(const program *p, const program_step *s) {
    int strips = ceiling(s->rows, s->strip), panels = ceiling(vectors_of(s), TILE_VECTORS);
    if (s->kind != PROGRAM_CONVOLVE && s->kind != PROGRAM_ADD) return 1;
    if (p->threads == 1 || strips >= 2 * p->threads) return 1;
    int wanted = ceiling(2 * p->threads, strips);
    return wanted < panels ? wanted : panels;
}

static int items(const program *p, const program_step *s) {
    int strips = ceiling(s->rows, s->strip);
    switch (s->kind) {
    case PROGRAM_NORMALISE: return 1;
    case PROGRAM_PACK_KEYS: return s->heads;
    case PROGRAM_ATTEND: return strips * s->heads;
    default: return strips * groups(p, s);
    }
}

/* Item `item` of a step: a strip, and a group of its panels. */
static program_part part_of(const program *p, const program_step *s, int item) {
    int count = groups(p, s), group = item % count, row = item / count * s->strip;
    int vectors = vectors_of(s), panels = ceiling(vectors, TILE_VECTORS);
    int begin = panels * group / count * TILE_VECTORS;
    int end = panels * (group + 1) / count * TILE_VECTORS;
    int rows = s->rows - row < s->strip ? s->rows - row : s->strip;
    return (program_part){row, rows, begin, end < vectors ? end : vectors};
}

static void run_item(const program *p, const program_step *s, int item, float *scratch) {
    const program_pass *pass = &p->pass;
    switch (s->kind) {
    case PROGRAM_NORMALISE: program_normalise(pass, s); return;
    case PROGRAM_PACK_KEYS: program_pack_keys(pass, s, item); return;
    case PROGRAM_ATTEND:
        program_attend(pass, s, part_of(p, s, item / s->heads), item % s->heads, scratch);
        return;
    default: break;
    }
    program_part part = part_of(p, s, item);
    switch (s->kind) {
    case PROGRAM_ENTER: program_enter(pass, s, part); break;
    case PROGRAM_LEAVE: program_leave(pass, s, part); break;
    case PROGRAM_CONVOLVE: program_convolve(pass, s, part, scratch); break;
    case PROGRAM_ADD: program_add(pass, s, part); break;
    case PROGRAM_ACTIVATE: program_activate(pass, s, part); break;
    case PROGRAM_GATE: program_gate(pass, s, part); break;
    case PROGRAM_HALVE: program_halve(pass, s, part); break;
    case PROGRAM_DOUBLE: program_double(pass, s, part); break;
    default: break;
    }
}

INLINE void rest(int looks) {
    if (looks > PATIENCE) thread_yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* A thread that starts late, or not at all, leaves its share to the others: steps end when their
 * items are done, whoever did them. */
static void *work(void *argument) {
    worker *w = argument;
    program *p = w->p;
    float_state found = float_state_enter();
    for (int i = 0; i < p->step_count; i++) {
        progress *at = &p->progress[i];
        int count = items(p, &p->steps[i]);
        for (int item; (item = atomic_fetch_add(&at->taken, 1)) < count;) {
            run_item(p, &p->steps[i], item, w->scratch);
            atomic_fetch_add(&at->done, 1);
        }
        for (int looks = 0; atomic_load(&at->done) < count; looks++) rest(looks);
    }
    float_state_write(found);
    return NULL;
}

/* `result` [channels][rows] of `sound` [channels][rows] and the features of a time. */
EXPORT(void, program_run, (program *p, const float *sound, int32_t sound_channels,
                           const float *time, float *result)) {
    worker workers[MOST_THREADS];
    void *arguments[MOST_THREADS] = {0};
    p->pass = (program_pass){p->network, p->norms, p->memory, sound, time, sound_channels, result};
    for (int i = 0; i < p->step_count; i++) {
        atomic_store(&p->progress[i].taken, 0);
        atomic_store(&p->progress[i].done, 0);
    }
    for (int i = 0; i < p->threads; i++) {
        workers[i] = (worker){p, p->scratch + (size_t)i * p->scratch_floats};
        arguments[i] = &workers[i];
    }
    run_threads(work, arguments, p->threads);
}
