// Functions of single elements, norms, softmax and depthwise convolutions: rows of numbers from memory to memory.

INLINE void activate_with(mk_activation activation, const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at += LANES) store(y + at, activated(activation, load(x + at, count - at)), count - at);
}

static void activate(mk_activation activation, const float *x, ptrdiff_t count, float *y) {
  WITH_ACTIVATION(activation, activate_with, x, count, y)
}

static void add(const float *a, const float *b, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at += LANES) store(y + at, load(a + at, count - at) + load(b + at, count - at), count - at);
}

static void add_scaled(const float *a, const float *b, float scale, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at += LANES)
    store(y + at, FUSED(load(b + at, count - at), (V)scale, load(a + at, count - at)), count - at);
}

static void larger(const float *a, const float *b, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at += LANES) {
    const V left = load(a + at, count - at), right = load(b + at, count - at);
    store(y + at, right > left ? right : left, count - at);
  }
}

static void scale(const float *x, float factor, float offset, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at += LANES)
    store(y + at, FUSED(load(x + at, count - at), (V)factor, (V)offset), count - at);
}

static void clamp(const float *x, float low, float high, ptrdiff_t count, float *y) {
  const V least = low, most = high;
  for (ptrdiff_t at = 0; at < count; at += LANES) {
    V value = load(x + at, count - at);
    value = value < least ? least : value;
    store(y + at, value > most ? most : value, count - at);
  }
}

INLINE void scale_channels_with(
  mk_activation activation, const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *factors, const float *offsets, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, y += channels)
    for (ptrdiff_t at = 0; at < channels; at += LANES) {
      const ptrdiff_t count = channels - at;
      const V value = FUSED(load(x + at, count), load(factors + at, count), load(offsets + at, count));
      store(y + at, activated(activation, value), count);
    }
}

static void scale_channels(
  const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *factors, const float *offsets, mk_activation activation, float *y) {
  WITH_ACTIVATION(activation, scale_channels_with, x, rows, channels, factors, offsets, y)
}

static void geglu(const float *x, ptrdiff_t channels, float *y) {
  for (ptrdiff_t at = 0; at < channels; at += LANES)
    store(y + at, load(x + at, channels - at) * gelu_of(load(x + channels + at, channels - at)), channels - at);
}

static void moments(const float *x, ptrdiff_t pixels, ptrdiff_t channels, const float *shift, float *sums) {
  for (ptrdiff_t at = 0; at < channels; at += LANES) {
    const ptrdiff_t count = channels - at;
    const V origin = load(shift + at, count);
    V sum = 0, squares = 0;
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
      const V difference = load(x + pixel * channels + at, count) - origin;
      sum += difference;
      squares = FUSED(difference, difference, squares);
    }
    store(sums + at, sum, count);
    store(sums + channels + at, squares, count);
  }
}

static void layer_norm(const float *x, ptrdiff_t channels, const float *weight, const float *bias, float eps, float *y) {
  const ptrdiff_t whole = channels & ~(ptrdiff_t)7;
  F8 total = 0, squares = 0;
  for (ptrdiff_t at = 0; at < whole; at += 8) total += load8(x + at);
  if (whole < channels) total += load8_some(x + whole, channels - whole);
  const float mean = sum8(total) / (float)channels;
  for (ptrdiff_t at = 0; at < whole; at += 8) {
    const F8 difference = load8(x + at) - mean;
    squares = FUSED(difference, difference, squares);
  }
  float variance = sum8(squares);
  for (ptrdiff_t at = whole; at < channels; at++) variance += (x[at] - mean) * (x[at] - mean);
  const float scale = 1 / __builtin_sqrtf(variance / (float)channels + eps);
  for (ptrdiff_t at = 0; at < whole; at += 8) {
    const F8 normal = (load8(x + at) - mean) * scale;
    store8(y + at, FUSED(normal, load8(weight + at), load8(bias + at)));
  }
  for (ptrdiff_t at = whole; at < channels; at++) y[at] = (x[at] - mean) * scale * weight[at] + bias[at];
}

static void unit_rows(const float *x, ptrdiff_t rows, ptrdiff_t channels, float *y) {
  const ptrdiff_t whole = channels & ~(ptrdiff_t)7;
  for (ptrdiff_t row = 0; row < rows; row++, x += channels, y += channels) {
    F8 squares = 0, more = 0;
    ptrdiff_t at = 0;
    for (; at + 16 <= whole; at += 16) {
      const F8 even = load8(x + at), odd = load8(x + at + 8);
      squares = FUSED(even, even, squares);
      more = FUSED(odd, odd, more);
    }
    if (at < whole) squares = FUSED(load8(x + at), load8(x + at), squares);
    float sum = sum8(squares + more);
    for (at = whole; at < channels; at++) sum += x[at] * x[at];
    scale(x, 1 / (__builtin_sqrtf(sum) + 1e-5f), 0, channels, y);
  }
}

INLINE V larger_of(V a, V b) { return a > b ? a : b; }

static float maximum(const float *values, ptrdiff_t count) {
  // Four at once: one would wait for the comparison before it.
  const V least = -__builtin_inff();
  V a = least, b = least, c = least, d = least;
  ptrdiff_t at = 0;
  for (; at + 4 * LANES <= count; at += 4 * LANES) {
    a = larger_of(load(values + at, LANES), a);
    b = larger_of(load(values + at + LANES, LANES), b);
    c = larger_of(load(values + at + 2 * LANES, LANES), c);
    d = larger_of(load(values + at + 3 * LANES, LANES), d);
  }
  for (; at + LANES <= count; at += LANES) a = larger_of(load(values + at, LANES), a);
  const V most = larger_of(larger_of(a, b), larger_of(c, d));
  float result = -__builtin_inff();
#if LANES == 16
  const F8 halves = most.lo > most.hi ? most.lo : most.hi;
#else
  const F8 halves = most;
#endif
  for (int lane = 0; lane < 8; lane++) result = halves[lane] > result ? halves[lane] : result;
  for (; at < count; at++) result = values[at] > result ? values[at] : result;
  return result;
}

