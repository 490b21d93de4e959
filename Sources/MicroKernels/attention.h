// Attention of 2 * LANES queries at a time, one in each lane: a row of scores for each key, and of sums for each channel.
//
// Keys and values are read as they are; what is reduced over keys is reduced down the rows, in one order in every set.

enum { QUERIES = 2 * LANES };

/// Keys, or channels, whose sums are held in registers at once, the most first.
#if LANES == 16
#define EACH_ROWS(TAKE) TAKE(12) TAKE(8) TAKE(4) TAKE(2) TAKE(1)
#else
#define EACH_ROWS(TAKE) TAKE(6) TAKE(4) TAKE(2) TAKE(1)
#endif

/// Scores of a number of keys. Three rows share a pointer, as there are fewer general registers than rows.
#define SCORE(NAME, ROWS, MULTIPLY) \
  INLINE void NAME##ROWS( \
    const float *keys, ptrdiff_t stride, ptrdiff_t size, const float *queries, float *scores) { \
    V s[ROWS], t[ROWS]; \
    const float *base[(ROWS + 2) / 3]; \
    _Pragma("unroll") for (int r = 0; r < ROWS; r++) s[r] = t[r] = 0; \
    _Pragma("unroll") for (int r = 0; r < (ROWS + 2) / 3; r++) base[r] = keys + 3 * r * stride; \
    for (ptrdiff_t k = 0; k < size; k++) { \
      const V b = load_whole(queries + k * QUERIES), c = load_whole(queries + k * QUERIES + LANES); \
      _Pragma("unroll") for (int r = 0; r < ROWS; r++) { \
        const V x = (V)base[r / 3][r % 3 * stride + k]; \
        s[r] = MULTIPLY(x, b, s[r]); \
        t[r] = MULTIPLY(x, c, t[r]); \
      } \
    } \
    _Pragma("unroll") for (int r = 0; r < ROWS; r++) { \
      store_whole(scores + r * QUERIES, s[r]); \
      store_whole(scores + r * QUERIES + LANES, t[r]); \
    } \
  }

/// Sums of a number of channels, the former ones corrected.
#define MIX(NAME, ROWS, MULTIPLY) \
  INLINE void NAME##ROWS( \
    const float *values, ptrdiff_t stride, ptrdiff_t keys, const float *weights, V high, V low, bool is_first, float *sums) { \
    V s[ROWS], t[ROWS]; \
    _Pragma("unroll") for (int r = 0; r < ROWS; r++) { \
      s[r] = is_first ? (V)0 : high * load_whole(sums + r * QUERIES); \
      t[r] = is_first ? (V)0 : low * load_whole(sums + r * QUERIES + LANES); \
    } \
    for (ptrdiff_t k = 0; k < keys; k++) { \
      const V b = load_whole(weights + k * QUERIES), c = load_whole(weights + k * QUERIES + LANES); \
      _Pragma("unroll") for (int r = 0; r < ROWS; r++) { \
        const V x = (V)values[r]; \
        s[r] = MULTIPLY(x, b, s[r]); \
        t[r] = MULTIPLY(x, c, t[r]); \
      } \
      values += stride; \
    } \
    _Pragma("unroll") for (int r = 0; r < ROWS; r++) { \
      store_whole(sums + r * QUERIES, s[r]); \
      store_whole(sums + r * QUERIES + LANES, t[r]); \
    } \
  }

#define TAKE(ROWS) SCORE(score, ROWS, FUSED) MIX(mix, ROWS, FUSED)
EACH_ROWS(TAKE)
#undef TAKE

static void attend_score(const float *keys, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, const float *queries, float *scores) {
#define TAKE(ROWS) \
  for (; count >= ROWS; count -= ROWS) { \
    score##ROWS(keys, stride, size, queries, scores); \
    keys += ROWS * stride; \
    scores += ROWS * QUERIES; \
  }
  EACH_ROWS(TAKE)
#undef TAKE
}

static void attend_mix(
  const float *values, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, const float *weights, const float *state, bool is_first,
  float *sums) {
  const V high = load_whole(state + 2 * QUERIES), low = load_whole(state + 2 * QUERIES + LANES);
#define TAKE(ROWS) \
  for (; size >= ROWS; size -= ROWS) { \
    mix##ROWS(values, stride, count, weights, high, low, is_first, sums); \
    values += ROWS; \
    sums += ROWS * QUERIES; \
  }
  EACH_ROWS(TAKE)
#undef TAKE
}

