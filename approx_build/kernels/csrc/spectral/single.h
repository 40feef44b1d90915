/* One frame alone: the lanes are the four parts of the last stage, input i being number i / 4 of
 * part i mod 4. That stage is then turned, four neighbours in its lanes. The operations are the
 * same. Not with vectors of two, of which the compiler would make those of four. */

#ifdef __clang__
#define PICKED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICKED(a, b, ...) __builtin_shuffle(a, b, (vec_index){__VA_ARGS__})
#endif

INLINE double number(const fft_rows *r, const void *row, ptrdiff_t at) {
    return r->is_float ? ((const float *)row)[at] : ((const double *)row)[at];
}
INLINE void put(void *row, int is_float, ptrdiff_t at, double value) {
    if (is_float)
        ((float *)row)[at] = (float)value;
    else
        ((double *)row)[at] = value;
}

/* Where the real part of input `i` lies; the imaginary one is LANES further. */
INLINE double *single_cell(const fft_plan *p, double *work, int i) {
    return cell(work, p->place[i & ~3]) + (i & 3);
}

static void single_merged(const fft_plan *p, double *work, const fft_rows *from, const void *x) {
    int n = p->size;
    double a = number(from, x, 0), c = number(from, x, 2 * n);
    double h = number(from, x, n), g = number(from, x, n + 1);
    double *z = single_cell(p, work, 0), *y = single_cell(p, work, n / 2);
    z[LANES] = a + c, z[0] = a - c;
    y[LANES] = h + h, y[0] = -(g + g);
    for (int k = 1; k < n / 2; k++) {
        double cs = p->split[2 * k], sn = p->split[2 * k + 1];
        double ar = number(from, x, 2 * k), ai = number(from, x, 2 * k + 1);
        double br = number(from, x, 2 * (n - k)), bi = number(from, x, 2 * (n - k) + 1);
        double er = ar + br, ei = ai - bi, pr = ar - br, pi = ai + bi;
        double gr = pr * cs + pi * sn, gi = pi * cs - pr * sn;
        z = single_cell(p, work, k), y = single_cell(p, work, n - k);
        z[LANES] = er - gi, z[0] = ei + gr;
        y[LANES] = er + gi, y[0] = gr - ei;
    }
}

INLINE void single_split(const fft_plan *p, const double *z, void *y, int is_float) {
    int n = p->size;
    put(y, is_float, 0, z[0] + z[1]), put(y, is_float, 1, 0);
    put(y, is_float, 2 * n, z[0] - z[1]), put(y, is_float, 2 * n + 1, 0);
    put(y, is_float, n, z[n]), put(y, is_float, n + 1, -z[n + 1]);
    for (int k = 1; k < n / 2; k++) {
        double c = p->split[2 * k], s = p->split[2 * k + 1];
        double ar = z[2 * k], ai = z[2 * k + 1], br = z[2 * (n - k)], bi = z[2 * (n - k) + 1];
        double er = (ar + br) * 0.5, ei = (ai - bi) * 0.5;
        double gr = (ai + bi) * 0.5, gi = (br - ar) * 0.5;
        double tr = gr * c - gi * s, ti = gr * s + gi * c;
        put(y, is_float, 2 * k, er + tr), put(y, is_float, 2 * k + 1, ei + ti);
        put(y, is_float, 2 * (n - k), er - tr), put(y, is_float, 2 * (n - k) + 1, ti - ei);
    }
}

/* The last stage over parts in lanes: `work` [size / 4] cells to `z` [size] complex numbers. */
static void single_last(const fft_plan *p, double *work, double *z, int is_inverse) {
    int m = p->size / 4;
    const double *w = p->twiddle[p->stages - 1];
    for (int j = 0; j < m; j += 4) {
        vec r[4], i[4];
        for (int k = 0; k < 4; k++)
            r[k] = load(cell(work, j + k)), i[k] = load(cell(work, j + k) + LANES);
        transpose(r);
        transpose(i);
        for (int q = 1; q < 4; q++) {
            vec c, s, a = r[q], b = i[q];
            for (int k = 0; k < 4; k++) {
                int at = j + k ? 6 * (j + k - 1) + 2 * (q - 1) : 0;
                c[k] = w[at], s[k] = w[at + 1];
            }
            r[q] = a * c - b * s, i[q] = a * s + b * c;
            if (!j) r[q][0] = a[0], i[q][0] = b[0];
        }
        vec sr = r[0] + r[2], si = i[0] + i[2], tr = r[0] - r[2], ti = i[0] - i[2];
        vec ur = r[1] + r[3], ui = i[1] + i[3], vr = r[1] - r[3], vi = i[1] - i[3];
        vec yr[4] = {sr + ur, tr + vi, sr - ur, tr - vi};
        vec yi[4] = {si + ui, ti - vr, si - ui, ti + vr};
        for (int k = 0; k < 4; k++) {
            vec a = is_inverse ? yi[k] : yr[k], b = is_inverse ? yr[k] : yi[k];
            double *to = z + 2 * ((ptrdiff_t)j + (ptrdiff_t)k * m);
            store(to, PICKED(a, b, 0, 4, 1, 5)), store(to + 4, PICKED(a, b, 2, 6, 3, 7));
        }
    }
}

static void single_loaded(const fft_job *job, double *work, const void *x) {
    const fft_plan *p = job->plan;
    int re = job->is_inverse ? LANES : 0, im = LANES - re;
    const double *window = job->is_inverse ? NULL : job->window;
    for (int i = 0; i < p->size / 4; i++) {
        vec a = load_row(x, 8 * (ptrdiff_t)i, job->from.is_float);
        vec b = load_row(x, 8 * (ptrdiff_t)i + 4, job->from.is_float);
        if (window) a = a * load(window + 8 * i), b = b * load(window + 8 * i + 4);
        double *c = cell(work, p->place[4 * i]);
        store(c + re, PICKED(a, b, 0, 2, 4, 6)), store(c + im, PICKED(a, b, 1, 3, 5, 7));
    }
}

static void single(const fft_job *job, double *work, int64_t frame) {
    const fft_plan *p = job->plan;
    const void *x = row_of(&job->from, frame);
    void *y = row_of(&job->to, frame);
    double *z = work + 2 * (ptrdiff_t)p->size;
    if (job->is_inverse && job->is_real)
        single_merged(p, work, &job->from, x);
    else
        single_loaded(job, work, x);
    all_stages(p, 0, p->stages - 2, work, p->size / 4);
    single_last(p, work, z, job->is_inverse);
    if (job->is_real && !job->is_inverse) {
        if (job->to.is_float)
            single_split(p, z, y, 1);
        else
            single_split(p, z, y, 0);
        return;
    }
    for (ptrdiff_t i = 0; i < 2 * (ptrdiff_t)p->size; i += LANES) {
        vec v = load(z + i);
        if (job->is_inverse) v = v * job->scale;
        if (job->is_inverse && job->window) v = v * load(job->window + i);
        store_row(y, i, job->to.is_float, v);
    }
}
#undef PICKED
