/* Sound at another rate: a steep filter by overlap-save, then a short one at any places. */
#include "core/float_state.h"
#include "resampler.h"

#define LANES 2
#include "lane_vectors.h"
#include "lane_stages.h"
#include "lane_filter.h"
#if WIDEST == 2
#include "short_filter.h"
#endif
#undef LANES
#if WIDEST >= 4
#define LANES 4
#include "lane_vectors.h"
#include "lane_stages.h"
#include "lane_filter.h"
#if WIDEST == 4
#include "short_filter.h"
#endif
#undef LANES
#endif
#if WIDEST >= 8
#define LANES 8
#include "lane_vectors.h"
#include "lane_stages.h"
#include "lane_filter.h"
#include "short_filter.h"
#undef LANES
#endif

/* The samples of `lanes` pairs of blocks as float64, silence where the call has none. */
static void stage(const filtering *f, const resampling *job, int64_t pair, int lanes) {
    const resampler *p = f->plan;
    int64_t first = 2 * pair * p->advance - p->lead - p->pad - job->begin;
    int64_t size = 2 * lanes * p->advance + 2 * p->pad;
    int64_t low = first < 0 ? -first : 0, high = job->size - first;
    if (low > size) low = size;
    if (high > size) high = size;
    if (high < low) high = low;
    memset(f->staged, 0, (size_t)low * sizeof(double));
    if (job->x_float) {
        const float *x = (const float *)job->x + first;
        for (int64_t i = low; i < high; i++) f->staged[i] = x[i];
    } else if (high > low)
        memcpy(f->staged + low, (const double *)job->x + first + low,
               (size_t)(high - low) * sizeof(double));
    memset(f->staged + high, 0, (size_t)(size - high) * sizeof(double));
}

/* Filter the pairs of blocks from `pair` on, at most `left` of them; returns how many. */
static int64_t filter(filtering *f, const resampling *job, int64_t pair, int64_t left) {
    int lanes = job->lanes < WIDEST ? job->lanes : WIDEST;
    while (lanes > 2 && left <= lanes / 2) lanes /= 2;
    stage(f, job, pair, lanes);
    if (lanes == 2) filter_pairs_2(f);
#if WIDEST >= 4
    if (lanes == 4) filter_pairs_4(f);
#endif
#if WIDEST >= 8
    if (lanes == 8) filter_pairs_8(f);
#endif
    f->mid_size += 2 * lanes * block_of(f->plan);
    return lanes;
}

/* Where the next outputs are. */
typedef struct {
    int64_t pos, rem, done;
} position;

INLINE void keep(const resampling *job, int64_t at, double value) {
    if (job->y_float)
        ((float *)job->y)[at] = (float)value;
    else
        ((double *)job->y)[at] = value;
}

/* Outputs without a short filter: the filtered samples themselves. */
static void copy_out(const filtering *f, const resampling *job, position *at) {
    for (; at->done < job->count && at->pos < f->mid_at + f->mid_size; at->pos++)
        keep(job, at->done++, f->mid[at->pos - f->mid_at]);
}

/* The next place after the output `done`: a step further, or where the call says. */
INLINE void next_place(const resampling *job, const resampler *p, int64_t whole, int64_t part,
                       position *at) {
    at->done++;
    if (job->places) {
        if (at->done == job->count) return;
        at->pos = job->places[2 * at->done], at->rem = job->places[2 * at->done + 1];
        return;
    }
    int64_t rem = at->rem + part - p->den, carry = ~(rem >> 63);
    /* Without a branch: whether it carries is hard to foretell. */
    at->rem = rem + (p->den & ~carry), at->pos += whole - carry;
}

/* The outputs that the filtered samples allow. */
static void short_out(const filtering *f, const resampling *job, position *start) {
    const resampler *p = f->plan;
    const int64_t base = f->mid_at + p->taps / 2 - 1, last = base + f->mid_size - p->taps;
    const int64_t stride = p->taps * (p->degree + 1), whole = p->num / p->den;
    const int64_t part = p->num % p->den;
    const double per = (double)ROWS / (double)p->den;
    position at = *start;
    outputs made;
    while (at.done < job->count && at.pos <= last) {
        int64_t first = at.done;
        int n = 0;
        for (; n < CHUNK && at.done < job->count && at.pos <= last; n++) {
            int64_t row = at.rem;
            if (p->degree) {
                double place = (double)at.rem * per;
                row = (int64_t)place;
                if (row > ROWS - 1) row = ROWS - 1;
                made.between[n] = place - (double)row;
            }
            made.x[n] = f->mid + (at.pos - base);
            made.row[n] = p->rows + row * stride;
            next_place(job, p, whole, part, &at);
        }
        filter_chunk(p, &made, n);
        for (int k = 0; k < n; k++) keep(job, first + k, made.y[k]);
    }
    *start = at;
}

/* Forget the filtered samples that no further output needs. */
static void drop(filtering *f, int64_t before) {
    int64_t gone = before - f->mid_at;
    if (gone <= 0) return;
    if (gone > f->mid_size) gone = f->mid_size;
    f->mid_at += gone, f->mid_size -= gone;
    memmove(f->mid, f->mid + gone, (size_t)f->mid_size * sizeof(double));
}

INLINE int64_t floor_divided(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* `job->work` holds kernels/resampler.py's `_work_size` numbers. */
EXPORT(void, resample_run, (const resampler *p, const resampling *job)) {
    float_state found = float_state_enter();
    int64_t cells = 2 * job->lanes, pair_size = 2 * block_of(p);
    int64_t ahead = (p->lead << p->up) >> p->down;
    position at = {job->pos, job->rem, 0};
    int64_t reach = p->taps ? p->taps / 2 : 0;
    int64_t pair = floor_divided(at.pos + ahead - (reach ? reach - 1 : 0), pair_size);
    int64_t end = floor_divided(job->last + ahead + reach, pair_size) + 1;
    filtering f = {.plan = p, .spectra = job->work, .mid_at = pair * pair_size - ahead};
    f.filtered = f.spectra + cells * p->forward->size;
    f.staged = f.filtered + cells * p->back->size;
    f.mid = f.staged + cells * p->advance + 2 * p->pad;
    while (at.done < job->count) {
        pair += filter(&f, job, pair, end - pair);
        if (p->taps)
            short_out(&f, job, &at);
        else
            copy_out(&f, job, &at);
        drop(&f, at.pos - (reach ? reach - 1 : 0));
    }
    float_state_write(found);
}