/// 2^x, for x of at most about 0 and clamped to -126 below. Within 2 units in the last place.
INLINE V power_of(V x) {
  const V low = -126.0f;
  x = x < low ? low : x;
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low mantissa bits.
  const V rounder = 12582912.0f;
  const V shifted = x + rounder, n = shifted - rounder, r = x - n;
  V p = 1.3264727e-3f;
  p = FUSED(p, r, (V)9.671513e-3f);
  p = FUSED(p, r, (V)5.5507336e-2f);
  p = FUSED(p, r, (V)2.4022242e-1f);
  p = FUSED(p, r, (V)6.93147e-1f);
  p = FUSED(p, r, (V)1.0f);
#if HAS_MASKS
  return (V)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  return times_power(p, shifted);
#endif
}

/// The largest of a column of scores and of `former`.
INLINE V largest_of(const float *scores, ptrdiff_t count, V former) {
  V even = former, odd = former;
  for (ptrdiff_t key = 0; key < count; key++) {
    const V value = load_whole(scores + key * QUERIES), before = even;
    even = odd;
    odd = value > before ? value : before;
  }
  return even > odd ? even : odd;
}

/// Brings the largest score of LANES queries up to date, and their sum of weights and correction with it; returns that sum.
INLINE V weigh_state(float *state, V most, float scale, bool is_first) {
  V total = 0;
  if (!is_first) {
    const V correction = power_of((load_whole(state) - most) * scale);
    total = correction * load_whole(state + QUERIES);
    store_whole(state + 2 * QUERIES, correction);
  }
  store_whole(state, most);
  return total;
}

static void attend_weigh(float *scores, ptrdiff_t count, float scale, bool is_first, float *state) {
  // One half of the queries after the other: more chains of maxima and sums than two would only take registers.
  for (float *half = scores; half <= scores + LANES; half += LANES, state += LANES) {
    const V most = largest_of(half, count, is_first ? (V)-__builtin_inff() : load_whole(state));
    V total = weigh_state(state, most, scale, is_first);
    const V offset = -(most * scale);
    for (ptrdiff_t key = 0; key < count; key++) {
      const V weight = power_of(FUSED(load_whole(half + key * QUERIES), (V)scale, offset));
      total += weight;
      store_whole(half + key * QUERIES, weight);
    }
    store_whole(state + QUERIES, total);
  }
}

/// Turns eight rows of eight into its columns.
INLINE void turn8(F8 rows[8]) {
  F8 pairs[8], fours[8];
  _Pragma("unroll") for (int at = 0; at < 8; at += 2) {
    pairs[at] = __builtin_shufflevector(rows[at], rows[at + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[at + 1] = __builtin_shufflevector(rows[at], rows[at + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  _Pragma("unroll") for (int at = 0; at < 8; at++) {
    const int low = at & ~2;
    fours[at] = at & 2 ? __builtin_shufflevector(pairs[low], pairs[low + 2], 2, 3, 10, 11, 6, 7, 14, 15)
                       : __builtin_shufflevector(pairs[low], pairs[low + 2], 0, 1, 8, 9, 4, 5, 12, 13);
  }
  _Pragma("unroll") for (int at = 0; at < 4; at++) {
    rows[at] = __builtin_shufflevector(fours[at], fours[at + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    rows[at + 4] = __builtin_shufflevector(fours[at], fours[at + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

static void attend_enter(const float *queries, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, float *turned) {
  for (ptrdiff_t lane = 0; lane < QUERIES; lane += 8) {
    for (ptrdiff_t channel = 0; channel < size; channel += 8) {
      const ptrdiff_t left = size - channel;
      F8 rows[8];
      for (ptrdiff_t row = 0; row < 8; row++) {
        const float *from = queries + (lane + row < count ? lane + row : count - 1) * stride + channel;
        rows[row] = left >= 8 ? load8(from) : load8_some(from, left);
      }
      turn8(rows);
      for (ptrdiff_t row = 0; row < 8 && row < left; row++) store8(turned + (channel + row) * QUERIES + lane, rows[row]);
    }
  }
}

static void attend_leave(const float *sums, const float *state, ptrdiff_t count, ptrdiff_t size, float *target, ptrdiff_t stride) {
  for (ptrdiff_t lane = 0; lane < count; lane += 8) {
    const F8 factor = 1.0f / load8(state + QUERIES + lane);
    for (ptrdiff_t channel = 0; channel < size; channel += 8) {
      const ptrdiff_t left = size - channel;
      F8 rows[8];
      for (ptrdiff_t row = 0; row < 8; row++) rows[row] = row < left ? load8(sums + (channel + row) * QUERIES + lane) * factor : 0;
      turn8(rows);
      for (ptrdiff_t row = 0; row < 8 && lane + row < count; row++) {
        float *to = target + (lane + row) * stride + channel;
        if (left >= 8) store8(to, rows[row]);
        else for (ptrdiff_t at = 0; at < left; at++) to[at] = rows[row][at];
      }
    }
  }
}
