/// The innermost loops of every layer, of resizing and of character cells, compiled once for each set of vector instructions.
///
/// `vector.h` and its neighbours hold the code, written once; `plain.c`, `avx2.c`, `avx512.c`, `avx512bf16.c` and `amx.c` compile it.
/// Everything above these loops (blocks, threads, which layer takes which) is Swift. Pointers need the alignment of a float alone. Sums run in one
/// order in every set, so that sets with fused multiplication (all but plain on x86) give the same Float32 bits.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// One row of a product's left side for each entry.
typedef const float *_Nonnull const *_Nonnull mk_rows;

/// What becomes of a sum (`Activation`, in its order).
typedef enum { mk_none, mk_relu, mk_sigmoid, mk_silu, mk_gelu, mk_quick_gelu } mk_activation;

/// What a product's sums become before they are stored: activation(sum + bias + image bias + residual); absent terms are NULL.
typedef struct {
  /// One value a column.
  const float *_Nullable bias;
  /// One value a column and image of `rows_per_image` rows.
  const float *_Nullable image_bias;
  ptrdiff_t rows_per_image;
  /// One value an output element.
  const float *_Nullable residual;
  mk_activation activation;
} mk_epilogue;

/// A layer whose channels are convolved by themselves, one row of its output.
typedef struct {
  const float *image;
  ptrdiff_t height, width, channels;
  ptrdiff_t window_height, window_width, stride, dilation;
  /// Where the window of the row's first output begins.
  ptrdiff_t top, left;
  ptrdiff_t out_width;
  /// `[window_height * window_width][channels]`, `[channels]`.
  const float *weight, *bias;
  mk_activation activation;
} mk_depthwise_row;

/// Rows of a tile of a product, in every set.
enum { mk_tile_rows = 6 };

/// The tiles of a product: sums[r][c] (+)= Σ_t Σ_k rows[t * 6 + r][offset + k] * columns[t][k][c] for 6 rows and 32, 16 or 8 columns.
///
/// `sums` has rows `stride` apart and is overwritten when `is_first`. `tile32` takes two panels of 16 columns, the second `next` elements
/// behind the first. An element of rows and columns is a float, or a pair of bfloat16 in its place, of which `depth`, `offset` and `next`
/// then are numbers.
///
/// `tall32` takes the six rows too whose pointers are `below` entries behind those of the first; their sums are the next six rows. NULL where
/// `tile32` alone keeps the processor busy.
typedef struct {
  void (*_Nullable tall32)(
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, ptrdiff_t below, const float *columns, ptrdiff_t next, float *sums,
    ptrdiff_t stride, bool is_first);
  void (*_Null_unspecified tile32)(
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, const float *columns, ptrdiff_t next, float *sums, ptrdiff_t stride,
    bool is_first);
  void (*_Null_unspecified tile16)(
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, const float *columns, float *sums, ptrdiff_t stride, bool is_first);
  void (*_Null_unspecified tile8)(
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, const float *columns, float *sums, ptrdiff_t stride, bool is_first);
} mk_tiles;

/// Attention of a head's queries, `2 * lanes` of them at a time, one in each lane. Keys, values and queries are rows of `size`
/// numbers, `stride` apart. `state` has the largest score, the sum of weights and the last correction of each query.
///
/// With products of bfloat16, keys are rows of `size` pairs of channels, as are the turned queries (whose rows still are of `size` numbers),
/// and two keys that follow one another share a row of values and one of weights, of pairs of theirs: `mix` is given their number.
typedef struct {
  /// turned[c][lane] of `count` queries; the lanes beyond repeat the last one.
  void (*_Null_unspecified enter)(const float *queries, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, float *turned);
  /// scores[key][lane] of `count` keys.
  void (*_Null_unspecified score)(const float *keys, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, const float *turned, float *scores);
  /// Replaces each score by 2^(scale * (score - largest)) and brings the state up to date; what was summed before is to be corrected.
  /// `scale` is positive.
  void (*_Null_unspecified weigh)(float *scores, ptrdiff_t count, float scale, bool is_first, float *state);
  /// sums[c][lane] = correction * sums[c][lane] + Σ weights[key][lane] * values[key][c], from zero when `is_first`.
  void (*_Null_unspecified mix)(
    const float *values, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, const float *weights, const float *state, bool is_first,
    float *sums);
  /// `count` rows of sums over their query's sum of weights, `stride` apart.
  void (*_Null_unspecified leave)(const float *sums, const float *state, ptrdiff_t count, ptrdiff_t size, float *target, ptrdiff_t stride);
} mk_attention;

