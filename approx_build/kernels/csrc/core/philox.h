/* Philox4x64-10, the counter-based generator of Salmon, Moraes, Dror and Shaw (2011).
 *
 * Word i of a stream is word i % 4 of the block whose counter is (i / 4, 0, 0, 0), as
 * approx_build/numerics/stream.py numbers them.
 */
#ifndef APPROX_PHILOX_H
#define APPROX_PHILOX_H

#include <stdint.h>

/* High and low halves of a 64 x 64 bit product. */
static inline void multiply_wide(uint64_t a, uint64_t b, uint64_t *high, uint64_t *low) {
    unsigned __int128 product = (unsigned __int128)a * b;
    *high = (uint64_t)(product >> 64);
    *low = (uint64_t)product;
}

/* Replace `counter` by its block of four words under `key`. */
static inline void philox_block(uint64_t counter[4], uint64_t key0, uint64_t key1) {
    for (int round = 0; round < 10; round++) {
        uint64_t high0, low0, high1, low1;
        multiply_wide(0xD2E7470EE14C6C93u, counter[0], &high0, &low0);
        multiply_wide(0xCA5A826395121157u, counter[2], &high1, &low1);
        counter[0] = high1 ^ counter[1] ^ key0;
        counter[1] = low1;
        counter[2] = high0 ^ counter[3] ^ key1;
        counter[3] = low0;
        key0 += 0x9E3779B97F4A7C15u;
        key1 += 0xBB67AE8584CAA73Bu;
    }
}

/* Word `index` of the stream under the key. */
static inline uint64_t philox_word(uint64_t key0, uint64_t key1, uint64_t index) {
    uint64_t block[4] = {index / 4, 0, 0, 0};
    philox_block(block, key0, key1);
    return block[index % 4];
}

/* The word's top 24 bits as a float in [0, 1), a multiple of 2^-24. */
static inline float philox_uniform(uint64_t key0, uint64_t key1, uint64_t index) {
    return (float)(philox_word(key0, key1, index) >> 40) * 0x1p-24f;
}

#endif
