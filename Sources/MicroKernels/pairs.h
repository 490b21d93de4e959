// Products of bfloat16: two inputs of a row beside two of a column are multiplied and added to a Float32 sum by one instruction.

#define PAIR_PRODUCT(a, b, c) ((V)_mm512_dpbf16_ps((__m512)(c), (__m512bh)(a), (__m512bh)(b)))
#define PAIR_PRODUCT8(a, b, c) ((F8)_mm256_dpbf16_ps((__m256)(c), (__m256bh)(a), (__m256bh)(b)))

TILE32(pairs32, PAIR_PRODUCT)
TALL32(tall_pairs32, PAIR_PRODUCT)
TILE(pairs16, V, 1, load_whole, store_whole, PAIR_PRODUCT)
TILE(pairs8, F8, 1, load8, store8, PAIR_PRODUCT8)

/// LANES pairs of one number of `even`, in the lower half, and one of `odd`.
INLINE V joined(V even, V odd) {
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
  const __m512i order = _mm512_set_epi16(
    31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return (V)_mm512_permutexvar_epi16(order, both);
}

static void round_pairs(const float *x, ptrdiff_t count, float *y) {
  uint16_t *to = (uint16_t *)y;
  ptrdiff_t at = 0;
  for (; at + 16 <= count; at += 16) {
    const __m256bh value = _mm512_cvtneps_pbh(_mm512_loadu_ps(x + at));
    memcpy(to + at, &value, sizeof value);
  }
  if (at < count) {
    const __m256bh value = _mm512_cvtneps_pbh((__m512)load(x + at, count - at));
    memcpy(to + at, &value, (size_t)((count - at + 1) / 2) * 4);
  }
}

INLINE void scale_pairs_with(
  mk_activation activation, const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *factors, const float *offsets, float *y) {
  uint16_t *to = (uint16_t *)y;
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, to += channels)
    for (ptrdiff_t at = 0; at < channels; at += LANES) {
      const ptrdiff_t count = channels - at;
      const V value = FUSED(load(x + at, count), load(factors + at, count), load(offsets + at, count));
      const __m256bh rounded = _mm512_cvtneps_pbh((__m512)activated(activation, value));
      memcpy(to + at, &rounded, count < LANES ? (size_t)count * 2 : sizeof rounded);
    }
}

static void scale_pairs(
  const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *factors, const float *offsets, mk_activation activation, float *y) {
  WITH_ACTIVATION(activation, scale_pairs_with, x, rows, channels, factors, offsets, y)
}

static void finish_gated(
  const float *sums, ptrdiff_t stride, ptrdiff_t rows, const float *bias, ptrdiff_t columns, float *output) {
  const V value_bias = load_whole(bias), gate_bias = load_whole(bias + 16);
  for (ptrdiff_t row = 0; row < rows; row++, sums += stride) {
    const V value = (load_whole(sums) + value_bias) * gelu_of(load_whole(sums + 16) + gate_bias);
    const __m256bh rounded = _mm512_cvtneps_pbh((__m512)value);
    memcpy((uint16_t *)output + row * columns, &rounded, sizeof rounded);
  }
}

static void widen_pairs(const float *x, ptrdiff_t pairs, ptrdiff_t width, float *y) {
  for (ptrdiff_t pair = 0; pair < pairs; pair++, x += width, y += 2 * width) {
    const __m512i both = (__m512i)load(x, width);
    store(y, (V)_mm512_slli_epi32(both, 16), width);
    store(y + width, (V)_mm512_and_si512(both, _mm512_set1_epi32((int)0xffff0000)), width);
  }
}

static void join_pairs(const float *even, const float *odd, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at += LANES) {
    const ptrdiff_t left = count - at;
    store(y + at, joined(load(even + at, left), odd ? load(odd + at, left) : (V)0), left);
  }
}

/// 2^x, by four terms of the series of what is left of a whole number, -1/2...1/2. Within 5e-5.
INLINE V near_power_of(V x) {
  const V whole = (V)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const V rest = x - whole;
  V value = FUSED((V)9.61812911e-3f, rest, (V)5.55041087e-2f);
  value = FUSED(value, rest, (V)2.40226507e-1f);
  value = FUSED(value, rest, (V)6.93147181e-1f);
  value = FUSED(value, rest, (V)1.0f);
  return (V)_mm512_scalef_ps((__m512)value, (__m512)whole);
}

static float exponentiate_pairs(const float *values, ptrdiff_t count, float scale, float offset, float *y) {
  uint16_t *to = (uint16_t *)y;
  const float log2e = 1.44269504f;
  const V factor = scale * log2e, shift = -offset * log2e;
  V total = 0;
  for (ptrdiff_t at = 0; at < count; at += 16) {
    const ptrdiff_t left = count - at;
    V value = near_power_of(FUSED(load(values + at, left), factor, shift));
    if (left < 16) value = (V)_mm512_maskz_mov_ps((__mmask16)((1u << left) - 1), (__m512)value);
    total += value;
    const __m256bh rounded = _mm512_cvtneps_pbh((__m512)value);
    memcpy(to + at, &rounded, left < 16 ? (size_t)((left + 1) / 2) * 4 : sizeof rounded);
  }
  return _mm512_reduce_add_ps((__m512)total);
}
