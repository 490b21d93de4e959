// The tiles of a product, 6 rows by up to 32 columns of sums held in registers, and how sums are finished.

/// A tile of one panel, `PARTS` vectors of `T` a row.
#define TILE(NAME, T, PARTS, LOAD, STORE, MULTIPLY) \
  static void NAME( \
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, const float *columns, float *sums, ptrdiff_t stride, \
    bool is_first) { \
    enum { lanes = sizeof(T) / sizeof(float) }; \
    T s[6][PARTS]; \
    _Pragma("unroll") for (int r = 0; r < 6; r++) \
      _Pragma("unroll") for (int p = 0; p < PARTS; p++) s[r][p] = is_first ? (T)0 : LOAD(sums + r * stride + p * lanes); \
    for (ptrdiff_t tap = 0; tap < taps; tap++) { \
      const float *a[6]; \
      _Pragma("unroll") for (int r = 0; r < 6; r++) a[r] = rows[tap * 6 + r] + offset; \
      for (ptrdiff_t k = 0; k < depth; k++) { \
        T b[PARTS]; \
        _Pragma("unroll") for (int p = 0; p < PARTS; p++) b[p] = LOAD(columns + p * lanes); \
        _Pragma("unroll") for (int r = 0; r < 6; r++) \
          _Pragma("unroll") for (int p = 0; p < PARTS; p++) s[r][p] = MULTIPLY((T)a[r][k], b[p], s[r][p]); \
        columns += PARTS * lanes; \
      } \
    } \
    _Pragma("unroll") for (int r = 0; r < 6; r++) \
      _Pragma("unroll") for (int p = 0; p < PARTS; p++) STORE(sums + r * stride + p * lanes, s[r][p]); \
  }

INLINE V load_whole(const float *from) { return *(const LooseV *)from; }
INLINE void store_whole(float *to, V value) { *(LooseV *)to = value; }

TILE(tile16, V, 16 / LANES, load_whole, store_whole, FUSED)
TILE(tile8, F8, 1, load8, store8, FUSED)

#if LANES == 16
/// Two panels at once: every row's element is read once for both.
#define TILE32(NAME, MULTIPLY) \
  static void NAME( \
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, const float *columns, ptrdiff_t next, float *sums, \
    ptrdiff_t stride, bool is_first) { \
    V s[6], t[6]; \
    _Pragma("unroll") for (int r = 0; r < 6; r++) { \
      s[r] = is_first ? (V)0 : load_whole(sums + r * stride); \
      t[r] = is_first ? (V)0 : load_whole(sums + r * stride + 16); \
    } \
    for (ptrdiff_t tap = 0; tap < taps; tap++) { \
      const float *a[6]; \
      _Pragma("unroll") for (int r = 0; r < 6; r++) a[r] = rows[tap * 6 + r] + offset; \
      for (ptrdiff_t k = 0; k < depth; k++) { \
        const V b = load_whole(columns), c = load_whole(columns + next); \
        _Pragma("unroll") for (int r = 0; r < 6; r++) { \
          const V x = (V)a[r][k]; \
          s[r] = MULTIPLY(x, b, s[r]); \
          t[r] = MULTIPLY(x, c, t[r]); \
        } \
        columns += 16; \
      } \
    } \
    _Pragma("unroll") for (int r = 0; r < 6; r++) { \
      store_whole(sums + r * stride, s[r]); \
      store_whole(sums + r * stride + 16, t[r]); \
    } \
  }

TILE32(tile32, FUSED)

/// Two panels and twice the rows: as many sums as the units need whose products wait longer for each other.
#define TALL32(NAME, MULTIPLY) \
  static void NAME( \
    ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, ptrdiff_t below, const float *columns, ptrdiff_t next, float *sums, \
    ptrdiff_t stride, bool is_first) { \
    V s[12], t[12]; \
    _Pragma("unroll") for (int r = 0; r < 12; r++) { \
      s[r] = is_first ? (V)0 : load_whole(sums + r * stride); \
      t[r] = is_first ? (V)0 : load_whole(sums + r * stride + 16); \
    } \
    for (ptrdiff_t tap = 0; tap < taps; tap++) { \
      const float *a[12]; \
      _Pragma("unroll") for (int r = 0; r < 12; r++) a[r] = rows[tap * 6 + r / 6 * below + r % 6] + offset + depth; \
      for (ptrdiff_t k = -depth; k < 0; k++) { \
        const V b = load_whole(columns), c = load_whole(columns + next); \
        _Pragma("unroll") for (int r = 0; r < 12; r++) { \
          const V x = (V)a[r][k]; \
          s[r] = MULTIPLY(x, b, s[r]); \
          t[r] = MULTIPLY(x, c, t[r]); \
        } \
        columns += 16; \
      } \
    } \
    _Pragma("unroll") for (int r = 0; r < 12; r++) { \
      store_whole(sums + r * stride, s[r]); \
      store_whole(sums + r * stride + 16, t[r]); \
    } \
  }
#else
/// Registers have no room for two panels at once.
static void tile32(
  ptrdiff_t taps, ptrdiff_t depth, ptrdiff_t offset, mk_rows rows, const float *columns, ptrdiff_t next, float *sums,
  ptrdiff_t stride, bool is_first) {
  tile16(taps, depth, offset, rows, columns, sums, stride, is_first);
  tile16(taps, depth, offset, rows, columns + next, sums + 16, stride, is_first);
}
#endif

static void gate(
  const float *sums, ptrdiff_t stride, ptrdiff_t rows, const float *bias, ptrdiff_t columns, float *output) {
  for (ptrdiff_t row = 0; row < rows; row++, sums += stride, output += columns)
    for (ptrdiff_t at = 0; at < 16; at += LANES) {
      const V value = load_whole(sums + at) + load_whole(bias + at), gate = load_whole(sums + 16 + at) + load_whole(bias + 16 + at);
      store_whole(output + at, value * gelu_of(gate));
    }
}

INLINE void finish_with(
  mk_activation activation, const mk_epilogue *epilogue, const float *sums, ptrdiff_t stride, ptrdiff_t first, ptrdiff_t rows,
  ptrdiff_t column, ptrdiff_t width, ptrdiff_t columns, float *output) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    const float *image_bias =
      epilogue->image_bias ? epilogue->image_bias + (first + row) / epilogue->rows_per_image * columns + column : NULL;
    const ptrdiff_t place = (first + row) * columns + column;
    for (ptrdiff_t at = 0; at < width; at += LANES) {
      const ptrdiff_t count = width - at;
      V value = load(sums + row * stride + at, count);
      if (epilogue->bias) value += load(epilogue->bias + column + at, count);
      if (image_bias) value += load(image_bias + at, count);
      if (epilogue->residual) value += load(epilogue->residual + place + at, count);
      store(output + place + at, activated(activation, value), count);
    }
  }
}

static void finish(
  const mk_epilogue *epilogue, const float *sums, ptrdiff_t stride, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t column, ptrdiff_t width,
  ptrdiff_t columns, float *output) {
  WITH_ACTIVATION(epilogue->activation, finish_with, epilogue, sums, stride, row, rows, column, width, columns, output)
}
