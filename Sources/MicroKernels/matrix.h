// Products of bfloat16 on the matrix registers of AMX: 16 rows of 16 pairs beside 16 pairs of 16 columns at one instruction.

/// Registers: four tiles of sums, two of rows, two of columns, all of 16 rows of 64 bytes.
static const struct {
  uint8_t palette, first_row, unused[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} matrix_shapes = {.palette = 1, .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64}, .rows = {16, 16, 16, 16, 16, 16, 16, 16}};

/// Sums of one or two tiles of rows with one or two panels, which stay in registers.
#define MATRIX_TILES(NAME, TWO_ROWS, TWO_PANELS) \
  INLINE void NAME( \
    const mk_matrix *p, const float *rows, const float *columns, ptrdiff_t first, ptrdiff_t count, float *sums) { \
    const ptrdiff_t row_bytes = p->row_stride * 4, sum_bytes = p->stride * 4, tile = 16 * p->row_stride; \
    float *const below = sums + 16 * p->stride; \
    if (first == 0) { \
      _tile_zero(0); \
      if (TWO_PANELS) _tile_zero(1); \
      if (TWO_ROWS) _tile_zero(2); \
      if (TWO_ROWS && TWO_PANELS) _tile_zero(3); \
    } else { \
      _tile_loadd(0, sums, sum_bytes); \
      if (TWO_PANELS) _tile_loadd(1, sums + 16, sum_bytes); \
      if (TWO_ROWS) _tile_loadd(2, below, sum_bytes); \
      if (TWO_ROWS && TWO_PANELS) _tile_loadd(3, below + 16, sum_bytes); \
    } \
    const ptrdiff_t *tap = p->taps + first / p->tap_chunks; \
    ptrdiff_t chunk = first % p->tap_chunks; \
    for (ptrdiff_t n = 0; n < count; n++, columns += 256) { \
      const float *a = rows + *tap + chunk * 16; \
      _tile_loadd(4, a, row_bytes); \
      _tile_loadd(6, columns, 64); \
      _tile_dpbf16ps(0, 4, 6); \
      if (TWO_PANELS) { \
        _tile_loadd(7, columns + p->next, 64); \
        _tile_dpbf16ps(1, 4, 7); \
      } \
      if (TWO_ROWS) { \
        _tile_loadd(5, a + tile, row_bytes); \
        _tile_dpbf16ps(2, 5, 6); \
        if (TWO_PANELS) _tile_dpbf16ps(3, 5, 7); \
      } \
      if (++chunk == p->tap_chunks) { \
        chunk = 0; \
        tap++; \
      } \
    } \
    _tile_stored(0, sums, sum_bytes); \
    if (TWO_PANELS) _tile_stored(1, sums + 16, sum_bytes); \
    if (TWO_ROWS) _tile_stored(2, below, sum_bytes); \
    if (TWO_ROWS && TWO_PANELS) _tile_stored(3, below + 16, sum_bytes); \
  }

MATRIX_TILES(matrix_2x2, 1, 1)
MATRIX_TILES(matrix_2x1, 1, 0)
MATRIX_TILES(matrix_1x2, 0, 1)
MATRIX_TILES(matrix_1x1, 0, 0)

/// Sums of a few chunks: the columns of two panels stay in registers, and each row is read once for both.
INLINE void matrix_short(const mk_matrix *p, const float *columns, ptrdiff_t count, float *sums) {
  const ptrdiff_t row_bytes = p->row_stride * 4, sum_bytes = p->stride * 4, tile = 16 * p->row_stride;
  const bool is_long = count == 2;
  _tile_loadd(4, columns, 64);
  _tile_loadd(6, columns + p->next, 64);
  if (is_long) {
    _tile_loadd(5, columns + 256, 64);
    _tile_loadd(7, columns + p->next + 256, 64);
  }
  const float *rows = p->rows + *p->taps;
  for (ptrdiff_t n = 0; n < p->row_tiles; n++, rows += tile, sums += 16 * p->stride) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_loadd(2, rows, row_bytes);
    _tile_dpbf16ps(0, 2, 4);
    _tile_dpbf16ps(1, 2, 6);
    if (is_long) {
      _tile_loadd(3, rows + 16, row_bytes);
      _tile_dpbf16ps(0, 3, 5);
      _tile_dpbf16ps(1, 3, 7);
    }
    _tile_stored(0, sums, sum_bytes);
    _tile_stored(1, sums + 16, sum_bytes);
  }
}

static void matrix(const mk_matrix *p, ptrdiff_t panels, ptrdiff_t first, ptrdiff_t count) {
  _tile_loadconfig(&matrix_shapes);
  for (ptrdiff_t panel = 0; panel < panels; panel += 2) {
    const float *columns = p->columns + panel * p->next + first * 256;
    const bool is_pair = panel + 1 < panels;
    if (is_pair && first == 0 && count <= 2 && count <= p->tap_chunks) {
      matrix_short(p, columns, count, p->sums + panel * 16);
      continue;
    }
    for (ptrdiff_t tile = 0; tile < p->row_tiles; tile += 2) {
      const float *rows = p->rows + tile * 16 * p->row_stride;
      float *sums = p->sums + tile * 16 * p->stride + panel * 16;
      if (tile + 1 < p->row_tiles) {
        if (is_pair) matrix_2x2(p, rows, columns, first, count, sums);
        else matrix_2x1(p, rows, columns, first, count, sums);
      } else {
        if (is_pair) matrix_1x2(p, rows, columns, first, count, sums);
        else matrix_1x1(p, rows, columns, first, count, sums);
      }
    }
  }
  _tile_release();
}
