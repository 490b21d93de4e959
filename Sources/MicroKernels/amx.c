// AMX with bfloat16 beside AVX-512: Sapphire Rapids on.
#if defined(__x86_64__)
#include "MicroKernels.h"
#include <immintrin.h>
#include <string.h>

#define SET amx
#define LANES 16
#define HAS_FUSED 1
#define HAS_MASKS 1
#define HAS_BFLOAT 1
#define HAS_MATRIX 1

#pragma clang attribute push( \
  __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma,f16c"))), apply_to = function)
#include "set.h"
#pragma clang attribute pop
#endif
