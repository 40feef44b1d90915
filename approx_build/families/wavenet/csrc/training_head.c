/* WaveNet's head for training: skips, post layers, cross-entropy, and back to the gated outputs. */
#include <math.h>

#include "core/functions.h"
#include "training_parts.h"

static void relu(float *rows, int count, int width, size_t stride) {
    for (int r = 0; r < count; r++, rows += stride)
        for (int i = 0; i < width; i += LANES) store(rows + i, at_least(load(rows + i), 0.0f));
}

/* Gradients behind a ReLU -> those before it: zero where it was shut. */
static void relu_back(float *gradients, const float *rows, int count, int width, size_t stride) {
    for (int r = 0; r < count; r++, gradients += stride, rows += stride)
        for (int i = 0; i < width; i += LANES)
            store(gradients + i,
                  choose(load(rows + i) > 0.0f, load(gradients + i), splat(0.0f)));
}

/* Gated outputs of the block -> logits. */
static void forward(wavenet_window *w, int rows) {
    size_t stride = (size_t)w->skip_row;
    for (int l = 0; l < w->shape.layers; l++) w->pieces[l] = w->block_gated + l * w->dilated;
    operand gated = {w->pieces, w->shape.layers, w->shape.dilated, (size_t)w->gated_row,
                     .sparse = 0};
    product(&w->skips, &gated, rows, w->head[0], stride);
    relu(w->head[0], rows, w->skip, stride);
    product_sparse(&w->post1, w->head[0], stride, rows, w->head[1], stride);
    relu(w->head[1], rows, w->skip, stride);
    product_sparse(&w->post2, w->head[1], stride, rows, w->logits, (size_t)w->class_row);
}

INLINE float largest(const float *logits, int padded) {
    vec most = load(logits);
    for (int q = LANES; q < padded; q += LANES) {
        vec next = load(logits + q);
        most = choose(next > most, next, most);
    }
    float lanes[LANES], found;
    store(lanes, most);
    found = lanes[0];
    for (int i = 1; i < LANES; i++) found = lanes[i] > found ? lanes[i] : found;
    return found;
}

/* Cross-entropy of `code`, nats; the logits become its gradients by themselves. */
static double cross_entropy(const wavenet_window *w, float *logits, int64_t code) {
    for (int q = w->shape.classes; q < w->classes; q++) logits[q] = -INFINITY;
    float most = largest(logits, w->classes), said = logits[code] - most;
    float part[LANES], total = 0.0f;
    vec sum = splat(0.0f);
    for (int q = 0; q < w->classes; q += LANES) {
        vec likely = exp_clamped(load(logits + q) - most);
        store(logits + q, likely);
        sum = sum + likely;
    }
    store(part, sum);
    for (int i = 0; i < LANES; i++) total += part[i];
    for (int q = 0; q < w->classes; q += LANES) store(logits + q, load(logits + q) / total);
    logits[code] -= 1.0f;
    return log((double)total) - (double)said;
}

static double losses(wavenet_window *w, const int64_t *codes, int row, int rows) {
    double sum = 0.0;
    float *logits = w->logits;
    for (int r = 0; r < rows; r++, logits += w->class_row) {
        if (row + r < w->length)
            sum += cross_entropy(w, logits, codes[row + r]);
        else /* fills up the last tile */
            memset(logits, 0, (size_t)w->classes * sizeof(float));
    }
    return sum;
}

/* Gradients of the post layers' weights, and the gradients by the sum of skips. */
static void post_back(wavenet_window *w, int rows) {
    size_t stride = (size_t)w->skip_row, classes = (size_t)w->class_row;
    float **by = w->head_gradients;
    gradient_of post2 = {w->head[1], stride, w->shape.skip, w->logits, classes, w->classes};
    add_sparse_gradient(&post2, rows, w->sums.post2, (size_t)w->classes);
    add_bias_gradient(&post2, rows, w->sums.post2_bias);
    const float *piece[] = {w->logits};
    operand gradients = {piece, 1, w->shape.classes, classes, .sparse = 0};
    product(&w->post2_back, &gradients, rows, by[1], stride);
    relu_back(by[1], w->head[1], rows, w->skip, stride);
    gradient_of post1 = {w->head[0], stride, w->shape.skip, by[1], stride, w->skip};
    add_sparse_gradient(&post1, rows, w->sums.post1, (size_t)w->skip);
    add_bias_gradient(&post1, rows, w->sums.post1_bias);
    product_sparse(&w->post1_back, by[1], stride, rows, by[0], stride);
    relu_back(by[0], w->head[0], rows, w->skip, stride);
}

/* Gradients of the skip maps, and those by the gated outputs of every layer. */
static void skip_back(wavenet_window *w, int row, int rows) {
    size_t stride = (size_t)w->skip_row, gated = (size_t)w->gated_row;
    const float *by = w->head_gradients[0];
    gradient_of bias = {NULL, 0, 0, by, stride, w->skip};
    add_bias_gradient(&bias, rows, w->sums.skip_bias);
    gradient_of skip = {by, stride, w->shape.skip, w->block_gated, gated, w->gated};
    add_sparse_gradient(&skip, rows, w->sums.skip, (size_t)w->gated);
    product_sparse(&w->skips_back, by, stride, rows, w->block_gated_gradients, gated);
    size_t size = (size_t)w->dilated;
    for (int l = 0; l < w->shape.layers; l++) {
        const float *from = w->block_gated_gradients + l * size;
        float *to = w->gated_gradients + ((size_t)l * w->rows + row) * size;
        for (int r = 0; r < rows; r++, from += gated, to += size)
            memcpy(to, from, size * sizeof(float));
    }
}

/* The sum of the losses of moments row..row+rows, whose layers are done. */
double training_head(wavenet_window *w, const int64_t *codes, int row, int rows, int backward) {
    forward(w, rows);
    double sum = losses(w, codes, row, rows);
    if (backward) {
        post_back(w, rows);
        skip_back(w, row, rows);
    }
    return sum;
}
