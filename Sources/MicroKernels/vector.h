// Vectors of as many lanes as a register of the set has, the functions of one, and how they are read and written.
// Defined by the including file: LANES (8 or 16), HAS_FUSED, HAS_MASKS.

#pragma clang fp contract(off)
// Everything here is inlined: how a vector would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef float V __attribute__((ext_vector_type(LANES)));
typedef int32_t VI __attribute__((ext_vector_type(LANES)));
/// Sums over the lanes of a vector are of eight in every set, or their order would differ.
typedef float F8 __attribute__((ext_vector_type(8)));

typedef float LooseV __attribute__((ext_vector_type(LANES), aligned(4), may_alias));
typedef float LooseF8 __attribute__((ext_vector_type(8), aligned(4), may_alias));

/// c + a * b, rounded once where the processor can: a library's function would take a call a lane.
#if HAS_FUSED
#define FUSED(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#else
#define FUSED(a, b, c) ((a) * (b) + (c))
#endif

/// `count` floats, zeros beyond; LANES or more of them for a whole vector.
INLINE V load(const float *from, ptrdiff_t count) {
  if (count >= LANES) return *(const LooseV *)from;
#if HAS_MASKS
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#else
  V value = 0;
  for (ptrdiff_t lane = 0; lane < count; lane++) value[lane] = from[lane];
  return value;
#endif
}

/// LANES half numbers widened.
typedef _Float16 LooseHalf __attribute__((ext_vector_type(LANES), aligned(2), may_alias));
INLINE V load_half(const uint16_t *from) { return __builtin_convertvector(*(const LooseHalf *)from, V); }

INLINE void store(float *to, V value, ptrdiff_t count) {
  if (count >= LANES) {
    *(LooseV *)to = value;
    return;
  }
#if HAS_MASKS
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), value);
#else
  for (ptrdiff_t lane = 0; lane < count; lane++) to[lane] = value[lane];
#endif
}

INLINE F8 load8(const float *from) { return *(const LooseF8 *)from; }
INLINE void store8(float *to, F8 value) { *(LooseF8 *)to = value; }

INLINE F8 load8_some(const float *from, ptrdiff_t count) {
  F8 value = 0;
  for (ptrdiff_t lane = 0; lane < count; lane++) value[lane] = from[lane];
  return value;
}

/// Front to back.
INLINE float sum8(F8 value) {
  float sum = value[0];
  for (int lane = 1; lane < 8; lane++) sum += value[lane];
  return sum;
}

/// p * 2^n of the n, -126...127, that the low mantissa bits of `shifted` hold.
INLINE V times_power(V p, V shifted) {
  VI bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  V power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

/// e^x, for x clamped to -87.3...88.37: below, the smallest normal number instead of zero. Within 2 units in the last place.
INLINE V exp_of(V x) {
  const V high = 88.37f, low = -87.3f;
  x = x > high ? high : x;
  x = x < low ? low : x;
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low mantissa bits.
  const V rounder = 12582912.0f;
  const V shifted = FUSED(x, (V)1.44269504f, rounder);
  const V n = shifted - rounder;
  // ln 2 in two parts: the first has trailing zero bits, so that n times it is exact.
  V r = FUSED(n, (V)-0.693359375f, x);
  r = FUSED(n, (V)2.1219444e-4f, r);
  V p = 1.98756915e-4f;
  p = FUSED(p, r, (V)1.39819995e-3f);
  p = FUSED(p, r, (V)8.333452e-3f);
  p = FUSED(p, r, (V)4.1665796e-2f);
  p = FUSED(p, r, (V)1.66666655e-1f);
  p = FUSED(p, r, (V)5.0000001e-1f);
  p = FUSED(p, r * r, r + 1.0f);
  return times_power(p, shifted);
}

INLINE V sigmoid_of(V x) { return 1.0f / (exp_of(-x) + 1.0f); }

/// The error function by the rational approximation Eigen and XLA use, within 5 units in the last place.
INLINE V erf_of(V x) {
  const V edge = 3.8325069f;
  x = x > edge ? edge : x;
  x = x < -edge ? -edge : x;
  const V s = x * x;
  V p = 2.2905065e-4f;
  p = FUSED(p, s, (V)3.4082911e-3f);
  p = FUSED(p, s, (V)5.0955695e-2f);
  p = FUSED(p, s, (V)1.8520832e-1f);
  p = FUSED(p, s, (V)1.1283791f);
  V q = -1.1791603e-7f;
  q = FUSED(q, s, (V)2.3547966e-5f);
  q = FUSED(q, s, (V)1.0179626e-3f);
  q = FUSED(q, s, (V)1.4070470e-2f);
  q = FUSED(q, s, (V)1.1098505e-1f);
  q = FUSED(q, s, (V)4.9746925e-1f);
  q = FUSED(q, s, (V)1.0f);
  return x * p / q;
}

INLINE V gelu_of(V x) { return x * 0.5f * (erf_of(x * 0.70710678f) + 1.0f); }

INLINE V activated(mk_activation activation, V x) {
  switch (activation) {
  case mk_none: return x;
  case mk_relu: return x < (V)0 ? (V)0 : x;
  case mk_sigmoid: return sigmoid_of(x);
  case mk_silu: return x * sigmoid_of(x);
  case mk_gelu: return gelu_of(x);
  case mk_quick_gelu: return x * sigmoid_of(x * 1.702f);
  }
}

/// Calls an inlined function with its first argument known to the compiler.
#define WITH_ACTIVATION(activation, function, ...) \
  switch (activation) { \
  case mk_none: function(mk_none, __VA_ARGS__); break; \
  case mk_relu: function(mk_relu, __VA_ARGS__); break; \
  case mk_sigmoid: function(mk_sigmoid, __VA_ARGS__); break; \
  case mk_silu: function(mk_silu, __VA_ARGS__); break; \
  case mk_gelu: function(mk_gelu, __VA_ARGS__); break; \
  case mk_quick_gelu: function(mk_quick_gelu, __VA_ARGS__); break; \
  }
