/* Convolutions over rows, and the sums that close a block of them. */
#include "activate.h"
#include "steps.h"

/* A panel's weights for one piece of a product should stay in the cache. */
#define PIECE_INPUTS 256
#define MOST_PIECES 1024

/* What a step does to given's numbers before its map. */
INLINE activation activation_of(const program_pass *p, const program_step *s) {
    activation a = {NULL, NULL, s->function, s->slope};
    if (s->norm < 0) return a;
    a.scale = norm_scale(p, s->norm);
    a.shift = norm_shift(p, s->norm);
    return a;
}

INLINE int whole_vectors(int channels) { return (channels + LANES - 1) / LANES; }

/* One row of what a convolution takes, its two sources one after the other. Writes whole vectors:
 * up to LANES - 1 floats too many. */
static void gather_row(const program_pass *p, const program_step *s, const activation *a, int row,
                       float *to) {
    const float *from = program_row(p, &s->given, row);
    int channels = s->given.channels;
    if (!a->scale && a->function == FUNCTION_NONE)
        memcpy(to, from, (size_t)channels * sizeof(float));
    else activate(a, from, 0, whole_vectors(channels), to);
    if (s->joined.channels)
        memcpy(to + channels, program_row(p, &s->joined, row),
               (size_t)s->joined.channels * sizeof(float));
}

/* Floats between rows of a strip. A multiple of 512 bytes would crowd few sets of the cache. */
INLINE int strip_stride(int channels) {
    int stride = round_up(channels, ROW_STEP);
    return stride % 128 ? stride : stride + ROW_STEP;
}

/* Pieces that each row's `channels` channels are cut into: equal and not too long, if possible. */
INLINE int pieces_of(int channels, int rows) {
    int least = (channels + PIECE_INPUTS - 1) / PIECE_INPUTS;
    for (int pieces = least; pieces <= 4 * least && pieces * rows <= MOST_PIECES; pieces++)
        if (channels % pieces == 0) return pieces;
    return 1;
}

void program_convolve(const program_pass *p, const program_step *s, program_part part,
                      float *scratch) {
    int channels = s->given.channels + s->joined.channels;
    size_t stride = (size_t)strip_stride(channels);
    activation before = activation_of(p, s);
    int count = (part.rows - 1) * s->stride + (s->taps - 1) * s->dilation + 1;
    for (int i = 0; i < count; i++) {
        int row = part.row * s->stride - s->before + i;
        float *to = scratch + (size_t)i * stride;
        if (row >= 0 && row < s->given_rows) gather_row(p, s, &before, row, to);
        else memset(to, 0, (size_t)channels * sizeof(float));
    }
    int each = pieces_of(channels, s->taps), depth = channels / each;
    const float *piece[MOST_PIECES];
    for (int i = 0; i < s->taps * each; i++)
        piece[i] = scratch + (size_t)(i / each * s->dilation) * stride + (size_t)(i % each) * depth;
    operand x = {.piece = piece, .pieces = s->taps * each, .depth = depth,
                 .stride = stride * (size_t)s->stride};
    const matrix *m = &p->network->map[s->map];
    product_part sum = {.m = m, .x = &x, .initial = m->bias};
    product_of_vectors(&sum, part.begin, part.end, part.rows, program_row(p, &s->made, part.row),
                       (size_t)s->made.stride);
    if (s->measured >= 0) program_measure(p, s, part);
}

/* What is made so far, activated, becomes the beginning of the sums: made + the map's bias, or
 * made + given where there is no map. */
static void begin_sums(const program_pass *p, const program_step *s, program_part part) {
    activation before = activation_of(p, s);
    for (int row = part.row; row < part.row + part.rows; row++) {
        float *made = program_row(p, &s->made, row);
        const float *term = program_row(p, &s->given, row);
        if (s->map >= 0) term = p->network->map[s->map].bias;
        if (s->norm >= 0) activate(&before, made, part.begin, part.end, made);
        for (int v = part.begin; v < part.end; v++)
            store(made + v * LANES, load(made + v * LANES) + load(term + v * LANES));
    }
}

/* The two sources have equally many channels, equally far apart (program_builder.py sees to it). */
static void add_mapped(const program_pass *p, const program_step *s, program_part part) {
    int sources = s->joined.channels ? 2 : 1, channels = s->given.channels;
    int each = pieces_of(channels, sources), depth = channels / each;
    const float *piece[MOST_PIECES];
    for (int i = 0; i < sources * each; i++)
        piece[i] = program_row(p, i < each ? &s->given : &s->joined, part.row) +
                   (size_t)(i % each) * depth;
    operand x = {.piece = piece, .pieces = sources * each, .depth = depth,
                 .stride = (size_t)s->given.stride};
    float *made = program_row(p, &s->made, part.row);
    size_t stride = (size_t)s->made.stride;
    product_part sum = {.m = &p->network->map[s->map], .x = &x, .initial = made,
                        .initial_stride = stride};
    product_of_vectors(&sum, part.begin, part.end, part.rows, made, stride);
}

void program_add(const program_pass *p, const program_step *s, program_part part) {
    begin_sums(p, s, part);
    if (s->map >= 0) add_mapped(p, s, part);
    if (s->measured >= 0) program_measure(p, s, part);
}

/* Rows follow each other in memory, whatever stands between their channels. */
void program_activate(const program_pass *p, const program_step *s, program_part part) {
    activation a = {NULL, NULL, s->function, s->slope};
    float *made = program_row(p, &s->made, part.row);
    activate(&a, made, 0, part.rows * s->made.stride / LANES, made);
}

/* Each half of given is whole vectors; made's last vector may be wider than its channels. */
void program_gate(const program_pass *p, const program_step *s, program_part part) {
    int half = s->given.channels / 2, vectors = whole_vectors(s->made.channels);
    for (int row = part.row; row < part.row + part.rows; row++) {
        const float *f = program_row(p, &s->given, row), *g = f + half;
        float *made = program_row(p, &s->made, row);
        for (int v = 0; v < vectors; v++)
            store(made + v * LANES, gated(load(f + v * LANES), load(g + v * LANES)));
    }
}
