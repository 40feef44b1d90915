/* Template: the stages of a transform. r blocks of m transformed numbers become one of r m, in
 * place (Cooley and Tukey, An algorithm for the machine calculation of complex Fourier series,
 * 1965; decimation in time). */

/* The complex product (re, im) * w, in the stated order. */
#define TURN(re, im, w) \
    { \
        vec a = re, b = im; \
        re = a * (w)[0] - b * (w)[1]; \
        im = a * (w)[1] + b * (w)[0]; \
    }

static void radix_2(double *z, int m, const double *w) {
    for (int j = 0; j < m; j++) {
        double *x = cell(z, j), *y = cell(z, m + j);
        vec ar = load(x), ai = load(x + LANES), br = load(y), bi = load(y + LANES);
        if (j) TURN(br, bi, w + 2 * (j - 1))
        store(x, ar + br), store(x + LANES, ai + bi);
        store(y, ar - br), store(y + LANES, ai - bi);
    }
}

INLINE void four_of(double *z, int m, int j, const double *w, int turns) {
    double *x0 = cell(z, j), *x1 = cell(x0, m), *x2 = cell(x1, m), *x3 = cell(x2, m);
    vec br = load(x1), bi = load(x1 + LANES), dr = load(x3), di = load(x3 + LANES);
    if (turns) {
        TURN(br, bi, w)
        TURN(dr, di, w + 4)
    }
    vec ur = br + dr, ui = bi + di, vr = br - dr, vi = bi - di;
    vec ar = load(x0), ai = load(x0 + LANES), cr = load(x2), ci = load(x2 + LANES);
    if (turns) TURN(cr, ci, w + 2)
    vec sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
    store(x0, sr + ur), store(x0 + LANES, si + ui);
    store(x1, tr + vi), store(x1 + LANES, ti - vr);
    store(x2, sr - ur), store(x2 + LANES, si - ui);
    store(x3, tr - vi), store(x3 + LANES, ti + vr);
}

static void radix_4(double *z, int m, const double *w) {
    four_of(z, m, 0, w, 0);
    for (int j = 1; j < m; j++, w += 6) four_of(z, m, j, w, 1);
}

/* An odd radix: sums and differences of opposite numbers, their products in rising order. */
INLINE void odd_of(double *z, int m, int j, const double *w, const double *root, int r) {
    vec sr[64], si[64], dr[64], di[64];
    int half = r / 2;
    vec ar = load(cell(z, j)), ai = load(cell(z, j) + LANES);
    for (int q = 1; q <= half; q++) {
        double *x = cell(z, j + q * m), *y = cell(z, j + (r - q) * m);
        vec br = load(x), bi = load(x + LANES), cr = load(y), ci = load(y + LANES);
        if (j) {
            TURN(br, bi, w + 2 * (q - 1))
            TURN(cr, ci, w + 2 * (r - q - 1))
        }
        sr[q] = br + cr, si[q] = bi + ci, dr[q] = br - cr, di[q] = bi - ci;
    }
    vec yr = ar, yi = ai;
    for (int q = 1; q <= half; q++) yr = yr + sr[q], yi = yi + si[q];
    store(cell(z, j), yr), store(cell(z, j) + LANES, yi);
    for (int p = 1; p <= half; p++) {
        vec er = ar, ei = ai, gr = dr[1] * root[2 * p + 1], gi = di[1] * root[2 * p + 1];
        for (int q = 1; q <= half; q++) {
            const double *u = root + 2 * (p * q % r);
            er = er + sr[q] * u[0], ei = ei + si[q] * u[0];
            if (q > 1) gr = gr + dr[q] * u[1], gi = gi + di[q] * u[1];
        }
        double *x = cell(z, j + p * m), *y = cell(z, j + (r - p) * m);
        store(x, er + gi), store(x + LANES, ei - gr);
        store(y, er - gi), store(y + LANES, ei + gr);
    }
}

static void radix_odd(double *z, int m, const double *w, const double *root, int r) {
    for (int j = 0; j < m; j++) {
        const double *at = j ? w + 2 * (r - 1) * (j - 1) : w;
        if (r == 3)
            odd_of(z, m, j, at, root, 3);
        else if (r == 5)
            odd_of(z, m, j, at, root, 5);
        else
            odd_of(z, m, j, at, root, r);
    }
}

INLINE void one_stage(const fft_plan *p, int stage, double *z, int m) {
    int r = p->radix[stage];
    if (r == 4)
        radix_4(z, m, p->twiddle[stage]);
    else if (r == 2)
        radix_2(z, m, p->twiddle[stage]);
    else
        radix_odd(z, m, p->twiddle[stage], p->root[stage], r);
}

/* Stages `done` to `top` of one block of `length`. A large block goes part by part, so that a part
 * goes through its stages while it is in the nearest cache. */
static void all_stages(const fft_plan *p, int done, int top, double *z, int length) {
    if (top < done) return;
    int r = p->radix[top], m = length / r;
    if (length * 16 * LANES > NEAREST_CACHE && top > 0) {
        for (int q = 0; q < r; q++) all_stages(p, done, top - 1, cell(z, (ptrdiff_t)q * m), m);
        one_stage(p, top, z, m);
        return;
    }
    for (int s = 0, n = 1; s <= top; s++) {
        int next = n * p->radix[s];
        for (int b = 0; s >= done && b < length; b += next) one_stage(p, s, cell(z, b), n);
        n = next;
    }
}

/* The first stage on the way in, from the parts r and i of two or four numbers to the cells from
 * `z` on. An inverse transform is a forward one of exchanged parts. */
INLINE void put_two(double *z, int is_inverse, const vec *r, const vec *i) {
    const vec *a = is_inverse ? i : r, *b = is_inverse ? r : i;
    store(z, a[0] + a[1]), store(z + LANES, b[0] + b[1]);
    store(z + 2 * LANES, a[0] - a[1]), store(z + 3 * LANES, b[0] - b[1]);
}
INLINE void put_four(double *z, int is_inverse, const vec *r, const vec *i) {
    const vec *a = is_inverse ? i : r, *b = is_inverse ? r : i;
    vec sr = a[0] + a[2], si = b[0] + b[2], tr = a[0] - a[2], ti = b[0] - b[2];
    vec ur = a[1] + a[3], ui = b[1] + b[3], vr = a[1] - a[3], vi = b[1] - b[3];
    store(z, sr + ur), store(z + LANES, si + ui);
    store(z + 2 * LANES, tr + vi), store(z + 3 * LANES, ti - vr);
    store(z + 4 * LANES, sr - ur), store(z + 5 * LANES, si - ui);
    store(z + 6 * LANES, tr - vi), store(z + 7 * LANES, ti + vr);
}
#undef TURN
