/* Template: vectors of LANES numbers of float64, and their way in and out of memory. */

typedef double vec __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef float fvec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int64_t vec_index __attribute__((vector_size(8 * LANES)));

INLINE vec load(const double *from) { return *(const vec *)from; }
INLINE void store(double *to, vec value) { *(vec *)to = value; }

/* Number `at` of one frame and the LANES - 1 after it. */
INLINE vec load_row(const void *row, ptrdiff_t at, int is_float) {
    if (!is_float) return load((const double *)row + at);
    return __builtin_convertvector(*(const fvec *)((const float *)row + at), vec);
}
INLINE void store_row(void *row, ptrdiff_t at, int is_float, vec value) {
    if (is_float)
        *(fvec *)((float *)row + at) = __builtin_convertvector(value, fvec);
    else
        store((double *)row + at, value);
}

#ifdef __clang__
#define SHUFFLED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLED(a, b, ...) __builtin_shuffle(a, b, (vec_index){__VA_ARGS__})
#endif
#define LIST(...) __VA_ARGS__
#define EXCHANGE(i, k, low, high) \
    { \
        vec a = v[i], b = v[k]; \
        v[i] = SHUFFLED(a, b, low); \
        v[k] = SHUFFLED(a, b, high); \
    }

/* v[i][k] <-> v[k][i]. */
INLINE void transpose(vec *v) {
#if LANES == 2
    EXCHANGE(0, 1, LIST(0, 2), LIST(1, 3))
#elif LANES == 4
#define HALF(i, k) EXCHANGE(i, k, LIST(0, 1, 4, 5), LIST(2, 3, 6, 7))
#define ONE(i, k) EXCHANGE(i, k, LIST(0, 4, 2, 6), LIST(1, 5, 3, 7))
    HALF(0, 2) HALF(1, 3)
    ONE(0, 1) ONE(2, 3)
#undef HALF
#undef ONE
#else
#define HALF(i, k) EXCHANGE(i, k, LIST(0, 1, 2, 3, 8, 9, 10, 11), LIST(4, 5, 6, 7, 12, 13, 14, 15))
#define TWO(i, k) EXCHANGE(i, k, LIST(0, 1, 8, 9, 4, 5, 12, 13), LIST(2, 3, 10, 11, 6, 7, 14, 15))
#define ONE(i, k) EXCHANGE(i, k, LIST(0, 8, 2, 10, 4, 12, 6, 14), LIST(1, 9, 3, 11, 5, 13, 7, 15))
    HALF(0, 4) HALF(1, 5) HALF(2, 6) HALF(3, 7)
    TWO(0, 2) TWO(1, 3) TWO(4, 6) TWO(5, 7)
    ONE(0, 1) ONE(2, 3) ONE(4, 5) ONE(6, 7)
#undef HALF
#undef TWO
#undef ONE
#endif
}
#undef EXCHANGE
#undef LIST
#undef SHUFFLED

/* Complex number `i` of a work buffer: LANES real parts, then LANES imaginary ones. */
INLINE double *cell(double *work, ptrdiff_t i) { return work + 2 * LANES * i; }