static float exponentiate(float *values, ptrdiff_t count, float scale, float offset) {
  const ptrdiff_t whole = count & ~(ptrdiff_t)7;
  F8 total = 0;
  ptrdiff_t at = 0;
  for (; at + LANES <= whole; at += LANES) {
    const V value = exp_of(FUSED(load(values + at, LANES), (V)scale, (V)-offset));
    store(values + at, value, LANES);
    // Not more of them at once: the order of the sums is that of eight lanes.
    for (int part = 0; part < LANES; part += 8) total += load8(values + at + part);
  }
  for (; at < count; at += 8) {
    const ptrdiff_t left = count - at < 8 ? count - at : 8;
    const V value = exp_of(FUSED(load(values + at, left), (V)scale, (V)-offset));
    store(values + at, value, left);
    if (left == 8) total += load8(values + at);
  }
  float sum = sum8(total);
  for (at = whole; at < count; at++) sum += values[at];
  return sum;
}

static float masked_mean(const float *scores, const float *mask, ptrdiff_t count, float scale) {
  // Rounding keeps the order: the largest score is the largest when scaled.
  const V highest = scale * maximum(scores, count);
  F8 sum = 0, product = 0;
  for (ptrdiff_t at = 0; at < count; at += LANES) {
    const V weight = exp_of(load(scores + at, count - at) * scale - highest);
#if LANES == 16
    sum += weight.lo;
    product = FUSED(weight.lo, load8(mask + at), product);
    if (count - at > 8) {
      sum += weight.hi;
      product = FUSED(weight.hi, load8(mask + at + 8), product);
    }
#else
    sum += weight;
    product = FUSED(weight, load8(mask + at), product);
#endif
  }
  return sum8(product) / sum8(sum);
}

INLINE V depthwise_sum(const mk_depthwise_row *row, ptrdiff_t left, ptrdiff_t start, ptrdiff_t count) {
  V sum = load(row->bias + start, count);
  for (ptrdiff_t tap = 0; tap < row->window_height * row->window_width; tap++) {
    const ptrdiff_t y = row->top + tap / row->window_width * row->dilation, x = left + tap % row->window_width * row->dilation;
    if (y < 0 || y >= row->height || x < 0 || x >= row->width) continue;
    sum = FUSED(
      load(row->image + (y * row->width + x) * row->channels + start, count), load(row->weight + tap * row->channels + start, count), sum);
  }
  return sum;
}

/// Four neighbouring pixels whose windows are inside the image from left to right.
INLINE void depthwise_four(mk_activation activation, const mk_depthwise_row *row, ptrdiff_t left, ptrdiff_t start, float *to) {
  const ptrdiff_t channels = row->channels, step = row->stride * channels;
  const V bias = load(row->bias + start, LANES);
  V a = bias, b = bias, c = bias, d = bias;
  for (ptrdiff_t line = 0; line < row->window_height; line++) {
    const ptrdiff_t y = row->top + line * row->dilation;
    if (y < 0 || y >= row->height) continue;
    const float *value = row->image + (y * row->width + left) * channels + start;
    const float *factor = row->weight + line * row->window_width * channels + start;
    for (ptrdiff_t tap = 0; tap < row->window_width; tap++) {
      const V weight = load(factor, LANES);
      a = FUSED(load(value, LANES), weight, a);
      b = FUSED(load(value + step, LANES), weight, b);
      c = FUSED(load(value + 2 * step, LANES), weight, c);
      d = FUSED(load(value + 3 * step, LANES), weight, d);
      value += row->dilation * channels;
      factor += channels;
    }
  }
  store(to, activated(activation, a), LANES);
  store(to + channels, activated(activation, b), LANES);
  store(to + 2 * channels, activated(activation, c), LANES);
  store(to + 3 * channels, activated(activation, d), LANES);
}

INLINE void depthwise_with(mk_activation activation, const mk_depthwise_row *row, float *y) {
  const ptrdiff_t channels = row->channels, span = 3 * row->stride + (row->window_width - 1) * row->dilation;
  for (ptrdiff_t block = 0; block < channels; block += LANES) {
    // The last block overlaps the one before it rather than being cut: the same numbers are written twice.
    const ptrdiff_t start = channels < LANES ? 0 : block < channels - LANES ? block : channels - LANES;
    for (ptrdiff_t column = 0; column < row->out_width;) {
      const ptrdiff_t left = row->left + column * row->stride;
      if (channels >= LANES && column + 3 < row->out_width && left >= 0 && left + span < row->width) {
        depthwise_four(activation, row, left, start, y + column * channels + start);
        column += 4;
      } else {
        const V sum = depthwise_sum(row, left, start, channels);
        store(y + column * channels + start, activated(activation, sum), channels - start);
        column += 1;
      }
    }
  }
}

static void depthwise(const mk_depthwise_row *row, float *y) { WITH_ACTIVATION(row->activation, depthwise_with, row, y) }

static void widen_half(const uint16_t *x, ptrdiff_t count, float *y) {
  const _Float16 *from = (const _Float16 *)x;
  for (ptrdiff_t at = 0; at < count; at++) y[at] = (float)from[at];
}

static void widen_bfloat(const uint16_t *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t at = 0; at < count; at++) {
    const uint32_t bits = (uint32_t)x[at] << 16;
    memcpy(y + at, &bits, sizeof bits);
  }
}
