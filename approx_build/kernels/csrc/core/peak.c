/* What this core can do at best with fused multiply-adds: the yardstick. */
#include "float_state.h"
#include "vector.h"

/* Run `rounds` rounds of independent `sum = sum * factor + term`, fused, as many as a tile has
 * sums; returns the floating-point operations done. `result` [LANES] takes what came out. */
EXPORT(double, measure_peak, (int64_t rounds, float *result)) {
    float_state found = float_state_enter();
    vec sum[TILE_ROWS][TILE_VECTORS], factor = splat(0.999f), term = splat(0.001f);
    REPEAT_6(r, TILE_ROWS, REPEAT_4(v, TILE_VECTORS,
        sum[r][v] = splat((float)(r * TILE_VECTORS + v));))
    for (int64_t round = 0; round < rounds; round++)
        REPEAT_6(r, TILE_ROWS, REPEAT_4(v, TILE_VECTORS,
            sum[r][v] = fused(sum[r][v], factor, term);))
    vec total = splat(0.0f);
    REPEAT_6(r, TILE_ROWS, REPEAT_4(v, TILE_VECTORS, total = total + sum[r][v];))
    store(result, total);
    float_state_write(found);
    return 2.0 * LANES * TILE_ROWS * TILE_VECTORS * (double)rounds;
}
