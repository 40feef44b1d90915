/* What this core can do at best with separate multiplications and additions: the yardstick. */
#include "float_state.h"
#include "vector.h"

#define SUMS (TILE_ROWS * TILE_VECTORS)

/* Run `rounds` rounds of SUMS independent `sum = sum * factor + term`, not fused; returns the
 * floating-point operations done. `result` [LANES] keeps the compiler honest. */
VISIBLE double measure_peak(int64_t rounds, float *result) {
    float_state found = float_state_enter();
    vec sum[SUMS], factor = splat(0.999f), term = splat(0.001f), total = splat(0.0f);
    UNROLL for (int i = 0; i < SUMS; i++) sum[i] = splat((float)i);
    for (int64_t round = 0; round < rounds; round++)
        UNROLL for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * factor + term;
    UNROLL for (int i = 0; i < SUMS; i++) total = total + sum[i];
    store(result, total);
    float_state_write(found);
    return 2.0 * LANES * SUMS * (double)rounds;
}
