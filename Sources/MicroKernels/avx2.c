// AVX2, FMA and F16C: x86 since 2013.
#if defined(__x86_64__)
#include "MicroKernels.h"
#include <string.h>

#define SET avx2
#define LANES 8
#define HAS_FUSED 1
#define HAS_MASKS 0
#define HAS_BFLOAT 0
#define HAS_MATRIX 0

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "set.h"
#pragma clang attribute pop
#endif
