// libpng reports errors by longjmp, which must never cross a Swift frame. Everything that can fail therefore happens
// inside the C functions below; they return 1 for success and 0 with a message otherwise. The callbacks they take
// only copy memory and always return.
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// What a file says of itself, before any conversion.
typedef struct {
  uint32_t width, height;
  int bit_depth;   // 1, 2, 4, 8 or 16
  int color_type;  // PNG_COLOR_TYPE_...
  int has_transparency;  // a tRNS chunk
} diffss_png_header;

// What pixels are wanted as.
enum {
  DIFFSS_PNG_HEADER = 0,  // none: header, and the text that stands before the pixels
  // 8-bit grey or RGB: palettes looked up, low depths scaled, 16 bits cut to the upper byte, alpha dropped.
  DIFFSS_PNG_COLOR = 1,
  // Stored values: palette indices and grey values as they are, 16 bits in two bytes (high first), alpha dropped.
  DIFFSS_PNG_LABELS = 2,
  // 8 bits of red, green, blue and alpha, which is 255 where the file has none.
  DIFFSS_PNG_RGBA = 3,
};

// Receives one text entry: `key` ends with 0, `value` holds `length` bytes.
typedef void (*diffss_png_text_callback)(void *context, const char *key, const char *value, size_t length);
// Receives the next bytes of a file being written.
typedef void (*diffss_png_bytes_callback)(void *context, const uint8_t *bytes, size_t count);

enum { DIFFSS_PNG_MESSAGE = 160 };

typedef struct {
  jmp_buf jump;
  char message[DIFFSS_PNG_MESSAGE];
  const uint8_t *bytes;
  size_t count, position;
  diffss_png_bytes_callback sink;
  void *context;
} diffss_png_state;

static inline void diffss_png_fail(png_structp png, png_const_charp text) {
  diffss_png_state *state = (diffss_png_state *)png_get_error_ptr(png);
  snprintf(state->message, sizeof state->message, "%s", text ? text : "unknown error");
  longjmp(state->jump, 1);
}

static inline void diffss_png_ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static inline void diffss_png_pull(png_structp png, png_bytep out, size_t wanted) {
  diffss_png_state *state = (diffss_png_state *)png_get_io_ptr(png);
  if (state->count - state->position < wanted) png_error(png, "the file ends too early");
  memcpy(out, state->bytes + state->position, wanted);
  state->position += wanted;
}

static inline void diffss_png_push(png_structp png, png_bytep bytes, size_t count) {
  diffss_png_state *state = (diffss_png_state *)png_get_io_ptr(png);
  state->sink(state->context, bytes, count);
}

static inline void diffss_png_flush(png_structp png) { (void)png; }

static inline void diffss_png_collect_text(png_structp png, png_infop info, diffss_png_text_callback text, void *context) {
  png_textp entries = NULL;
  int count = 0;
  png_get_text(png, info, &entries, &count);
  for (int i = 0; i < count; i++) {
    // iTXt entries keep their length in another field.
    size_t length = entries[i].compression >= PNG_ITXT_COMPRESSION_NONE ? entries[i].itxt_length : entries[i].text_length;
    if (entries[i].key && entries[i].text) text(context, entries[i].key, entries[i].text, length);
  }
}

// Reads a file held in memory. `out` receives rows top to bottom without padding, `capacity` bytes in all. `text` may be NULL.
static inline int diffss_png_read(
    const uint8_t *bytes, size_t count, int wanted, uint32_t max_side, diffss_png_header *header, uint8_t *out,
    size_t capacity, diffss_png_text_callback text, void *context, char *message) {
  diffss_png_state state = {.bytes = bytes, .count = count};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, diffss_png_fail, diffss_png_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    snprintf(message, DIFFSS_PNG_MESSAGE, "out of memory");
    return 0;
  }
  if (setjmp(state.jump)) {
    memcpy(message, state.message, DIFFSS_PNG_MESSAGE);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, &state, diffss_png_pull);
  png_set_user_limits(png, max_side, max_side);
  // A text entry can unpack to a thousand times its size: 4 MB an entry and 64 entries are plenty for metadata.
  png_set_chunk_malloc_max(png, 4u << 20);
  png_set_chunk_cache_max(png, 64);
  png_read_info(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->bit_depth = png_get_bit_depth(png, info);
  header->color_type = png_get_color_type(png, info);
  header->has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  if (wanted != DIFFSS_PNG_HEADER) {
    // One byte of deflate gives at most 1032 bytes: a small file that claims a large picture is refused before any work.
    if ((uint64_t)png_get_rowbytes(png, info) * header->height / 1040 > count) png_error(png, "the file is too short for its size");
    if (wanted == DIFFSS_PNG_LABELS) {
      png_set_packing(png);
    } else {
      png_set_expand(png);
      png_set_strip_16(png);
    }
    if (wanted == DIFFSS_PNG_RGBA) {
      png_set_gray_to_rgb(png);
      png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
    } else {
      png_set_strip_alpha(png);
    }
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    if (stride * header->height != capacity) png_error(png, "the rows are not as long as the header says");
    for (int pass = 0; pass < passes; pass++)
      for (uint32_t y = 0; y < header->height; y++) png_read_row(png, out + (size_t)y * stride, NULL);
    png_read_end(png, info);
  }
  if (text) diffss_png_collect_text(png, info, text, context);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

// Writes `channels` (1 or 3) bytes a pixel, 8 bits a sample; `level` is zlib's (1...9), or 0 for the library's own choice. ASCII values
// become tEXt, others iTXt; nothing that changes from run to run (time, software version) goes into the file.
static inline int diffss_png_write(
    uint32_t width, uint32_t height, int channels, int level, const uint8_t *pixels, const char *const *keys,
    const char *const *values, int texts, diffss_png_bytes_callback sink, void *context, char *message) {
  diffss_png_state state = {.sink = sink, .context = context};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, diffss_png_fail, diffss_png_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    snprintf(message, DIFFSS_PNG_MESSAGE, "out of memory");
    return 0;
  }
  if (setjmp(state.jump)) {
    memcpy(message, state.message, DIFFSS_PNG_MESSAGE);
    png_destroy_write_struct(&png, &info);
    return 0;
  }
  png_set_write_fn(png, &state, diffss_png_push, diffss_png_flush);
  png_set_IHDR(png, info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (level > 0) png_set_compression_level(png, level);
  for (int i = 0; i < texts; i++) {
    int ascii = 1;
    for (const char *c = values[i]; *c; c++) ascii = ascii && (unsigned char)*c < 128;
    png_text entry = {.compression = ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
                      .key = (char *)keys[i], .text = (char *)values[i], .text_length = strlen(values[i])};
    png_set_text(png, info, &entry, 1);
  }
  png_write_info(png, info);
  size_t stride = (size_t)width * (size_t)channels;
  for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + y * stride);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  return 1;
}