/// A product of bfloat16 on matrix registers: sums[r][c] (+)= Σ_t Σ_k (rows + taps[t])[r][k] * columns[t][k][c]. A chunk is 16 pairs of a tap.
typedef struct {
  /// `row_tiles` times 16 rows of pairs, `row_stride` elements apart.
  const float *rows;
  ptrdiff_t row_stride, row_tiles;
  /// Where each tap's rows begin behind `rows`, in elements; a tap has `tap_chunks` chunks.
  const ptrdiff_t *taps;
  ptrdiff_t tap_chunks;
  /// A panel of 16 columns, `[taps][pairs][16]`; another one begins every `next` elements.
  const float *columns;
  ptrdiff_t next;
  /// `stride` elements from row to row.
  float *sums;
  ptrdiff_t stride;
} mk_matrix;

/// A part of a cell by its corners' numbers: upper left, upper right, lower left, lower right.
typedef struct {
  int32_t corner[4];
} mk_region;

/// A way to part a cell in two: the ink of an earlier symbol, `parent`, and the terms from `first` to before `end`.
typedef struct {
  int32_t parent, first, end;
  /// The share of ink a, and 1 / (a (1 - a)).
  float area, scale;
} mk_symbol;

/// A share of a region.
typedef struct {
  int32_t region;
  float share;
} mk_term;

/// The symbols of a set, the first of them blank, and the regions they are made of, the last of them the whole cell.
typedef struct {
  const mk_region *regions;
  ptrdiff_t region_count;
  const mk_symbol *symbols;
  ptrdiff_t count;
  const mk_term *terms;
  /// How much the squared error of luma counts beside those of the channels where the best symbol is chosen.
  float light;
} mk_symbols;

/// Of a number of symbols their shares of ink a, 1 / a and 1 / (1 - a); what would be infinite is 0.
typedef struct {
  const float *areas, *over, *rest;
} mk_parts;

/// The colours that a terminal has: a list of `count`, red, green and blue of each, a cube where `steps` is not 0, and an even ramp of greys
/// where `grey_count` is not.
typedef struct {
  const float *_Nullable entries;
  ptrdiff_t count;
  /// A level of the cube is the sum of the rises of those steps whose edges a value is above.
  const float *_Nullable edges, *_Nullable rises;
  ptrdiff_t steps;
  /// The grey at place p is first + p * step, and p is the sum of the channels times `grey_scale` less `grey_offset`, rounded.
  float grey_first, grey_step, grey_scale, grey_offset, grey_count;
} mk_palette;

