/* The matrix product every network stands on, with one fixed order of summation.
 *
 *     y[r][n] = bias[n] + x[r][0] w[0][n] + x[r][1] w[1][n] + ...      from left to right,
 *
 * each term fused: the product is exact, and its sum with those before is rounded once. A sum that
 * ends as -0 is stored as 0. Outputs n are the lanes: the weights are packed in panels of
 * TILE_VECTORS vectors of outputs, and a tile of TILE_ROWS rows (clips, or moments of a
 * convolution) by one panel is summed in registers. How rows and panels are cut changes speed and
 * no bit, because the sum of one output never leaves its lane.
 */
#ifndef APPROX_PRODUCT_H
#define APPROX_PRODUCT_H

#include "memory.h"
#include "vector.h"

/* A packed weight matrix [inputs][outputs] with its bias. Panels follow each other, each
 * [inputs][vectors of the panel][LANES]; only the last may have fewer than TILE_VECTORS. */
typedef struct {
    int inputs, outputs, vectors;
    float *weights, *bias;
} matrix;

/* The inputs of a product, in pieces that lie anywhere: input i of row r is
 * piece[i / depth][r * stride + i % depth]. */
typedef struct {
    const float *const *piece;
    int pieces, depth;
    size_t stride;
    int sparse; /* many inputs are 0, and all lie in one piece */
} operand;

/* Vectors in the panel that begins at vector `first`. */
INLINE int panel_vectors(const matrix *m, int first) {
    int left = m->vectors - first;
    return left < TILE_VECTORS ? left : TILE_VECTORS;
}

/* Floats that a row of this matrix's outputs needs. */
INLINE size_t row_floats(const matrix *m) { return (size_t)m->vectors * LANES; }

/* Where in the packed weights the panel of vector `first` begins. */
INLINE const float *panel(const matrix *m, int first) {
    return m->weights + (size_t)first * LANES * m->inputs;
}

/* A term too small for a float may leave -0 in a sum of 0, and then leaving out terms whose input is
 * 0 would show in the sign. */
INLINE void store_sum(float *to, vec sum) { store(to, sum + 0.0f); }

/* Bytes of memory that a packed matrix takes. */
SHARED(size_t, matrix_bytes, (int inputs, int outputs));

/* Pack `weights` [inputs][outputs] and `bias` [outputs] (NULL: zeros). 0 when memory is short. */
SHARED(int, matrix_pack, (matrix *m, arena *memory, int inputs, int outputs, const float *weights,
                          const float *bias));

/* The same from weights of a convolution [outputs][channels][taps]; inputs are (tap, channel). */
SHARED(int, matrix_pack_taps, (matrix *m, arena *memory, int taps, int channels, int outputs,
                               const float *weights, const float *bias));

/* y [rows][row_floats], rows `y_stride` floats apart = bias + x w. */
SHARED(void, product, (const matrix *m, const operand *x, int rows, float *y, size_t y_stride));

/* A product over some of a matrix's inputs only, on top of other sums than its bias: a sum may be
 * begun when its first inputs are known and carried on later. */
typedef struct {
    const matrix *m;
    const operand *x; /* of inputs first_input and after; not sparse */
    int first_input;
    const float *initial; /* [rows][row_floats], rows `initial_stride` apart; 0: one for all */
    size_t initial_stride;
} product_part;

SHARED(void, product_of_part, (const product_part *part, int rows, float *y, size_t y_stride));

/* The same for vectors `begin` to `end` of each row alone; both begin a panel (or end the last). */
SHARED(void, product_of_vectors, (const product_part *part, int begin, int end, int rows, float *y,
                                  size_t y_stride));

#endif
