/* Template: a transform of up to LANES frames at once. Lanes past the last frame repeat it: it is
 * read twice, and written with the same numbers. */

static void group(const fft_job *job, double *work, int64_t first, int count) {
    const fft_plan *p = job->plan;
    int real = job->is_real, inverse = job->is_inverse, done = 0;
    int in_floats = job->from.is_float, out_floats = job->to.is_float;
    void *in[LANES], *out[LANES];
    for (int l = 0; l < LANES; l++) {
        int64_t f = first + (l < count ? l : count - 1);
        in[l] = row_of(&job->from, f);
        out[l] = row_of(&job->to, f);
    }
    const double *before = inverse ? NULL : job->window, *after = inverse ? job->window : NULL;
    /* Branches by what is known when compiled: float32 or not. */
    if (inverse && real) {
        if (in_floats)
            load_merged(p, work, in, 1);
        else
            load_merged(p, work, in, 0);
    } else if (in_floats)
        done = load_complex(p, work, in, 1, inverse, before);
    else
        done = load_complex(p, work, in, 0, inverse, before);
    all_stages(p, done, p->stages - 1, work, p->size);
    if (real && !inverse) {
        if (out_floats)
            store_split(p, work, out, 1);
        else
            store_split(p, work, out, 0);
    } else if (out_floats)
        store_complex(p, work, out, 1, inverse, job->scale, after);
    else
        store_complex(p, work, out, 0, inverse, job->scale, after);
}
