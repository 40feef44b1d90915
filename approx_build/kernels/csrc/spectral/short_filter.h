/* The short filter, in vectors of LANES numbers, whatever their width: eight partial sums, of every
 * eighth tap, each from the first tap to the last, then ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)). */

#define CHUNK 64
#define EIGHT (8 / LANES) /* vectors of eight numbers */

/* Outputs made together: their samples, taps, place between two rows, and themselves. */
typedef struct {
    const double *x[CHUNK], *row[CHUNK];
    double between[CHUNK], y[CHUNK];
} outputs;

#ifdef __clang__
#define LATER(v, ...) __builtin_shufflevector(v, v, __VA_ARGS__)
#else
#define LATER(v, ...) __builtin_shuffle(v, (vec_index){__VA_ARGS__})
#endif
INLINE double folded(const vec *s) {
#if LANES == 2
    vec two = (s[0] + s[2]) + (s[1] + s[3]);
#elif LANES == 4
    vec four = s[0] + s[1], two = four + LATER(four, 2, 3, 2, 3);
#else
    vec four = s[0] + LATER(s[0], 4, 5, 6, 7, 4, 5, 6, 7);
    vec two = four + LATER(four, 2, 3, 2, 3, 2, 3, 2, 3);
#endif
    return two[0] + two[1];
}
#undef LATER

/* `taps` and `degree` are known when compiled. */
INLINE void filter_short(outputs *made, int count, const int taps, const int degree) {
    for (int k = 0; k < count; k++) {
        const double *x = made->x[k], *row = made->row[k];
        double between = made->between[k];
        vec sums[EIGHT];
        for (int v = 0; v < EIGHT; v++) sums[v] = (vec){0};
#pragma GCC unroll 4
        for (int t = 0; t < taps; t += 8)
#pragma GCC unroll 4
            for (int v = 0; v < EIGHT; v++) {
                const double *at = row + t * (degree + 1) + v * LANES;
                vec tap = load(at + 8 * degree);
                for (int d = degree - 1; d >= 0; d--) tap = tap * between + load(at + 8 * d);
                sums[v] = sums[v] + tap * load(x + t + v * LANES);
            }
        made->y[k] = folded(sums);
    }
}

static void filter_chunk(const resampler *p, outputs *made, int count) {
    if (p->degree == 0) {
        if (p->taps == 16) filter_short(made, count, 16, 0);
        else if (p->taps == 24) filter_short(made, count, 24, 0);
        else filter_short(made, count, 32, 0);
    } else {
        if (p->taps == 16) filter_short(made, count, 16, 3);
        else if (p->taps == 24) filter_short(made, count, 24, 3);
        else filter_short(made, count, 32, 3);
    }
}
