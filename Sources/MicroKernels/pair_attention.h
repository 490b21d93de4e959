// Attention of products of bfloat16, 2 * LANES queries at a time: as in Float32, with pairs of channels in scores and pairs of keys in sums.

#define TAKE(ROWS) SCORE(pair_score, ROWS, PAIR_PRODUCT) MIX(pair_mix, ROWS, PAIR_PRODUCT)
EACH_ROWS(TAKE)
TAKE(10)
#undef TAKE

static void attend_score_pairs(
  const float *keys, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, const float *queries, float *scores) {
#define TAKE(ROWS) \
  for (; count >= ROWS; count -= ROWS) { \
    pair_score##ROWS(keys, stride, size, queries, scores); \
    keys += ROWS * stride; \
    scores += ROWS * QUERIES; \
  }
  EACH_ROWS(TAKE)
#undef TAKE
}

static void attend_mix_pairs(
  const float *values, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, const float *weights, const float *state, bool is_first,
  float *sums) {
  const V high = load_whole(state + 2 * QUERIES), low = load_whole(state + 2 * QUERIES + LANES);
#define TAKE(ROWS) \
  for (; size >= ROWS; size -= ROWS) { \
    pair_mix##ROWS(values, stride, count, weights, high, low, is_first, sums); \
    values += ROWS; \
    sums += ROWS * QUERIES; \
  }
  // A sum waits six cycles for the one before it: the four rows that twelve leave of 40 would leave the units idle.
  if (size % 10 == 0) TAKE(10)
  EACH_ROWS(TAKE)
#undef TAKE
}

/// Weights of two keys become a pair, in the place of the first of all.
static void attend_weigh_pairs(float *scores, ptrdiff_t count, float scale, bool is_first, float *state) {
  for (float *half = scores; half <= scores + LANES; half += LANES, state += LANES) {
    const V most = largest_of(half, count, is_first ? (V)-__builtin_inff() : load_whole(state));
    V total = weigh_state(state, most, scale, is_first);
    const V offset = -(most * scale);
    for (ptrdiff_t key = 0; key < count; key += 2) {
      const V even = near_power_of(FUSED(load_whole(half + key * QUERIES), (V)scale, offset));
      const V odd = key + 1 < count ? near_power_of(FUSED(load_whole(half + (key + 1) * QUERIES), (V)scale, offset)) : (V)0;
      total += even + odd;
      store_whole(half + key / 2 * QUERIES, joined(even, odd));
    }
    store_whole(state + QUERIES, total);
  }
}

static void attend_enter_pairs(const float *queries, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t size, float *turned) {
  for (ptrdiff_t lane = 0; lane < QUERIES; lane += 8) {
    for (ptrdiff_t channel = 0; channel < size; channel += 8) {
      const ptrdiff_t left = size - channel;
      F8 rows[8];
      for (ptrdiff_t row = 0; row < 8; row++) {
        const float *from = queries + (lane + row < count ? lane + row : count - 1) * stride + channel;
        rows[row] = left >= 8 ? load8(from) : load8_some(from, left);
      }
      turn8(rows);
      for (ptrdiff_t row = 0; row < 8 && row < left; row += 2) {
        const V both = joined(__builtin_shufflevector(rows[row], (F8)0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8),
                              __builtin_shufflevector(rows[row + 1], (F8)0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8));
        store8(turned + (channel + row) / 2 * QUERIES + lane, both.lo);
      }
    }
  }
}
