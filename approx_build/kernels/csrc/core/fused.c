/* Fused multiply-add by itself: what it makes, which tests compare with integers, and how. */
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

/* 1 where the processor fuses, 0 where float64 does it, which takes some nine times as long. */
EXPORT(int32_t, fused_is_instruction, (void)) {
#if defined(FUSED_INSTRUCTION)
    return 1;
#else
    return 0;
#endif
}