/// One set of loops. Those of bfloat16 are NULL where the processor has no instruction for them.
typedef struct {
  const char *name;
  /// Floats of a register.
  ptrdiff_t lanes;

  mk_tiles floats, pairs;
  /// Stores `width` columns from `column` on, of `rows` rows of sums `stride` apart, to `output` of `columns` columns from `row` on.
  void (*finish)(
    const mk_epilogue *epilogue, const float *sums, ptrdiff_t stride, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t column, ptrdiff_t width,
    ptrdiff_t columns, float *output);
  /// (a + bias) * gelu(b + bias) of 16 sums a and 16 sums b behind them, `rows` rows `stride` apart, to 16 numbers a row of `columns`.
  void (*gate)(const float *sums, ptrdiff_t stride, ptrdiff_t rows, const float *bias, ptrdiff_t columns, float *output);

  /// Winograd's Bᵀ d B of a tile F(4x4, 3x3): 36 pointers, `pointer_stride` apart, to `channels` (a multiple of 8) inputs; to 36 rows
  /// `step` elements apart.
  void (*winograd_input)(
    mk_rows pixels, ptrdiff_t pointer_stride, ptrdiff_t channels, float *target, ptrdiff_t step);
  /// G g Gᵀ of nine taps, `tap_step` elements apart, of `count` weights each, a multiple of 16, to 36 rows `step` elements apart.
  void (*winograd_weight)(const float *taps, ptrdiff_t tap_step, ptrdiff_t count, float *target, ptrdiff_t step);
  /// The same of half numbers.
  void (*winograd_weight_half)(const uint16_t *taps, ptrdiff_t tap_step, ptrdiff_t count, float *target, ptrdiff_t step);
  /// Aᵀ m A of `width` columns, a multiple of 8: 36 rows `step` elements apart to 16 rows of `output_stride` elements.
  void (*winograd_output)(const float *products, ptrdiff_t step, ptrdiff_t width, float *target, ptrdiff_t output_stride);

  /// y = activation(x), a + b, a + scale * b, the larger of a and b, offset + factor * x, x limited to low...high: `count` elements.
  void (*activate)(mk_activation activation, const float *x, ptrdiff_t count, float *y);
  void (*add)(const float *a, const float *b, ptrdiff_t count, float *y);
  void (*add_scaled)(const float *a, const float *b, float scale, ptrdiff_t count, float *y);
  void (*larger)(const float *a, const float *b, ptrdiff_t count, float *y);
  void (*scale)(const float *x, float factor, float offset, ptrdiff_t count, float *y);
  void (*clamp)(const float *x, float low, float high, ptrdiff_t count, float *y);
  /// y[r][c] = activation(offsets[c] + factors[c] * x[r][c]).
  void (*scale_channels)(
    const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *factors, const float *offsets, mk_activation activation, float *y);
  /// y[c] = x[c] * gelu(x[channels + c]).
  void (*geglu)(const float *x, ptrdiff_t channels, float *y);
  /// For each channel Σ (x - shift) and Σ (x - shift)² over `pixels` pixels, to `[2][channels]`.
  void (*moments)(const float *x, ptrdiff_t pixels, ptrdiff_t channels, const float *shift, float *sums);
  /// One row normalised: (x - mean) / √(variance + eps) * weight + bias.
  void (*layer_norm)(const float *x, ptrdiff_t channels, const float *weight, const float *bias, float eps, float *y);
  /// Rows over their length plus 1e-5.
  void (*unit_rows)(const float *x, ptrdiff_t rows, ptrdiff_t channels, float *y);
  /// The largest of `count` values.
  float (*maximum)(const float *values, ptrdiff_t count);
  /// Replaces each value by exp(scale * value - offset) and returns their sum.
  float (*exponentiate)(float *values, ptrdiff_t count, float scale, float offset);
  /// Softmax of scale * scores, times the mask: `count`, a multiple of 8, of them. `scale` is positive.
  float (*masked_mean)(const float *scores, const float *mask, ptrdiff_t count, float scale);
  /// y[c] of one row of a depthwise convolution, `[out_width][channels]`.
  void (*depthwise)(const mk_depthwise_row *row, float *y);

  /// The horizontal step of a resizing on three channels: for each target pixel Σ_t values[starts[x] + 3 t + c] * weights[x * taps + t];
  /// a fourth value is read beside each three.
  void (*sum_triples)(
    const int32_t *values, const ptrdiff_t *starts, ptrdiff_t count, const int32_t *weights, ptrdiff_t taps, int32_t *out);
  /// The vertical step on 2, 4 or 8 rows of sums with weights in 1/2048, to bytes, as OpenCV's vector code rounds them.
  void (*finish_bytes)(const int32_t *_Nonnull const *_Nonnull rows, ptrdiff_t taps, const int32_t *weights, ptrdiff_t count, uint8_t *out);

  /// Sixteen cells side by side. `corners` has the sums of light up to each corner, `[corners][3][16]`, `scale` turns them into shares of
  /// a cell. Receives the light of each region, `[regions][3][16]`, each symbol's light under its ink and what it saves against one colour,
  /// `[symbols][4][16]`, and each cell's best symbol, where that saves more than 0.5.
  void (*cell_gains)(
    const mk_symbols *table, const float *corners, float scale, float *regions, float *light, int32_t *best);
  /// `light` of `count` symbols, a multiple of 16, to `[4][16][count]`.
  void (*cell_turn)(const float *light, ptrdiff_t count, float *turned);
  /// The squared error of each symbol on the cell `lane` of `turned`, with the two nearest colours to the means of its parts, less what is the
  /// same for all; returns the least. `whole` is the cell's mean, `debt` is added to all of it.
  float (*cell_costs)(
    const mk_palette *palette, const mk_parts *parts, ptrdiff_t count, const float *turned, ptrdiff_t lane, const float *whole,
    const float *debt, float *costs);

  /// Half and bfloat16 numbers as Float32.
  void (*widen_half)(const uint16_t *x, ptrdiff_t count, float *y);
  void (*widen_bfloat)(const uint16_t *x, ptrdiff_t count, float *y);
  /// Float32 as pairs of bfloat16, to nearest, ties to even, what is below the smallest normal number to zero: `count` numbers to
  /// `(count + 1) / 2` elements, an odd one beside a zero.
  void (*_Null_unspecified round_pairs)(const float *x, ptrdiff_t count, float *y);
  /// Likewise `count` pairs of one number of each of two rows; a second one that is NULL is of zeros.
  void (*_Null_unspecified join_pairs)(const float *even, const float *_Nullable odd, ptrdiff_t count, float *y);
  /// `scale_channels` to pairs, `[rows][channels / 2]`, of an even number of channels.
  void (*_Null_unspecified scale_pairs)(
    const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *factors, const float *offsets, mk_activation activation, float *y);
  /// `gate` to 8 pairs a row of `columns` numbers.
  void (*_Null_unspecified finish_gated)(
    const float *sums, ptrdiff_t stride, ptrdiff_t rows, const float *bias, ptrdiff_t columns, float *output);
  /// Pairs of `width` columns (8 or 16), `[pairs][width]`, as Float32 `[2 * pairs][width]`.
  void (*_Null_unspecified widen_pairs)(const float *x, ptrdiff_t pairs, ptrdiff_t width, float *y);
  /// `exponentiate` to pairs, for the next product: an odd one beside a zero. Within 5e-5 before the rounding.
  float (*_Null_unspecified exponentiate_pairs)(const float *values, ptrdiff_t count, float scale, float offset, float *y);
  /// Adds `count` chunks from chunk `first` on, of a number of panels; the first chunk overwrites the sums. NULL without matrix registers.
  void (*_Null_unspecified matrix)(const mk_matrix *product, ptrdiff_t panels, ptrdiff_t first, ptrdiff_t count);

  mk_attention attention;
  /// With products of bfloat16; NULLs where the processor has no instruction for them.
  mk_attention pair_attention;
} mk_set;

/// Asks for memory that is read or written soon, into the first-level cache or into the second. Any address may be given.
static inline void mk_fetch(const void *from, ptrdiff_t bytes) {
  for (ptrdiff_t at = 0; at < bytes; at += 64) __builtin_prefetch((const char *)from + at, 0, 3);
}
static inline void mk_fetch_second(const void *from, ptrdiff_t bytes) {
  for (ptrdiff_t at = 0; at < bytes; at += 64) __builtin_prefetch((const char *)from + at, 0, 2);
}

/// The sets of this program, the plainest first; `count` receives how many.
const mk_set *_Nonnull const *_Nonnull mk_sets(size_t *count);

/// Whether this processor, and its operating system, can run a set.
bool mk_is_available(const mk_set *set);

#pragma clang assume_nonnull end
