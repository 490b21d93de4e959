// AVX-512: Skylake-X and Zen 4 on.
#if defined(__x86_64__)
#include "MicroKernels.h"
#include <immintrin.h>
#include <string.h>

#define SET avx512
#define LANES 16
#define HAS_FUSED 1
#define HAS_MASKS 1
#define HAS_BFLOAT 0
#define HAS_MATRIX 0

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#include "set.h"
#pragma clang attribute pop
#endif
