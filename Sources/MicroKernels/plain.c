// What every processor of the architecture has: SSE2 on x86, NEON with fused multiplication on arm64.
#include "MicroKernels.h"
#include <string.h>

#define SET plain
#define LANES 8
#if defined(__x86_64__)
#define HAS_FUSED 0
#else
#define HAS_FUSED 1
#endif
#define HAS_MASKS 0
#define HAS_BFLOAT 0
#define HAS_MATRIX 0

#include "set.h"
