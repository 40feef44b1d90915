/* Transforms of frames: real or complex, forward or inverse, in float64. */
#include "core/float_state.h"
#include "core/threads.h"
#include "transform.h"

/* Frames of `from` to frames of `to`. Real: forward takes 2 size numbers and gives size + 1
 * complex ones, the inverse goes the other way; else size to size. `window` or NULL is multiplied
 * with what the forward transform takes, and with what the inverse gives after `scale`. */
typedef struct {
    const fft_plan *plan;
    fft_rows from, to;
    int64_t frames;
    const double *window;
    double scale; /* of the inverse */
    int32_t is_real, is_inverse;
} fft_job;

/* Numbers of work for each complex number, between one thread and the next; 2 * lanes are used, and
 * by one frame alone 4. */
#define WORK 16

INLINE void *row_of(const fft_rows *rows, int64_t frame) {
    return (char *)rows->start + frame * rows->stride * (rows->is_float ? 4 : 8);
}

#define LANES 2
#include "lane_vectors.h"
#include "lane_stages.h"
#include "lane_ends.h"
#include "lane_group.h"
#undef LANES
#if WIDEST >= 4
#define LANES 4
#include "lane_vectors.h"
#include "lane_stages.h"
#include "lane_ends.h"
#include "lane_group.h"
#include "single.h"
#undef LANES
#endif
#if WIDEST >= 8
#define LANES 8
#include "lane_vectors.h"
#include "lane_stages.h"
#include "lane_ends.h"
#include "lane_group.h"
#undef LANES
#endif

/* Frames `first` to `last` in groups; a tail of few goes in narrower ones. */
static void transform(const fft_job *job, double *work, int64_t first, int64_t last) {
    while (first < last) {
        int64_t left = last - first;
        int lanes = WIDEST;
#if WIDEST >= 4
        if (left == 1 && job->plan->size % 16 == 0) {
            single(job, work, first);
            return;
        }
#endif
        while (lanes > 2 && left <= lanes / 2) lanes /= 2;
        int count = left < lanes ? (int)left : lanes;
        if (lanes == 2) group_2(job, work, first, count);
#if WIDEST >= 4
        if (lanes == 4) group_4(job, work, first, count);
#endif
#if WIDEST >= 8
        if (lanes == 8) group_8(job, work, first, count);
#endif
        first += count;
    }
}

typedef struct {
    const fft_job *job;
    double *work;
    int64_t first, last;
} share;

static void *work_on(void *argument) {
    const share *mine = argument;
    float_state found = float_state_enter();
    transform(mine->job, mine->work, mine->first, mine->last);
    float_state_write(found);
    return NULL;
}

EXPORT(void, fft_run,
       (const fft_plan *plan, void *from, int64_t from_stride, int32_t from_float, void *to,
        int64_t to_stride, int32_t to_float, int64_t frames, int32_t is_real, int32_t is_inverse,
        const double *window, double *work, int32_t threads)) {
    fft_job job = {
        .plan = plan, .frames = frames, .window = window,
        .from = {from, from_stride, from_float}, .to = {to, to_stride, to_float},
        .scale = 1.0 / (is_real ? 2.0 * plan->size : (double)plan->size),
        .is_real = is_real, .is_inverse = is_inverse};
    share shares[MOST_THREADS];
    void *arguments[MOST_THREADS];
    int64_t groups = (frames + WIDEST - 1) / WIDEST;
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    if (threads > groups) threads = (int32_t)groups;
    for (int t = 0; t < threads; t++) {
        int64_t first = groups * t / threads * WIDEST, last = groups * (t + 1) / threads * WIDEST;
        shares[t] = (share){&job, work + (ptrdiff_t)t * WORK * plan->size, first,
                            last < frames ? last : frames};
        arguments[t] = &shares[t];
    }
    if (threads > 0) run_threads(work_on, arguments, threads);
}
