/* Fused multiply-add by itself, so that tests can compare every object with whole numbers. */
#include "float_state.h"
#include "vector.h"

/* result[i] = a[i] b[i] + c[i] rounded once; `count` is a multiple of 16. */
EXPORT(void, fused_terms, (const float *a, const float *b, const float *c, int64_t count,
                           float *result)) {
    float_state found = float_state_enter();
    for (int64_t i = 0; i < count; i += LANES)
        store(result + i, fused(load(a + i), load(b + i), load(c + i)));
    float_state_write(found);
}
