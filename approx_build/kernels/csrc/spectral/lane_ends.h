/* Template: frames into a work buffer and out of it. Inputs go to their places before the first
 * stage, which is done on the way where it is one of 2 or 4. */

/* Complex numbers in a vector of one frame. */
#define BLOCK (LANES / 2)

/* Number `at` of every frame, where whole vectors do not fit. */
INLINE vec lanes_at(void *const *row, ptrdiff_t at, int is_float) {
    vec v = {0};
    for (int l = 0; l < LANES; l++)
        v[l] = is_float ? ((const float *)row[l])[at] : ((const double *)row[l])[at];
    return v;
}
INLINE void put_lanes(void *const *row, ptrdiff_t at, int is_float, vec value) {
    for (int l = 0; l < LANES; l++)
        if (is_float)
            ((float *)row[l])[at] = (float)value[l];
        else
            ((double *)row[l])[at] = value[l];
}

/* Complex numbers i to i + BLOCK of every frame, times the window: parts in turn. */
INLINE void load_block(vec *v, void *const *row, int i, int is_float, const double *window) {
    for (int l = 0; l < LANES; l++) v[l] = load_row(row[l], 2 * (ptrdiff_t)i, is_float);
    if (window) {
        vec w = load(window + 2 * (ptrdiff_t)i);
        for (int l = 0; l < LANES; l++) v[l] = v[l] * w;
    }
    transpose(v);
}

INLINE void load_quarters(const fft_plan *p, double *work, void *const *row, int is_float,
                          int is_inverse, const double *window) {
    int part = p->size / 4;
    for (int i = 0; i < part; i += BLOCK) {
        vec v[4][LANES];
        for (int q = 0; q < 4; q++) load_block(v[q], row, i + q * part, is_float, window);
        for (int k = 0; k < BLOCK; k++) {
            vec r[4] = {v[0][2 * k], v[1][2 * k], v[2][2 * k], v[3][2 * k]};
            vec j[4] = {v[0][2 * k + 1], v[1][2 * k + 1], v[2][2 * k + 1], v[3][2 * k + 1]};
            put_four(cell(work, p->place[i + k]), is_inverse, r, j);
        }
    }
}

INLINE void load_halves(const fft_plan *p, double *work, void *const *row, int is_float,
                        int is_inverse, const double *window) {
    int part = p->size / 2;
    for (int i = 0; i < part; i += BLOCK) {
        vec v[2][LANES];
        for (int q = 0; q < 2; q++) load_block(v[q], row, i + q * part, is_float, window);
        for (int k = 0; k < BLOCK; k++) {
            vec r[2] = {v[0][2 * k], v[1][2 * k]}, j[2] = {v[0][2 * k + 1], v[1][2 * k + 1]};
            put_two(cell(work, p->place[i + k]), is_inverse, r, j);
        }
    }
}

/* Returns the number of stages done on the way in. */
INLINE int load_complex(const fft_plan *p, double *work, void *const *row, int is_float,
                        int is_inverse, const double *window) {
    int i = 0, size = p->size, r = p->stages ? p->radix[0] : 1;
    int re = is_inverse ? LANES : 0, im = LANES - re;
    if (r == 4 && size / 4 % BLOCK == 0) {
        load_quarters(p, work, row, is_float, is_inverse, window);
        return 1;
    }
    if (r == 2 && size / 2 % BLOCK == 0) {
        load_halves(p, work, row, is_float, is_inverse, window);
        return 1;
    }
    for (; i + BLOCK <= size; i += BLOCK) {
        vec v[LANES];
        load_block(v, row, i, is_float, window);
        for (int b = 0; b < BLOCK; b++) {
            double *z = cell(work, p->place[i + b]);
            store(z + re, v[2 * b]), store(z + im, v[2 * b + 1]);
        }
    }
    for (; i < size; i++) {
        double *z = cell(work, p->place[i]);
        vec a = lanes_at(row, 2 * i, is_float), b = lanes_at(row, 2 * i + 1, is_float);
        if (window) a = a * window[2 * i], b = b * window[2 * i + 1];
        store(z + re, a), store(z + im, b);
    }
    return 0;
}

INLINE void store_complex(const fft_plan *p, double *work, void *const *row, int is_float,
                          int is_inverse, double scale, const double *window) {
    int i = 0, re = is_inverse ? LANES : 0, im = LANES - re;
    for (; i + BLOCK <= p->size; i += BLOCK) {
        vec v[LANES];
        for (int b = 0; b < BLOCK; b++)
            v[2 * b] = load(cell(work, i + b) + re), v[2 * b + 1] = load(cell(work, i + b) + im);
        transpose(v);
        if (is_inverse)
            for (int l = 0; l < LANES; l++) v[l] = v[l] * scale;
        if (window) {
            vec w = load(window + 2 * (ptrdiff_t)i);
            for (int l = 0; l < LANES; l++) v[l] = v[l] * w;
        }
        for (int l = 0; l < LANES; l++) store_row(row[l], 2 * (ptrdiff_t)i, is_float, v[l]);
    }
    for (; i < p->size; i++) {
        vec a = load(cell(work, i) + re), b = load(cell(work, i) + im);
        if (is_inverse) a = a * scale, b = b * scale;
        if (window) a = a * window[2 * i], b = b * window[2 * i + 1];
        put_lanes(row, 2 * i, is_float, a), put_lanes(row, 2 * i + 1, is_float, b);
    }
}

