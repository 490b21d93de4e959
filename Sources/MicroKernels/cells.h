// Images as characters: what every symbol of a set saves on sixteen cells at a time, and what it costs in few colours on one cell. Sums are not
// fused, so that every set of instructions gives the same bits, and the plain twin in Swift too.

typedef float F16 __attribute__((ext_vector_type(16)));
typedef int32_t I16 __attribute__((ext_vector_type(16)));
typedef float LooseF16 __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef float F4 __attribute__((ext_vector_type(4)));
typedef float LooseF4 __attribute__((ext_vector_type(4), aligned(4), may_alias));
typedef int32_t LooseI16 __attribute__((ext_vector_type(16), aligned(4), may_alias));

INLINE F16 load16(const float *from) { return *(const LooseF16 *)from; }
INLINE void store16(float *to, F16 value) { *(LooseF16 *)to = value; }

static void cell_gains(
  const mk_symbols *table, const float *corners, float scale, float *regions, float *light, int32_t *best) {
  for (ptrdiff_t index = 0; index < table->region_count; index++) {
    const int32_t *corner = table->regions[index].corner;
    for (int channel = 0; channel < 3; channel++) {
      const float *sums = corners + channel * 16;
      const F16 right = load16(sums + corner[3] * 48) - load16(sums + corner[2] * 48);
      const F16 left = load16(sums + corner[1] * 48) - load16(sums + corner[0] * 48);
      store16(regions + index * 48 + channel * 16, (right - left) * scale);
    }
  }
  const float *whole = regions + (table->region_count - 1) * 48;
  const F16 whole_red = load16(whole), whole_green = load16(whole + 16), whole_blue = load16(whole + 32);
  F16 most = 0.5f;
  I16 chosen = 0;
  for (int at = 0; at < 64; at += 16) store16(light + at, (F16)0);
  for (ptrdiff_t index = 1; index < table->count; index++) {
    const mk_symbol symbol = table->symbols[index];
    const float *parent = light + symbol.parent * 64;
    F16 red = load16(parent), green = load16(parent + 16), blue = load16(parent + 32);
    for (int32_t at = symbol.first; at < symbol.end; at++) {
      const float *region = regions + table->terms[at].region * 48, share = table->terms[at].share;
      red += load16(region) * share;
      green += load16(region + 16) * share;
      blue += load16(region + 32) * share;
    }
    const F16 r = red - whole_red * symbol.area, g = green - whole_green * symbol.area, b = blue - whole_blue * symbol.area;
    const F16 gain = (r * r + g * g + b * b) * symbol.scale;
    float *out = light + index * 64;
    store16(out, red);
    store16(out + 16, green);
    store16(out + 32, blue);
    store16(out + 48, gain);
    const F16 light_gap = r * 0.299f + g * 0.587f + b * 0.114f;
    const F16 worth = gain + light_gap * light_gap * (symbol.scale * table->light);
    const I16 is_better = worth > most;
    most = is_better ? worth : most;
    chosen = is_better ? (I16)(int32_t)index : chosen;
  }
  *(LooseI16 *)best = chosen;
}

