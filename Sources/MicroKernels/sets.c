#include "MicroKernels.h"

extern const mk_set mk_set_plain;
#if defined(__x86_64__)
extern const mk_set mk_set_avx2, mk_set_avx512, mk_set_avx512bf16;
static const mk_set *const sets[] = {&mk_set_plain, &mk_set_avx2, &mk_set_avx512, &mk_set_avx512bf16};
#else
static const mk_set *const sets[] = {&mk_set_plain};
#endif

const mk_set *const *mk_sets(size_t *count) {
  *count = sizeof sets / sizeof sets[0];
  return sets;
}

bool mk_is_available(const mk_set *set) {
#if defined(__x86_64__)
  // Also asks whether the operating system saves the registers.
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
    && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (set == &mk_set_avx2) return has_avx2;
  if (set == &mk_set_avx512) return has_avx512;
  if (set == &mk_set_avx512bf16) return has_avx512 && __builtin_cpu_supports("avx512bf16");
#endif
  return set == &mk_set_plain;
}