/* Z[k] and Z[size - k] of an inverse real transform from X[k] and X[size - k], exchanged. */
INLINE void merge(const fft_plan *p, double *work, int k, const vec *x, const vec *y) {
    double c = p->split[2 * k], s = p->split[2 * k + 1];
    vec er = x[0] + y[0], ei = x[1] - y[1], pr = x[0] - y[0], pi = x[1] + y[1];
    vec gr = pr * c + pi * s, gi = pi * c - pr * s;
    double *a = cell(work, p->place[k]), *b = cell(work, p->place[p->size - k]);
    store(a + LANES, er - gi), store(a, ei + gr);
    store(b + LANES, er + gi), store(b, gr - ei);
}

INLINE void load_merged(const fft_plan *p, double *work, void *const *row, int is_float) {
    int size = p->size, last = (size - 1) / 2, k = 1;
    vec a = lanes_at(row, 0, is_float), c = lanes_at(row, 2 * (ptrdiff_t)size, is_float);
    double *z = cell(work, p->place[0]);
    store(z + LANES, a + c), store(z, a - c);
    if (size % 2 == 0) {
        z = cell(work, p->place[size / 2]);
        a = lanes_at(row, size, is_float), c = lanes_at(row, size + 1, is_float);
        store(z + LANES, a + a), store(z, -(c + c));
    }
    for (; k + BLOCK - 1 <= last; k += BLOCK) {
        vec x[LANES], y[LANES];
        ptrdiff_t high = 2 * ((ptrdiff_t)size - k - BLOCK + 1);
        for (int l = 0; l < LANES; l++) x[l] = load_row(row[l], 2 * (ptrdiff_t)k, is_float);
        transpose(x);
        for (int l = 0; l < LANES; l++) y[l] = load_row(row[l], high, is_float);
        transpose(y);
        for (int b = 0; b < BLOCK; b++) merge(p, work, k + b, x + 2 * b, y + 2 * (BLOCK - 1 - b));
    }
    for (; k <= last; k++) {
        ptrdiff_t low = 2 * (ptrdiff_t)k, high = 2 * ((ptrdiff_t)size - k);
        vec x[2] = {lanes_at(row, low, is_float), lanes_at(row, low + 1, is_float)};
        vec y[2] = {lanes_at(row, high, is_float), lanes_at(row, high + 1, is_float)};
        merge(p, work, k, x, y);
    }
}

/* X[k] and X[size - k] of a real transform from Z[k] and Z[size - k]. */
INLINE void split_pair(const fft_plan *p, double *work, int k, vec *x, vec *y) {
    double c = p->split[2 * k], s = p->split[2 * k + 1];
    double *a = cell(work, k), *b = cell(work, p->size - k);
    vec zr = load(a), zi = load(a + LANES), cr = load(b), ci = load(b + LANES);
    vec er = (zr + cr) * 0.5, ei = (zi - ci) * 0.5, gr = (zi + ci) * 0.5, gi = (cr - zr) * 0.5;
    vec tr = gr * c - gi * s, ti = gr * s + gi * c;
    x[0] = er + tr, x[1] = ei + ti;
    y[0] = er - tr, y[1] = ti - ei;
}

INLINE void store_split(const fft_plan *p, double *work, void *const *row, int is_float) {
    int size = p->size, last = (size - 1) / 2, k = 1;
    vec a = load(work), b = load(work + LANES), zero = {0};
    put_lanes(row, 0, is_float, a + b), put_lanes(row, 1, is_float, zero);
    put_lanes(row, 2 * (ptrdiff_t)size, is_float, a - b);
    put_lanes(row, 2 * (ptrdiff_t)size + 1, is_float, zero);
    if (size % 2 == 0) {
        double *z = cell(work, size / 2);
        put_lanes(row, size, is_float, load(z)), put_lanes(row, size + 1, is_float, -load(z + LANES));
    }
    for (; k + BLOCK - 1 <= last; k += BLOCK) {
        vec x[LANES], y[LANES];
        ptrdiff_t high = 2 * ((ptrdiff_t)size - k - BLOCK + 1);
        for (int b = 0; b < BLOCK; b++)
            split_pair(p, work, k + b, x + 2 * b, y + 2 * (BLOCK - 1 - b));
        transpose(x);
        for (int l = 0; l < LANES; l++) store_row(row[l], 2 * (ptrdiff_t)k, is_float, x[l]);
        transpose(y);
        for (int l = 0; l < LANES; l++) store_row(row[l], high, is_float, y[l]);
    }
    for (; k <= last; k++) {
        vec x[2], y[2];
        ptrdiff_t low = 2 * (ptrdiff_t)k, high = 2 * ((ptrdiff_t)size - k);
        split_pair(p, work, k, x, y);
        put_lanes(row, low, is_float, x[0]), put_lanes(row, low + 1, is_float, x[1]);
        put_lanes(row, high, is_float, y[0]), put_lanes(row, high + 1, is_float, y[1]);
    }
}
#undef BLOCK
