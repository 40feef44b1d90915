/* Template: the steep filter of LANES pairs of blocks. Lane l has block 2 l as real part and block
 * 2 l + 1 as imaginary one: the filter is symmetric round 0, so its spectrum is real and the two
 * stay apart. */

/* From the staged samples to their places, by the first stage. */
static void filter_load(const filtering *f) {
    const fft_plan *p = f->plan->forward;
    int64_t advance = f->plan->advance;
    int r = p->radix[0], part = p->size / r;
    for (int i = 0; i < part; i += LANES) {
        vec re[4][LANES], im[4][LANES];
        for (int q = 0; q < r; q++) {
            const double *from = f->staged + i + (int64_t)q * part;
            for (int l = 0; l < LANES; l++) {
                re[q][l] = load(from + 2 * l * advance);
                im[q][l] = load(from + (2 * l + 1) * advance);
            }
            transpose(re[q]);
            transpose(im[q]);
        }
        for (int k = 0; k < LANES; k++) {
            double *z = cell(f->spectra, p->place[i + k]);
            vec a[4], b[4];
            for (int q = 0; q < r; q++) a[q] = re[q][k], b[q] = im[q][k];
            if (r == 4)
                put_four(z, 0, a, b);
            else
                put_two(z, 0, a, b);
        }
    }
    all_stages(p, 1, p->stages - 1, f->spectra, p->size);
}

/* Bin k of the filtered spectrum: it repeats where the rate rises; where it falls it folds, and
 * what falls together is added first to last. */
INLINE void filter_bin(const filtering *f, ptrdiff_t k, vec *re, vec *im) {
    const resampler *p = f->plan;
    const double *from = cell(f->spectra, k & (p->forward->size - 1));
    *re = load(from) * p->spectrum[k], *im = load(from + LANES) * p->spectrum[k];
    for (int j = 1; j < 1 << p->down; j++) {
        ptrdiff_t at = k + (ptrdiff_t)j * p->back->size;
        from = cell(f->spectra, at);
        *re = *re + load(from) * p->spectrum[at];
        *im = *im + load(from + LANES) * p->spectrum[at];
    }
}

/* From one spectrum to the places of the other, by the first stage of its inverse. */
static void filter_apply(const filtering *f) {
    const fft_plan *p = f->plan->back;
    int r = p->radix[0], part = p->size / r;
    for (int i = 0; i < part; i++) {
        double *z = cell(f->filtered, p->place[i]);
        vec re[4], im[4];
        for (int q = 0; q < r; q++) filter_bin(f, i + (ptrdiff_t)q * part, &re[q], &im[q]);
        if (r == 4)
            put_four(z, 1, re, im);
        else
            put_two(z, 1, re, im);
    }
    all_stages(p, 1, p->stages - 1, f->filtered, p->size);
}

static void filter_unload(const filtering *f) {
    int64_t out = block_of(f->plan), pad = (f->plan->pad << f->plan->up) >> f->plan->down;
    double *to = f->mid + f->mid_size;
    for (int64_t n = 0; n < out; n += LANES) {
        vec re[LANES], im[LANES];
        for (int k = 0; k < LANES; k++) {
            const double *z = cell(f->filtered, pad + n + k);
            re[k] = load(z + LANES), im[k] = load(z);
        }
        transpose(re);
        transpose(im);
        for (int l = 0; l < LANES; l++) {
            store(to + 2 * l * out + n, re[l]);
            store(to + (2 * l + 1) * out + n, im[l]);
        }
    }
}

static void filter_pairs(const filtering *f) {
    filter_load(f);
    filter_apply(f);
    filter_unload(f);
}