/// Four rows of four become columns.
INLINE void turn4(const float *from, ptrdiff_t stride, float *to, ptrdiff_t to_stride) {
  const F4 a = *(const LooseF4 *)from, b = *(const LooseF4 *)(from + stride);
  const F4 c = *(const LooseF4 *)(from + 2 * stride), d = *(const LooseF4 *)(from + 3 * stride);
  const F4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const F4 ba = __builtin_shufflevector(a, b, 2, 6, 3, 7), dc = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(LooseF4 *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(LooseF4 *)(to + to_stride) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  *(LooseF4 *)(to + 2 * to_stride) = __builtin_shufflevector(ba, dc, 0, 1, 4, 5);
  *(LooseF4 *)(to + 3 * to_stride) = __builtin_shufflevector(ba, dc, 2, 3, 6, 7);
}

static void cell_turn(const float *light, ptrdiff_t count, float *turned) {
  for (ptrdiff_t row = 0; row < count; row += 4) {
    for (ptrdiff_t lane = 0; lane < 64; lane += 4) turn4(light + row * 64 + lane, 64, turned + lane * count + row, count);
  }
}

/// Lowers the squared distances of two colours to those to the nearest of a cube.
INLINE void cube_distances(const mk_palette *palette, const V *colors, V *nearest) {
  V levels[6] = {0, 0, 0, 0, 0, 0};
  for (ptrdiff_t step = 0; step < palette->steps; step++) {
    const V edge = palette->edges[step], rise = palette->rises[step];
    _Pragma("unroll") for (int i = 0; i < 6; i++) levels[i] = colors[i] > edge ? levels[i] + rise : levels[i];
  }
  _Pragma("unroll") for (int side = 0; side < 2; side++) {
    const V red = colors[3 * side] - levels[3 * side], green = colors[3 * side + 1] - levels[3 * side + 1];
    const V blue = colors[3 * side + 2] - levels[3 * side + 2];
    const V distance = red * red + green * green + blue * blue;
    nearest[side] = distance < nearest[side] ? distance : nearest[side];
  }
}

/// The same of a ramp of greys.
INLINE void ramp_distances(const mk_palette *palette, const V *colors, V *nearest) {
  const V last = palette->grey_count - 1;
  _Pragma("unroll") for (int side = 0; side < 2; side++) {
    const V r = colors[3 * side], g = colors[3 * side + 1], b = colors[3 * side + 2];
    V place = (r + g + b) * palette->grey_scale - palette->grey_offset;
    place = place > 0 ? place : 0;
    place = place < last ? place : last;
    // Adding 1.5 * 2^23 rounds to the nearest whole number.
    place = (place + 12582912.0f) - 12582912.0f;
    const V grey = place * palette->grey_step + palette->grey_first;
    const V x = r - grey, y = g - grey, z = b - grey;
    const V distance = x * x + y * y + z * z;
    nearest[side] = distance < nearest[side] ? distance : nearest[side];
  }
}

/// The same of a list.
INLINE void list_distances(const mk_palette *palette, const V *colors, V *nearest) {
  for (ptrdiff_t index = 0; index < palette->count; index++) {
    const float *entry = palette->entries + 3 * index;
    _Pragma("unroll") for (int side = 0; side < 2; side++) {
      const V r = colors[3 * side] - entry[0], g = colors[3 * side + 1] - entry[1], b = colors[3 * side + 2] - entry[2];
      const V distance = r * r + g * g + b * b;
      nearest[side] = distance < nearest[side] ? distance : nearest[side];
    }
  }
}

static float cell_costs(
  const mk_palette *palette, const mk_parts *parts, ptrdiff_t count, const float *turned, ptrdiff_t lane, const float *whole,
  const float *debt, float *costs) {
  const float *red = turned + lane * count, *green = red + 16 * count, *blue = green + 16 * count, *gains = blue + 16 * count;
  V least = 3e38f;
  for (ptrdiff_t at = 0; at < count; at += LANES) {
    const V r = load(red + at, LANES), g = load(green + at, LANES), b = load(blue + at, LANES);
    const V area = load(parts->areas + at, LANES), over = load(parts->over + at, LANES), rest = load(parts->rest + at, LANES);
    const V colors[6] = {
      r * over + debt[0], g * over + debt[1], b * over + debt[2],
      (whole[0] - r) * rest + debt[0], (whole[1] - g) * rest + debt[1], (whole[2] - b) * rest + debt[2],
    };
    V nearest[2];
    nearest[0] = nearest[1] = 3e38f;
    if (palette->steps > 0) cube_distances(palette, colors, nearest);
    if (palette->grey_count > 0) ramp_distances(palette, colors, nearest);
    list_distances(palette, colors, nearest);
    const V cost = area * nearest[0] + (1.0f - area) * nearest[1] - load(gains + at, LANES);
    store(costs + at, cost, LANES);
    least = cost < least ? cost : least;
  }
  float smallest = least[0];
  for (int lane = 1; lane < LANES; lane++) smallest = least[lane] < smallest ? least[lane] : smallest;
  return smallest;
}
