// The transforms of Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2015).
//
// A tile of 4x4 outputs takes 36 products a channel in place of 144. The points 0, 1, -1, 1/2, -2 and infinity keep the constants small:
// in Float32 the result is within about 2e-6 (relative, rms) of the sum taken directly.

/// Bᵀ d of six inputs.
INLINE void input_line(const V d[6], V to[6]) {
  const V even = d[4] - d[2], odd = d[3] - d[1];
  to[0] = FUSED(odd, (V)1.5f, d[0] - d[2] + even);
  to[1] = FUSED(d[3], (V)2.5f, FUSED(d[2], (V)0.5f, d[4] - d[1]));
  to[2] = FUSED(d[2], (V)-2.5f, FUSED(d[3], (V)0.5f, d[4] + d[1]));
  to[3] = FUSED(odd, (V)2.0f, even);
  to[4] = FUSED(odd, (V)-0.5f, even);
  to[5] = FUSED(d[3], (V)-2.0f, FUSED(even, (V)1.5f, d[1] + d[5]));
}

/// G g of three weights.
INLINE void weight_line(const V g[3], V to[6]) {
  const V third = 1.0f / 3, fifteenth = 1.0f / 15;
  const V outer = (g[0] + g[2]) * third, inner = g[1] * third;
  const V big = FUSED(g[2], (V)4.0f, FUSED(g[1], (V)8.0f, g[0] * 16.0f));
  const V small = FUSED(g[2], (V)4.0f, FUSED(g[1], (V)-2.0f, g[0]));
  to[0] = g[0];
  to[1] = inner + outer;
  to[2] = inner - outer;
  to[3] = -big * fifteenth;
  to[4] = small * fifteenth;
  to[5] = g[2];
}

/// Aᵀ m of six products.
INLINE void output_line(const V m[6], V to[4]) {
  const V sum = m[1] + m[2], difference = m[1] - m[2];
  to[0] = m[0] + sum + m[3] + m[4];
  to[1] = FUSED(m[4], (V)-2.0f, FUSED(m[3], (V)0.5f, difference));
  to[2] = FUSED(m[4], (V)4.0f, FUSED(m[3], (V)0.25f, sum));
  to[3] = FUSED(m[4], (V)-8.0f, FUSED(m[3], (V)0.125f, difference + m[5]));
}

static void winograd_input(
  mk_rows pixels, ptrdiff_t pointer_stride, ptrdiff_t channels, float *target, ptrdiff_t step) {
  for (ptrdiff_t channel = 0; channel < channels; channel += LANES) {
    const ptrdiff_t count = channels - channel;
    V half[6][6], line[6], result[6];
    for (int column = 0; column < 6; column++) {
      _Pragma("unroll") for (int row = 0; row < 6; row++) line[row] = load(pixels[(row * 6 + column) * pointer_stride] + channel, count);
      input_line(line, result);
      _Pragma("unroll") for (int row = 0; row < 6; row++) half[row][column] = result[row];
    }
    for (int row = 0; row < 6; row++) {
      input_line(half[row], result);
      _Pragma("unroll") for (int column = 0; column < 6; column++)
        store(target + (row * 6 + column) * step + channel, result[column], count);
    }
  }
}

#define WEIGHT_TRANSFORM(NAME, T, LOAD) \
  static void NAME(const T *taps, ptrdiff_t tap_step, ptrdiff_t count, float *target, ptrdiff_t step) { \
    for (ptrdiff_t at = 0; at < count; at += LANES) { \
      V half[6][3], line[3], result[6]; \
      for (int column = 0; column < 3; column++) { \
        _Pragma("unroll") for (int row = 0; row < 3; row++) line[row] = LOAD(taps + (row * 3 + column) * tap_step + at); \
        weight_line(line, result); \
        _Pragma("unroll") for (int row = 0; row < 6; row++) half[row][column] = result[row]; \
      } \
      for (int row = 0; row < 6; row++) { \
        weight_line(half[row], result); \
        _Pragma("unroll") for (int column = 0; column < 6; column++) store_whole(target + (row * 6 + column) * step + at, result[column]); \
      } \
    } \
  }

WEIGHT_TRANSFORM(winograd_weight, float, load_whole)
WEIGHT_TRANSFORM(winograd_weight_half, uint16_t, load_half)

static void winograd_output(const float *products, ptrdiff_t step, ptrdiff_t width, float *target, ptrdiff_t output_stride) {
  for (ptrdiff_t at = 0; at < width; at += LANES) {
    const ptrdiff_t count = width - at;
    V half[4][6], line[6], result[4];
    for (int column = 0; column < 6; column++) {
      _Pragma("unroll") for (int row = 0; row < 6; row++) line[row] = load(products + (row * 6 + column) * step + at, count);
      output_line(line, result);
      _Pragma("unroll") for (int row = 0; row < 4; row++) half[row][column] = result[row];
    }
    for (int row = 0; row < 4; row++) {
      output_line(half[row], result);
      _Pragma("unroll") for (int column = 0; column < 4; column++)
        store(target + (row * 4 + column) * output_stride + at, result[column], count);
    }
  }
}
