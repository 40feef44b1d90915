/* Fused products, Fourier transforms, filters and conversion between rates. */
#include "harness.h"
#include "spectral/resampler.h"

#define MOST_WORK 16 /* numbers for each complex number of a transform, and each thread */
#define MOST_LANES 8

typedef void (*fused_terms)(const float *, const float *, const float *, int64_t, float *);
typedef void (*windowed_sinc)(double, double, double, double, const double *, double *, int64_t);
typedef void (*fft_run)(const fft_plan *, void *, int64_t, int32_t, void *, int64_t, int32_t,
                        int64_t, int32_t, int32_t, const double *, double *, int32_t);
typedef void (*resample_run)(const resampler *, const resampling *);

/* float64 numbers at a cache line. */
static double *work(int64_t count) {
    uintptr_t at = (uintptr_t)memory((size_t)(count + 8) * sizeof(double));
    return (double *)((at + 63) / 64 * 64);
}

RUNNER(fused) {
    int64_t count = given(c);
    const float *a = drawn_floats(c), *b = drawn_floats(c), *d = drawn_floats(c);
    float *result = memory((size_t)count * sizeof *result);
    ((fused_terms)function("fused_terms"))(a, b, d, count, result);
    answer(result, (size_t)count * sizeof *result);
}

RUNNER(sinc) {
    double cut = given_double(c), half = given_double(c), quarter = given_double(c);
    double peak = given_double(c);
    int64_t count = given(c), step = c->batch ? c->batch : count;
    const double *place = drawn_doubles(c);
    double *value = memory((size_t)count * sizeof *value);
    for (int64_t at = 0; at < count; at += step)
        ((windowed_sinc)function("windowed_sinc"))(cut, half, quarter, peak, place + at, value + at,
                                                   at + step < count ? step : count - at);
    answer(value, (size_t)count * sizeof *value);
}

static fft_plan *plan(known_case *c) {
    fft_plan *p = memory(sizeof *p);
    p->size = (int32_t)given(c);
    p->stages = (int32_t)*c->next;
    p->radix = given_ints(c);
    const double **twiddle = memory((size_t)p->stages * sizeof *twiddle);
    const double **root = memory((size_t)p->stages * sizeof *root);
    for (int i = 0; i < p->stages; i++) {
        twiddle[i] = given_doubles(c);
        root[i] = given_doubles(c);
    }
    p->twiddle = twiddle;
    p->root = root;
    p->place = given_ints(c);
    p->split = given_doubles(c);
    return p;
}

RUNNER(fft) {
    const fft_plan *p = plan(c);
    int32_t is_real = (int32_t)given(c), is_inverse = (int32_t)given(c);
    int32_t is_float = (int32_t)given(c);
    int64_t from_row = given(c), to_row = given(c), frames = given(c);
    const double *window = given_doubles(c);
    char *from = is_float ? (char *)drawn_floats(c) : (char *)drawn_doubles(c);
    size_t size = is_float ? sizeof(float) : sizeof(double), bytes = (size_t)(frames * to_row) * size;
    char *to = memory(bytes);
    int64_t step = c->batch ? c->batch : frames;
    for (int64_t at = 0; at < frames; at += step) {
        int64_t count = at + step < frames ? step : frames - at;
        int32_t threads = c->threads < count ? c->threads : (int32_t)count;
        ((fft_run)function("fft_run"))(
            p, from + (size_t)(at * from_row) * size, from_row, is_float,
            to + (size_t)(at * to_row) * size, to_row, is_float, count, is_real, is_inverse, window,
            work((int64_t)threads * MOST_WORK * p->size), threads);
    }
    answer(to, bytes);
}

static resampler conversion(known_case *c) {
    resampler p;
    p.forward = plan(c);
    p.back = plan(c);
    p.spectrum = given_doubles(c);
    p.rows = given_doubles(c);
    int64_t *numbers[] = {&p.pad, &p.advance, &p.lead, &p.num, &p.den};
    for (int i = 0; i < 5; i++) *numbers[i] = given(c);
    int32_t *sizes[] = {&p.up, &p.down, &p.taps, &p.degree};
    for (int i = 0; i < 4; i++) *sizes[i] = (int32_t)given(c);
    return p;
}

static int64_t work_size(const resampler *p) {
    int64_t spectra = 2 * MOST_LANES * (int64_t)(p->forward->size + p->back->size);
    int64_t blocks = 2 * MOST_LANES * (p->advance + block_of(p));
    return spectra + blocks + 2 * p->pad + 2 * p->taps + 64;
}

/* Outputs by their number: each call has as many as there are at once. */
static void convert(known_case *c, const resampler *p, resampling job, int64_t total, char *y) {
    int64_t step = c->batch ? 100 * c->batch : total;
    for (int64_t first = 0; first < total; first += step) {
        job.count = first + step < total ? step : total - first;
        __int128 place = (__int128)first * p->num;
        __int128 last = (__int128)(first + job.count - 1) * p->num;
        job.pos = (int64_t)(place / p->den);
        job.rem = (int64_t)(place % p->den);
        job.last = (int64_t)(last / p->den);
        job.y = y + (size_t)first * (job.y_float ? sizeof(float) : sizeof(double));
        job.work = work(work_size(p));
        ((resample_run)function("resample_run"))(p, &job);
    }
}

RUNNER(resample) {
    resampler p = conversion(c);
    int32_t is_float = (int32_t)given(c);
    resampling job = {.x_float = is_float, .y_float = is_float};
    job.lanes = c->batch == 1 ? 2 : MOST_LANES;
    job.size = *c->next;
    job.x = is_float ? (void *)drawn_floats(c) : (void *)drawn_doubles(c);
    int64_t total = given(c);
    size_t bytes = (size_t)total * (is_float ? sizeof(float) : sizeof(double));
    char *y = memory(bytes);
    if (given(c)) {
        int64_t *places = memory((size_t)(2 * total) * sizeof *places);
        for (int64_t i = 0; i < 2 * total; i++) places[i] = given(c);
        job.places = places;
        job.pos = places[0], job.rem = places[1], job.last = places[2 * total - 2];
        job.count = total, job.y = y, job.work = work(work_size(&p));
        ((resample_run)function("resample_run"))(&p, &job);
    } else {
        convert(c, &p, job, total, y);
    }
    answer(y, bytes);
}
