// Resizing with weights in 1/2048 (OpenCV's filters): whole numbers all the way, but for the cubic filter's vertical step.

typedef int32_t I4 __attribute__((ext_vector_type(4)));
typedef int32_t LooseI4 __attribute__((ext_vector_type(4), aligned(4), may_alias));

static void sum_triples(
  const int32_t *values, const ptrdiff_t *starts, ptrdiff_t count, const int32_t *weights, ptrdiff_t taps, int32_t *out) {
  for (ptrdiff_t x = 0; x < count; x++) {
    const int32_t *from = values + starts[x], *weight = weights + x * taps;
    I4 sum = 0;
    for (ptrdiff_t tap = 0; tap < taps; tap++) sum += *(const LooseI4 *)(from + 3 * tap) * weight[tap];
    out[3 * x] = sum[0];
    out[3 * x + 1] = sum[1];
    out[3 * x + 2] = sum[2];
  }
}

INLINE uint8_t byte_of(int32_t value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/// The sum of a column, rounded; what is between may wrap around.
INLINE int32_t weighted(const int32_t *const *rows, const int32_t *weights, int taps, ptrdiff_t i) {
  uint32_t sum = 1u << 21;
  _Pragma("unroll") for (int tap = 0; tap < taps; tap++) sum += (uint32_t)rows[tap][i] * (uint32_t)weights[tap];
  return (int32_t)sum >> 22;
}

static void finish_linear(const int32_t *const *rows, const int32_t *weights, ptrdiff_t count, uint8_t *restrict out) {
  const int32_t *upper = rows[0], *lower = rows[1], w0 = weights[0], w1 = weights[1];
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t sum = ((w0 * (upper[i] >> 4)) >> 16) + ((w1 * (lower[i] >> 4)) >> 16);
    out[i] = (uint8_t)((sum + 2) >> 2);
  }
}

/// OpenCV's vector code sums floats from the last row to the first; what is left of a row after groups of eight is summed in integers.
static void finish_cubic(const int32_t *const *rows, const int32_t *weights, ptrdiff_t count, uint8_t *restrict out) {
  const int32_t *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
  const float scale = 1.0f / (2048 * 2048);
  const float f0 = (float)weights[0] * scale, f1 = (float)weights[1] * scale, f2 = (float)weights[2] * scale, f3 = (float)weights[3] * scale;
  const ptrdiff_t grouped = count / 8 * 8;
  for (ptrdiff_t i = 0; i < grouped; i++) {
    const float sum = (float)r0[i] * f0 + ((float)r1[i] * f1 + ((float)r2[i] * f2 + (float)r3[i] * f3));
    // Adding 1.5 * 2^23 rounds to the nearest whole number, ties to even.
    const float whole = (sum + 12582912.0f) - 12582912.0f;
    out[i] = (uint8_t)(int32_t)(whole < 0 ? 0 : whole > 255 ? 255 : whole);
  }
  for (ptrdiff_t i = grouped; i < count; i++) {
    out[i] = byte_of(weighted(rows, weights, 4, i));
  }
}

static void finish_eight(const int32_t *const *rows, const int32_t *weights, ptrdiff_t count, uint8_t *restrict out) {
  for (ptrdiff_t i = 0; i < count; i++) {
    out[i] = byte_of(weighted(rows, weights, 8, i));
  }
}

static void finish_bytes(const int32_t *const *rows, ptrdiff_t taps, const int32_t *weights, ptrdiff_t count, uint8_t *out) {
  if (taps == 2) finish_linear(rows, weights, count, out);
  else if (taps == 4) finish_cubic(rows, weights, count, out);
  else finish_eight(rows, weights, count, out);
}
